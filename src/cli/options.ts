/** How values of options are read. Each refuses what it cannot read, and says what is wanted. */
import { InvalidArgumentError } from 'commander'
import { parseDuration } from '../shared/duration.ts'
import { parseTime } from './times.ts'

/** For an option that may be repeated. */
export const collect = (value: string, earlier: string[] = []): string[] => [...earlier, value]

/** For an option whose values are of a list; several stand with commas, or the option is repeated. */
export function choicesOf<T extends string>(choices: readonly T[], what: string) {
  const read = (text: string, earlier: T[] = []): T[] => {
    const given = text.split(',').map((name) => name.trim()) as T[]
    if (given.every((name) => choices.includes(name))) return [...earlier, ...given]
    throw new InvalidArgumentError(`The ${what} are: ${choices.join(', ')}.`)
  }
  return Object.assign(read, { choices }) // which are completed
}

function wholeNumber(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}

export function priority(text: string): number {
  const number = wholeNumber(text)
  if (Math.abs(number) > 1000) throw new InvalidArgumentError('It must be from -1000 to 1000.')
  return number
}

export function positiveNumber(text: string): number {
  const number = wholeNumber(text)
  if (number < 1) throw new InvalidArgumentError('It must be at least 1.')
  if (number > 100_000) throw new InvalidArgumentError('It must be at most 100,000.')
  return number
}

export function checkDuration(text: string): string {
  if (parseDuration(text)) return text
  throw new InvalidArgumentError('It must be a time span such as 30s, 15m or 1h30m.')
}

/** A time span in ms, also none at all. */
export function milliseconds(text: string): number {
  const span = parseDuration(text)
  if (span !== undefined) return span
  throw new InvalidArgumentError('It must be a time span such as 500ms, 30s or 1h30m.')
}

/** @param edge which end of a day a date alone stands for */
export const timeAt =
  (edge: 'start' | 'end') =>
  (text: string): number => {
    const time = parseTime(text, edge, Date.now())
    if (time !== undefined) return time
    throw new InvalidArgumentError(
      'It must be a date such as 2026-01-31, a time such as 2026-01-31T18:30, or a time span ago such as 2h or 3d.',
    )
  }

/** A time span, also none at all, as it was typed. */
export function checkSpan(text: string): string {
  milliseconds(text)
  return text
}

export function portNumber(text: string): number {
  const number = wholeNumber(text)
  if (number >= 1 && number <= 65_535) return number
  throw new InvalidArgumentError('It must be from 1 to 65535.')
}
