import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import { contract } from '../../src/shared/contract.ts'
import { FAULTS } from '../../src/shared/fault.ts'
import { watchSchema } from '../../src/shared/watch.ts'
import { docBefore, propertiesOf, readSource, unwrapped, type Node } from './source.ts'
import { createTypes, type Field, type Json } from './types.ts'

const fileOf = (name: string) => fileURLToPath(new URL(`../../src/shared/${name}.ts`, import.meta.url))

const jsonOf = (schema: z.ZodType, io: 'input' | 'output') =>
  z.toJSONSchema(schema, { io, unrepresentable: 'any', cycles: 'ref', reused: 'inline' }) as Json

/** The reference page of the contract, in Markdown. */
export function referencePage(): string {
  const source = readSource(fileOf('contract'))
  const watching = readSource(fileOf('watch'))
  const logs = readSource(fileOf('logs'))
  const scripts = readSource(fileOf('scripts'))
  const secrets = readSource(fileOf('secrets'))
  const shared = ['parameters', 'secrets', 'fields', 'policy'].flatMap((name) => [
    ...readSource(fileOf(name)).constants,
  ])
  // Some requests lie in files of their own.
  const places = [
    { of: source, called: 'contract' },
    { of: logs, called: 'logRequests' },
    { of: scripts, called: 'scriptRequests' },
    { of: secrets, called: 'secretRequests' },
  ].map(({ of, called }) => ({
    types: createTypes({ ...of, constants: new Map([...shared, ...of.constants]) }),
    routes: propertiesOf(unwrapped(of.constants.get(called)!.node)),
  }))

  const requests = Object.entries(contract).map(([name, { input, output }]) => {
    const { types, routes } = places.find((place) => place.routes.has(name))!
    const route = routes.get(name)!
    const parts = propertiesOf(route.value as Node)
    const fields = types.fieldsOf(jsonOf(input, 'input'), parts.get('input')?.value as Node)
    const answer = types.typeOf(jsonOf(output, 'output'), parts.get('output')?.value as Node)
    const doc = docBefore(route)
    if (doc === '') throw new Error(`${name} wants a comment in the contract that says what it does`)
    return [
      `### ${name}`,
      doc,
      fields.length === 0 ? 'Takes nothing.' : table(fields),
      `Answers with ${answer}.`,
    ]
  })

  const watches = createTypes(watching)
  const options = (jsonOf(watchSchema, 'input').anyOf as Json[]).map((json, index) => {
    const call = (watching.constants.get('watchSchema')!.node.arguments as Node[])[0]!
    const option = (call.elements as Node[])[index]!
    return {
      name: watches.typeOf(json, option).replaceAll('`', ''),
      type: '',
      doc: docBefore(option),
    }
  })

  const typeSections: string[][] = []
  // Telling of one type may name another.
  for (const { types } of places) {
    for (const { name, json, node, doc } of types.named.values()) {
      if (typeSections.some(([title]) => title === `### ${name}`)) continue
      const isObject = json.properties !== undefined
      const rows = isObject ? types.fieldsOf(json, node) : []
      typeSections.push([`### ${name}`, doc, ...(isObject ? [table(rows)] : shapeOf(types, json, node))])
    }
  }

  function shapeOf(types: ReturnType<typeof createTypes>, json: Json, node: Node): string[] {
    if (node.type === 'ArrowFunctionExpression') return []
    const shape = types.typeOf(json, node)
    return shape === 'anything' ? [] : [`${shape}.`]
  }

  return `${[
    '# Reference of the contract',
    '<!-- Made by `npm run docs` from src/shared/contract.ts; edits belong there. -->',
    INTRODUCTION,
    '## Requests',
    ...requests.flat(),
    '## Events',
    'Hints, sent after the commit. The database is the truth: who shows something asks for it.',
    table(
      source.interfaces.get('Events')!.map((event) => ({ ...event, type: code(event.type) })),
      'event',
    ),
    '## Watching',
    '`client.watch(what, listener)` tells what happens to one thing or to all, in batches; see [decision 13](decisions/0013-watchers-get-batches.md).',
    list(options),
    'A batch:',
    table(watching.interfaces.get('Batch')!.map((field) => ({ ...field, type: code(field.type) }))),
    '## Faults',
    'A request that is refused or fails rejects with a `Fault`: a code, and a message for people. `invalid-input` has in `data.issues` the name of each field and what is wrong with it.',
    table(
      Object.entries(FAULTS).map(([name, doc]) => ({ name, type: '', doc })),
      'code',
    ),
    '## Types',
    ...typeSections.flat(),
  ]
    .filter((part) => part !== '')
    .join('\n\n')}\n`
}

const INTRODUCTION = `Everything that a window, the command line and a program can ask of a deck:
\`client.request(name, input)\`. Every input is checked before anything is done; fields that are not known are refused
where an object is closed. All times are milliseconds since 1970, UTC. A field with \`?\` may be left out.`

const code = (text: string) => `\`${text.replaceAll(/\s+/g, ' ')}\``
const cell = (text: string) => text.replaceAll('|', String.raw`\|`)
const list = (fields: Field[]) => fields.map(({ name, doc }) => `- \`${name}\`: ${doc}`).join('\n')

function table(fields: Field[], first = 'field'): string {
  const hasTypes = fields.some(({ type }) => type !== '')
  const row = (cells: string[]) => `| ${cells.map(cell).join(' | ')} |`
  const head = [first, ...(hasTypes ? ['type'] : []), 'meaning']
  const rows = fields.map(({ name, type, doc }) => [`\`${name}\``, ...(hasTypes ? [type] : []), doc])
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')
}
