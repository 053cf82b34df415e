import { parse, type Expression, type Program, type Property, type SpreadElement } from 'acorn'
import { transform } from 'esbuild'
import { parse as parseToml } from 'smol-toml'
import { policySchema, type Policy } from '../../shared/contract.ts'
import { Fault } from '../../shared/fault.ts'

/** What a handler says of itself, as far as that can be read without running it. */
export interface Metadata {
  title?: string
  description?: string
  /** JSON Schema of the parameters. */
  schema?: Record<string, unknown>
  defaults: Policy
  /** The command that runs the file, which follows. */
  interpreter?: string[]
  /** The conda environment that runs it. */
  conda?: string
  /** Whether it lists packages that it needs. */
  hasDependencies: boolean
  /** Exports of a module that only running it can tell. */
  computed: string[]
  /** What was given and is not understood, as sentences. */
  warnings: string[]
}

/** Reads the exports of a module that are literals, and the comment at its head. */
export async function moduleMetadata(source: string, loader: 'js' | 'ts'): Promise<Metadata> {
  const { code } = await transform(source, { loader, format: 'esm', target: 'node20', logLevel: 'silent' })
  const { found, computed } = readExports(parse(code, { ecmaVersion: 'latest', sourceType: 'module' }))
  const [, comment] = /^(?:#!.*\n)?\s*\/\*\*([\s\S]*?)\*\//.exec(source) ?? []
  const description = comment?.replaceAll(/^\s*\* ?/gm, '').trim()
  return { ...fromValues({ description, ...found }, found.defaults), computed }
}

/** The exports whose values are literals. esbuild writes them as `const a = …` and one `export { a, b as c }`. */
function readExports({ body }: Program): { found: Record<string, unknown>; computed: string[] } {
  const values = new Map<string, unknown>()
  const found: Record<string, unknown> = {}
  const computed: string[] = []
  for (const node of body) {
    if (node.type !== 'VariableDeclaration' || node.kind !== 'const') continue
    for (const { id, init } of node.declarations) {
      if (id.type === 'Identifier' && init) values.set(id.name, readLiteral(init))
    }
  }
  for (const node of body) {
    if (node.type !== 'ExportNamedDeclaration') continue
    for (const { local, exported } of node.specifiers) {
      if (local.type !== 'Identifier' || exported.type !== 'Identifier') continue
      const value = (node.source ? undefined : values.get(local.name)) ?? NO_LITERAL
      if (value !== NO_LITERAL) found[exported.name] = value
      else if (EXPORTED.has(exported.name)) computed.push(exported.name)
    }
  }
  return { found, computed }
}

/**
 * Reads the `[tool.jobdeck]` table of a PEP 723 block, behind any comment prefix.
 * @see https://peps.python.org/pep-0723/
 * @throws Fault `handler-syntax` where the block is there and is not valid TOML
 */
export function programMetadata(source: string, file: string): Metadata {
  const lines = blockIn(source.split(/\r?\n/))
  if (!lines) return fromValues({}, {})
  try {
    const toml = parseToml(lines.join('\n')) as {
      dependencies?: unknown[]
      tool?: { jobdeck?: Record<string, unknown> }
    }
    const own = toml.tool?.jobdeck ?? {}
    const metadata = fromValues(own, own)
    return { ...metadata, hasDependencies: (toml.dependencies?.length ?? 0) > 0 }
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    throw new Fault('handler-syntax', `${file}: the "script" block is not valid TOML: ${reason}`, {
      cause: thrown,
    })
  }
}

const BLOCK_BEGIN = /^(#|\/\/|--|;|REM|::) \/\/\/ script\s*$/

/** The lines of the first block that is whole, without what makes them comments. */
function blockIn(lines: string[]): string[] | undefined {
  let prefix: string | undefined
  let body: string[] = []
  for (const line of lines) {
    if (prefix !== undefined) {
      if (line.trimEnd() === `${prefix} ///`) return body
      if (line === prefix || line.startsWith(`${prefix} `)) {
        body.push(line.slice(prefix.length + 1))
        continue
      }
    }
    prefix = BLOCK_BEGIN.exec(line)?.[1]
    body = []
  }
  return undefined
}

/** What a module may say of itself. */
const EXPORTED = new Set(['title', 'description', 'params', 'defaults'])
const DESCRIBING = new Set(['title', 'description', 'params', 'interpreter', 'conda', 'defaults', 'default'])

function fromValues(values: Record<string, unknown>, defaults: unknown): Metadata {
  const { title, description, params, interpreter, conda } = values
  const warnings: string[] = []
  return {
    ...(typeof title === 'string' && { title }),
    ...(typeof description === 'string' && description && { description }),
    ...(isObject(params) && { schema: { type: 'object', ...params } }),
    ...(isCommand(interpreter) && {
      interpreter: typeof interpreter === 'string' ? [interpreter] : interpreter,
    }),
    ...(typeof conda === 'string' && conda !== '' && { conda }),
    defaults: readDefaults(isObject(defaults) ? defaults : {}, warnings),
    hasDependencies: false,
    computed: [],
    warnings,
  }
}

/** What a table says of a script, as it is in a file beside it, or was told by the running module. */
export const metadataOf = (table: Record<string, unknown>, defaults: unknown = table): Metadata =>
  fromValues(table, defaults)

/** What is said apart from the code counts more than what the code says. */
export function overlay<M extends Metadata>(metadata: M, over: Metadata | undefined): M {
  if (!over) return metadata
  const { defaults, warnings, hasDependencies: _, computed: __, ...said } = over
  return {
    ...metadata,
    ...said,
    defaults: { ...metadata.defaults, ...defaults },
    warnings: [...metadata.warnings, ...warnings],
  }
}

function readDefaults(given: Record<string, unknown>, warnings: string[]): Policy {
  const policy: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(given)) {
    if (DESCRIBING.has(name)) continue
    const field = policySchema.shape[name as keyof Policy]
    const read = field?.safeParse(value)
    if (read?.success) policy[name] = read.data
    else warnings.push(`its default ${name} is ${read ? 'not valid' : 'not known'} and is left out`)
  }
  return policy
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isCommand = (value: unknown): value is string | string[] =>
  typeof value === 'string' ||
  (Array.isArray(value) && value.length > 0 && value.every((word) => typeof word === 'string'))

const NO_LITERAL = Symbol('no literal')

/** The value of an expression that needs no running; `NO_LITERAL` for any other. */
function readLiteral(node: Expression | SpreadElement | null): unknown {
  switch (node?.type) {
    case 'Literal':
      return node.regex || node.bigint ? NO_LITERAL : node.value
    case 'TemplateLiteral':
      return node.expressions.length === 0 ? node.quasis[0]!.value.cooked : NO_LITERAL
    case 'UnaryExpression': {
      const value = node.operator === '-' ? readLiteral(node.argument) : NO_LITERAL
      return typeof value === 'number' ? -value : NO_LITERAL
    }
    case 'ArrayExpression': {
      const items = node.elements.map((element) => readLiteral(element))
      return items.includes(NO_LITERAL) ? NO_LITERAL : items
    }
    case 'ObjectExpression': {
      const entries = node.properties.map((property) => readProperty(property))
      return entries.includes(undefined) ? NO_LITERAL : Object.fromEntries(entries as [string, unknown][])
    }
    default:
      return NO_LITERAL
  }
}

function readProperty(property: Property | SpreadElement): [string, unknown] | undefined {
  if (property.type !== 'Property' || property.computed || property.kind !== 'init') return undefined
  const { key } = property
  const name = key.type === 'Identifier' ? key.name : key.type === 'Literal' ? String(key.value) : undefined
  const value = readLiteral(property.value)
  return name === undefined || value === NO_LITERAL ? undefined : [name, value]
}
