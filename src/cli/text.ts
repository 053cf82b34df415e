/** Values as JSON or TOML, exactly: what is written reads as what it was. */
import { isDeepStrictEqual } from 'node:util'
import { parse, stringify } from 'smol-toml'
import { Fault } from '../shared/fault.ts'

export type Format = 'json' | 'toml'

/** @throws Fault `invalid-input` for what TOML has no words for, with its place */
export function writeText(value: object, format: Format): string {
  if (format === 'json') return `${JSON.stringify(value, null, 2)}\n`
  const place = placeOfNull(value)
  if (place !== undefined)
    throw new Fault('invalid-input', `${place} is null, for which TOML has no word: use --format json`)
  const text = stringify(value)
  if (!isDeepStrictEqual(plain(parse(text)), plain(value)))
    throw new Fault('invalid-input', 'TOML cannot hold all of it exactly: use --format json')
  return text.endsWith('\n') ? text : `${text}\n`
}

/**
 * @param source what the text comes from, as messages name it
 * @throws Fault `invalid-input` with line and column
 */
export function readText(text: string, format: Format, source: string): unknown {
  const given = text.replace(/^\uFEFF/, '')
  try {
    return format === 'json' ? JSON.parse(given) : withTextDates(parse(given))
  } catch (thrown) {
    throw new Fault('invalid-input', `${source} is not ${format.toUpperCase()}: ${(thrown as Error).message}`)
  }
}

/** The form of a file by its name, else by how it begins. */
export function formatOf(name: string, text?: string): Format {
  if (/\.toml$/i.test(name)) return 'toml'
  if (/\.json$/i.test(name) || text === undefined) return 'json'
  return /^\uFEFF?\s*\{/.test(text) ? 'json' : 'toml'
}

function placeOfNull(value: unknown, place = ''): string | undefined {
  if (value === null) return place
  if (typeof value !== 'object') return undefined
  for (const [name, inner] of Object.entries(value)) {
    const found = placeOfNull(inner, place === '' ? name : `${place}.${name}`)
    if (found !== undefined) return found
  }
  return undefined
}

/** Without prototypes and fields that are undefined, which are no part of what is written. */
const plain = (value: object): unknown => JSON.parse(JSON.stringify(value))

/** JSON has no dates: they are the text that was written. */
function withTextDates(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map(withTextDates)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withTextDates(inner)]))
}
