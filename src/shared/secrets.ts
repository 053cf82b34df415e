/** Secrets: values that a deck keeps encrypted, and to which jobs refer by their names. */
import * as z from 'zod'

/** A value may be this long, in bytes of UTF-8. */
export const SECRET_LIMIT = 64 * 1024
/** What is shorter is part of too many words: to mask it would make a log unreadable. In characters. */
export const MASKED_LENGTH = 3

export const secretName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_.-]{0,99}$/,
    'must begin with a letter or _, and have letters, digits, _, . and - only, at most 100',
  )

/** How many bytes a text takes in UTF-8. */
function bytesOf(text: string): number {
  let bytes = 0
  for (const character of text) {
    const code = character.codePointAt(0)!
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4
  }
  return bytes
}

/** No message tells what was given. */
const secretValue = z
  .string('must be text')
  .min(1, 'must not be empty')
  .refine((value) => value.isWellFormed(), 'must be text: half a character stands in it')
  .refine(
    (value) => value.length <= SECRET_LIMIT && bytesOf(value) <= SECRET_LIMIT,
    `must be at most ${SECRET_LIMIT.toLocaleString('en')} bytes long`,
  )

/** Stands for the value of a secret, in parameters and in an environment. */
export const secretReference = z.strictObject({ secret: secretName })
export type SecretReference = z.infer<typeof secretReference>

/** Whether a value is exactly `{ secret: "…" }`. */
export function isReference(value: unknown): value is SecretReference {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const { secret } = value as { secret?: unknown }
  return typeof secret === 'string' && Object.keys(value).length === 1
}

/** A reference somewhere in a value, and the way to it. */
export interface FoundReference {
  name: string
  path: string[]
}

/** Every reference in a JSON value, however deep. */
export function referencesIn(value: unknown, path: string[] = []): FoundReference[] {
  if (isReference(value)) return [{ name: value.secret, path }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => referencesIn(inner, [...path, key]))
}

/** The value with each reference replaced by what `read` says of it; shares nothing that is replaced. */
export function withoutReferences(value: unknown, read: (name: string) => unknown): unknown {
  if (isReference(value)) return read(value.secret)
  if (Array.isArray(value)) return value.map((item) => withoutReferences(item, read))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withoutReferences(inner, read)]),
  )
}

/** The value with something put at each of the places. */
export function withValuesAt(value: unknown, places: { path: string[]; value: unknown }[]): unknown {
  const whole = structuredClone({ value })
  for (const { path, value: put } of places) {
    let at: Record<string, unknown> = whole
    const [last = '', ...way] = ['value', ...path].toReversed()
    for (const key of way.toReversed()) at = at[key] as Record<string, unknown>
    at[last] = put
  }
  return whole.value
}

/** A secret without its value, which nothing tells. */
const secret = z.object({
  name: z.string(),
  updatedAt: z.int(),
  /** The jobs that refer to it themselves. */
  jobs: z.array(z.object({ id: z.string(), name: z.string() })),
  /** The categories whose policies do. */
  categories: z.array(z.string()),
})
export type Secret = z.infer<typeof secret>

export const secretRequests = {
  /** The secrets by name, and what refers to each. No request ever answers with a value. */
  'secrets.list': { input: z.strictObject({}), output: z.array(secret) },
  /** Sets a secret, or gives it another value: runs that begin from then on get that, retries too. */
  'secrets.set': {
    input: z.strictObject({ name: secretName, value: secretValue }),
    output: z.object({
      name: z.string(),
      updatedAt: z.int(),
      /** Whether it is long enough to be masked in what runs write. */
      isMasked: z.boolean(),
    }),
  },
  /** Removes secrets, all or none. Those that a job or category refers to are refused, unless with `force`. */
  'secrets.remove': {
    input: z.strictObject({
      names: z.array(secretName).min(1).max(1000),
      force: z.boolean().optional(),
    }),
    output: z.array(secret),
  },
}
