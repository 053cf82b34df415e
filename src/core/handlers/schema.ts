/** JSON Schema of parameters. Loaded when the first handler with a schema is met: it takes memory. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { LRUCache } from 'lru-cache'
import type { Parameters } from '../../shared/contract.ts'
import { parseDuration } from '../../shared/duration.ts'
import { Fault } from '../../shared/fault.ts'

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
export function fill(schema: Schema, params: Parameters, from: 'text' | 'json'): Parameters {
  const validate = compile(schema, from)
  const filled = structuredClone(params)
  if (validate(filled)) return filled
  const issues = validate.errors!.map(describe)
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

function describe({ keyword, instancePath, params, message, data, parentSchema }: ErrorObject): string {
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
  const got = JSON.stringify(data)?.slice(0, 100)
  const allowed =
    keyword === 'enum'
      ? `: ${(params.allowedValues as unknown[]).map((value) => JSON.stringify(value)).join(', ')}`
      : ''
  const subject = path ? `parameter ${nameOf(path)}` : 'the parameters'
  return `${subject} ${message ?? 'is not valid'}${allowed}; got ${got}`
}

const nameOf = (...path: string[]) => JSON.stringify(path.filter(Boolean).join('.'))

const wantedOf = (schema: Schema | undefined) => [schema?.type, schema?.format].filter(Boolean).join(', ')
