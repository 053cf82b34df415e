import { configure } from 'safe-stable-stringify'

/** A result or an error may be this large, in bytes of JSON. */
export const VALUE_LIMIT = 1024 * 1024
/** The fields of one log entry, in bytes of JSON. */
export const FIELDS_LIMIT = 64 * 1024

const stringify = configure({
  bigint: true,
  circularValue: '[Circular]',
  deterministic: false,
  maximumDepth: 100,
})

/** What JSON has no word for, made readable rather than lost. */
function replace(this: unknown, key: string, value: unknown): unknown {
  switch (typeof value) {
    case 'function':
      return `[Function ${value.name || 'anonymous'}]`
    case 'symbol':
      return value.toString()
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'object': {
      if (value === null) return null
      if (value instanceof Map)
        return Object.fromEntries([...value].map(([name, item]) => [String(name), item]))
      if (value instanceof Set) return [...value]
      if (value instanceof RegExp) return String(value)
      if (value instanceof Error)
        return {
          ...Object.fromEntries(Object.entries(value)),
          name: value.name,
          message: value.message,
          stack: value.stack,
        }
      if (ArrayBuffer.isView(value)) return `[${value.constructor.name} of ${value.byteLength} bytes]`
      // A Date became text before it came here; one that is not valid became null.
      return value
    }
    default:
      return value
  }
}

/**
 * Any value as JSON text of at most `limit` bytes: cycles, functions and the like are made readable, and what is too
 * large is replaced by its beginning. Never throws: a value must not fail the run that made it.
 * @returns null for undefined
 */
export function readableJson(value: unknown, limit = VALUE_LIMIT): { json: string; cutFrom?: number } | null {
  if (value === undefined) return null
  let json: string
  try {
    json = stringify(value, replace) ?? 'null'
  } catch (thrown) {
    json = JSON.stringify(`[unreadable: ${thrown instanceof Error ? thrown.message : String(thrown)}]`)
  }
  if (json.length <= limit / 3 || Buffer.byteLength(json) <= limit) return { json }
  const bytes = Buffer.byteLength(json)
  return { json: JSON.stringify({ truncated: true, bytes, beginning: json.slice(0, 1000) }), cutFrom: bytes }
}

/** The fields of a log entry as JSON text of an object; anything but an object becomes its `value`. */
export function readableFields(fields: unknown): string | null {
  if (fields === undefined) return null
  const isPlain = typeof fields === 'object' && fields !== null && !Array.isArray(fields)
  return readableJson(isPlain ? fields : { value: fields }, FIELDS_LIMIT)?.json ?? null
}
