/** What is typed, as values. */
import type { Parameters } from '../../../shared/contract.ts'

/** Digits as people write them: `0x10` and `1e3` are more likely meant as something else. */
const PLAIN_NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)$/
const WHOLE_NUMBER = /^[+-]?\d+$/

/** Whether it has so many digits that another number would be stored than the one that was typed. */
export const hasTooManyDigits = (text: string): boolean =>
  WHOLE_NUMBER.test(text.trim()) && !Number.isSafeInteger(Number(text))

/** What was typed as a number; as text where it is none that can be stored as it is, undefined where it is empty. */
export function readNumber(text: string): number | string | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  if (!PLAIN_NUMBER.test(trimmed) || hasTooManyDigits(trimmed)) return text
  const number = Number(trimmed)
  return Number.isFinite(number) ? number : text
}

/** `digits`: a number in it would be stored as another one. */
export type JsonError = 'json' | 'digits'

/** A JSON value that was typed, or why it is none; nothing typed is no value. */
export function readJson(text: string): { value: unknown } | { error: JsonError } {
  if (text.trim() === '') return { value: undefined }
  let isExact = true
  try {
    const value = parse(text, (_, inner, { source = '' } = {}) => {
      if (typeof inner === 'number' && (hasTooManyDigits(source) || !Number.isFinite(inner))) isExact = false
      return inner
    })
    return isExact ? { value } : { error: 'digits' }
  } catch {
    return { error: 'json' }
  }
}

/** With what stands in the text for a value, which the types do not know of yet. */
const parse = JSON.parse as (
  text: string,
  revive: (name: string, value: unknown, context?: { source?: string }) => unknown,
) => unknown

/** Whether a text can stand for parameters: an object, or nothing. */
export function readParameters(text: string): { value: Parameters } | { error: JsonError | 'object' } {
  const read = readJson(text)
  if ('error' in read) return read
  const { value = {} } = read
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { error: 'object' }
  return { value: value as Parameters }
}
