/** What is typed, as values. */
import type { Parameters } from '../../../shared/contract.ts'

/** What was typed as a number; as text where it is none, undefined where it is empty. */
export function readNumber(text: string): number | string | undefined {
  if (text.trim() === '') return undefined
  const number = Number(text)
  return Number.isFinite(number) ? number : text
}

/** A JSON value that was typed, or why it is none; nothing typed is no value. */
export function readJson(text: string): { value: unknown } | { error: string } {
  if (text.trim() === '') return { value: undefined }
  try {
    return { value: JSON.parse(text) as unknown }
  } catch (thrown) {
    return { error: (thrown as Error).message }
  }
}

/** Whether a text can stand for parameters: an object, or nothing. */
export function readParameters(text: string): { value: Parameters } | { error: 'json' | 'object' } {
  const read = readJson(text)
  if ('error' in read) return { error: 'json' }
  const { value = {} } = read
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { error: 'object' }
  return { value: value as Parameters }
}
