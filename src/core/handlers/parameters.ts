import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { Parameters } from '../../shared/contract.ts'
import { parseDuration } from '../../shared/duration.ts'
import { Fault } from '../../shared/fault.ts'
import { PARAMETER_DEPTH, isDeeperThan } from '../../shared/parameters.ts'

type Schema = Record<string, unknown>

const OPTIONS = { useDefaults: true, allErrors: true, strict: false, verbose: true } as const
/** For what comes as text, from a command line: `3` is the number where a number is wanted. */
const lenient = withFormats(new Ajv2020({ ...OPTIONS, coerceTypes: 'array' }))
const exact = withFormats(new Ajv2020(OPTIONS))
const compiled = { lenient: new Map<string, ValidateFunction>(), exact: new Map<string, ValidateFunction>() }
/** Schemas kept compiled, of each kind. */
const CACHE_SIZE = 200

/**
 * The parameters with the schema's defaults filled in; without a schema, as they are.
 * @param from `text` where values were typed and may be turned into the type that is wanted
 * @throws Fault `invalid-input` that names each field, what it got and what it wants
 */
export function checkParameters(
  schema: Schema | undefined,
  params: Parameters,
  from: 'text' | 'json' = 'json',
): Parameters {
  if (isDeeperThan(params, PARAMETER_DEPTH)) {
    const message = `must not be nested more than ${PARAMETER_DEPTH} deep`
    throw new Fault('invalid-input', `params: ${message}`, {
      data: { issues: [{ field: 'params', message }] },
    })
  }
  if (!schema) return params
  const validate = compile(schema, from === 'text' ? 'lenient' : 'exact')
  const filled = structuredClone(params)
  if (validate(filled)) return filled
  const issues = validate.errors!.map(describe)
  throw new Fault('invalid-input', issues.join('; '), { data: { issues } })
}

function compile(schema: Schema, kind: 'lenient' | 'exact'): ValidateFunction {
  const key = JSON.stringify(schema)
  const known = compiled[kind].get(key)
  if (known) return known
  if (compiled[kind].size >= CACHE_SIZE) compiled[kind].clear()
  try {
    const ajv = kind === 'lenient' ? lenient : exact
    const validate = ajv.compile(schema)
    compiled[kind].set(key, validate)
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
