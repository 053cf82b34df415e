/** Times that are to come, as people type them and are told them. */
import { instantsOf, isZone, wallTime } from '../core/plan/zone.ts'
import { LOCAL } from '../shared/schedule.ts'

const DAY = 86_400_000
const WALL = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:?\d\d)?)?$/i

export const localZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone

/** The zone that is meant; undefined where there is none of that name. */
export function zoneNamed(name: string | undefined): string | undefined {
  if (name === undefined || name === LOCAL) return localZone()
  return isZone(name) ? name : undefined
}

/**
 * A date or a time, with its zone or in the one that is given, as ms since 1970; undefined for anything else. A time
 * that the clock leaves out is the first one after it, one that comes twice the first of the two.
 * @param edge which end of a day a date alone stands for; without, a date alone is refused
 */
export function instantIn(text: string, zone: string, edge?: 'start' | 'end'): number | undefined {
  const [, date, time, offset] = WALL.exec(text.trim()) ?? []
  if (date === undefined || (time === undefined && edge === undefined)) return undefined
  const wall = Date.parse(`${date}T${time ?? '00:00'}Z`)
  if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(date)) return undefined
  if (offset !== undefined) {
    const instant = Date.parse(`${date}T${time}${offset.toUpperCase()}`)
    return Number.isNaN(instant) ? undefined : instant
  }
  const at = (shown: number) => instantsOf(zone, shown)[0]!
  return time === undefined && edge === 'end' ? at(wall + DAY) : at(wall)
}

/** The next time at which the clock of a zone shows a time of the day such as `18:30`; undefined for anything else. */
export function nextTimeOfDay(text: string, zone: string, now: number): number | undefined {
  if (!/^\d\d:\d\d$/.test(text.trim())) return undefined
  const today = new Date(wallTime(zone, now)).toISOString().slice(0, 10)
  const at = (days: number) =>
    instantIn(`${new Date(Date.parse(today) + days * DAY).toISOString().slice(0, 10)}T${text.trim()}`, zone)
  const first = at(0)
  return first !== undefined && first <= now ? at(1) : first
}

/** `Wed 2026-11-25 03:00:00`, as the clock of a zone shows it. */
export function zonedTime(at: number, zone: string = localZone()): string {
  const parts = formatOf(zone).formatToParts(at)
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((each) => each.type === type)?.value ?? ''
  const date = [part('year').padStart(4, '0'), part('month'), part('day')].join('-')
  return `${part('weekday')} ${date} ${part('hour')}:${part('minute')}:${part('second')}`
}

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known) return known
  const two = '2-digit'
  const date = { weekday: 'short', year: 'numeric', month: two, day: two } as const
  const time = { hour: two, minute: two, second: two, hourCycle: 'h23' } as const
  const format = new Intl.DateTimeFormat('en', { timeZone, ...date, ...time })
  formats.set(timeZone, format)
  return format
}
