/** What a JSON Schema asks for: which field each value gets, and what is wrong with what was typed. */
import { Validator } from '@cfworker/json-schema'
import { isReference } from '../../../shared/secrets.ts'
import { halvesIn } from './half-typed.ts'
import { hasTooManyDigits, readJson } from './read.ts'

export type Schema = Record<string, unknown>

export type FieldKind = 'text' | 'number' | 'boolean' | 'choice' | 'object' | 'list' | 'json'

/** Something wrong: the keyword of the schema that says so, what that wants, and as the checker put it. */
export interface Problem {
  keyword: string
  wanted: string
  message: string
}

export interface Choice {
  value: unknown
  title: string
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const REFERENCES_FOLLOWED = 20

/** The schema that stands where it refers to another one of the same document. */
export function resolveSchema(root: Schema, schema: unknown): Schema {
  let found = isObject(schema) ? schema : {}
  for (let step = 0; typeof found.$ref === 'string' && step < REFERENCES_FOLLOWED; step++) {
    const way = found.$ref.startsWith('#/') ? found.$ref.slice(2).split('/') : []
    let at: unknown = root
    for (const name of way)
      at = isObject(at) ? at[name.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined
    if (way.length === 0 || !isObject(at)) return {}
    const { $ref: _, ...beside } = found
    found = { ...at, ...beside }
  }
  return found
}

function typeOf({ type }: Schema): string | undefined {
  if (typeof type === 'string') return type
  const types = Array.isArray(type) ? type.filter((each) => each !== 'null') : []
  return types.length === 1 ? String(types[0]) : undefined
}

/** The values that it may be, where those are few and simple. */
export function choicesOf({ enum: values, oneOf, anyOf }: Schema): Choice[] | undefined {
  if (Array.isArray(values))
    return values.map((value: unknown) => ({
      value,
      title: typeof value === 'string' ? value : JSON.stringify(value),
    }))
  const named = oneOf ?? anyOf
  if (!Array.isArray(named) || named.length === 0) return undefined
  if (!named.every((each) => isObject(each) && 'const' in each)) return undefined
  return (named as { const: unknown; title?: unknown }[]).map(({ const: value, title }) => ({
    value,
    title: typeof title === 'string' ? title : typeof value === 'string' ? value : JSON.stringify(value),
  }))
}

/** Which field a value gets; `json` for all that has none of its own. */
export function fieldKind(schema: Schema): FieldKind {
  if (choicesOf(schema)) return 'choice'
  switch (typeOf(schema)) {
    case 'string':
      return 'text'
    case 'number':
    case 'integer':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'array':
      return isObject(schema.items) ? 'list' : 'json'
    case 'object':
      return isObject(schema.properties) ? 'object' : 'json'
    default:
      return 'json'
  }
}

/** The value with the defaults of the schema in it, as the engine fills them in. */
export function withDefaults(root: Schema, schema: unknown, value: unknown): unknown {
  const { properties, items, default: fallback } = resolveSchema(root, schema)
  const given = value === undefined ? fallback : value
  if (isReference(given)) return given
  if (isObject(given) && isObject(properties)) {
    const filled = { ...given }
    for (const [name, inner] of Object.entries(properties)) {
      const found = withDefaults(root, inner, filled[name])
      if (found !== undefined) filled[name] = found
    }
    return filled
  }
  if (Array.isArray(given) && isObject(items)) return given.map((each) => withDefaults(root, items, each))
  return given
}

/** Says only that something further in is wrong. */
const WRAPPERS = new Set(['properties', 'items', 'prefixItems', '$ref', 'allOf', 'patternProperties'])

/** Those that the engine reads in its own way: it says what is wrong. */
const OWN_FORMATS = new Set(['duration', 'file', 'directory', 'password'])

const stepsOf = (location: string): string[] =>
  location
    .split('/')
    .slice(1)
    .map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'))

/** The path of a value as one text. */
export const pathText = (path: readonly string[]): string => path.join('.')

/** What is wrong, by the path of the value; the first thing of each. Secrets are not known here, so they fit. */
export function problemsOf(schema: Schema, value: unknown): Map<string, Problem> {
  const found = new Map<string, Problem>()
  const halves = halvesIn(value)
  for (const { path, text } of halves) {
    const read = readJson(text)
    found.set(pathText(path), { keyword: 'error' in read ? read.error : 'json', wanted: '', message: '' })
  }
  const filled = withDefaults(schema, schema, value)
  for (const { keyword, instanceLocation, error } of check(schema, filled)) {
    if (WRAPPERS.has(keyword)) continue
    const at = stepsOf(instanceLocation)
    if (isSecretAt(filled, at)) continue
    if (halves.some(({ path }) => path.every((step, index) => step === at[index]))) continue
    const missing = keyword === 'required' ? /"(.*)"/.exec(error)?.[1] : undefined
    const path = pathText(missing === undefined ? at : [...at, missing])
    const wanted = schemaAt(schema, at)[keyword]
    if (keyword === 'format' && OWN_FORMATS.has(String(wanted))) continue
    if (!found.has(path))
      found.set(path, {
        keyword: keyword === 'type' && isLongNumber(valueAt(filled, at), wanted) ? 'digits' : keyword,
        wanted: Array.isArray(wanted) ? wanted.join(', ') : typeof wanted === 'object' ? '' : String(wanted),
        message: error,
      })
  }
  return found
}

function check(schema: Schema, value: unknown) {
  try {
    return new Validator(schema, '2020-12', false).validate(value).errors
  } catch {
    // A pattern that this browser does not know: the engine says what is wrong.
    return []
  }
}

function isSecretAt(value: unknown, path: readonly string[]): boolean {
  let at = value
  for (const step of path) {
    if (isReference(at)) return true
    at = (at as Record<string, unknown> | undefined)?.[step]
  }
  return isReference(at)
}

const valueAt = (value: unknown, path: readonly string[]): unknown =>
  path.reduce((at, step) => (at as Record<string, unknown> | undefined)?.[step], value)

/** A number that is kept as text, because it would be another one. */
const isLongNumber = (value: unknown, wanted: unknown): boolean =>
  typeof value === 'string' && hasTooManyDigits(value) && /number|integer/.test(String(wanted))

function schemaAt(root: Schema, path: readonly string[]): Schema {
  let at = resolveSchema(root, root)
  for (const step of path) {
    const inner =
      isObject(at.properties) && Object.hasOwn(at.properties, step) ? at.properties[step] : at.items
    at = resolveSchema(root, inner)
  }
  return at
}

/** What the engine said of parameters, by the path of each; what names none stands under the empty path. */
export function engineProblems(message: string, issues: unknown): Map<string, string> {
  const texts = Array.isArray(issues) ? issues.filter((issue) => typeof issue === 'string') : [message]
  return new Map(texts.map((text) => [/^parameter "([^"]+)"/.exec(text)?.[1] ?? '', text]))
}
