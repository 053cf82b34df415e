import type { TFunction } from 'i18next'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** A span of time, in the two largest units that it has, without one of which there is none. */
export function spanText(t: TFunction, milliseconds: number): string {
  const ms = Math.max(0, Math.round(milliseconds))
  if (ms < SECOND) return t('span.ms', { ms })
  if (ms < 10 * SECOND) return t('span.s', { s: Math.floor(ms / 100) / 10 })
  const [days, hours, minutes, seconds] = [DAY, HOUR, MINUTE, SECOND].map((unit, place, units) =>
    Math.floor((place === 0 ? ms : ms % units[place - 1]!) / unit),
  )
  const parts = [
    days! > 0 && t('span.d', { d: days }),
    hours! > 0 && t('span.h', { h: hours }),
    minutes! > 0 && t('span.m', { m: minutes }),
    seconds! > 0 && t('span.s', { s: seconds }),
  ]
  const first = parts.findIndex((part) => part !== false)
  return parts
    .slice(first, first + 2)
    .filter((part) => part !== false)
    .join(' ')
}

/** Making a format takes longer than using it a hundred times: each is made once. */
const formats = new Map<string, Intl.DateTimeFormat | Intl.RelativeTimeFormat>()

function kept<F extends Intl.DateTimeFormat | Intl.RelativeTimeFormat>(key: string, make: () => F): F {
  const known = formats.get(key)
  if (known) return known as F
  const made = make()
  formats.set(key, made)
  return made
}

/** @param options in the same order wherever the same is meant */
const dateFormat = (language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  kept(`${language} ${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(language, options))

const relativeFormat = (language: string): Intl.RelativeTimeFormat =>
  kept(language, () => new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' }))

/** Beyond this, in either direction, a date says more than a number of days. */
const RELATIVE = 6 * DAY

/** How far a time is from now, in words; what is far away as a date. */
export function relativeText(language: string, time: number, now: number): string {
  const away = time - now
  if (Math.abs(away) > RELATIVE) return dateFormat(language, { dateStyle: 'medium' }).format(time)
  const words = relativeFormat(language)
  const size = Math.abs(away)
  if (size < MINUTE) return words.format(Math.trunc(away / SECOND), 'second')
  if (size < HOUR) return words.format(Math.trunc(away / MINUTE), 'minute')
  if (size < DAY) return words.format(Math.trunc(away / HOUR), 'hour')
  return words.format(dayOf(time) - dayOf(now), 'day')
}

/** The number of its day on the calendar of this machine: the day after is tomorrow, however many hours away. */
function dayOf(time: number): number {
  const date = new Date(time)
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY)
}

export const dateText = (language: string, time: number): string =>
  dateFormat(language, { dateStyle: 'medium', timeStyle: 'medium' }).format(time)

/** That of the texts that the engine gives in both languages. */
export const inLanguage = (language: string, texts: { en: string; zh: string }): string =>
  language === 'zh' ? texts.zh : texts.en

/** A time of the day, with the day where that is another one than today. */
export function whenText(
  language: string,
  time: number,
  now: number,
  how: Pick<Intl.DateTimeFormatOptions, 'timeZone' | 'second'> = {},
): string {
  const zone = how.timeZone === undefined ? {} : { timeZone: how.timeZone }
  const day = (at: number) => dateFormat('en', { dateStyle: 'short', ...zone }).format(at)
  const clock = dateFormat(language, { timeStyle: how.second ? 'medium' : 'short', ...zone }).format(time)
  if (day(time) === day(now)) return clock
  const date = { weekday: 'short', month: 'short', day: 'numeric', ...zone } as const
  return `${dateFormat(language, date).format(time)}, ${clock}`
}

/** From one time to another, without saying twice what both share. */
export const rangeText = (language: string, from: number, to: number): string =>
  dateFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).formatRange(from, to)

/** A time as the field for a date and a time of the day has it, in the zone of this machine. */
export function localText(time: number): string {
  const date = new Date(time)
  return `${dayText(time)}T${pad(date.getHours())}:${pad(date.getMinutes())}`
}

/** The day of a time in the zone of this machine, as 2026-12-24. */
export function dayText(time: number): string {
  const date = new Date(time)
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`
}

/** An amount of bytes, in the largest unit of which there is one; units are powers of 1024, as where one types them. */
export function bytesText(language: string, bytes: number): string {
  const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const
  const place = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  const amount = bytes / 1024 ** place
  const digits = {
    style: 'unit',
    unit: UNITS[place]!,
    unitDisplay: place === 0 ? 'long' : 'short', // or one reads of “2 byte”
    maximumFractionDigits: amount < 10 ? 1 : 0,
  } as const
  return new Intl.NumberFormat(language, digits).format(amount)
}

/** A number with zeros before it. */
export const pad = (number: number, width = 2) => String(number).padStart(width, '0')

/** The time of a line of a log, to the millisecond; made for each row that is painted, so without Intl. */
export function clockText(time: number): string {
  const date = new Date(time)
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}.${pad(date.getMilliseconds(), 3)}`
}

/** Colours and commands for terminals: they begin with ESC. */
const COMMANDS = new RegExp(
  String.raw`\x1B(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1B]*(?:\x07|\x1B\\)?|[@-Z\\-_])`,
  'g',
)

/** A message as one line, without what commands a terminal; where it has further lines, it says so. */
export const plainLine = (text: string): string =>
  text
    .replaceAll(COMMANDS, '')
    .trimEnd()
    .replaceAll(/\r?\n/g, ' ⏎ ')
    .replaceAll(/(?!\t)\p{Cc}/gu, '')
