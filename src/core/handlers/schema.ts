/** JSON Schema of parameters. Loaded when the first handler with a schema is met: it takes memory. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { LRUCache } from 'lru-cache'
import type { Parameters } from '../../shared/contract.ts'
import { parseDuration } from '../../shared/duration.ts'
import { Fault } from '../../shared/fault.ts'
import { referencesIn, withValuesAt, type FoundReference } from '../../shared/secrets.ts'
import { passwordsIn } from './passwords.ts'

type Schema = Record<string, unknown>

const OPTIONS = { useDefaults: true, allErrors: true, strict: false, verbose: true } as const
/** Schemas kept compiled, of each kind. */
const CACHE_SIZE = 200
const kindOf = (ajv: Ajv2020) => ({
  ajv: withFormats(ajv),
  compiled: new LRUCache<string, ValidateFunction>({ max: CACHE_SIZE }),
})
const KINDS = {
  /** For what comes as text, from a command line: `3` is the number where a number is wanted. */
  text: kindOf(new Ajv2020({ ...OPTIONS, coerceTypes: 'array' })),
  json: kindOf(new Ajv2020(OPTIONS)),
}

/** The parameters as `checkParameters` has them. */
export function fill(
  schema: Schema,
  params: Parameters,
  from: 'text' | 'json',
  secrets: readonly string[],
): Parameters {
  const validate = compile(schema, from)
  const filled = structuredClone(params)
  const references = referencesIn(params)
  const isValid = validate(filled)
  // What a reference stands for is not known here: only what lies beside it is checked.
  const errors = isValid ? [] : validate.errors!.filter((error) => !isAboutReference(error, references))
  const places = references.map(({ name, path }) => ({ path, value: { secret: name } }))
  if (errors.length === 0) return withValuesAt(filled, places) as Parameters
  const hidden = [...secrets, ...passwordsIn(schema, filled)].filter((text) => text !== '')
  const issues = errors.map((error) => describe(error, hidden))
  throw new Fault('invalid-input', issues.join('; '), { data: { issues } })
}

function compile(schema: Schema, kind: 'text' | 'json'): ValidateFunction {
  const { ajv, compiled } = KINDS[kind]
  const key = JSON.stringify(schema)
  const known = compiled.get(key)
  if (known) return known
  try {
    const validate = ajv.compile(schema)
    compiled.set(key, validate)
    ajv.removeSchema(schema)
    return validate
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    throw new Fault('handler-unsuitable', `the schema of the parameters is not valid: ${reason}`, {
      cause: thrown,
    })
  }
}

function withFormats(ajv: Ajv2020): Ajv2020 {
  addFormats.default(ajv)
  // What exists is for the handler to see when it runs; a form shows these as pickers and hidden fields.
  for (const format of ['file', 'directory'])
    ajv.addFormat(format, (text: string) => text !== '' && !text.includes('\0'))
  ajv.addFormat('password', true)
  ajv.addFormat('duration', (text: string) => parseDuration(text) !== undefined)
  return ajv
}

/** Keywords that are about several values at once. */
const COMPOSED = new Set(['anyOf', 'oneOf', 'not', 'if', 'then', 'else', 'contains', 'unevaluatedProperties'])

function isAboutReference({ instancePath, keyword }: ErrorObject, references: FoundReference[]): boolean {
  return references.some(({ path }) => {
    const at = path.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
    const isWithin = instancePath === at || instancePath.startsWith(`${at}/`)
    return isWithin || (COMPOSED.has(keyword) && at.startsWith(`${instancePath}/`))
  })
}

/** A value as it may be told: with `***` for each text in it that holds something hidden. */
function told(data: unknown, hidden: string[]): string | undefined {
  const text = JSON.stringify(data, (_, value: unknown) =>
    (typeof value === 'string' || typeof value === 'number') &&
    hidden.some((secret) => String(value).includes(secret))
      ? '***'
      : value,
  ) as string | undefined
  return text?.slice(0, 100)
}

function describe(
  { keyword, instancePath, params, message, data, parentSchema }: ErrorObject,
  hidden: string[],
): string {
  const path = instancePath.slice(1).replaceAll('/', '.')
  if (keyword === 'required') {
    const missing = String(params.missingProperty)
    const wanted = wantedOf((parentSchema?.properties as Record<string, Schema> | undefined)?.[missing])
    return `parameter ${nameOf(path, missing)} is missing${wanted && `; wanted: ${wanted}`}`
  }
  if (keyword === 'additionalProperties') {
    const known = Object.keys((parentSchema?.properties as object | undefined) ?? {})
    const list = known.length > 0 ? `; known: ${known.join(', ')}` : ''
    return `parameter ${nameOf(path, String(params.additionalProperty))} is not known${list}`
  }
  const got = told(data, hidden)
  const allowed =
    keyword === 'enum'
      ? `: ${(params.allowedValues as unknown[]).map((value) => JSON.stringify(value)).join(', ')}`
      : ''
  const subject = path ? `parameter ${nameOf(path)}` : 'the parameters'
  return `${subject} ${message ?? 'is not valid'}${allowed}; got ${got}`
}

const nameOf = (...path: string[]) => JSON.stringify(path.filter(Boolean).join('.'))

const wantedOf = (schema: Schema | undefined) => [schema?.type, schema?.format].filter(Boolean).join(', ')
