/** Times as people type them. */
import { parseDuration } from '../shared/duration.ts'

const DAY = 86_400_000
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/
const TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?$/i

/**
 * A date, a time with or without a zone, or a time span before now, as ms since 1970; undefined for anything else.
 * Without a zone it is the time of this machine.
 * @param edge which end of a day a date alone stands for
 */
export function parseTime(text: string, edge: 'start' | 'end', now: number): number | undefined {
  const given = text.trim()
  if (isDate(given)) {
    const [year, month, day] = given.split('-').map(Number) as [number, number, number]
    return new Date(year, month - 1, edge === 'start' ? day : day + 1).getTime()
  }
  const [, date, hour, minute, second = 0] = TIME.exec(given) ?? []
  if (date !== undefined) {
    if (!isDate(date) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
    const time = new Date(given.replace(' ', 'T').toUpperCase()).getTime()
    return Number.isNaN(time) || time < 0 ? undefined : time
  }
  const span = parseDuration(given)
  return span === undefined || span > now ? undefined : now - span
}

/** Whether there is such a day: the 30th of February is none. */
function isDate(text: string): boolean {
  if (!DATE.test(text)) return false
  const time = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(time) && time >= DAY && new Date(time).toISOString().startsWith(text)
}
