/** Values made from a schema of zod, so that whatever the contract grows by is tested without another word. */
import * as fc from 'fast-check'
import type * as z from 'zod'

type Any = z.core.$ZodType

/** Tried wherever a schema wants something that is not of a plain kind, such as a time span: those it takes are used. */
const POOL: readonly unknown[] = [
  ['alpha', 'beta', 'gamma', 'a/b/c', 'a', '/', '#1', '2', 'text', '30s', '1h30m', '512MB', '2GB', 'utf8'],
  ['%', '_', "'; drop table jobs; --", '*?[a-z]', '😀 漢字', '\\', 'run:1', '2026-01-01T00:00:00Z', 'UTC'],
  [0, 1, 2, 3, 10, 100, 1000, 60_000, 86_400_000, 2 ** 30, 0.5, -1],
  ['0 3 * * *', '*/5 * * * *', '@daily', 'Europe/Berlin', 'local', '22:30', '07:00', '2026-12-24'],
  ['0'.repeat(64)],
  [true, false, null],
].flat()

const accepts = (schema: Any) => (value: unknown) => (schema as z.ZodType).safeParse(value).success

/** Whatever the schema takes as input. */
export function inputOf(schema: Any, depth = 0): fc.Arbitrary<unknown> {
  const { def } = schema._zod as { def: z.core.$ZodTypes['_zod']['def'] }
  switch (def.type) {
    case 'object': {
      const shape = Object.entries(def.shape)
      const required = shape.filter(([, field]) => field._zod.optin !== 'optional').map(([name]) => name)
      // Few at once: else no input is like another, and what only some fields do together is rarely met.
      const fields = Object.fromEntries(shape.map(([name, field]) => [name, inputOf(field, depth + 1)]))
      const optional = Object.keys(fields).filter((field) => !required.includes(field))
      return fc
        .shuffledSubarray(optional, { maxLength: Math.min(4, optional.length) })
        .chain((chosen) =>
          fc.record(Object.fromEntries([...required, ...chosen].map((name) => [name, fields[name]!]))),
        )
        .filter(accepts(schema))
    }
    case 'array':
      return fc.array(inputOf(def.element, depth + 1), { maxLength: 3 }).filter(accepts(schema))
    case 'union':
      return fc.oneof(...def.options.map((option) => inputOf(option, depth + 1))).filter(accepts(schema))
    case 'record':
      return fc
        .dictionary(
          fc.constantFrom('a', 'b', 'NAME', 'constructor', 'ü'),
          inputOf(def.valueType, depth + 1),
          { maxKeys: 3 },
        )
        .filter(accepts(schema))
    case 'optional':
    case 'nonoptional':
    case 'default':
    case 'readonly':
      return inputOf(def.innerType, depth)
    case 'nullable':
      return fc.option(inputOf(def.innerType, depth), { freq: 4 })
    case 'lazy':
      return depth > 4
        ? fc.constantFrom(null, 1, 'leaf', true).filter(accepts(schema))
        : inputOf(def.getter(), depth + 1)
    case 'pipe':
      // What is turned into something else is wanted in the form before; what is only checked, in the one after.
      return inputOf(def.in._zod.def.type === 'custom' ? def.out : def.in, depth).filter(accepts(schema))
    default:
      return leafOf(schema)
  }
}

function leafOf(schema: Any): fc.Arbitrary<unknown> {
  const values = 'values' in schema._zod ? [...(schema._zod.values as Set<unknown>)] : []
  const known = [...values, ...POOL].filter(accepts(schema))
  const { type } = (schema._zod as { def: { type: string } }).def
  const free = { string: fc.string({ unit: 'grapheme' }), number: fc.integer(), int: fc.integer() }[type]
  if (known.length === 0) throw new Error(`nothing is known that ${type} takes: add it to the pool`)
  const chosen = fc.constantFrom(...known)
  return free && !values.length
    ? fc.oneof(
        { weight: 4, arbitrary: chosen },
        {
          weight: 1,
          arbitrary: fc.oneof(free, chosen).map((value) => (accepts(schema)(value) ? value : known[0])),
        },
      )
    : chosen
}
