/** Types and fields in words: how a value looks from its JSON Schema, what it is called and means from the source. */
import type * as z from 'zod'
import {
  bodyOf,
  callOf,
  docBefore,
  identifierOf,
  isZod,
  propertiesOf,
  spreadsOf,
  textOf,
  type Declared,
  type Node,
} from './source.ts'

export type Json = z.core.JSONSchema.BaseSchema
export interface Field {
  name: string
  type: string
  doc: string
}
/** A type that the page tells of once. */
export interface Named {
  name: string
  json: Json
  node: Node
  doc: string
}

interface Book {
  constants: Map<string, Declared>
}

const WRAPPERS = new Set([
  'optional',
  'nullable',
  'default',
  'refine',
  'min',
  'max',
  'pipe',
  'trim',
  'regex',
  'positive',
  'meta',
])
const SAFE = Number.MAX_SAFE_INTEGER

export function createTypes({ constants }: Book) {
  const named = new Map<string, Named>()

  /** Without what only adds to a type, as `.optional()`. */
  function core(node: Node): Node {
    for (let found = node; ;) {
      const call = callOf(found)
      if (!call?.base || isZod(call.base) || !WRAPPERS.has(call.method)) return found
      found = call.base
    }
  }

  /** Where the field of an object is declared. */
  function declarations(node: Node): Map<string, Node> {
    const found = core(node)
    if (found.type === 'ObjectExpression') {
      const spread = spreadsOf(found).flatMap((each) => [...declarations(each)])
      return new Map([...spread, ...propertiesOf(found)])
    }
    const name = identifierOf(found)
    if (name !== undefined) return constants.has(name) ? declarations(constants.get(name)!.node) : new Map()
    const call = callOf(found)
    if (!call) return new Map()
    const base = call.base && !isZod(call.base) ? [...declarations(call.base)] : []
    return new Map([...base, ...call.given.flatMap((each) => [...declarations(bodyOf(each))])])
  }

  function nameOf(node: Node): string | undefined {
    const name = identifierOf(node) ?? (callOf(node)?.base ? undefined : callOf(node)?.method)
    const declared = name === undefined ? undefined : constants.get(name)
    if (!declared) return undefined
    const isWorthIt = declared.doc !== '' || hasFields(declared.node)
    return isWorthIt ? name : undefined
  }

  const hasFields = (node: Node) => node.type === 'CallExpression' && declarations(node).size > 0

  /** @param node where it is declared; undefined where that is not found */
  function typeOf(json: Json, node: Node | undefined): string {
    const alternatives = json.anyOf
    const isNull = (each: Json) => each.type === 'null'
    if (alternatives?.some(isNull) && alternatives.length > 1) {
      const rest = alternatives.filter((each) => !isNull(each))
      const inner = rest.length === 1 ? rest[0]! : { ...json, anyOf: rest }
      return `${typeOf(inner, node)} or null`
    }
    const found = node && core(node)
    const name = found && nameOf(found)
    if (name !== undefined) {
      const declared = constants.get(name)!
      const isFunction = declared.node.type === 'ArrowFunctionExpression'
      if (!named.has(name)) named.set(name, { name, json, node: declared.node, doc: declared.doc })
      const given = isFunction ? (callOf(found!)?.given ?? []) : []
      const bounds = given.map(textOf).join(', ')
      return `[${name}](#${name.toLowerCase()})${bounds && ` (${bounds})`}`
    }
    const alias = found && identifierOf(found)
    if (alias !== undefined && constants.has(alias)) return typeOf(json, constants.get(alias)!.node)
    const call = found && callOf(found)
    if (call?.method === 'lazy') return typeOf(json, bodyOf(call.given[0]!))
    if (call?.method === 'json' || json.$ref) return 'JSON'
    if (alternatives)
      return alternatives.map((each, index) => typeOf(each, optionOf(call?.given, index))).join(' or ')
    if (json.type === 'array') return `list of ${typeOf(json.items as Json, call?.given[0])}${boundsOf(json)}`
    if (json.type === 'object') return objectType(json, found, call?.given)
    return leafType(json)
  }

  const optionOf = (given: Node[] | undefined, index: number) =>
    given?.[0]?.type === 'ArrayExpression' ? (given[0].elements as Node[])[index] : undefined

  function objectType(json: Json, node: Node | undefined, given: Node[] | undefined): string {
    if (json.properties) {
      const inner = fieldsOf(json, node).map(({ name, type }) => `${name}: ${type}`)
      return inner.length === 0 ? '{}' : `{ ${inner.join('; ')} }`
    }
    const values = json.additionalProperties
    return typeof values === 'object' ? `${typeOf(values, given?.at(-1))} by name` : 'object'
  }

  /** The fields of an object, with their comments. */
  function fieldsOf(json: Json, node: Node | undefined): Field[] {
    const where = node ? declarations(node) : new Map<string, Node>()
    const required = new Set(json.required)
    return Object.entries((json.properties ?? {}) as Record<string, Json>).map(([name, field]) => {
      const property = where.get(name)
      return {
        name: `${name}${required.has(name) ? '' : '?'}`,
        type: typeOf(field, property?.value as Node | undefined) + defaultOf(field),
        doc: property ? docBefore(property) : '',
      }
    })
  }

  return { typeOf, fieldsOf, named }
}

const defaultOf = ({ default: value }: Json) =>
  value === undefined ? '' : `; ${JSON.stringify(value)} if not given`

function leafType(json: Json): string {
  if (Array.isArray(json.type))
    return (json.type as string[]).map((type) => leafType({ ...json, type } as Json)).join(' or ')
  if (json.enum) return json.enum.map((value) => `\`${String(value)}\``).join(', ')
  if (json.const !== undefined) return `\`${JSON.stringify(json.const)}\``
  const type = {
    integer: 'whole number',
    number: 'number',
    string: 'text',
    boolean: 'true or false',
    null: 'null',
  }[String(json.type)]
  return (type ?? 'anything') + boundsOf(json)
}

/** The limits of a number, a text or a list. */
function boundsOf(json: Json): string {
  const { minimum, maximum, exclusiveMinimum, minLength, maxLength, minItems, maxItems } = json
  const least = typeof exclusiveMinimum === 'number' ? exclusiveMinimum + 1 : minimum
  const texts = [
    ...(least !== undefined && least > -SAFE ? [`at least ${show(least)}`] : []),
    ...(maximum !== undefined && maximum < SAFE ? [`at most ${show(maximum)}`] : []),
    ...(minLength || minItems ? ['not empty'] : []),
    ...(maxLength === undefined ? [] : [`at most ${show(maxLength)} characters`]),
    ...(maxItems === undefined ? [] : [`at most ${show(maxItems)} entries`]),
  ]
  return texts.length === 0 ? '' : ` (${texts.join(', ')})`
}

const show = (number: number) => number.toLocaleString('en')
