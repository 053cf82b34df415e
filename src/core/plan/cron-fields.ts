/** Cron expressions as people write them: checked, and taken apart into what the clock and the calendar decide. */
import { REBOOT } from '../../shared/schedule.ts'

/** Longer ones are refused. */
export const EXPRESSION_LIMIT = 256

const NICKNAMES: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

export interface CronFields {
  /** In order, without doubles. */
  seconds: number[]
  minutes: number[]
  hours: number[]
  /** Day of the month, month, day of the week, as croner reads them. */
  days: string
  /** It goes on through both passes of a repeated hour, and leaves out what the clock leaves out. */
  followsClock: boolean
}

/** What is wrong with an expression, for people. */
export class CronError extends Error {}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

interface Field {
  name: string
  min: number
  max: number
  names?: string[]
  /** What else a value can be, alone or in a list. */
  special?: RegExp
}

const SECOND: Field = { name: 'second', min: 0, max: 59 }
const MINUTE: Field = { name: 'minute', min: 0, max: 59 }
const HOUR: Field = { name: 'hour', min: 0, max: 23 }
const DAY_OF_MONTH: Field = {
  name: 'day of month',
  min: 1,
  max: 31,
  special: /^(?:l|lw|(?:0?[1-9]|[12]\d|3[01])w)$/i,
}
const MONTH: Field = { name: 'month', min: 1, max: 12, names: MONTHS }
const DAY_OF_WEEK: Field = {
  name: 'day of week',
  min: 0,
  max: 7,
  names: WEEKDAYS,
  special: /^(?:[0-7]|sun|mon|tue|wed|thu|fri|sat)(?:#[1-5]|#?l)$/i,
}

/** What a nickname stands for; anything else as it is. */
export const spelledOut = (expression: string): string =>
  NICKNAMES[expression.trim().toLowerCase()] ?? expression.trim()

/** @throws CronError that names the field, what it says and what it may say */
export function parseCron(expression: string): CronFields {
  const text = expression.trim()
  if (text.length > EXPRESSION_LIMIT) {
    throw new CronError(
      `is ${text.length.toLocaleString('en')} characters long; at most ${EXPRESSION_LIMIT} fit`,
    )
  }
  if (text.startsWith('@') && NICKNAMES[text.toLowerCase()] === undefined) {
    const known = [...Object.keys(NICKNAMES), REBOOT].join(', ')
    throw new CronError(`does not know ${JSON.stringify(text)}; the nicknames are ${known}`)
  }
  const fields = (NICKNAMES[text.toLowerCase()] ?? text).split(/\s+/)
  if (fields.length !== 5 && fields.length !== 6) {
    const got = text === '' ? 'none' : String(fields.length)
    const wanted = '5 fields (minute, hour, day of month, month, day of week), or 6 with the second first'
    throw new CronError(`wants ${wanted}; got ${got}`)
  }
  const [second, minute, hour, day, month, weekday] = (fields.length === 5 ? ['0', ...fields] : fields) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  for (const [field, value] of [
    [DAY_OF_MONTH, day],
    [MONTH, month],
    [DAY_OF_WEEK, weekday],
  ] as const) {
    valuesOf(field, value)
  }
  return {
    seconds: valuesOf(SECOND, second),
    minutes: valuesOf(MINUTE, minute),
    hours: valuesOf(HOUR, hour),
    days: [day, month, weekday].join(' '),
    followsClock: /[*?/]/.test(minute + hour),
  }
}

/** The values that a field stands for; those of special ones are left to the calendar. */
function valuesOf(field: Field, text: string): number[] {
  const values = text.split(',').flatMap((part) => valuesOfPart(field, part))
  return [...new Set(values)].toSorted((a, b) => a - b)
}

function valuesOfPart(field: Field, part: string): number[] {
  const { name, min, max, names } = field
  const refuse = (why: string): never => {
    throw new CronError(`${name} ${JSON.stringify(part)}: ${why}`)
  }
  if (field.special?.test(part)) return []
  const match = /^(?:([*?])|([0-9a-z]+)(?:-([0-9a-z]+))?)(?:\/(\d+))?$/i.exec(part)
  if (!match) {
    const words = names ? `, ${names.join(', ')}` : ''
    refuse(
      `wants *, a number from ${min} to ${max}${words}, a range such as ${min}-${max}, a step such as */5, or a list of these`,
    )
  }
  const [, any, first, last, step] = match!
  const numberOf = (word: string): number => {
    const index = names?.indexOf(word.toLowerCase()) ?? -1
    if (index !== -1) return index + min
    if (!/^\d{1,4}$/.test(word) || Number(word) < min || Number(word) > max) {
      refuse(`wants a number from ${min} to ${max}${names ? ' or a name' : ''}`)
    }
    return Number(word)
  }
  const from = any ? min : numberOf(first!)
  const to = any ? max : last !== undefined ? numberOf(last) : step !== undefined ? max : from
  if (from > to) refuse(`the range goes backwards`)
  const by = step === undefined ? 1 : Number(step)
  if (step !== undefined && (by < 1 || by > max)) refuse(`wants a step from 1 to ${max}`)
  const values: number[] = []
  for (let value = from; value <= to; value += by) values.push(value)
  return values
}
