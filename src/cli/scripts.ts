/** `jobdeck scripts`: what lies in the scripts folders. */
import type { Output } from '../shared/contract.ts'
import { Fault } from '../shared/fault.ts'
import { shellQuoted } from '../core/handlers/examine-text.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import { facts, section } from './facts.ts'
import { reviewText, sourceText } from './review.ts'
import {
  bytes,
  counted,
  dateTime,
  oneLine,
  print,
  printJson,
  printNote,
  styled,
  table,
  type Style,
} from './terminal.ts'

type Script = Output<'scripts.get'>

/** State is shown by shape and colour together. */
const LOOKS: Record<Script['state'], [string, Style]> = {
  approved: ['✔ approved', 'green'],
  new: ['+ new', 'yellow'],
  changed: ['△ changed', 'yellow'],
  broken: ['✖ broken', 'red'],
  gone: ['– gone', 'red'],
}
const stateText = (state: Script['state']) => styled(LOOKS[state][1], LOOKS[state][0])

export const listScripts = (options: GlobalOptions): Promise<void> =>
  withDeck(options, 'command', async (client) => {
    const scripts = await client.request('scripts.list', {})
    if (options.json) return scripts.forEach(printJson)
    if (scripts.length === 0) return tellWhere(await client.request('scripts.folders', {}))
    const rows = scripts.map(({ name, state, title, jobs, problem, renamedTo }) => [
      stateText(state),
      oneLine(name),
      jobs.map((job) => oneLine(job.name)).join(', '),
      problem
        ? oneLine(problem.message.split('\n')[0]!)
        : renamedTo === null
          ? oneLine(title ?? '')
          : `renamed to ${oneLine(renamedTo)}?`,
    ])
    print(table(['STATE', 'SCRIPT', 'JOBS', 'TITLE'], rows, { name: 'SCRIPT', lesser: ['TITLE', 'JOBS'] }))
    const waiting = scripts.filter(({ state }) => state === 'new' || state === 'changed')
    if (waiting.length > 0)
      printNote(`${counted(waiting.length, 'script')} to look at: jobdeck trust ${quoted(waiting[0]!.name)}`)
  })

function tellWhere(folders: Output<'scripts.folders'>): void {
  const [main] = folders
  printNote(`There are no scripts. Copy one into ${main!.path}, or: jobdeck new script hello.py --lang py`)
}

/** As a shell takes it, whatever stands in it: it is copied into one. */
export const quoted = shellQuoted

interface ShowOptions extends GlobalOptions {
  script?: string | undefined
  diff?: boolean
  run?: string
}

export const showScript = ({ script, diff, run, ...options }: ShowOptions): Promise<void> =>
  withDeck(options, 'command', async (client) => {
    if (run !== undefined) {
      const source = await client.request('executions.source', { execution: run })
      if (script !== undefined && script !== source.script)
        throw new Fault('invalid-input', `--run: run ${run} ran ${source.script}, not ${script}`)
      return options.json ? printJson(source) : print(sourceText(source.files))
    }
    if (diff) {
      const review = await client.request('scripts.review', { script: script! })
      return options.json ? printJson(review) : print(reviewText(review))
    }
    const found = await client.request('scripts.get', { script: script! })
    if (options.json) return printJson(found)
    tell(found)
  })

function tell(script: Script): void {
  const { name, state, title, description, path, kind, schema, defaults, parts, approvedAt, jobs, digest } =
    script
  print(`${stateText(state)}  ${styled('bold', oneLine(name))}${title === null ? '' : `  ${oneLine(title)}`}`)
  if (description !== null) print(description.split('\n').map(oneLine).join('\n'))
  if (script.problem) print(styled('red', script.problem.message.split('\n').map(oneLine).join('\n    ')))
  facts({
    Lies: path,
    Runs: kind === null ? null : kind === 'module' ? 'as a module' : 'as a program',
    'Approved last': approvedAt === null ? 'never' : dateTime(approvedAt),
    'Made of': parts.map((part) => `${part.path} (${bytes(part.size)})`).join(', '),
    Digest: digest?.slice(0, 16),
    Jobs: jobs.map((job) => job.name).join(', '),
  })
  if (schema) section('Parameters', parametersTable(schema))
  if (Object.keys(defaults).length > 0)
    section(
      'It sets',
      table(
        ['FIELD', 'VALUE'],
        Object.entries(defaults).map(([field, value]) => [field, JSON.stringify(value)]),
        { name: 'FIELD' },
      ),
    )
  for (const warning of script.warnings) printNote(warning)
}

function parametersTable(schema: Record<string, unknown>): string {
  const properties = (schema.properties ?? {}) as Record<string, Record<string, unknown>>
  const required = new Set((schema.required ?? []) as string[])
  const rows = Object.entries(properties).map(([name, of]) => [
    oneLine(name),
    oneLine(
      [of.type, of.format, Array.isArray(of.enum) && of.enum.join(' | ')].flat().filter(Boolean).join(', '),
    ),
    of.default === undefined ? (required.has(name) ? 'required' : '') : oneLine(JSON.stringify(of.default)),
    oneLine(String(of.description ?? of.title ?? '')),
  ])
  return table(['PARAMETER', 'TYPE', 'DEFAULT', 'ABOUT'], rows, { name: 'PARAMETER' })
}
