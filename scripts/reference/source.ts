/** What only the source of the contract says: names of types, and the comments before fields. */
import { readFileSync } from 'node:fs'
import { parseSync } from 'vite'

/** A node of the syntax tree, as far as it is looked at here. */
export interface Node {
  type: string
  start: number
  end: number
  [field: string]: unknown
}

export interface Declared {
  doc: string
  node: Node
}

export interface Source {
  /** Constants, and functions that make schemas, by their names. */
  constants: Map<string, Declared>
  /** Members of interfaces, by the name of the interface. */
  interfaces: Map<string, { name: string; type: string; doc: string }[]>
}

/** The file that a node was read from: types of one file are made of constants of another. */
const origins = new WeakMap<Node, { text: string; docs: { value: string; end: number }[] }>()

/** The node as it is written. */
export const textOf = (of: Node): string => origins.get(of)!.text.slice(of.start, of.end)

/** The comment right before a node, on one line. */
export function docBefore(of: Node): string {
  const { text, docs } = origins.get(of)!
  const found = docs.findLast(({ end }) => end <= of.start)
  return found && /^\s*$/.test(text.slice(found.end, of.start)) ? plain(found.value) : ''
}

const list = (value: unknown) => value as Node[]
const node = (value: unknown) => value as Node

/** Reads a file of declarations. */
export function readSource(file: string): Source {
  const text = readFileSync(file, 'utf8')
  const { program, comments } = parseSync(file, text)
  const docs = comments.filter(({ type, value }) => type === 'Block' && value.startsWith('*'))
  const note = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if ('type' in value && 'start' in value) origins.set(value as Node, { text, docs })
    for (const inner of Object.values(value)) note(inner)
  }
  note(program.body)
  const source: Source = { constants: new Map(), interfaces: new Map() }
  for (const statement of list(program.body)) {
    const declaration = node(statement.declaration ?? statement)
    if (declaration.type === 'VariableDeclaration') {
      for (const { id, init } of list(declaration.declarations))
        source.constants.set(String(node(id).name), { doc: docBefore(statement), node: node(init) })
    }
    if (declaration.type === 'TSInterfaceDeclaration') {
      const members = list(node(declaration.body).body).map((member) => {
        const annotation = node(node(member.typeAnnotation).typeAnnotation)
        const type = textOf(annotation)
        return {
          name: `${String(node(member.key).name)}${member.optional ? '?' : ''}`,
          type,
          doc: docBefore(member),
        }
      })
      source.interfaces.set(String(node(declaration.id).name), members)
    }
  }
  return source
}

/** The text of a doc comment on one line. */
function plain(comment: string): string {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\*\s?/, '').trim())
  return lines.join(' ').trim()
}

/** The fields of an object literal, by name. */
export const propertiesOf = (object: Node): Map<string, Node> =>
  new Map(
    list(object.properties)
      .filter(({ type }) => type === 'Property')
      .map((property) => [String(node(property.key).value ?? node(property.key).name), property]),
  )

/** What a call is made on, what it calls, and with what: `base.method(arguments)`, or `method(arguments)`. */
export function callOf(called: Node): { base: Node | undefined; method: string; given: Node[] } | undefined {
  if (called.type !== 'CallExpression') return undefined
  const callee = node(called.callee)
  const isMember = callee.type === 'MemberExpression'
  const method = String(isMember ? node(callee.property).name : callee.name)
  return { base: isMember ? node(callee.object) : undefined, method, given: list(called.arguments) }
}

export const isZod = (base: Node | undefined) => base?.type === 'Identifier' && base.name === 'z'
export const identifierOf = (found: Node) => (found.type === 'Identifier' ? String(found.name) : undefined)
export const spreadsOf = (object: Node): Node[] =>
  list(object.properties)
    .filter(({ type }) => type === 'SpreadElement')
    .map(({ argument }) => node(argument))
/** What an arrow function returns. */
export const bodyOf = (found: Node): Node =>
  found.type === 'ArrowFunctionExpression' ? node(found.body) : found
export const unwrapped = (found: Node): Node =>
  found.type === 'TSSatisfiesExpression' || found.type === 'TSAsExpression' ? node(found.expression) : found
