import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { Hub } from '../../src/core/events.ts'
import { createEngine } from '../../src/core/engine.ts'
import { Deck, createClient, type Bridge, type EventName, type Events } from '../../src/core/index.ts'
import type { ExecutionChange } from '../../src/core/store/changes.ts'
import { openStore } from '../../src/core/store/store.ts'
import { openDeck, temporaryFolder } from '../support/deck.ts'
import { addHost, addJob, definitionOf, ending } from '../support/store.ts'

/** A store with one job, and what each commit told. */
async function tellingStore() {
  const told: ExecutionChange[][] = []
  const store = await openStore(join(temporaryFolder(), 'jobs.db'), {
    onCommit: ({ executions }) => void (executions.length > 0 && told.push(executions)),
  })
  onTestFinished(() => store.close())
  const jobId = await store.write(() => {
    addHost(store, 'me')
    return addJob(store, 'job')
  })
  const common = { jobId, jobName: 'job', startId: null, owner: 'me', trigger: 'api', priority: 0 } as const
  const definition = definitionOf('inline', { maxWorkers: 1000 })
  return {
    store,
    told,
    jobId,
    add: () => store.executions.add({ ...common, definition, params: '{}', urgent: false, now: 0 }).id,
    claim: () =>
      store.executions.claim(
        { id: 'me', plans: false, now: 0 },
        { inline: 1000, thread: 0, process: 0 },
        () => true,
      ).executions,
    end: (id: number) =>
      store.executions.end({ id, jobId, status: 'running' }, { ...ending, status: 'completed' }),
  }
}

describe('a change of a status', () => {
  test('is told after its commit, in the order in which it was made, with its job', async () => {
    const { store, told, add, claim, end, jobId } = await tellingStore()
    const of = (id: number, status: string) => ({ id, jobId, status })
    await store.write(add)
    // One commit: the first ends, the second comes and is claimed.
    await Promise.all([store.write(add), store.write(claim), store.write(() => end(1))])
    await store.write(() => store.executions.requestStop(2, 'cancelled', false, 0)) // runs: no change
    await store.write(() => end(2))
    expect(told).toEqual([
      [of(1, 'queued')],
      [of(2, 'queued'), of(1, 'running'), of(2, 'running'), of(1, 'completed')],
      [of(2, 'completed')],
    ])
  })

  test('is never told where its write was rolled back, and the others of the commit are told', async () => {
    const { store, told, add, jobId } = await tellingStore()
    const broken = () => {
      add()
      throw new Error('no')
    }
    const results = await Promise.allSettled([store.write(add), store.write(broken), store.write(add)])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(told.flat()).toEqual([1, 2].map((id) => ({ id, jobId, status: 'queued' })))
    expect(store.executions.openCounts()).toEqual({ queued: 2 })
  })

  test('that is refused, since another was stored first, is not told', async () => {
    const { store, told, add, claim, end } = await tellingStore()
    await store.write(add)
    await store.write(claim)
    await store.write(() => end(1))
    told.length = 0
    expect(await store.write(() => end(1))).toBe(false)
    expect(told).toEqual([])
  })

  test('leaves the told states and the stored ones the same, whatever fails between', async () => {
    const step = fc.constantFrom('add', 'claim', 'end', 'stop', 'break')
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { maxLength: 6 }), { maxLength: 6 }), async (commits) => {
        const { store, told, add, claim, end } = await tellingStore()
        let running: number[] = []
        const work = {
          add,
          claim,
          end: () => running.map(end),
          stop: () => store.executions.requestStop(1, 'cancelled', false, 0),
          break() {
            add()
            throw new Error('no')
          },
        }
        for (const commit of commits) {
          await Promise.allSettled(commit.map((name) => store.write<unknown>(work[name])))
          const list = store.executions.list({})
          running = list.filter(({ status }) => status === 'running').map(({ id }) => id)
          const last = new Map(told.flat().map(({ id, status }) => [id, status]))
          expect(Object.fromEntries(last)).toEqual(
            Object.fromEntries(list.map(({ id, status }) => [id, status])),
          )
        }
        store.close()
      }),
      { numRuns: 50 },
    )
  })

  test('of each run reaches who listens to the deck: queued, running, ended, each once', async () => {
    const deck = await openDeck()
    const told: string[] = []
    deck.on('execution', ({ id, status }) => told.push(`${id} ${status}`))
    const job = deck.once('process', { name: 'told' }).add(1, { command: ['true'] })
    await job.start()
    await job.finished()
    expect(told).toEqual(['1 queued', '1 initializing', '1 running', '1 completed'])
  })
})

describe('a listener that throws', () => {
  const changed = ['changed', {}] as const
  const warnings = () => vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const failing = () => {
    throw new Error('broken listener')
  }

  test('keeps no other one of the hub from being told', () => {
    using warned = warnings()
    const hub = new Hub()
    const told: EventName[] = []
    hub.subscribe((name) => told.push(name))
    hub.on('changed', failing)
    hub.on('changed', () => told.push('changed'))
    hub.emit(...changed)
    expect(told).toEqual(['changed', 'changed'])
    expect(warned).toHaveBeenCalledTimes(1)
  })

  test('keeps no other one of the same client from being told, nor is it kept secret', () => {
    using warned = warnings()
    const hub = new Hub()
    const bridge: Bridge = {
      request: async () => ({ ok: true, data: null }),
      subscribe: (l) => hub.subscribe(l),
      watch: () => () => {},
    }
    const [client, other] = [createClient(bridge), createClient(bridge)]
    const told: string[] = []
    client.on('changed', failing)
    client.on('changed', failing)
    client.on('changed', () => told.push('same client'))
    other.on('changed', () => told.push('other client'))
    hub.emit(...changed)
    expect(told).toEqual(['same client', 'other client'])
    expect(warned).toHaveBeenCalledTimes(1)
  })

  test('keeps no run from going on, nor its log from being stored', async () => {
    using _ = warnings()
    const deck = await openDeck()
    for (const name of ['execution', 'logs', 'progress'] as const) deck.on(name, failing)
    const job = deck.once('in-process', { name: 'told' }).add(1, ({ info, setProgress }) => {
      setProgress(50)
      info('a line')
    })
    await job.start()
    expect(await job.finished()).toMatchObject({
      status: 'completed',
      executions: [{ progress: 50, logCount: 1 }],
    })
  })
})

test('who listens to a job is told by one listener, however often the job is started', async () => {
  const engine = await createEngine({ file: join(temporaryFolder(), 'jobs.db') })
  onTestFinished(() => engine.close())
  const counts = { client: 0, hub: 0 }
  const deck: Deck = Reflect.construct(Deck, [engine])
  const count = <A extends unknown[]>(key: keyof typeof counts, listen: (...given: A) => () => void) => {
    return (...given: A) => {
      const stop = listen(...given)
      counts[key]++
      return () => {
        counts[key]--
        stop()
      }
    }
  }
  engine.hub.subscribe = count('hub', engine.hub.subscribe.bind(engine.hub))
  deck.client.on = count('client', deck.client.on as (...given: unknown[]) => () => void)
  const job = deck.once('in-process', { name: 'often' }).add(1, ({ setProgress }) => setProgress(50))
  const told: Events['progress'][] = []
  const stop = job.onProgress((event) => told.push(event))
  for (let time = 0; time < 100; time++) {
    await job.start()
    await job.finished()
  }
  expect(counts).toEqual({ client: 1, hub: 1 })
  expect(new Set(told.map(({ executionId }) => executionId)).size).toBe(100)
  expect(told).toHaveLength(100)
  stop()
  expect(counts).toEqual({ client: 0, hub: 0 })
})
