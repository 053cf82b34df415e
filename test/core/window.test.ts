import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Recorder } from '../../src/core/dispatch/record.ts'
import { createTestClock } from '../../src/core/testing/clock.ts'
import { LogWindow } from '../../src/core/dispatch/window.ts'
import { Hub } from '../../src/core/events.ts'
import type { Store } from '../../src/core/store/store.ts'
import { temporaryFolder } from '../support/deck.ts'
import { addHost, addJob, definitionOf, rows, withStore } from '../support/store.ts'

const lines = fc.integer({ min: 10, max: 40 })
const bytes = fc.integer({ min: 10, max: 400 })
const sizes = fc.array(fc.oneof(fc.nat(12), fc.nat(60)), { maxLength: 150 })

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)
const from = (first: number, last: number) =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)

/** Which sequence numbers a window keeps, and of what size. */
function kept(window: LogWindow, added: number[]) {
  const { last, dropped } = window
  const sequences = from(1, last).filter((n) => !dropped || n < dropped.from || n > dropped.through)
  return { sequences, lines: sequences.length, bytes: sum(sequences.map((n) => added[n - 1]!)) }
}

/** The same by the words of the rule: the first tenth, and of the rest the last that fits beside it. */
function expected(limit: number, byteLimit: number, added: number[]): number[] {
  let head = 0
  while (
    head < Math.min(added.length, Math.floor(limit / 10)) &&
    sum(added.slice(0, head + 1)) <= Math.floor(byteLimit / 10)
  )
    head++
  let first = added.length
  const fits = (start: number) =>
    added.length - start <= limit - head && sum(added.slice(start)) <= byteLimit - sum(added.slice(0, head))
  while (first > head && (fits(first - 1) || first === added.length)) first--
  return [...from(1, head), ...from(first + 1, added.length)]
}

describe('the window of a log', () => {
  test('keeps the first tenth and the last of the rest, gapless, with one range left out', () => {
    const property = fc.property(lines, bytes, sizes, (limit, byteLimit, added) => {
      const window = new LogWindow(limit, byteLimit)
      for (const [index, size] of added.entries()) {
        expect(window.add(size)).toBe(index + 1)
        const soFar = added.slice(0, index + 1)
        expect(kept(window, soFar).sequences).toEqual(expected(limit, byteLimit, soFar))
      }
    })
    fc.assert(property, { numRuns: 300 })
  })

  test('never passes a limit, but for one line that is larger than all that may be kept', () => {
    const property = fc.property(lines, bytes, sizes, (limit, byteLimit, added) => {
      const window = new LogWindow(limit, byteLimit)
      for (const size of added) window.add(size)
      const result = kept(window, added)
      expect(result.lines).toBeLessThanOrEqual(limit)
      const largest = Math.max(0, ...result.sequences.map((n) => added[n - 1]!))
      expect(result.bytes).toBeLessThanOrEqual(Math.max(byteLimit, byteLimit / 10 + largest))
    })
    fc.assert(property, { numRuns: 500 })
  })

  test('leaves nothing out of a log that stays within its limits', () => {
    const property = fc.property(sizes, (added) => {
      const window = new LogWindow(Math.max(10, added.length), Math.max(10, sum(added)))
      for (const size of added) window.add(size)
      expect(window.dropped).toBeUndefined()
    })
    fc.assert(property, { numRuns: 500 })
  })

  test('is the same after a hundred thousand lines as its rule says', () => {
    const window = new LogWindow(1000, 1e9)
    for (let count = 0; count < 100_000; count++) window.add(10)
    expect(window).toMatchObject({ last: 100_000, dropped: { from: 101, through: 99_100 } })
  })
})

interface LogRow {
  sequence: number
  message: string
  dropped_through: number | null
}

async function record(store: Store, limits: { logLines: number; logBytes: number; outputRate?: number }) {
  await store.write(() => {
    addHost(store, 'host')
    const jobId = addJob(store, 'job')
    const common = { owner: 'host', trigger: 'api', priority: 0, params: '{}', urgent: false } as const
    store.executions.add({
      ...common,
      jobId,
      jobName: 'job',
      startId: null,
      definition: definitionOf('inline'),
      now: 0,
    })
    const slots = { inline: 1, thread: 1, process: 1 }
    store.executions.claim({ id: 'host', plans: true, now: 0 }, slots, () => true)
  })
  const clock = createTestClock()
  const artifacts = join(temporaryFolder(), 'artifacts')
  const recorder = new Recorder(
    { store, hub: new Hub(), clock, artifacts },
    { id: 1, jobId: 'job' },
    limits,
    () => {},
  )
  /** What is committed: every number up to the last is a row, or inside the one range. */
  const stored = () => {
    const log = rows<LogRow>(store.file, 'select * from logs order by sequence')
    const [run] = rows<{ log_count: number; progress: number }>(store.file, 'select * from executions')
    return { log, count: run!.log_count, progress: run!.progress }
  }
  return { recorder, pass: clock.advance, stored }
}

function expectGapless({ log, count }: { log: LogRow[]; count: number }): void {
  const numbers = log.flatMap((row) => from(row.sequence, row.dropped_through ?? row.sequence))
  expect(numbers).toEqual(from(1, count))
  expect(log.filter((row) => row.dropped_through !== null).length).toBeLessThanOrEqual(1)
}

describe('the recorder', () => {
  test('has a gapless log in every commit, and at its end each line that its window keeps', async () => {
    const part = fc.record({ lines: fc.nat(40), size: fc.nat(30), pass: fc.constantFrom(0, 10, 50, 200) })
    const parts = fc.array(part, { minLength: 1, maxLength: 8 })
    const property = fc.asyncProperty(lines, bytes, parts, (logLines, logBytes, all) =>
      withStore(async (store) => {
        const { recorder, pass, stored } = await record(store, { logLines, logBytes })
        const added: string[] = []
        for (const { lines: number, size, pass: time } of all) {
          for (let count = 0; count < number; count++) {
            added.push(`${added.length + 1}`.padEnd(size, '.'))
            recorder.log({ level: 'info', message: added.at(-1)! })
          }
          await pass(time)
          await store.write(() => {})
          expectGapless(stored())
        }
        await recorder.close()
        const end = stored()
        expectGapless(end)
        expect(end.count).toBe(added.length)
        const window = new LogWindow(logLines, logBytes)
        for (const message of added) window.add(Buffer.byteLength(message))
        const messages = end.log.filter((row) => row.dropped_through === null).map((row) => row.message)
        expect(messages).toEqual(kept(window, []).sequences.map((n) => added[n - 1]))
      }),
    )
    await fc.assert(property, { numRuns: 40 })
  })

  test('stores progress once a second, and the last one however soon the run ends', async () => {
    await withStore(async (store) => {
      const { recorder, pass, stored } = await record(store, { logLines: 10, logBytes: 1000 })
      const seen: number[] = []
      for (let value = 1; value <= 25; value++) {
        recorder.progress(value, null)
        await pass(100)
        await store.write(() => {})
        seen.push(stored().progress)
      }
      recorder.progress(99, 'nearly')
      await recorder.close()
      expect(stored().progress).toBe(99)
      expect(new Set(seen).size).toBeLessThanOrEqual(4)
      expect(seen.at(-1)).toBeGreaterThan(10)
    })
  })

  test('stores a line within 100 ms, so that a crash of the host loses no more', async () => {
    await withStore(async (store) => {
      const { recorder, pass, stored } = await record(store, { logLines: 10, logBytes: 1000 })
      recorder.log({ level: 'info', message: 'soon' })
      await pass(100)
      await store.write(() => {})
      expect(stored().log).toMatchObject([{ sequence: 1, message: 'soon' }])
      await recorder.close()
    })
  })
})
