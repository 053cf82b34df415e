/** The times of a cron expression. The calendar, with L, W and #, is croner's; the clock, and what becomes of it when it is changed, is here. */
import { Cron } from 'croner'
import { LRUCache } from 'lru-cache'
import { CronError, parseCron, type CronFields } from './cron-fields.ts'
import type { Timetable } from './timetable.ts'
import { DAY, instantsOf, periodsBetween, wallTime, type Shown } from './zone.ts'

const HOUR = 3_600_000
const MINUTE = 60_000
/** No clock is set by more than a day at once. */
const AROUND = 2 * DAY
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

function createTable(fields: CronFields, zone: string): Timetable {
  const { hours, minutes, seconds, followsClock } = fields
  const nextDay = calendar(fields.days)
  const perMinute = seconds.length
  const perDay = hours.length * minutes.length * perMinute
  const changedDays = new LRUCache<number, Shown[]>({ max: 20 })

  /** Where the clock is not changed on a day, or near it: how far it is before UTC. */
  function steadyOffset(day: number): number | undefined {
    const periods = periodsBetween(zone, day - DAY, day + 2 * DAY)
    return periods.length === 1 ? periods[0]!.offset : undefined
  }

  /** All times of a day on which, or near which, the clock is changed, in order. */
  function timesOfChangedDay(day: number): Shown[] {
    const known = changedDays.get(day)
    if (known) return known
    const periods = periodsBetween(zone, day - AROUND, day + DAY + AROUND)
    const found = new Map<number, Shown>()
    for (const hour of hours) {
      for (const minute of minutes) {
        for (const second of seconds) {
          const shown = instantsOf(periods, day + hour * HOUR + minute * MINUTE + second * 1000)
          const kept = followsClock ? shown.filter(({ dst }) => dst !== 'gap') : shown.slice(0, 1)
          // What falls into a gap comes with what is planned for the end of the gap.
          for (const each of kept) if (!found.has(each.at)) found.set(each.at, each)
        }
      }
    }
    const times = [...found.values()].toSorted((a, b) => a.at - b.at)
    changedDays.set(day, times)
    return times
  }

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

  /** The days of the calendar, as midnights in UTC, from the one before `instant` on: it may still have times. */
  function* daysFrom(instant: number): Generator<number> {
    const first = Math.floor(wallTime(zone, instant) / DAY) * DAY - DAY
    for (let day = nextDay(first - DAY); day !== undefined; day = nextDay(day)) yield day
  }

  function next(after: number): Shown | undefined {
    let found: Shown | undefined
    for (const day of daysFrom(after)) {
      const before = found
      const offset = steadyOffset(day)
      if (offset === undefined) {
        const time = timesOfChangedDay(day).find(({ at }) => at > after)
        if (time && (!found || time.at < found.at)) found = time
      } else {
        const time = firstAfter(after + offset - day)
        const at = time === undefined ? Infinity : day + time - offset
        if (at < (found?.at ?? Infinity)) found = { at, dst: null }
      }
      // Around a change the times of two days can be mixed: St. John's once set its clock back at one past midnight.
      if (found && (before || offset !== undefined)) return found
    }
    return found
  }

  return {
    next,
    count(from, to) {
      let count = 0
      for (const day of daysFrom(from)) {
        if (day - AROUND > to) break
        const offset = steadyOffset(day)
        if (offset === undefined)
          count += timesOfChangedDay(day).filter(({ at }) => at > from && at <= to).length
        else if (day - offset > from && day + DAY - offset <= to) count += perDay
        else count += Math.max(0, countUpTo(to + offset - day)) - Math.max(0, countUpTo(from + offset - day))
      }
      return count
    },
  }
}

/**
 * @returns the function that finds the next day, as a midnight in UTC, after another one
 * @throws CronError where there is none at all
 */
function calendar(days: string): (after: number) => number | undefined {
  let cron: Cron
  try {
    cron = new Cron(`0 0 0 ${days}`, { timezone: 'UTC', paused: true })
  } catch (thrown) {
    throw new CronError((thrown as Error).message.replace(/^CronPattern: /, ''))
  }
  const everyDay = /^[*?] [*?] [*?]$/.test(days)
  if (everyDay) return (after) => (after < END ? after + DAY : undefined)
  const next = (after: number) => cron.nextRun(new Date(after))?.getTime()
  if (next(Date.UTC(2024, 0, 1)) === undefined) {
    throw new CronError(
      `day of month and month: no year has such a day (${days.split(' ').slice(0, 2).join(' ')})`,
    )
  }
  return next
}
