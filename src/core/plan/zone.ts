/** Time zones: which clock a zone shows when, and the instants of the times that it shows. */
import { tzOffset, tzScan } from '@date-fns/tz'
import { LRUCache } from 'lru-cache'

export const DAY = 86_400_000
const MINUTE = 60_000
/** No clock is set by more than a day at once. */
export const AROUND = 2 * DAY

/** A time in which the clock of a zone is so many ms before UTC; `to` is the first instant after it. */
export interface Period {
  from: number
  to: number
  offset: number
}

const years = new LRUCache<string, Period[]>({ max: 500 })

/** The periods of a zone in a year, UTC; they touch one another and cover it. */
function periodsOfYear(zone: string, year: number): Period[] {
  const key = `${year} ${zone}`
  const known = years.get(key)
  if (known) return known
  const start = Date.UTC(year)
  const end = Date.UTC(year + 1)
  const changes = tzScan(zone, { start: new Date(start), end: new Date(end - 1) })
  const periods: Period[] = [{ from: start, to: end, offset: tzOffset(zone, new Date(start)) * MINUTE }]
  for (const { date, offset } of changes) {
    const from = exactly(zone, date.getTime(), offset)
    periods.at(-1)!.to = from
    periods.push({ from, to: end, offset: offset * MINUTE })
  }
  years.set(key, periods)
  return periods
}

/** The minute at which the clock is set: the scan looks at whole hours. */
function exactly(zone: string, hour: number, offset: number): number {
  let from = hour
  while (from > hour - 60 * MINUTE && tzOffset(zone, new Date(from - MINUTE)) === offset) from -= MINUTE
  return from
}

/** The periods that have a part between two instants, in order; neighbours with the same offset are one. */
export function periodsBetween(zone: string, from: number, to: number): Period[] {
  const found: Period[] = []
  const last = new Date(to).getUTCFullYear()
  for (let year = new Date(from).getUTCFullYear(); year <= last; year++) {
    for (const period of periodsOfYear(zone, year)) {
      if (period.to <= from || period.from > to) continue
      const before = found.at(-1)
      if (before?.offset === period.offset) before.to = period.to
      else found.push({ ...period })
    }
  }
  return found
}

/** What the clock of the zone shows at an instant, as if it were UTC. */
export const wallTime = (zone: string, instant: number): number =>
  instant + tzOffset(zone, new Date(instant)) * MINUTE

/** An instant at which a zone's clock shows a time, and why that is not simply so. */
export interface Shown {
  at: number
  dst: Dst
}

/** `gap`: the time is left out, this is the first after it; else which of the two times that the clock shows it. */
export type Dst = null | 'gap' | 'first-pass' | 'second-pass'

/**
 * Every instant at which the clock shows a time; where it leaves the time out, the first instant after the gap.
 * @param wall the time, as if it were UTC
 */
export function instantsOf(zone: string, wall: number): number[] {
  const periods = periodsBetween(zone, wall - AROUND, wall + AROUND)
  const shown = periods.filter(({ from, to, offset }) => wall - offset >= from && wall - offset < to)
  if (shown.length > 0) return shown.map(({ offset }) => wall - offset)
  return [periods.find(({ from, offset }) => wall - offset < from)!.from]
}

/** Whether a zone of this name is known here. */
export function isZone(name: string): boolean {
  try {
    const known = Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
    return known !== '' && /^[A-Za-z]/.test(name) // an offset alone is no zone
  } catch {
    return false
  }
}
