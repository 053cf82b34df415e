import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bucketOf, durationOf } from '../../src/core/store/changes.ts'
import { FINAL_STATUSES } from '../../src/shared/contract.ts'
import { openDeck } from '../support/deck.ts'
import { addHost, addJob, definitionOf, ending, rows, withStore } from '../support/store.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const run = fc.record({
  job: fc.constantFrom('one', 'two'),
  status: fc.constantFrom(...FINAL_STATUSES),
  at: fc.integer({ min: 0, max: 5 * DAY }),
  durationMs: fc.option(fc.integer({ min: 0, max: 10 * HOUR })),
})

describe('statistics', () => {
  test('are the sums of how runs ended, by day, by hour of the day and in all, whatever is deleted later', async () => {
    const property = fc.asyncProperty(
      fc.array(run, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: -12, max: 14 }),
      async (runs, zone) => {
        await withStore(async (store) => {
          await store.write(() => {
            addHost(store, 'host')
            for (const name of ['one', 'two']) addJob(store, name)
          })
          for (const { job, status, at, durationMs } of runs) {
            await store.write(() => {
              const rest = {
                trigger: 'api',
                priority: 0,
                params: '{}',
                urgent: false,
                startId: null,
              } as const
              const definition = definitionOf('inline', { maxWorkers: 1000 })
              const added = store.executions.add({
                ...rest,
                jobId: job,
                jobName: job,
                owner: 'host',
                definition,
                now: 0,
              })
              const slots = { inline: 1000, thread: 0, process: 0 }
              store.executions.claim({ id: 'host', plans: true, now: 0 }, slots, () => true)
              const running = { ...added, status: 'running' as const }
              store.executions.end(running, { ...ending, status, at, durationMs })
            })
          }
          await store.write(() => store.retention.deleteStep([1, 2, 3]))
          const zoneOffset = zone * 60
          const found = store.statistics.endings({ from: 0, to: 6 * DAY, zoneOffset })
          const hourOf = (at: number) => Math.floor(at / HOUR) + zone
          for (const status of FINAL_STATUSES) {
            const count = runs.filter((one) => one.status === status).length
            expect(found.ended[status] ?? 0).toBe(count)
          }
          const hours = Array.from(
            { length: 24 },
            (_, hour) => runs.filter(({ at }) => ((hourOf(at) % 24) + 24) % 24 === hour).length,
          )
          expect(found.hours).toEqual(hours)
          const days = [...new Set(runs.map(({ at }) => Math.floor(hourOf(at) / 24)))].toSorted(
            (a, b) => a - b,
          )
          expect(found.days.map(({ from }) => from)).toEqual(days.map((day) => (day * 24 - zone) * HOUR))
          const lengths = runs
            .filter(({ status, durationMs }) => status === 'completed' && durationMs !== null)
            .map(({ durationMs }) => durationMs!)
            .toSorted((a, b) => a - b)
          expect(found.duration === null).toBe(lengths.length === 0)
          for (const [name, part] of [
            ['p50', 0.5],
            ['p90', 0.9],
            ['p99', 0.99],
          ] as const) {
            const exact = lengths[Math.ceil(lengths.length * part) - 1]
            if (exact !== undefined)
              expect(Math.abs(found.duration![name] - exact)).toBeLessThanOrEqual(exact * 0.1 + 1)
          }
          const one = store.statistics.endings({ jobId: 'one', from: 0, to: 6 * DAY, zoneOffset })
          expect(Object.values(one.ended).reduce((sum, count) => sum + count, 0)).toBe(
            runs.filter(({ job }) => job === 'one').length,
          )
        })
      },
    )
    await fc.assert(property, { numRuns: 25 })
  })

  test('put a duration into a bucket that is off by at most a tenth, and keep the order', () => {
    const property = fc.property(fc.integer({ min: 0, max: 10 ** 10 }), fc.nat(10 ** 6), (duration, more) => {
      expect(Math.abs(durationOf(bucketOf(duration)) - duration)).toBeLessThanOrEqual(duration * 0.1 + 1)
      expect(bucketOf(duration + more)).toBeGreaterThanOrEqual(bucketOf(duration))
    })
    fc.assert(property)
  })

  test('say how well a job does without what somebody stopped', async () => {
    const deck = await openDeck()
    const job = deck.once('in-process', { name: 'mixed', maxWorkers: 9, category: 'c' })
    job.add(1, ({ params, signal }) => {
      if (params.how === 'fail') throw new Error('told to')
      if (params.how === 'hang') return new Promise((_, reject) => signal.addEventListener('abort', reject))
      return null
    })
    for (const how of ['well', 'well', 'well', 'fail']) {
      await job.start({ how })
      await job.finished()
    }
    const [hanging] = await job.start({ how: 'hang' })
    await hanging!.stop()
    await hanging!.finished()
    const found = await deck.client.request('statistics.get', { category: 'c' })
    expect(found).toMatchObject({ ended: { completed: 3, failed: 1, cancelled: 1 }, successRate: 0.75 })
    expect(found.days).toHaveLength(1)
    expect(await deck.client.request('statistics.get', { category: 'none' })).toMatchObject({
      successRate: null,
      days: [],
    })
  })
})

describe('sizes', () => {
  test('of logs are those of the text that is kept, less what was dropped or deleted', async () => {
    const deck = await openDeck()
    const job = deck.once('in-process', { name: 'wordy', logLines: 100 }).add(1, ({ info }) => {
      for (let line = 0; line < 500; line++) info('x'.repeat(line % 50))
    })
    for (let time = 0; time < 2; time++) {
      await job.start()
      await job.finished()
    }
    const kept = () => {
      const [row] = rows<{ bytes: number }>(
        deck.file,
        'select sum(length(message)) as bytes from logs where dropped_through is null',
      )
      return row!.bytes
    }
    const { logs, jobs, database, writeAheadLog } = await deck.client.request('deck.sizes', {})
    expect(logs).toBe(kept())
    expect(jobs).toMatchObject([{ name: 'wordy', logBytes: kept() }])
    expect(database + writeAheadLog).toBeGreaterThan(logs)
    await deck.removeExecutions([1])
    expect((await deck.client.request('deck.sizes', {})).logs).toBe(kept())
  })
})
