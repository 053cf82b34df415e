import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BATCH_LIMIT, batchOf, gather, isNothing, nothing, unpack } from '../../src/shared/batch.ts'
import { STATUSES, type EventName, type Events } from '../../src/shared/contract.ts'
import type { Batch, Watch } from '../../src/shared/watch.ts'
import { createTestClock } from '../../src/core/testing/clock.ts'
import { Hub } from '../../src/core/events.ts'
import { watch } from '../../src/core/watching.ts'

type Told = { [N in EventName]: [N, Events[N]] }[EventName]

const id = fc.integer({ min: 1, max: 4 })
const jobId = fc.constantFrom('a', 'b', 'c')
const told: fc.Arbitrary<Told> = fc.oneof(
  fc.record({ id, jobId, status: fc.constantFrom(...STATUSES) }).map((event): Told => ['execution', event]),
  fc
    .record({ executionId: id, jobId, progress: fc.nat(100), message: fc.constant(null) })
    .map((event): Told => ['progress', event]),
  fc
    .record({ executionId: id, from: fc.integer({ min: 1, max: 50 }), length: fc.nat(9) })
    .map(({ executionId, from, length }): Told => ['logs', { executionId, from, through: from + length }]),
  fc.option(fc.uniqueArray(jobId)).map((ids): Told => ['jobs', { ids }]),
  fc.constant<Told>(['changed', {}]),
  fc.constantFrom<Told>(
    ['trouble', { fault: null }],
    ['trouble', { fault: { code: 'disk-full', message: 'full' } }],
  ),
)

/** What one who listens to batches knows in the end. */
function knowledge(batches: Batch[]) {
  const known = new Map<string, unknown>()
  for (const batch of batches)
    unpack(batch, (name, event) => {
      const fields = event as Record<string, unknown>
      const ids = name === 'jobs' ? (event as Events['jobs']).ids! : [fields.id ?? fields.executionId ?? '']
      for (const each of ids) {
        if (name !== 'logs') known.set(`${name} ${String(each)}`, name === 'jobs' ? true : event)
        else {
          const before = known.get(`logs ${String(each)}`) as Events['logs'] | undefined
          const { from, through } = event as Events['logs']
          known.set(`logs ${String(each)}`, {
            executionId: each,
            from: Math.min(before?.from ?? from, from),
            through: Math.max(before?.through ?? through, through),
          })
        }
      }
    })
  return Object.fromEntries([...known].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

const WATCHES: Watch[] = [
  { all: true },
  { executions: true },
  { execution: 2 },
  { jobs: {} },
  { jobs: { ids: ['a', 'c'] } },
]

function batchesOf(what: Watch, groups: Told[][]): Batch[] {
  return groups.map((events) => {
    const gathered = nothing(what)
    for (const [name, event] of events) gather(gathered, name, event)
    return batchOf(gathered)
  })
}

describe('a batch', () => {
  test('tells in the end what its events told, however they are cut into batches', () => {
    fc.assert(
      fc.property(fc.array(fc.array(told)), fc.constantFrom(...WATCHES), (groups, what) => {
        expect(knowledge(batchesOf(what, groups))).toEqual(knowledge(batchesOf(what, [groups.flat()])))
      }),
    )
  })

  test('holds of each thing one entry only, and statuses in the order of the last changes', () => {
    const [batch] = batchesOf({ all: true }, [
      [
        ['execution', { id: 1, jobId: 'a', status: 'queued' }],
        ['execution', { id: 2, jobId: 'a', status: 'queued' }],
        ['execution', { id: 1, jobId: 'a', status: 'running' }],
        ['progress', { executionId: 1, jobId: 'a', progress: 1, message: null }],
        ['progress', { executionId: 1, jobId: 'a', progress: 2, message: 'two' }],
        ['logs', { executionId: 1, from: 1, through: 3 }],
        ['logs', { executionId: 1, from: 4, through: 9 }],
      ],
    ])
    expect(batch).toEqual({
      executions: [
        { id: 2, jobId: 'a', status: 'queued' },
        { id: 1, jobId: 'a', status: 'running' },
      ],
      progress: [{ executionId: 1, jobId: 'a', progress: 2, message: 'two' }],
      logs: [{ executionId: 1, from: 1, through: 9 }],
      jobs: [],
      scripts: [],
      stale: false,
    })
  })

  test('holds what was asked for alone', () => {
    const events: Told[] = [
      ['execution', { id: 1, jobId: 'a', status: 'running' }],
      ['execution', { id: 2, jobId: 'b', status: 'running' }],
      ['progress', { executionId: 2, jobId: 'b', progress: 2, message: null }],
      ['logs', { executionId: 2, from: 1, through: 3 }],
      ['jobs', { ids: ['c', 'd'] }],
    ]
    const short = (what: Watch) => {
      const [{ executions, progress, logs, jobs }] = batchesOf(what, [events]) as [Batch]
      return { executions: executions.map((each) => each.id), jobs, rest: progress.length + logs.length }
    }
    expect(short({ execution: 2 })).toEqual({ executions: [2], jobs: [], rest: 2 })
    expect(short({ executions: true })).toEqual({ executions: [1, 2], jobs: [], rest: 1 })
    expect(short({ jobs: {} })).toEqual({ executions: [], jobs: ['a', 'b', 'c', 'd'], rest: 0 })
    expect(short({ jobs: { ids: ['b', 'd'] } })).toEqual({ executions: [], jobs: ['b', 'd'], rest: 0 })
    expect(short({ all: true })).toEqual({ executions: [1, 2], jobs: ['c', 'd'], rest: 2 })
  })

  test('of more things than it holds says that anything may have changed, and stays small', () => {
    const gathered = nothing({ all: true })
    for (let number = 1; number <= 3 * BATCH_LIMIT; number++)
      gather(gathered, 'execution', { id: number, jobId: 'a', status: 'queued' })
    const { stale, executions } = batchOf(gathered)
    expect(stale).toBe(true)
    expect(executions.length).toBeLessThanOrEqual(BATCH_LIMIT)
  })

  test('is there where another process wrote, and where any job may have changed, for those who watch jobs', () => {
    for (const what of WATCHES) {
      expect(batchesOf(what, [[['changed', {}]]])[0]!.stale).toBe(true)
      expect(batchesOf(what, [[['jobs', { ids: null }]]])[0]!.stale).toBe('all' in what || 'jobs' in what)
    }
    const gathered = nothing({ execution: 7 })
    gather(gathered, 'execution', { id: 1, jobId: 'a', status: 'queued' })
    expect(isNothing(gathered)).toBe(true)
  })
})

describe('a watcher', () => {
  const queued = (number: number) => ({ id: number, jobId: 'a', status: 'queued' }) as const

  test('is told at once, and then at most ten times a second', async () => {
    const clock = createTestClock()
    const { advance } = clock
    const hub = new Hub()
    const batches: number[][] = []
    watch(
      { hub, clock },
      { all: true },
      ({ executions }) => void batches.push(executions.map(({ id }) => id)),
    )
    hub.emit('execution', queued(1))
    hub.emit('execution', queued(2))
    await advance(0)
    expect(batches).toEqual([[1, 2]])
    for (let number = 3; number <= 102; number++) {
      hub.emit('execution', queued(number))
      await advance(10)
    }
    await advance(100)
    expect(batches.length).toBeGreaterThanOrEqual(11)
    expect(batches.length).toBeLessThanOrEqual(12)
    expect(batches.flat()).toEqual(Array.from({ length: 102 }, (_, index) => index + 1))
  })

  test('that is slow gets one merged batch later, not a queue', async () => {
    const clock = createTestClock()
    const { advance } = clock
    const hub = new Hub()
    const batches: Batch[] = []
    const taking: (() => void)[] = []
    watch({ hub, clock }, { execution: 1 }, (batch) => {
      batches.push(batch)
      return new Promise<void>((resolve) => taking.push(resolve))
    })
    for (let number = 1; number <= 1000; number++) {
      hub.emit('logs', { executionId: 1, from: number, through: number })
      await advance(100)
    }
    expect(batches.map(({ logs }) => logs)).toEqual([[{ executionId: 1, from: 1, through: 1 }]])
    taking.shift()!()
    await Promise.resolve()
    await advance(100)
    expect(batches[1]!.logs).toEqual([{ executionId: 1, from: 2, through: 1000 }])
  })

  test('that throws is told further on, and harms nobody', async () => {
    const clock = createTestClock()
    const { advance } = clock
    const hub = new Hub()
    const warned = new Promise((resolve) => process.once('warning', resolve))
    let count = 0
    watch({ hub, clock }, { all: true }, () => {
      count++
      throw new Error('a mistake of the listener')
    })
    for (let round = 0; round < 3; round++) {
      hub.emit('changed', {})
      await advance(100)
    }
    expect(count).toBe(3)
    expect(await warned).toMatchObject({ message: 'a mistake of the listener' })
  })

  test('is told of the end at once and nothing after it; who has stopped is told nothing', async () => {
    const clock = createTestClock()
    const { advance } = clock
    const hub = new Hub()
    const batches: Batch[] = []
    watch({ hub, clock }, { all: true }, (batch) => void batches.push(batch))
    const stop = watch({ hub, clock }, { all: true }, () => expect.unreachable())
    hub.emit('changed', {})
    stop()
    hub.emit('closed', { fault: { code: 'closed', message: 'over' } })
    hub.emit('changed', {})
    await advance(1000)
    expect(batches).toMatchObject([{ stale: true, closed: { code: 'closed' } }])
  })
})
