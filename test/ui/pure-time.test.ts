/** What the window says of time: how long something takes, what was missed, and where a run stands in a picture. */
import * as fc from 'fast-check'
import { createInstance } from 'i18next'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Category, Execution, Occurrence } from '../../src/shared/contract.ts'
import { OUTCOMES, REASONS } from '../../src/shared/schedule.ts'
import { whenText } from '../../src/renderer/format.ts'
import { whyOf } from '../../src/renderer/parts/ledger-words.ts'
import { awayOf, awaySentences, failuresOf } from '../../src/renderer/state/away.ts'
import { obstacleOf } from '../../src/renderer/state/obstacles.ts'
import { remaining } from '../../src/renderer/state/remaining.ts'
import { quantile, skippedAt, trendOf } from '../../src/renderer/state/trend.ts'
import {
  beginsDay,
  loadOf,
  marksOf,
  panned,
  spanAt,
  ticksOf,
  timeAt,
  xOf,
  zoomed,
  type Span,
} from '../../src/renderer/state/time-scale.ts'

const TEXTS = resolve(import.meta.dirname, '../../src/renderer/texts')
const textsOf = (language: string) =>
  JSON.parse(readFileSync(join(TEXTS, language, 'now.json'), 'utf8')) as Record<string, object>

const speaking = createInstance()
await speaking.init({
  lng: 'en',
  resources: { en: { translation: textsOf('en') }, zh: { translation: textsOf('zh') } },
  interpolation: { escapeValue: false },
})

/** What it answers where the clock on the wall is that of a zone. */
function inZone<T>(zone: string, work: () => T): T {
  const before = process.env['TZ']
  process.env['TZ'] = zone
  try {
    return work()
  } finally {
    if (before === undefined) delete process.env['TZ']
    else process.env['TZ'] = before
  }
}

const HOUR = 3_600_000
const DAY = 24 * HOUR

describe('how long a run still takes', () => {
  test('follows from its own progress, else from what is usual, else it is not said', () => {
    expect(remaining({ startedAt: 0, progress: 25 }, 9000, 1000)).toBe(3000)
    expect(remaining({ startedAt: 0, progress: 0 }, 9000, 1000)).toBe(8000)
    expect(remaining({ startedAt: 0, progress: 0 }, 900, 1000)).toBe(0)
    expect(remaining({ startedAt: 0, progress: 2 }, 9000, 1000)).toBe(8000)
    expect(remaining({ startedAt: 0, progress: 100 }, 9000, 1000)).toBeNull()
    expect(remaining({ startedAt: 0, progress: 0 }, null, 1000)).toBeNull()
    expect(remaining({ startedAt: null, progress: 0 }, 9000, 1000)).toBeNull()
  })

  test('is never less than nothing', () => {
    const rule = fc.property(
      fc.nat(),
      fc.nat(100),
      fc.option(fc.nat()),
      fc.nat(),
      (at, progress, usual, now) => {
        expect(remaining({ startedAt: at, progress }, usual, now) ?? 0).toBeGreaterThanOrEqual(0)
      },
    )
    fc.assert(rule)
  })
})

const entry = (part: Partial<Occurrence>): Occurrence => ({
  jobId: 'a',
  jobName: 'A',
  firstAt: 10,
  lastAt: 10,
  count: 1,
  outcome: 'missed',
  reason: 'superseded',
  detail: null,
  executionId: null,
  decidedAt: 20,
  ...part,
})

describe('what became of planned runs', () => {
  test('has a sentence for each outcome and reason, in both languages', () => {
    for (const language of ['en', 'zh'])
      for (const outcome of OUTCOMES)
        for (const reason of REASONS)
          for (const count of [1, 7]) {
            const key = `ledger.why.${whyOf({ outcome, reason })}`
            const said = speaking.getFixedT(language)(key, { count })
            expect([language, outcome, reason, said]).not.toContain(key)
          }
  })

  test('is told by job: one run for all that were missed counts with them', () => {
    const [away, ...others] = awayOf([
      entry({ outcome: 'started', reason: 'catch-up', firstAt: 40, lastAt: 40, executionId: 7 }),
      entry({ firstAt: 10, lastAt: 30, count: 2 }),
    ])
    expect(others).toEqual([])
    expect(away).toMatchObject({ firstAt: 10, lastAt: 40, executionId: 7 })
    expect(awaySentences(speaking.t, away!)).toEqual(['Ran once for 3 missed.'])
  })

  test('tells apart what did not run, by why', () => {
    const [away] = awayOf([
      entry({ reason: 'too-old', count: 3 }),
      entry({ reason: 'limit', count: 2 }),
      entry({ reason: 'refused', outcome: 'skipped', detail: 'no such file' }),
    ])
    const said = awaySentences(speaking.t, away!).join(' ')
    expect(said).toContain('3 not run: missed too long ago.')
    expect(said).toContain('2 not run: more were missed')
    expect(said).toContain('1 could not run: no such file')
  })
})

test('failed runs that were tried again are no failures of their own; the newest of a job stands for all', () => {
  const run = (id: number, jobId: string, retryId: number | null = null) =>
    ({ id, jobId, jobName: jobId, retryId }) as Execution
  const found = failuresOf([run(1, 'a'), run(5, 'a'), run(3, 'b', 4), run(4, 'b')])
  expect(found.map(({ jobId, count, newest }) => [jobId, count, newest.id])).toEqual([
    ['a', 2, 5],
    ['b', 1, 4],
  ])
})

test('what stands in the way of a job is told with what mends it: a pause first, then what cannot run', () => {
  const job = { id: 'x', handlers: [{ priority: 0, handler: { script: 'a.sh' } }] }
  const folders = [{ id: 3, path: 'net/mail' }] as Category[]
  const pause = (target: string) => ({ target, pausedFrom: 0, pausedUntil: null, reason: null })
  const look = (target: string | null, code?: string) =>
    obstacleOf(
      {
        jobId: 'x',
        pause: target === null ? null : pause(target),
        refusal: code ? { code, message: '' } : null,
      },
      job,
      folders,
    )
  expect(look(null)).toBeNull()
  expect(look('category:3', 'not-approved')).toMatchObject({ target: { category: 'net/mail' } })
  expect(look('deck')).toMatchObject({ target: { deck: true } })
  expect(look('job:x')).toMatchObject({ target: { job: 'x' } })
  expect(look('disabled:x')).toEqual({ kind: 'disabled' })
  expect(look(null, 'not-approved')).toEqual({ kind: 'review', script: 'a.sh' })
  expect(look(null, 'command-missing')).toMatchObject({ kind: 'refused', code: 'command-missing' })
})

describe('a picture of time', () => {
  const range = fc
    .tuple(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 60_000, max: 60 * DAY }))
    .map(([from, span]) => ({ from, to: from + span }))

  test('keeps the time under the pointer where it is when it is zoomed', () => {
    const rule = fc.property(
      range,
      fc.double({ min: 0.1, max: 10, noNaN: true }),
      fc.nat(1000),
      (all, by, x) => {
        const at = timeAt(x, all, 1000)
        expect(Math.abs(xOf(at, zoomed(all, by, at), 1000) - x)).toBeLessThan(0.5)
      },
    )
    fc.assert(rule)
  })

  test('is as long as before when it is panned', () => {
    const rule = fc.property(range, fc.integer({ min: -DAY, max: DAY }), (all, by) => {
      expect(panned(all, by).to - panned(all, by).from).toBe(all.to - all.from)
    })
    fc.assert(rule)
  })

  test('has ticks in order, with room between them', () => {
    const rule = fc.property(range, fc.integer({ min: 200, max: 3000 }), (all, width) => {
      const { times } = ticksOf(all, width)
      expect(times.length).toBeLessThan(width / 60 + 3)
      expect(times).toEqual(times.toSorted((a, b) => a - b))
    })
    fc.assert(rule)
  })

  test.each([
    ['2026-03-28T12:00', '2026-03-30T12:00'],
    ['2026-10-24T12:00', '2026-10-26T12:00'],
  ])('has ticks at round times, each midnight among them, though the clock is changed: %s', (from, to) => {
    const all = inZone('Europe/Berlin', () => {
      const range = { from: Date.parse(from), to: Date.parse(to) }
      return [600, 1500, 3000, 6000].map((width) => {
        const { step, times } = ticksOf(range, width)
        const clock = times.map((at) => new Date(at))
        return {
          step,
          gaps: times.slice(1).map((at, index) => at - times[index]!),
          isRound: clock.every((at) => (at.getHours() * HOUR + at.getMinutes() * 60_000) % step === 0),
          days: clock.filter((at) => beginsDay(at.getTime())).map((at) => at.getDate()),
        }
      })
    })
    expect(all.map(({ step }) => step)).toEqual([12 * HOUR, 3 * HOUR, 3 * HOUR, HOUR])
    for (const { step, gaps, isRound, days } of all) {
      expect(isRound).toBe(true)
      expect(days).toEqual(from.startsWith('2026-03') ? [29, 30] : [25, 26])
      // One of them is an hour shorter or longer; single hours are each as long as any other.
      const others = gaps.filter((gap) => gap !== step).map((gap) => Math.abs(gap - step))
      expect(others).toEqual(step === HOUR ? [] : [HOUR])
    }
  })

  test.each(['Asia/Beirut', 'America/Havana', 'Australia/Lord_Howe', 'America/Santiago'])(
    'has ticks that follow one another wherever the clock is changed: %s',
    (zone) => {
      const rule = fc.property(
        fc.integer({ min: 0, max: 365 * 24 }),
        fc.constantFrom(HOUR, 3 * HOUR, 12 * HOUR, DAY, 3 * DAY, 7 * DAY),
        (hours, span) => {
          const from = Date.UTC(2026, 0, 1) + hours * HOUR
          const { times, step } = ticksOf({ from, to: from + span }, 900)
          expect(times[0]!).toBeLessThanOrEqual(from)
          expect(times.at(-1)!).toBeGreaterThan(from + span - step - 2 * HOUR)
          for (const [index, at] of times.entries())
            if (index > 0) expect(at).toBeGreaterThan(times[index - 1]!)
        },
      )
      inZone(zone, () => fc.assert(rule))
    },
  )

  test('tells how many ran at once, at any time', () => {
    const spans = fc.array(
      fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 30 })).map(([startedAt, length]) => ({
        startedAt: startedAt * 10,
        endedAt: (startedAt + length) * 10,
      })),
      { maxLength: 30 },
    )
    const rule = fc.property(spans, fc.nat(90), (all, step) => {
      const at = step * 10 + 5
      const load = loadOf(all, 1000).findLast((each) => each.at <= at)?.count ?? 0
      expect(load).toBe(all.filter(({ startedAt, endedAt }) => startedAt <= at && at < endedAt).length)
    })
    fc.assert(rule)
  })

  test('has a mark near each planned run, whichever is told of first, and none over another', () => {
    const times = fc.array(fc.nat(1000), { maxLength: 50 })
    const rule = fc.property(times, (all) => {
      const planned = all.map((at) => ({ at, snoozed: false }))
      const marks = marksOf(planned, { from: 0, to: 1000 }, 500, 4).map(({ x }) => x)
      for (const at of all) expect(marks.some((x) => Math.abs(x - at / 2) <= 8)).toBe(true)
      for (const [index, x] of marks.entries())
        if (index > 0) expect(x - marks[index - 1]!).toBeGreaterThan(8)
    })
    fc.assert(rule)
  })

  test('finds the run under the pointer, and of several the shortest', () => {
    const run = (id: number, startedAt: number, endedAt: number | null): Span => ({
      id,
      jobId: 'a',
      status: 'completed',
      startedAt,
      endedAt,
    })
    const all = { from: 0, to: 1000 }
    const spans = [run(1, 100, 900), run(2, 400, 401), run(3, 950, null)]
    expect(spanAt(spans, 402, all, 1000, 1000)?.id).toBe(2)
    expect(spanAt(spans, 500, all, 1000, 1000)?.id).toBe(1)
    expect(spanAt(spans, 980, all, 1000, 1000)?.id).toBe(3)
    expect(spanAt(spans, 20, all, 1000, 1000)).toBeUndefined()
  })
})

test('what is usual lies between the tenth and the ninetieth of a hundred; of two runs nothing is said', () => {
  const run = (startedAt: number, durationMs: number | null) =>
    ({ status: 'completed', startedAt, durationMs }) as Execution
  expect(trendOf([run(1, 5), run(2, 5)])).toBeNull()
  const trend = trendOf(Array.from({ length: 101 }, (_, index) => run(1000 - index, index)))
  expect(trend).toMatchObject({ band: [10, 90] })
  expect(trend!.times).toEqual(trend!.times.toSorted((a, b) => a - b))
  expect(quantile([], 0.5)).toBe(0)
})

test('a planned run that was skipped is the next of the job, and not among those that come', () => {
  const preview = (...times: number[]) => ({
    words: { en: '', zh: '' },
    zone: 'UTC',
    occurrences: times.map((at) => ({ at, dst: null })),
  })
  const next = (at: number) => ({ next: { at, dueAt: at } })
  expect(skippedAt(next(50), preview(60, 70), 10)).toBe(50)
  expect(skippedAt(next(50), preview(50, 70), 10)).toBeNull()
  expect(skippedAt(next(5), preview(60), 10)).toBeNull()
  expect(skippedAt({ next: null }, preview(60), 10)).toBeNull()
})

test('a time of today says no day, another one does, in the zone that is asked for', () => {
  const now = Date.UTC(2026, 2, 1, 22)
  expect(whenText('en', now + HOUR, now, { timeZone: 'UTC' })).toBe('11:00 PM')
  expect(whenText('en', now + 3 * HOUR, now, { timeZone: 'UTC' })).toContain('Mar 2')
  expect(whenText('en', now + HOUR, now, { timeZone: 'Europe/Berlin' })).toContain('Mar 2')
})
