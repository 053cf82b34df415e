/** `npm run docs:api`: writes docs/api.md, the page of everything public, from the docstrings of the sources. */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import {
  parseSync,
  type Class,
  type Comment,
  type Function as FunctionNode,
  type Node,
  type TSInterfaceDeclaration,
  type TSTypeAliasDeclaration,
  type VariableDeclaration,
} from 'oxc-parser'
import { format, type FormatConfig } from 'oxfmt'

const ROOT = resolve(import.meta.dirname, '..')
export const PAGE = join(ROOT, 'docs/api.md')

const ENTRIES = {
  jobdeck: 'src/core/index.ts',
  'jobdeck/testing': 'src/core/testing/index.ts',
  'jobdeck/opentelemetry': 'src/core/opentelemetry.ts',
}

const INTRODUCTION = `# The library

Made by \`npm run docs:api\` from the docstrings of the sources; do not edit. The requests and events that a client knows
are in \`src/shared/contract.ts\`. Unless something else is said, times are milliseconds since 1970, UTC, and time spans
are milliseconds or text such as \`1h30m\`.
`

interface Source {
  path: string
  text: string
  comments: Comment[]
  body: Node[]
}

/** Something public: its declaration, and what its docstring says. */
interface Item {
  name: string
  source: Source
  node: Declared
}

type Declared = FunctionNode | Class | TSInterfaceDeclaration | TSTypeAliasDeclaration | VariableDeclaration

const sources = new Map<string, Source>()

function read(path: string): Source {
  const known = sources.get(path)
  if (known) return known
  const text = readFileSync(path, 'utf8')
  const { program, comments, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]!.message}`)
  const source = { path, text, comments, body: program.body as Node[] }
  sources.set(path, source)
  return source
}

const textOf = ({ text }: Source, { start, end }: { start: number; end: number }) => text.slice(start, end)

/** The text of the docstring that ends right before the position, without its frame of stars; empty if there is none. */
function docAt({ text, comments }: Source, position: number): string {
  const found = comments.findLast(({ end }) => end <= position)
  if (!found?.value.startsWith('*') || text.slice(found.end, position).trim() !== '') return ''
  return found.value
    .slice(1)
    .replaceAll(/^ *\* ?/gm, '')
    .trim()
}

/** What a file exports, by way of other files too, in the order in which it does. */
function itemsOf(source: Source): Item[] {
  const items: Item[] = []
  const other = (from: { value: string }) => read(join(dirname(source.path), from.value))
  for (const node of source.body) {
    if (node.type === 'ExportAllDeclaration') {
      // Only types: values come by their names.
      const types = itemsOf(other(node.source)).filter(({ node: { type } }) => type.startsWith('TS'))
      items.push(...types)
    }
    if (node.type !== 'ExportNamedDeclaration') continue
    if (node.source) {
      const theirs = itemsOf(other(node.source))
      for (const { exported } of node.specifiers)
        items.push(theirs.find(({ name }) => exported.type === 'Identifier' && name === exported.name)!)
    } else if (node.declaration) {
      items.push(...declared(source, node.declaration as Declared))
    }
  }
  return items
}

function declared(source: Source, node: Declared): Item[] {
  if (node.type !== 'VariableDeclaration') return [{ name: node.id!.name, source, node }]
  return node.declarations.map(({ id }) => ({ name: (id as { name: string }).name, source, node }))
}

const docOf = ({ source, node }: Item): string => docAt(source, source.text.lastIndexOf('export', node.start))

/** Prose of a docstring, with its tags as a list. */
function prose(doc: string): string {
  const [text = '', ...tags] = doc.split(/^@/m)
  const lines = tags.map((tag) => {
    const [, kind, rest = ''] = /^(\w+)\s*(.*)$/s.exec(tag.trim())!
    const words = rest.replaceAll(/\s+/g, ' ')
    if (kind === 'param') return `- ${words.replace(/^\S+/, (name) => `\`${name}\`:`)}`
    return `- ${kind}: ${words}`
  })
  return [text.trim(), lines.join('\n')].filter((part) => part !== '').join('\n\n')
}

const code = (text: string) => `\`\`\`ts\n${text.trim()}\n\`\`\``

/** The part of a function before its body. */
const signatureOf = (source: Source, node: { start: number; end: number }, body?: { start: number } | null) =>
  textOf(source, { start: node.start, end: body?.start ?? node.end }).trim()

function classText(item: Item, node: Class): string {
  const { source } = item
  const members = node.body.body.flatMap((member) => {
    if (member.type !== 'MethodDefinition' && member.type !== 'PropertyDefinition') return []
    const doc = docAt(source, member.start)
    if (member.key.type === 'PrivateIdentifier' || member.computed || doc === '@internal') return []
    const body = member.type === 'MethodDefinition' ? member.value.body : undefined
    return [`${code(signatureOf(source, member, body))}\n\n${prose(doc)}`]
  })
  const head = signatureOf(source, node, node.body)
  return [code(`${head} { … }`), prose(docOf(item)), ...members].join('\n\n')
}

/** The zod schemas that a type is made from, and those that are spread into them. */
function schemasOf(source: Source, text: string): string[] {
  const names = [...text.matchAll(/typeof (\w+)|\.\.\.(\w+)/g)].map(([, one, other]) => one ?? other)
  return names.flatMap((name) => {
    const node = source.body
      .map((each) => (each.type === 'ExportNamedDeclaration' && each.declaration ? each.declaration : each))
      .find(
        (each) =>
          each.type === 'VariableDeclaration' && (each.declarations[0]!.id as { name: string }).name === name,
      )
    if (!node || name === 'contract') return []
    const found = textOf(source, node)
    return [found, ...schemasOf(source, found)]
  })
}

function textFor(item: Item): string {
  const { source, node } = item
  const doc = prose(docOf(item))
  switch (node.type) {
    case 'ClassDeclaration':
      return classText(item, node)
    case 'FunctionDeclaration':
      return `${code(signatureOf(source, node, node.body))}\n\n${doc}`
    case 'TSTypeAliasDeclaration': {
      const text = textOf(source, node)
      return `${code([text, ...new Set(schemasOf(source, text))].join('\n\n'))}\n\n${doc}`
    }
    default:
      return `${code(textOf(source, node))}\n\n${doc}`
  }
}

/** Public things without a docstring. The types of the contract say by their fields what they are. */
export function undocumented(): string[] {
  return Object.values(ENTRIES).flatMap((entry) =>
    itemsOf(read(join(ROOT, entry))).flatMap((item) => {
      const { name, source, node } = item
      if (source.path.includes('/shared/') && node.type.startsWith('TS')) return []
      const own = docOf(item) === '' ? [name] : []
      if (node.type !== 'ClassDeclaration') return own
      const members = node.body.body.filter(
        (member) =>
          (member.type === 'MethodDefinition' || member.type === 'PropertyDefinition') &&
          member.key.type === 'Identifier' &&
          docAt(source, member.start) === '',
      )
      return [...own, ...members.map((member) => `${name}: ${textOf(source, member).split('\n')[0]}`)]
    }),
  )
}

/** The whole page. */
export async function page(): Promise<string> {
  const parts = Object.entries(ENTRIES).map(([name, entry]) => {
    const source = read(join(ROOT, entry))
    const items = itemsOf(source).map((item) => `### ${item.name}\n\n${textFor(item)}`)
    return [`## ${name}`, prose(docAt(source, source.body[0]!.start)), ...items].join('\n\n')
  })
  const options = JSON.parse(readFileSync(join(ROOT, '.oxfmtrc.json'), 'utf8')) as FormatConfig
  const { code: formatted } = await format(PAGE, [INTRODUCTION, ...parts].join('\n'), options)
  return formatted
}

if (import.meta.main) writeFileSync(PAGE, await page())
