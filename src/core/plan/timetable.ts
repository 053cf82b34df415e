/** When a schedule comes: one form for all kinds. Instants are ms since 1970, UTC. */
import { LOCAL, isAtStart, type Schedule } from '../../shared/schedule.ts'
import { cronTimetable } from './next.ts'
import type { Shown } from './zone.ts'

export interface Timetable {
  /** The first time after an instant, or undefined where none comes any more. */
  next(after: number): Shown | undefined
  /** How many times lie after `from`, up to `to` and including it. */
  count(from: number, to: number): number
}

const NEVER: Timetable = { next: () => undefined, count: () => 0 }

export interface TimetableOptions {
  /** When the schedule was set: the anchor of an interval without one of its own. */
  since: number
  /** What `local` means. */
  localZone: string
  /** When the planner started: that is `@reboot`. */
  plannerSince?: number | undefined
}

/** @throws CronError for a cron expression that is none; RangeError for a zone that is none */
export function timetableOf(schedule: Schedule, options: TimetableOptions): Timetable {
  if ('daemon' in schedule) return NEVER
  if ('at' in schedule) return once(schedule.at)
  return bounded(unbounded(schedule, options), schedule)
}

function unbounded(
  schedule: Extract<Schedule, { cron: string } | { every: number }>,
  { since, localZone, plannerSince }: TimetableOptions,
): Timetable {
  if ('every' in schedule)
    return every(schedule.every, schedule.anchor ?? since, schedule.anchor !== undefined)
  if (isAtStart(schedule)) return plannerSince === undefined ? NEVER : once(plannerSince)
  return cronTimetable(schedule.cron, zoneOf(schedule, localZone))
}

export const zoneOf = (schedule: Schedule, localZone: string): string => {
  const { zone = LOCAL } = 'zone' in schedule ? schedule : {}
  return zone === LOCAL ? localZone : zone
}

const once = (at: number): Timetable => ({
  next: (after) => (at > after ? { at, dst: null } : undefined),
  count: (from, to) => Number(at > from && at <= to),
})

/** @param itself whether the anchor itself is one of the times, or only what comes after it */
function every(interval: number, anchor: number, itself: boolean): Timetable {
  const first = itself ? 0 : 1
  const upTo = (time: number) => Math.max(first - 1, Math.floor((time - anchor) / interval))
  return {
    next: (after) => ({ at: anchor + (upTo(after) + 1) * interval, dst: null }),
    count: (from, to) => Math.max(0, upTo(to) - upTo(from)),
  }
}

function bounded(
  table: Timetable,
  { from = -Infinity, until = Infinity }: { from?: number | undefined; until?: number | undefined },
): Timetable {
  if (from === -Infinity && until === Infinity) return table
  return {
    next(after) {
      const found = table.next(Math.max(after, from - 1))
      return found && found.at <= until ? found : undefined
    },
    count: (low, high) => {
      const start = Math.max(low, from - 1)
      const end = Math.min(high, until)
      return end > start ? table.count(start, end) : 0
    },
  }
}

/** The last time in a span, `from` excluded, or undefined. */
export const lastIn = (table: Timetable, from: number, to: number): number | undefined =>
  lastOnes(table, from, to, 1)[0]

/** The last so many times in a span, `from` excluded, in order. */
export function lastOnes(table: Timetable, from: number, to: number, most: number): number[] {
  // Looks back twice as far each time, so that not all of a long span is gone through.
  let start = to
  for (let span = 1000; start > from && table.count(start, to) < most; span *= 2)
    start = Math.max(from, to - span)
  return timesIn(table, start, to).slice(-most)
}

/** Every time in a span, `from` excluded. */
export function timesIn(table: Timetable, from: number, to: number): number[] {
  const times: number[] = []
  for (let time = table.next(from); time && time.at <= to; time = table.next(time.at)) times.push(time.at)
  return times
}
