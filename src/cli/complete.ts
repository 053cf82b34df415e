/** What can stand at the cursor of a command line: `jobdeck complete`, which the scripts of shells call. */
import { existsSync } from 'node:fs'
import type { Argument, Command, Option } from 'commander'
import type { Client } from '../shared/client.ts'
import { policySchema } from '../shared/contract.ts'
import { readBash } from './bash.ts'
import { deckFile, withDeck, type GlobalOptions } from './deck.ts'
import type { Shell } from './shells.ts'
import { oneLine, print } from './terminal.ts'

export interface Candidate {
  value: string
  about?: string
}

/** What of the deck, or of the disk, can stand at a place. */
type Kind =
  | 'scripts'
  | 'jobs'
  | 'runs'
  | 'jobs and runs'
  | 'categories'
  | 'tags'
  | 'fields'
  | 'secrets'
  | 'uses of secrets'
  | 'files'
  | 'folders'

/** What is wanted at the cursor. */
export interface Place {
  /** As far as it is typed. */
  typed: string
  /** What stands before the value in the same word: `--tag=`. */
  prefix: string
  candidates: Candidate[]
  kind: Kind | undefined
  /** The deck that was named on the line. */
  data: string | undefined
}

const ARGUMENT_KINDS: Record<string, Kind> = {
  job: 'jobs',
  jobs: 'jobs',
  run: 'jobs and runs',
  what: 'jobs and runs',
  path: 'categories',
  paths: 'categories',
  to: 'categories',
  secret: 'secrets',
  secrets: 'secrets',
  file: 'files',
  script: 'scripts',
  scripts: 'scripts',
  'dir|file': 'files',
}
const OPTION_KINDS: Record<string, Kind> = {
  '--category': 'categories',
  '--tag': 'tags',
  '--run': 'runs',
  '--job': 'jobs',
  '--set': 'fields',
  '--unset': 'fields',
  '--secret': 'uses of secrets',
  '--secret-env': 'uses of secrets',
  '--env-from': 'files',
  '--output': 'files',
  '--data': 'folders',
  '--directory': 'folders',
  '--folder': 'folders',
  '--save': 'folders',
}
/** So many jobs and runs are offered; who has more types a letter. */
const MOST = 200

/** Answers a shell. What goes wrong completes nothing, and says nothing into somebody's command line. */
export async function complete(
  program: Command,
  shell: Shell,
  given: string[],
  options: GlobalOptions,
): Promise<void> {
  const line = shell === 'bash' ? readBash(given[0] ?? '', given[1] ?? '') : undefined
  const place = placeOf(program, line?.words ?? given)
  const known = place.candidates
  const found = await deckCandidates(place, options).catch(() => [])
  const lower = place.typed.toLowerCase()
  const fitting = [...known, ...found].filter(({ value }) => value.toLowerCase().startsWith(lower))
  const { kind } = place
  const isPartial = fitting.length === 1 && fitting[0]!.value.endsWith('=')
  print(kind === 'files' || kind === 'folders' ? kind : isPartial ? 'partial' : 'nothing')
  for (const { value, about } of fitting) {
    const whole = place.prefix + oneLine(value)
    if (line) print(line.quote(whole))
    else print(about ? `${whole}\t${oneLine(about)}` : whole)
  }
}

/** @param words what stands after the name of the program, up to the cursor; the last one may be empty */
export function placeOf(program: Command, words: string[]): Place {
  const before = words.slice(0, -1)
  const word = words.at(-1) ?? ''
  const read = readWords(program, before)
  const place = { prefix: '', typed: word, kind: undefined, data: read.data, candidates: [] }
  if (read.rest === 'command') return { ...place, kind: 'files' }
  const { command, operands, open } = read
  if (open) return { ...place, ...valuesOf(open) }
  const [, name, typed] = /^(--[\w-]+)=(.*)$/s.exec(word) ?? []
  if (name !== undefined && read.rest === undefined) {
    const option = optionsOf(command).find(({ long }) => long === name)
    return option ? { ...place, prefix: `${name}=`, typed: typed!, ...valuesOf(option) } : place
  }
  if (word.startsWith('-') && read.rest === undefined) {
    const candidates = optionsOf(command)
      .filter(({ hidden }) => !hidden)
      .flatMap(({ long, short, description }) =>
        [long, word.startsWith('--') ? undefined : short]
          .filter((flag) => flag !== undefined)
          .map((value) => ({ value, about: description })),
      )
    return { ...place, candidates }
  }
  const commands = operands > 0 ? [] : command.createHelp().visibleCommands(command)
  const names = commands.map((one) => ({ value: one.name(), about: one.description() }))
  const argument = command.registeredArguments[operands] ?? lastVariadic(command.registeredArguments)
  const { candidates = [], kind } = argument ? ofArgument(argument) : {}
  return { ...place, kind, candidates: [...names, ...candidates] }
}

const lastVariadic = (all: readonly Argument[]) => (all.at(-1)?.variadic ? all.at(-1) : undefined)

/** Which command the words name, how many operands it has by then, and which option still wants its value. */
function readWords(program: Command, words: string[]) {
  let command = program
  let operands = 0
  let open: Option | undefined
  let data: string | undefined
  let rest: 'operands' | 'command' | undefined
  for (const word of words) {
    if (open) {
      if (open.long === '--data') data = word
      if (!(open.variadic && !word.startsWith('-'))) open = undefined
      if (open || !word.startsWith('-')) continue
    }
    if (rest === 'command') continue
    if (word === '--' && rest === undefined)
      rest = ['run', 'add'].includes(command.name()) ? 'command' : 'operands'
    else if (word.startsWith('-') && word !== '-' && rest === undefined) {
      const [flag, value] = word.split(/=(.*)/s)
      const option = optionsOf(command).find(({ long, short }) => flag === long || flag === short)
      if (option && (option.required || option.optional) && value === undefined) open = option
      if (option?.long === '--data' && value !== undefined) data = value
    } else {
      const inner = operands === 0 ? command.commands.find((one) => one.name() === word) : undefined
      if (inner) command = inner
      else operands++
    }
  }
  return { command, operands, open, data, rest }
}

/** Those of the command, and those of every command. */
const optionsOf = (command: Command): Option[] => {
  const help = command.createHelp()
  const above = command.parent
    ? optionsOf(command.parent).filter(({ long }) => long !== '--help' && long !== '--version')
    : []
  return [...help.visibleOptions(command), ...above]
}

function valuesOf(option: Option): Pick<Place, 'candidates' | 'kind'> {
  const several = (option.parseArg as { choices?: readonly string[] } | undefined)?.choices
  const values = option.argChoices ?? several ?? []
  return { candidates: values.map((value) => ({ value })), kind: OPTION_KINDS[option.long ?? ''] }
}

const ofArgument = (argument: Argument): Partial<Pick<Place, 'candidates' | 'kind'>> => {
  if (argument.argChoices) return { candidates: argument.argChoices.map((value) => ({ value })) }
  const kind = ARGUMENT_KINDS[argument.name()]
  return kind ? { kind } : {}
}

/** What the deck holds; nothing where there is none yet, which completing does not make. */
function deckCandidates({ kind, data, typed }: Place, options: GlobalOptions): Promise<Candidate[]> {
  const own = { ...options, ...(data !== undefined && { data }) }
  if (kind === 'fields')
    return Promise.resolve(Object.keys(policySchema.shape).map((field) => ({ value: `${field}=` })))
  if (kind === undefined || kind === 'files' || kind === 'folders' || !existsSync(deckFile(own)))
    return Promise.resolve([])
  return withDeck(own, 'command', async (client) => {
    switch (kind) {
      case 'categories':
        return (await client.request('categories.list', {})).map(({ path, description }) => ({
          value: path,
          ...(description && { about: description }),
        }))
      case 'tags': {
        const jobs = await client.request('jobs.list', {})
        return [...new Set(jobs.flatMap(({ tags }) => tags))].map((value) => ({ value }))
      }
      case 'scripts':
        return (await client.request('scripts.list', {})).map(({ name, state, title }) => ({
          value: name,
          about: [state, title].filter(Boolean).join(', '),
        }))
      case 'secrets':
        return secretsIn(client, '')
      case 'uses of secrets': {
        // After the name of what gets it.
        const [before = ''] = /^[^=]+=/.exec(typed) ?? []
        return before === '' ? [] : secretsIn(client, before)
      }
      case 'runs':
        return runsIn(client)
      case 'jobs':
        return jobsIn(client, typed)
      default:
        return [...(await jobsIn(client, typed)), ...(await runsIn(client))]
    }
  })
}

async function jobsIn(client: Client, text: string): Promise<Candidate[]> {
  const jobs = await client.request('jobs.list', { text, sort: 'lastRun', descending: true, limit: MOST })
  return jobs.map(({ name, category, status }) => ({
    value: name,
    about: [status, category].filter(Boolean).join(', '),
  }))
}

async function secretsIn(client: Client, before: string): Promise<Candidate[]> {
  return (await client.request('secrets.list', {})).map(({ name }) => ({ value: `${before}${name}` }))
}

async function runsIn(client: Client): Promise<Candidate[]> {
  const runs = await client.request('executions.list', { limit: MOST })
  return runs.map(({ id, jobName, status }) => ({ value: String(id), about: `${jobName}, ${status}` }))
}
