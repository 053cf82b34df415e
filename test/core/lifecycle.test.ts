import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isFinal, mayFollow, worst } from '../../src/core/dispatch/lifecycle.ts'
import type { Store } from '../../src/core/store/store.ts'
import { FINAL_STATUSES, STATUSES, type FinalStatus, type Status } from '../../src/shared/contract.ts'
import { addHost, addJob, definitionOf, ending, rows, withStore } from '../support/store.ts'

/** Semantics, "Execution states": from which to which. */
const ALLOWED: Record<string, readonly Status[]> = {
  // A function needs no preparation: it runs with its claim. See docs/decisions/0009.
  queued: ['initializing', 'running', 'cancelled'],
  initializing: ['queued', 'running', 'failed', 'cancelled', 'killed', 'interrupted'],
  running: ['completed', 'failed', 'cancelled', 'timeout', 'killed', 'interrupted'],
}
const status = fc.constantFrom(...STATUSES)

describe('the state machine', () => {
  test.each(STATUSES)('lets nothing but what is allowed follow %s', (from) => {
    expect(STATUSES.filter((to) => mayFollow(from, to)).toSorted()).toEqual((ALLOWED[from] ?? []).toSorted())
  })

  test('never lets a run out of a final state, whatever is tried in whatever order', () => {
    const property = fc.property(fc.array(status, { maxLength: 100 }), (wishes) => {
      let now: Status = 'queued'
      let ended: Status | undefined
      for (const wish of wishes) {
        if (mayFollow(now, wish)) now = wish
        if (ended) expect(now).toBe(ended)
        if (isFinal(now)) ended ??= now
      }
    })
    fc.assert(property, { numRuns: 1000 })
  })

  test('has no state from which no end can be reached', () => {
    const reachable = (from: Status, seen = new Set<Status>([from])): Set<Status> => {
      for (const to of STATUSES) if (mayFollow(from, to) && !seen.has(to)) reachable(to, seen.add(to))
      return seen
    }
    for (const from of STATUSES) expect([...reachable(from)].some(isFinal)).toBe(true)
  })

  test('no failure hides behind a better end of another handler, however they are ordered', () => {
    const property = fc.property(fc.array(fc.constantFrom(...FINAL_STATUSES), { minLength: 1 }), (ends) => {
      const result = worst(ends)
      expect(ends).toContain(result)
      expect(worst(ends.toReversed())).toBe(result)
      if (ends.includes('failed')) expect(result).toBe('failed')
      expect(result === 'completed').toBe(ends.every((end) => end === 'completed'))
    })
    fc.assert(property)
  })
})

const HOST = 'host'
const SLOTS = { inline: 3, thread: 3, process: 3 }
type Step = { do: 'add' | 'claim' | 'begin' | 'end' | 'stop' | 'giveBack'; nth: number; as: FinalStatus }
const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom('add', 'claim', 'begin', 'end', 'stop', 'giveBack'),
  nth: fc.nat(20),
  as: fc.constantFrom(...FINAL_STATUSES),
})

/** Does the step to a run that exists, whether or not the run is in a state for it. */
function take(store: Store, { do: what, nth, as }: Step, count: number): unknown {
  const id = (nth % Math.max(1, count)) + 1
  const { executions } = store
  const known = executions.find(id)
  switch (what) {
    case 'add': {
      const common = {
        trigger: 'api',
        priority: 0,
        params: '{}',
        urgent: false,
        startId: null,
        jobName: 'a job',
        now: 0,
      } as const
      const definition = definitionOf(nth % 3 === 0 ? 'inline' : 'process', { maxWorkers: 2 })
      return executions.add({ ...common, jobId: nth % 2 ? 'odd' : 'even', owner: HOST, definition })
    }
    case 'claim':
      return executions.claim({ id: HOST, plans: true, now: 0 }, SLOTS, () => true)
    case 'begin':
      return known && executions.begin(known, {}, 0)
    case 'end':
      return known && executions.end(known, { ...ending, status: as })
    case 'stop':
      return executions.requestStop(id, 'cancelled', false, 0)
    case 'giveBack':
      return known && executions.giveBack(known)
  }
}

interface Row {
  id: number
  status: Status
  stop_requested_at: number | null
}

function expectLegal(before: Row | undefined, after: Row): void {
  if (!before) return expect(after.status).toBe('queued')
  if (!(before.status in ALLOWED)) return expect(after).toEqual(before)
  if (before.status !== after.status) expect(ALLOWED[before.status]).toContain(after.status)
  if (before.stop_requested_at !== null && before.status !== 'running') {
    expect(after.status, 'a run begins after its stop was stored').not.toBe('running')
  }
}

describe('the store', () => {
  test('changes no final row, takes no illegal step and counts exactly, however steps interleave', async () => {
    const property = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) =>
      withStore(async (store) => {
        await store.write(() => {
          addHost(store, HOST)
          for (const job of ['odd', 'even']) addJob(store, job)
        })
        let before: Row[] = []
        for (const next of steps) {
          await store.write(() => take(store, next, before.length))
          const after = rows<Row>(store.file, 'select * from executions order by id')
          for (const [index, row] of after.entries()) expectLegal(before[index], row)
          expect(
            rows(store.file, 'select job_id, status, count from counters where count <> 0 order by 1, 2'),
          ).toEqual(
            rows(
              store.file,
              'select job_id, status, count(*) as count from executions group by 1, 2 order by 1, 2',
            ),
          )
          before = after
        }
      }),
    )
    await fc.assert(property, { numRuns: 40 })
  })

  test('stores one end where several come in one commit: the first, and tells the others', async () => {
    const ends = fc.array(fc.constantFrom(...FINAL_STATUSES), { minLength: 2, maxLength: 6 })
    const property = fc.asyncProperty(ends, (statuses) =>
      withStore(async (store) => {
        await store.write(() => {
          addHost(store, HOST)
          addJob(store, 'odd')
          take(store, { do: 'add', nth: 1, as: 'failed' }, 0)
          take(store, { do: 'claim', nth: 0, as: 'failed' }, 1)
          store.executions.begin(store.executions.find(1)!, {}, 0)
        })
        const known = store.executions.find(1)!
        const stored = await Promise.all(
          statuses.map((end) => store.write(() => store.executions.end(known, { ...ending, status: end }))),
        )
        expect(stored).toEqual(statuses.map((_, index) => index === 0))
        expect(store.executions.find(1)!.status).toBe(statuses[0])
      }),
    )
    await fc.assert(property, { numRuns: 20 })
  })

  test('a write that is rolled back leaves the counters as they were', async () => {
    await withStore(async (store) => {
      await store.write(() => addJob(store, 'odd'))
      const failing = store.write(() => {
        take(store, { do: 'add', nth: 1, as: 'failed' }, 0)
        throw new Error('rolled back')
      })
      await expect(failing).rejects.toThrow('rolled back')
      await store.write(() => take(store, { do: 'add', nth: 1, as: 'failed' }, 0))
      expect(rows(store.file, 'select count from counters')).toEqual([{ count: 1 }])
    })
  })
})
