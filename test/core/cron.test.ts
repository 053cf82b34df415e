import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scheduleSchema, type ScheduleInput } from '../../src/shared/schedule.ts'
import { checkSchedule } from '../../src/core/plan/check.ts'
import { lastOnes, timesIn, timetableOf, type Timetable } from '../../src/core/plan/timetable.ts'
import { changesOf, comes, watch } from '../support/oracle.ts'

const DAY = 86_400_000
const ZONES = [
  'America/New_York',
  'Europe/London',
  'Europe/Berlin',
  'Australia/Lord_Howe', // changes by half an hour
  'America/Sao_Paulo', // changes at midnight
  'Asia/Kolkata', // never changes
  'America/St_Johns', // changed at one past midnight
  'Pacific/Apia', // left out a whole day in 2011
]

const cronOf = (cron: string, zone: string) => timetableOf({ cron, zone }, { since: 0, localZone: 'UTC' })
const iso = (times: number[]) => times.map((time) => new Date(time).toISOString())

const minute = fc.integer({ min: 0, max: 59 })
const hour = fc.integer({ min: 0, max: 23 })
/** Single values, lists, ranges, steps and wildcards of a field, and mixtures of them. */
function field(value: fc.Arbitrary<number>, max: number): fc.Arbitrary<string> {
  const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`)
  const step = fc.integer({ min: 1, max })
  const plain = fc.oneof(value.map(String), range)
  return fc.oneof(
    { weight: 3, arbitrary: value.map(String) },
    { weight: 1, arbitrary: fc.constant('*') },
    { weight: 1, arbitrary: step.map((by) => `*/${by}`) },
    { weight: 1, arbitrary: fc.tuple(plain, step).map(([from, by]) => `${from}/${by}`) },
    { weight: 3, arbitrary: fc.array(plain, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(',')) },
  )
}
/** Hours in which clocks are changed come up more often. */
const expression = fc
  .tuple(field(minute, 59), field(fc.oneof(hour, fc.constantFrom(0, 1, 2, 3, 23)), 23))
  .map(([minutes, hours]) => `${minutes} ${hours} * * *`)

const KNOWN = [
  ['30 2 * * *', '0,30 2 * * *', '30 2,14 * * *', '*/20 2 * * *', '15-45/15 2 * * *', '15-45 2 * * *'],
  ['* * * * *', '0 * * * *', '30 0-3 * * *', '0 0 * * *', '30 1 * * *', '59 23 * * *', '10 */3 * * *'],
  ['0-59 1 * * *', '45 1-2 * * *', '5 0 * * *', '5 30 1 * * *', '0 2-4 * * *'],
].flat()

const sample = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number, seed: number) =>
  fc.sample(arbitrary, { numRuns, seed })

/** Compares the engine with the oracle over some days. */
function compare(zone: string, from: number, to: number, expressions: string[]): string[] {
  const watched = watch(zone, from - DAY / 2, to)
  return expressions.flatMap((cron) => {
    const wanted = comes(cron, watched).filter((time) => time >= from)
    const table = cronOf(cron, zone)
    const found = timesIn(table, from - 1, to)
    const where = `${cron} in ${zone}, ${iso([from])[0]}`
    const last = lastOnes(table, from - 1, to, 3)
    return [
      iso(found).join() === iso(wanted).join()
        ? []
        : [`${where}: ${iso(found).join()} instead of ${iso(wanted).join()}`],
      table.count(from - 1, to) === wanted.length ? [] : [`${where}: counts ${table.count(from - 1, to)}`],
      last.join() === wanted.slice(-3).join() ? [] : [`${where}: the last ones are ${iso(last).join()}`],
    ].flat()
  })
}

describe('a cron expression and the clock of its zone', () => {
  // A time that is lost, doubled or an hour off on the two nights of a year on which clocks are set.
  test.each(ZONES)('agree with a watch on the clock around every change of it, 1990 to 2040: %s', (zone) => {
    const faults = changesOf(zone, 1990, 2040).flatMap((day, index) =>
      compare(zone, day, day + 1.5 * DAY, [...KNOWN, ...sample(expression, 4, index)]),
    )
    expect(faults).toEqual([])
  })

  test.each(ZONES)('agree on days of no account: %s', (zone) => {
    const days = fc.integer({ min: Date.UTC(1990) / DAY, max: Date.UTC(2040, 11, 1) / DAY })
    const faults = sample(days, 15, 7).flatMap((day) =>
      compare(zone, day * DAY, (day + 1) * DAY, sample(expression, 8, day)),
    )
    expect(faults).toEqual([])
  })

  // What the ledger counts would not be what was planned.
  test('next, count and the last ones are of one mind, over any span', () => {
    const time = fc.integer({ min: Date.UTC(1995), max: Date.UTC(2035) })
    const any = fc.tuple(
      fc.constantFrom('0', '*/20', '7,50'),
      fc.oneof(expression, fc.constantFrom('15 3 L * *', '0 2 15W * *', '30 1 * * sun#L', '0 1 29 2 *')),
    )
    fc.assert(
      fc.property(
        any,
        fc.constantFrom(...ZONES),
        time,
        fc.integer({ min: 0, max: 5 * DAY }),
        ([second, rest], zone, from, span) => {
          const table = cronOf(`${second} ${rest}`, zone)
          const times = timesIn(table, from, from + span)
          expect(table.count(from, from + span)).toBe(times.length)
          expect(lastOnes(table, from, from + span, 5)).toEqual(times.slice(-5))
          expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b))
          for (const at of times.slice(0, 20)) {
            expect(table.next(at - 1)?.at).toBe(at)
            expect(table.count(at - 1, at)).toBe(1)
            expect(table.count(from, at) + table.count(at, from + span)).toBe(times.length)
          }
        },
      ),
      { numRuns: 400 },
    )
  })

  test('what the clock does to a time is told', () => {
    const dst = (cron: string, day: string) => {
      const from = Date.parse(`${day}T04:00:00Z`)
      const table = cronOf(cron, 'America/New_York')
      const found: (string | null)[] = []
      for (let next = table.next(from - 1)!; next.at < from + DAY; next = table.next(next.at)!)
        found.push(next.dst)
      return found
    }
    expect(dst('30 2 * * *', '2026-03-08')).toEqual(['gap'])
    expect(dst('30 1 * * *', '2026-11-01')).toEqual(['first-pass'])
    expect(dst('30 * * * *', '2026-11-01').slice(0, 4)).toEqual([null, 'first-pass', 'second-pass', null])
    expect(dst('30 2 * * *', '2026-06-08')).toEqual([null])
  })
})

describe('days', () => {
  const daysOf = (cron: string, year = 2026) =>
    iso(timesIn(cronOf(cron, 'UTC'), Date.UTC(year) - 1, Date.UTC(year + 1) - 1)).map((time) =>
      time.slice(5, 10),
    )
  const allDays = Array.from({ length: 365 }, (_, index) => new Date(Date.UTC(2026, 0, 1 + index)))
  const daysWith = (test: (day: Date) => boolean) =>
    allDays.filter(test).map((day) => day.toISOString().slice(5, 10))
  const isLast = (day: Date, weekday?: number) =>
    new Date(+day + (weekday === undefined ? 1 : 7) * DAY).getUTCMonth() !== day.getUTCMonth() &&
    (weekday === undefined || day.getUTCDay() === weekday)
  /** The working day next to the 15th, in the same month. */
  const nearest15 = (day: Date) => {
    const [weekday, date] = [day.getUTCDay(), day.getUTCDate()]
    return (
      weekday % 6 !== 0 && (date === 15 || (date === 14 && weekday === 5) || (date === 16 && weekday === 1))
    )
  }

  test.each<[string, (day: Date) => boolean]>([
    ['0 0 L * *', (day) => isLast(day)],
    ['0 0 15W * *', nearest15],
    ['0 0 * * 2#2', (day) => day.getUTCDay() === 2 && Math.ceil(day.getUTCDate() / 7) === 2],
    ['0 0 * * 5L', (day) => isLast(day, 5)],
    ['0 0 * * friL', (day) => isLast(day, 5)],
    ['0 0 * * fri#L', (day) => isLast(day, 5)],
    ['0 0 * * MON-fri', (day) => day.getUTCDay() % 6 !== 0],
    ['0 0 * * 7', (day) => day.getUTCDay() === 0],
    ['0 0 * jan,Dec *', (day) => day.getUTCMonth() % 11 === 0],
    ['0 0 1-7 * *', (day) => day.getUTCDate() <= 7],
    ['0 0 */10 * *', (day) => (day.getUTCDate() - 1) % 10 === 0],
    // As in every cron: where both days are narrowed down, either is enough.
    ['0 0 13 * fri', (day) => day.getUTCDate() === 13 || day.getUTCDay() === 5],
    ['0 0 ? * ?', () => true],
    ['@yearly', (day) => day.getUTCMonth() === 0 && day.getUTCDate() === 1],
    ['@Monthly', (day) => day.getUTCDate() === 1],
    ['@weekly', (day) => day.getUTCDay() === 0],
    ['@daily', () => true],
  ])('%s comes on them and no others', (cron, isDay) => expect(daysOf(cron)).toEqual(daysWith(isDay)))

  test('the 29th of February is found years ahead, and at a time that the clock shows twice', () => {
    expect(iso([cronOf('0 12 29 2 *', 'UTC').next(Date.UTC(2096, 2))!.at])).toEqual([
      '2104-02-29T12:00:00.000Z',
    ])
    expect(iso([cronOf('30 1 * 11 sun#1', 'America/New_York').next(Date.UTC(2026, 10))!.at])).toEqual([
      '2026-11-01T05:30:00.000Z',
    ])
  })

  test('seconds', () => {
    const from = Date.UTC(2026, 5, 1)
    expect(timesIn(cronOf('*/20 * * * * *', 'UTC'), from, from + 60_000)).toEqual([
      from + 20_000,
      from + 40_000,
      from + 60_000,
    ])
    expect(cronOf('* * * * * *', 'Europe/Berlin').count(from, from + 31 * DAY)).toBe(31 * 86_400)
  })
})

describe('a schedule that cannot be kept', () => {
  function refusal(schedule: unknown): string {
    const checked = scheduleSchema.parse(schedule)
    const begun = performance.now()
    try {
      checkSchedule(checked, Date.UTC(2026), 'UTC')
    } catch (thrown) {
      expect(performance.now() - begun).toBeLessThan(500)
      return (thrown as Error).message
    }
    throw new Error(`${JSON.stringify(schedule).slice(0, 100)} was taken`)
  }

  // An expression that holds the engine, or comes at other times than its author thinks.
  const REFUSED = [
    ['0 0 1--100000000 * *', 'day of month'],
    ['0 0 1-100000000 * *', 'day of month'],
    ['0 0 1-31/0 * *', 'day of month'],
    ['*/0 * * * *', 'minute'],
    ['*/60 * * * *', 'minute'],
    ['60 * * * *', 'minute'],
    ['-1 * * * *', 'minute'],
    ['5-1 * * * *', 'minute'],
    ['1e1 * * * *', 'minute'],
    ['0x5 * * * *', 'minute'],
    ['+5 * * * *', 'minute'],
    ['1.5 * * * *', 'minute'],
    [', * * * *', 'minute'],
    ['1,,2 * * * *', 'minute'],
    ['*,5,* 24 * * *', 'hour'],
    ['1-2-3 * * * *', 'minute'],
    ['*/5/2 * * * *', 'minute'],
    ['L * * * *', 'minute'],
    ['٣ * * * *', 'minute'],
    ['５ * * * *', 'minute'],
    ['* * ³ * *', 'day of month'],
    ['\uD800 * * * *', 'minute'],
    ['*\0 * * * *', 'minute'],
    ['__proto__ * * * *', 'minute'],
    ['* * * constructor *', 'month'],
    ['* * * * 8', 'day of week'],
    ['* * * * mon#6', 'day of week'],
    ['* * * 0 *', 'month'],
    ['* * * 13 *', 'month'],
    ['* * 0 * *', 'day of month'],
    ['* * 0W * *', 'day of month'],
    ['* * 32W * *', 'day of month'],
    ['* * 99W * *', 'day of month'],
    ['61 * * * * *', 'second'],
    ['0 0 31 2 *', 'day of month'],
    ['0 0 30 feb *', 'day of month'],
    ['0 0 31 4,6,9,11 *', 'day of month'],
    ['0 0 31W 2 *', 'day of month'],
    ['* * * *', '5 fields'],
    ['* * * * * * *', '5 fields'],
    ['', '5 fields'],
    ['   ', '5 fields'],
    ['@never', '@reboot'],
    [`${'1,'.repeat(10_000)}1 * * * *`, '256'],
    [`${'9'.repeat(99_000)} * * * *`, '256'],
    [`${'9'.repeat(200)} * * * *`, 'minute'],
    [`${'*/1-'.repeat(50)} * * * *`, 'minute'],
    ['0,'.repeat(100) + '60 * * * *', 'minute'],
  ].map(([cron, named]) => ({ cron: cron!, named: named!, shown: JSON.stringify(cron).slice(0, 40) }))

  test.each(REFUSED)('$shown is refused at once, and $named is named', ({ cron, named }) => {
    expect(refusal({ cron })).toMatch(/^schedule\.cron/)
    expect(refusal({ cron })).toContain(named)
  })

  test('whatever is typed is refused with a word or comes', () => {
    const letter = fc.constantFrom(...'0123456789*?/-,#LW @ \t'.split(''), 'mon', 'feb', '\uD83D', '٣')
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: letter, maxLength: 30 }),
          fc
            .array(fc.string({ unit: letter, minLength: 1, maxLength: 5 }), { minLength: 5, maxLength: 6 })
            .map((parts) => parts.join(' ')),
        ),
        (cron) => {
          try {
            checkSchedule(scheduleSchema.parse({ cron }), 0, 'UTC')
          } catch (thrown) {
            expect(thrown).toMatchObject({
              code: 'invalid-input',
              message: expect.stringMatching(/^schedule\.cron/),
            })
            return
          }
          expect(cronOf(cron, 'UTC').next(Date.UTC(2026))).toBeDefined()
        },
      ),
      { numRuns: 2000 },
    )
  })

  test.each<[ScheduleInput, string]>([
    [{ cron: '@daily', zone: 'Mars/Olympus' }, 'schedule.zone'],
    [{ cron: '@daily', zone: '+01:00' }, 'schedule.zone'],
    [{ cron: '@daily', zone: 'UTC\0' }, 'schedule.zone'],
    [{ cron: '@daily', from: 2000, until: 1000 }, 'schedule.until'],
    [{ every: '1h', jitter: '1h' }, 'schedule.jitter'],
    [{ cron: '0,1 * * * *', jitter: '5m' }, 'schedule.jitter'],
  ])('%j names %s', (schedule, field) => expect(refusal(schedule)).toContain(field))
})

describe('intervals, single times and bounds', () => {
  const every = (schedule: Parameters<typeof timetableOf>[0]): Timetable =>
    timetableOf(schedule, { since: 1_000_000, localZone: 'UTC' })

  test('an interval counts from its anchor, which is one of its times, or from when it was set, which is not', () => {
    expect(timesIn(every({ every: 1000, anchor: 1_000_500 }), 0, 1_002_600)).toEqual([
      1_000_500, 1_001_500, 1_002_500,
    ])
    expect(timesIn(every({ every: 1000 }), 0, 1_002_600)).toEqual([1_001_000, 1_002_000])
  })

  test('count and next agree for every interval and bound', () => {
    const time = fc.integer({ min: 0, max: 3_000_000 })
    fc.assert(
      fc.property(
        fc.record(
          { every: fc.integer({ min: 1000, max: 500_000 }), anchor: time, from: time, until: time },
          { requiredKeys: ['every'] },
        ),
        time,
        time,
        (schedule, from, span) => {
          const table = every(schedule)
          const times = timesIn(table, from, from + span)
          expect(table.count(from, from + span)).toBe(times.length)
          expect(lastOnes(table, from, from + span, 4)).toEqual(times.slice(-4))
          for (const at of times) expect(at).toBeGreaterThanOrEqual(schedule.from ?? 0)
          for (const at of times) expect(at).toBeLessThanOrEqual(schedule.until ?? Infinity)
        },
      ),
      { numRuns: 300 },
    )
  })
})
