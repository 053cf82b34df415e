import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Block } from '../../src/core/plan/blocked.ts'
import { TOLERANCE, decide, mayOverlap, type Situation } from '../../src/core/plan/decide.ts'
import { delayOf } from '../../src/core/plan/jitter.ts'
import { timesIn, timetableOf } from '../../src/core/plan/timetable.ts'
import { MISSED, OVERLAPS, type Schedule } from '../../src/shared/schedule.ts'

const BEGIN = Date.UTC(2026, 2, 28, 20)
const DAY = 86_400_000

const time = fc.integer({ min: BEGIN - 3 * DAY, max: BEGIN + 3 * DAY })
const schedule: fc.Arbitrary<Schedule> = fc.oneof(
  fc
    .constantFrom('*/5 * * * * *', '* * * * *', '7 * * * *', '30 2 * * *')
    .map((cron) => ({ cron, zone: 'Europe/Berlin' })),
  fc.integer({ min: 1000, max: 5_000_000 }).map((every) => ({ every, anchor: BEGIN - 7 * DAY })),
)
const block: fc.Arbitrary<Block> = fc.record({
  from: time,
  to: fc.oneof(time, fc.constant(Infinity)),
  reason: fc.constantFrom('snoozed', 'paused', 'disabled', 'quiet', 'skip-list'),
})
const situation = fc
  .record({
    schedule,
    cursor: time,
    asleep: fc.oneof(fc.integer({ min: 0, max: 60_000 }), fc.integer({ min: 0, max: 3 * DAY })),
    jitter: fc.constantFrom(0, 900),
    rules: fc.record({
      missed: fc.constantFrom(...MISSED),
      missedWindow: fc.integer({ min: 1, max: 3 * DAY }),
      missedLimit: fc.integer({ min: 1, max: 20 }),
      overlap: fc.constantFrom(...OVERLAPS),
    }),
    blocks: fc.array(block, { maxLength: 4 }),
    waiting: fc.integer({ min: 0, max: 2 }),
    running: fc.integer({ min: 0, max: 2 }),
    isOnce: fc.boolean(),
    refusal: fc.constantFrom(null, null, 'its file is gone'),
  })
  .map(({ schedule: of, cursor, asleep, waiting, running, jitter, ...rest }): Situation => ({
    ...rest,
    waiting,
    open: waiting + running,
    jitter,
    cursor,
    now: cursor + asleep,
    timetable: timetableOf(of, { since: BEGIN, localZone: 'UTC' }),
    delayOf: (at) => delayOf('job', at, jitter),
  }))

const holds = (test: (situation: Situation) => void) =>
  fc.assert(fc.property(situation, test), { numRuns: 600 })
const blockedAt = ({ blocks }: Situation, at: number) =>
  blocks.find(({ from, to }) => at >= from && at < to)?.reason

describe('what becomes of what came due', () => {
  test('each time up to the new cursor has one entry, in order, and none lies beyond', () =>
    holds((given) => {
      const { decisions, cursor } = decide(given)
      const times = timesIn(given.timetable, given.cursor, cursor)
      expect(decisions.reduce((sum, { count }) => sum + count, 0)).toBe(times.length)
      expect(decisions.flatMap(({ first, last }) => timesIn(given.timetable, first - 1, last))).toEqual(times)
    }))

  test('nothing that is due is left, and nothing is decided before it is due', () =>
    holds((given) => {
      const { decisions, cursor } = decide(given)
      const dueAt = (at: number) => at + given.delayOf(at)
      for (const { last } of decisions) expect(dueAt(last)).toBeLessThanOrEqual(given.now)
      for (const at of timesIn(given.timetable, cursor, given.now))
        expect(dueAt(at)).toBeGreaterThan(given.now)
      expect(cursor).toBeGreaterThanOrEqual(given.cursor)
    }))

  test('the same situation gives the same answer', () =>
    holds((given) => {
      expect(decide(given)).toEqual(decide(given))
    }))

  test('what was missed is dropped, run once, run as often as it may be, or held, and only in its window', () =>
    holds((given) => {
      const { missed, missedLimit, missedWindow } = given.rules
      const { decisions } = decide({ ...given, refusal: null })
      const caughtUp = decisions.filter(({ reason }) => reason === 'catch-up')
      const most = { skip: 0, ask: 0, latest: 1, all: missedLimit }[missed]
      const late = timesIn(given.timetable, given.cursor, given.now).filter(
        (at) =>
          given.now - at - given.delayOf(at) > TOLERANCE &&
          at > given.now - missedWindow &&
          !blockedAt(given, at),
      )
      expect(caughtUp.map(({ first }) => first)).toEqual(most === 0 ? [] : late.slice(-most))
      const held = decisions.filter(({ reason }) => reason === 'ask')
      expect(held.reduce((sum, { count }) => sum + count, 0)).toBe(missed === 'ask' ? late.length : 0)
    }))

  test('what is blocked never starts, and says why', () =>
    holds((given) => {
      for (const { first, last, outcome, reason } of decide(given).decisions) {
        const blocked = blockedAt(given, first)
        if (!blocked) continue
        expect([outcome, reason]).toEqual([given.isOnce && outcome === 'held' ? 'held' : 'skipped', blocked])
        for (const at of timesIn(given.timetable, first - 1, last)) expect(blockedAt(given, at)).toBe(blocked)
      }
    }))

  test('what cannot be run is never started', () =>
    holds((given) => {
      if (given.refusal === null) return
      const { decisions } = decide(given)
      expect(decisions.filter(({ outcome }) => outcome === 'started')).toEqual([])
      for (const { reason, detail } of decisions)
        expect(detail).toBe(reason === 'refused' ? given.refusal : null)
    }))

  test('where runs may not overlap, one is started at most beside none', () =>
    holds((given) => {
      const { decisions } = decide(given)
      const punctual = decisions.filter(
        ({ reason, outcome }) => reason === 'on-time' && outcome === 'started',
      )
      const late = decisions.filter(({ reason }) => reason === 'catch-up').length
      if (given.rules.overlap === 'skip')
        expect(punctual.length).toBeLessThanOrEqual(given.open + late > 0 ? 0 : 1)
      if (given.rules.overlap === 'queue' && given.waiting > 0) expect(punctual).toEqual([])
      if (given.rules.overlap !== 'replace') expect(decisions.filter(({ replaces }) => replaces)).toEqual([])
    }))

  // What was started when the clock was ahead runs again, or hides its neighbour.
  test('what was started before is passed over, and nothing else is', () => {
    const at = BEGIN + 60_000
    const given: Situation = {
      now: at,
      cursor: at - 10_000,
      timetable: timetableOf({ every: 5000, anchor: BEGIN }, { since: BEGIN, localZone: 'UTC' }),
      delayOf: () => 0,
      jitter: 0,
      rules: { missed: 'latest', missedWindow: DAY, missedLimit: 1, overlap: 'queue-all' },
      blocks: [{ from: at, to: at + 1, reason: 'taken' }],
      open: 0,
      waiting: 0,
      isOnce: false,
      refusal: null,
    }
    expect(decide(given).decisions).toMatchObject([{ first: at - 5000, outcome: 'started' }])
  })
})

test.each([
  ['skip', 0, 0, true],
  ['skip', 1, 0, false],
  ['skip', 1, 1, false],
  ['queue', 1, 0, true],
  ['queue', 2, 1, false],
  ['queue-all', 9, 8, true],
  ['replace', 1, 0, true],
  ['allow', 9, 8, true],
] as const)('overlap %s with %i open, of which %i wait: %o', (overlap, open, waiting, may) =>
  expect(mayOverlap(overlap, open, waiting)).toBe(may),
)

describe('how long a time is put off', () => {
  test('is the same each time, and less than the window', () =>
    fc.assert(
      fc.property(fc.string(), time, fc.integer({ min: 0, max: DAY }), (jobId, at, window) => {
        const delay = delayOf(jobId, at, window)
        expect(delayOf(jobId, at, window)).toBe(delay)
        expect(delay).toBeGreaterThanOrEqual(0)
        expect(delay).toBeLessThan(Math.max(1, window))
      }),
    ))

  test('is spread over the window', () => {
    const delays = Array.from({ length: 1000 }, (_, index) => delayOf(`job ${index}`, BEGIN, 1000))
    for (const quarter of [0, 1, 2, 3]) {
      const within = delays.filter((delay) => Math.floor(delay / 250) === quarter).length
      expect(within).toBeGreaterThan(180)
      expect(within).toBeLessThan(320)
    }
  })

  // A table that holds what is due the other way round would leave the second one out.
  test('two that are due the other way round are both decided', () => {
    const delays = new Map([
      [BEGIN + 1000, 50_000],
      [BEGIN + 2000, 0],
    ])
    const verdict = decide({
      now: BEGIN + 51_000,
      cursor: BEGIN,
      timetable: timetableOf({ every: 1000, until: BEGIN + 2000 }, { since: BEGIN, localZone: 'UTC' }),
      delayOf: (at) => delays.get(at)!,
      jitter: 60_000,
      rules: { missed: 'skip', missedWindow: DAY, missedLimit: 1, overlap: 'allow' },
      blocks: [],
      open: 0,
      waiting: 0,
      isOnce: false,
      refusal: null,
    })
    expect(verdict.decisions.map(({ first }) => first)).toEqual([BEGIN + 1000, BEGIN + 2000])
  })
})
