/** The times of a cron expression. The calendar, with L, W and #, is croner's; the clock, and what becomes of it when it is changed, is here. */
import { Cron } from 'croner'
import { LRUCache } from 'lru-cache'
import { CronError, parseCron, type CronFields } from './cron-fields.ts'
import type { Timetable } from './timetable.ts'
import { AROUND, DAY, periodsBetween, type Period, type Shown } from './zone.ts'

const HOUR = 3_600_000
const MINUTE = 60_000
/** So far ahead each change of a clock is looked at, before the calendar is asked how much later the next time comes. */
const AHEAD = 30 * DAY
/** A time that the clock never reaches: croner's calendar ends there. */
const END = Date.UTC(9999, 11, 30)

const tables = new LRUCache<string, Timetable>({ max: 1000 })

/**
 * @param zone an IANA time zone
 * @throws CronError for an expression that is none, or that never comes
 */
export function cronTimetable(expression: string, zone: string): Timetable {
  const key = `${expression} ${zone}`
  const known = tables.get(key)
  if (known) return known
  const table = createTable(parseCron(expression), zone)
  tables.set(key, table)
  return table
}

/** A period of a zone, and how its clock stands to what it has shown before and shows after; times as if they were UTC. */
interface Span extends Period {
  /** What the clock had come to before; it is beyond the beginning where the clock was set back. */
  reached: number
  /** What the clock is set to at the end. */
  goesOnAt: number
}

/** The periods that have a part between two instants. */
function spansBetween(zone: string, from: number, to: number): Span[] {
  const periods = periodsBetween(zone, from - AROUND, to + AROUND)
  let reached = -Infinity
  const spans = periods.map((period, index) => {
    const after = periods[index + 1]
    const begins = period.from + period.offset
    const span = {
      ...period,
      reached: index === 0 ? begins : reached,
      goesOnAt: after ? after.from + after.offset : Infinity,
    }
    reached = Math.max(reached, period.to + period.offset)
    return span
  })
  return spans.filter((span) => span.to > from && span.from <= to)
}

function createTable(fields: CronFields, zone: string): Timetable {
  const { next: nextTime, count: countTimes } = wallTimes(fields)

  /** The first time that the clock begins anew to show in a span, `after` excluded. Times are as if they were UTC. */
  function firstOf({ from, to, offset, reached, goesOnAt }: Span, after: number): Shown | undefined {
    const begins = from + offset
    // What falls into a gap comes with what is planned for the end of the gap.
    const fellOut = !fields.followsClock && reached < begins && countTimes(reached - 1, begins - 1) > 0
    if (fellOut && after < from) return { at: from, dst: 'gap' }
    const since = fields.followsClock ? begins : Math.max(begins, reached)
    const wall = nextTime(Math.max(after + offset, since - 1))
    if (wall === undefined || wall >= to + offset) return undefined
    return {
      at: wall - offset,
      dst: wall < reached ? 'second-pass' : wall >= goesOnAt ? 'first-pass' : null,
    }
  }

  return {
    next(after) {
      for (let from = after; from < END;) {
        for (const span of spansBetween(zone, from, from + AHEAD)) {
          const found = firstOf(span, after)
          if (found) return found
        }
        const wall = nextTime(from + AHEAD - DAY)
        if (wall === undefined) return undefined
        from = Math.max(from + AHEAD, wall - AROUND)
      }
      return undefined
    },
    count(from, to) {
      let count = 0
      for (const span of spansBetween(zone, from, to)) {
        const { offset, reached } = span
        const begins = span.from + offset
        const gap = firstOf(span, span.from - 1)
        const since = fields.followsClock ? begins : Math.max(begins, reached)
        const low = Math.max(from + offset, since - 1)
        const high = Math.min(to + offset, span.to + offset - 1)
        if (high > low) count += countTimes(low, high)
        const isExtra = gap?.dst === 'gap' && countTimes(begins - 1, begins) === 0
        if (isExtra && gap.at > from && gap.at <= to) count++
      }
      return count
    },
  }
}

/** The times that an expression names, on a clock that is never set: as if they were UTC. */
function wallTimes({ hours, minutes, seconds, days }: CronFields): {
  next(after: number): number | undefined
  count(from: number, to: number): number
} {
  const { next: nextDay, isDaily } = calendar(days)
  const perMinute = seconds.length
  const perDay = hours.length * minutes.length * perMinute
  const dayOf = (time: number) => Math.floor(time / DAY) * DAY

  /** The first time of a day that comes after so many ms of it. */
  function firstAfter(time: number): number | undefined {
    for (const hour of hours) {
      if ((hour + 1) * HOUR <= time) continue
      for (const minute of minutes) {
        const base = hour * HOUR + minute * MINUTE
        if (base + MINUTE <= time) continue
        const second = seconds.find((value) => base + value * 1000 > time)
        if (second !== undefined) return base + second * 1000
      }
    }
    return undefined
  }

  /** How many times a day has in its first so many ms, the last of them included. */
  function countUpTo(time: number): number {
    let count = 0
    for (const hour of hours) {
      for (const minute of minutes) {
        const base = hour * HOUR + minute * MINUTE
        if (base > time) return count
        if (base + MINUTE <= time) count += perMinute
        else count += seconds.filter((value) => base + value * 1000 <= time).length
      }
    }
    return count
  }

  return {
    next(after) {
      for (let day = nextDay(dayOf(after) - 1); day !== undefined; day = nextDay(day)) {
        const time = firstAfter(after - day)
        if (time !== undefined) return day + time
      }
      return undefined
    },
    count(from, to) {
      const last = dayOf(to)
      let count = 0
      for (let day = nextDay(dayOf(from) - 1); day !== undefined && day <= last; day = nextDay(day)) {
        const isWhole = day > from && day < last
        // Each of the days up to the last one has as many.
        const whole = isWhole && isDaily ? (last - day) / DAY : 1
        count += isWhole ? whole * perDay : countUpTo(to - day) - countUpTo(from - day)
        day += (whole - 1) * DAY
      }
      return count
    },
  }
}

/**
 * @returns the function that finds the next day, as a midnight in UTC, after another one
 * @throws CronError where there is none at all
 */
function calendar(text: string): { next(after: number): number | undefined; isDaily: boolean } {
  let cron: Cron
  try {
    cron = new Cron(`0 0 0 ${text}`, { timezone: 'UTC', paused: true })
  } catch (thrown) {
    throw new CronError((thrown as Error).message.replace(/^CronPattern: /, ''))
  }
  const isDaily = /^[*?] [*?] [*?]$/.test(text)
  if (isDaily) {
    const next = (after: number) => (after < END ? (Math.floor(after / DAY) + 1) * DAY : undefined)
    return { next, isDaily }
  }
  // Croner takes a tenth of a millisecond for each.
  const days = new LRUCache<number, { day: number | undefined }>({ max: 100 })
  function next(after: number): number | undefined {
    const known = days.get(after) ?? { day: cron.nextRun(new Date(after))?.getTime() }
    days.set(after, known)
    return known.day
  }
  if (next(Date.UTC(2024, 0, 1)) === undefined) {
    throw new CronError(
      `day of month and month: no year has such a day (${text.split(' ').slice(0, 2).join(' ')})`,
    )
  }
  return { next, isDaily }
}
