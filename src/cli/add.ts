import { resolve } from 'node:path'
import type { Client } from '../shared/client.ts'
import type { Job, JobInput, Mode, Parameters, Policy } from '../shared/contract.ts'
import { Fault } from '../shared/fault.ts'
import type { MISSED, OVERLAPS, RESTARTS } from '../shared/schedule.ts'
import { assign, pairOf } from './assignments.ts'
import { tellMissingSecrets } from './changes.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import { handlerText } from './facts.ts'
import { timesTable, withoutPlanner } from './occurrences.ts'
import { readParameters, type ParameterOptions } from './parameters.ts'
import { scheduleOf, type ScheduleOptions } from './schedule-options.ts'
import { environmentOf, type SecretOptions } from './secret-options.ts'
import { oneLine, print, printJson, printNote } from './terminal.ts'
import { readTypedFile, typedParameters } from './typed-file.ts'

export interface AddOptions extends GlobalOptions, ScheduleOptions, ParameterOptions, SecretOptions {
  name: string
  file?: string | undefined
  /** What stood after `--`. */
  command?: string[] | undefined
  replace?: boolean
  disabled?: boolean
  description?: string
  category?: string
  tag?: string[]
  directory?: string
  env: string[]
  set: string[]
  priority: number
  mode?: Mode
  timeout?: string
  grace?: string
  attempts?: number
  retryDelay?: string
  maxWorkers?: number
  missed?: (typeof MISSED)[number]
  missedWindow?: string
  missedLimit?: number
  overlap?: (typeof OVERLAPS)[number]
  restart?: (typeof RESTARTS)[number]
  expireAfter?: string
  keepRuns?: number
  keepFor?: string
}

/** So many of its next times are told. */
const TOLD = 3

/** `jobdeck add`: makes a job that runs by itself, or that waits until it is started. */
export async function add(options: AddOptions): Promise<void> {
  const { file, command } = options
  if ((file === undefined) === (command === undefined))
    throw new Fault('invalid-input', 'add: wants a NAME, and either a FILE, or -- and a COMMAND')
  if (command?.length === 0) throw new Fault('invalid-input', 'add: wants a command after --')
  const schedule = scheduleOf(options)
  refuseStrangers(options)
  const policy = policyOf(options)
  const params = await readParameters(options)
  await withDeck(options, 'command', async (client) => {
    const before = await sameName(client, options.name)
    if (before && !options.replace) {
      const name = JSON.stringify(before.name)
      throw new Fault(
        'conflict',
        `there is a job ${name} already (${before.id}): take another name, --replace it, or change it by jobdeck edit`,
      )
    }
    const job = {
      ...(await faceOf(client, options, params)),
      ...(before && { key: before.key }),
      ...(schedule && { schedule }),
      ...policy,
    }
    await tell(client, await save(client, job, options.disabled), { ...options, before })
  })
}

/** What would have no effect was meant otherwise. */
function refuseStrangers({ daemon, cron, every, at, in: after, ...options }: AddOptions): void {
  const refuse = (option: string, message: string): never => {
    throw new Fault('invalid-input', `--${option}: ${message}`)
  }
  if (options.restart !== undefined && !daemon) refuse('restart', 'goes with --daemon')
  if (options.retryDelay !== undefined && options.attempts === undefined)
    refuse('retry-delay', 'goes with --attempts')
  const isPlanned = [cron, every, at, after].some((value) => value !== undefined)
  for (const [option, value] of [
    ['missed', options.missed],
    ['missed-window', options.missedWindow],
    ['missed-limit', options.missedLimit],
    ['overlap', options.overlap],
  ] as const)
    if (value !== undefined && !isPlanned) refuse(option, 'goes with --cron, --every, --at or --in')
  if (daemon && options.attempts !== undefined)
    refuse('attempts', 'does not go with --daemon, which is always started again')
}

function policyOf(options: AddOptions): Policy {
  const { attempts, retryDelay, env, set, command, directory } = options
  const named = {
    ...Object.fromEntries(
      POLICY.map((field) => [field, options[field]]).filter(([, value]) => value !== undefined),
    ),
    ...(attempts !== undefined && {
      retry: { attempts, ...(retryDelay !== undefined && { delay: retryDelay }) },
    }),
    // A command means what it means where it was typed; a script lies where it lies.
    ...(directory !== undefined
      ? { directory: resolve(directory) }
      : command && { directory: process.cwd() }),
    ...environmentOf(options, Object.fromEntries(env.map((pair) => pairOf(pair, '--env')))),
  }
  return assign(named as Policy, set)
}

const POLICY = [
  'mode',
  'timeout',
  'grace',
  'maxWorkers',
  'missed',
  'missedWindow',
  'missedLimit',
  'overlap',
  'restart',
  'expireAfter',
  'keepRuns',
  'keepFor',
] as const satisfies (keyof Policy & keyof AddOptions)[]

/** The job that has this name, or this key. */
export async function sameName(client: Client, name: string): Promise<Job | undefined> {
  const isSame = (job: Job) => job.name === name || job.key === name
  const found = await client.request('jobs.list', { text: name.slice(0, 1000) })
  return found.find(isSame)
}

/** What the job is, but for when and how it runs. */
async function faceOf(client: Client, options: AddOptions, params: Parameters): Promise<JobInput> {
  const { name, command, priority, category, tag } = options
  const common = { name, ...(category !== undefined && { category }), ...(tag && { tags: tag }) }
  if (command) {
    const { description } = options
    return {
      ...common,
      ...(description !== undefined && { description }),
      ...(Object.keys(params).length > 0 && { params }),
      handlers: [{ priority, handler: { command } }],
    }
  }
  const typed = await readTypedFile(
    client,
    options.file!,
    `jobdeck add ${JSON.stringify(name)} -- ${options.file}`,
  )
  const description = options.description ?? typed.description?.slice(0, 10_000)
  // Nobody is there to be asked when it runs by itself: what it wants must be given now.
  const given = await typedParameters(typed.schema, params, options.param.length > 0 ? 'text' : 'json')
  return {
    ...common,
    ...(description !== undefined && { description }),
    ...(Object.keys(given).length > 0 && { params: given }),
    handlers: [{ priority, handler: typed.handler }],
  }
}

async function save(client: Client, job: JobInput, disabled = false): Promise<Job> {
  if (!disabled) return client.request('jobs.save', job)
  // In one step: it must not run before it is disabled.
  const document = { jobdeck: 1 as const, jobs: [{ ...job, enabled: false }] }
  tellMissingSecrets(await client.request('deck.import', { document }))
  return client.request('jobs.get', { job: job.key ?? job.name })
}

/** Says what the job is now, and when it comes. */
export async function tell(
  client: Client,
  job: Job,
  { json, before }: GlobalOptions & { before?: Job | undefined },
): Promise<void> {
  const preview = job.schedule
    ? await client.request('schedules.preview', { job: job.id, count: TOLD })
    : undefined
  if (json) {
    const next = preview?.occurrences.map(({ at, dst }) => ({ at: new Date(at).toISOString(), dst })) ?? []
    return printJson({ ...job, words: preview?.words.en ?? null, occurrences: next })
  }
  const name = JSON.stringify(job.name)
  const when = preview ? preview.words.en : `Runs when it is started: jobdeck start ${job.id}`
  print(`${before ? 'Replaced' : 'Added'} ${oneLine(name)} (${job.id}). ${oneLine(when)}`)
  const { directory } = job.policy
  const what = job.handlers.map(({ handler }) => handlerText(handler)).join('; ')
  print(oneLine(`It runs ${what}${directory === undefined ? '' : ` in ${directory}`}`))
  if (!job.enabled) return printNote(`It is disabled, and does not run by itself: jobdeck enable ${job.id}`)
  if (!preview) return
  if (preview.occurrences.length > 0) print(timesTable(preview))
  else if (job.schedule && 'at' in job.schedule)
    printNote('Its time is over: it runs as soon as something runs jobs by themselves.')
  const note = await withoutPlanner(client)
  if (note) printNote(note)
}
