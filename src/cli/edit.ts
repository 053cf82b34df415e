/** `jobdeck edit`: changes a job, by options or in an editor; what is not edited stays. */
import stringify from 'safe-stable-stringify'
import type { Client } from '../shared/client.ts'
import type { Job, JobInput, Mode, Parameters } from '../shared/contract.ts'
import { jobEntry, readable } from '../shared/document.ts'
import { Fault } from '../shared/fault.ts'
import { checkParameters } from '../core/handlers/parameters.ts'
import { tellOfManager } from './apply.ts'
import { assign, pairOf, unassign, without } from './assignments.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import { editText } from './editor.ts'
import { readParameters } from './parameters.ts'
import { scheduleOf, type ScheduleOptions } from './schedule-options.ts'
import { environmentOf, type SecretOptions } from './secret-options.ts'
import { oneLine, printJson, printNote } from './terminal.ts'
import { readText, writeText, type Format } from './text.ts'

export interface EditOptions extends GlobalOptions, ScheduleOptions, SecretOptions {
  job: string
  name?: string
  description?: string
  category?: string
  tag?: string[]
  param: string[]
  mode?: Mode
  timeout?: string
  grace?: string
  attempts?: number
  retries?: number
  maxWorkers?: number
  env: string[]
  set: string[]
  unset: string[]
  format?: Format
}

/** What a job is, but for its key, by which it stays the same job. */
type Face = Omit<JobInput, 'key'>

/** Fields of a job beside those of its policy which can be taken away. */
const OWN = new Set(['description', 'category', 'tags', 'params', 'schedule'])

export async function edit(options: EditOptions): Promise<void> {
  const { job: reference, format, data: _, json: __, ...changes } = options
  const hasChanges = Object.values(changes).some((value) =>
    Array.isArray(value) ? value.length > 0 : value !== undefined,
  )
  if (hasChanges && format !== undefined)
    throw new Fault(
      'invalid-input',
      '--format: is for the text in the editor, which opens without other options',
    )
  const read = (client: Client) => client.request('jobs.get', { job: reference })
  if (hasChanges) {
    return withDeck(options, 'command', async (client) => {
      const job = await read(client)
      tell(options, job, await save(client, job, await changed(client, faceOf(job), options)))
    })
  }
  // While somebody edits, the deck need not be open.
  const job = await withDeck(options, 'command', read)
  const { text, form } = textOf(job, format)
  const saved = await editText(text, `job.${form}`, async (edited) => {
    const face = readText(edited, form, 'the text') as Face
    if (typeof face === 'object' && face !== null && 'key' in face)
      throw new Fault('invalid-input', 'key: cannot be changed: by it the job stays the same one')
    return withDeck(options, 'command', async (client) => {
      const now = await client.request('jobs.get', { job: job.id })
      if (stringify(faceOf(now)) !== stringify(faceOf(job)))
        throw new Fault('conflict', 'the job was changed by somebody else meanwhile: edit it as it is now')
      return save(client, job, face).catch((fault: Fault) => {
        // In a text a field has its own name, not that of an option: the issues would be told by those.
        throw new Fault(fault.code, fault.message)
      })
    })
  })
  tell(options, job, saved)
}

function faceOf(job: Job): Face {
  const { key: _, enabled: __, ...face } = jobEntry(job)
  return face
}

/** TOML, which may say what it is about and is easier to type, unless it cannot hold the job. */
function textOf(job: Job, format: Format | undefined): { text: string; form: Format } {
  const face = readable(faceOf(job))
  if (format === 'json') return { text: writeText(face, 'json'), form: 'json' }
  try {
    const head = `# The job ${oneLine(JSON.stringify(job.name))} (${job.id}). Save and close to change it; leave it as it is to change nothing.\n`
    return { text: `${head}\n${writeText(face, 'toml')}`, form: 'toml' }
  } catch (thrown) {
    if (format !== undefined) throw thrown
    return { text: writeText(face, 'json'), form: 'json' }
  }
}

/** Undefined where it is as it was. */
async function save(client: Client, before: Job, face: Face): Promise<Job | undefined> {
  if (stringify(face) === stringify(faceOf(before))) return undefined
  const saved = await client.request('jobs.save', { ...face, key: before.key })
  return stringify(faceOf(saved)) === stringify(faceOf(before)) ? undefined : saved
}

function tell({ json }: GlobalOptions, before: Job, saved: Job | undefined): void {
  if (json) return printJson(saved ?? before)
  printNote(saved ? `Changed ${JSON.stringify(saved.name)}` : 'Nothing was changed.')
  if (saved) tellOfManager(saved)
}

async function changed(client: Client, face: Face, options: EditOptions): Promise<Face> {
  const { name, description, category, tag, mode, timeout, grace, maxWorkers, env, set, unset } = options
  const attempts = options.attempts ?? (options.retries === undefined ? undefined : options.retries + 1)
  const own = unset.filter((path) => OWN.has(path.split('.')[0]!))
  const kept = own.reduce<object>((left, path) => {
    const [first, ...rest] = path.split('.')
    return without(left, rest.length > 0 ? [first!, rest.join('.')] : [first!])
  }, face) as Face
  const {
    name: _,
    description: __,
    category: ___,
    tags: ____,
    handlers: _____,
    params = {},
    schedule,
    ...policy
  } = kept
  const left = assign(
    unassign(
      policy as Parameters,
      unset.filter((path) => !OWN.has(path.split('.')[0]!)),
    ),
    set,
  )
  const given = await typedParameters(client, face, options)
  const variables = Object.fromEntries(env.map((pair) => pairOf(pair, '--env')))
  const { environment: named, environmentFiles } = environmentOf(options, variables)
  return {
    name: name ?? kept.name,
    handlers: kept.handlers,
    ...withoutUndefined({
      description: description ?? kept.description,
      category: category ?? kept.category,
      tags: tag ?? kept.tags,
      schedule: scheduleOf(options) ?? schedule,
      params: Object.keys({ ...params, ...given }).length > 0 ? { ...params, ...given } : undefined,
    }),
    ...left,
    ...withoutUndefined({ mode, timeout, grace, maxWorkers }),
    ...(attempts !== undefined && { retry: { ...left.retry, attempts } }),
    ...(named && { environment: { ...left.environment, ...named } }),
    ...(environmentFiles && { environmentFiles }),
  }
}

const withoutUndefined = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as Partial<T>

/** Parameters as they were typed, in the types that the script wants; those that are not typed are not asked for. */
async function typedParameters(
  client: Client,
  { handlers }: Face,
  { param, secret = [] }: Pick<EditOptions, 'param' | 'secret'>,
): Promise<Parameters> {
  const given = await readParameters({ param, secret })
  const script = handlers.map(({ handler }) => handler).find((handler) => 'file' in handler)
  if (param.length === 0 || !script || !('file' in script)) return given
  const { schema } = await client
    .request('handlers.describe', { file: script.file })
    .catch(() => ({ schema: undefined })) // it cannot be read just now: then the text is kept
  if (!schema) return given
  const properties = Object.entries((schema.properties ?? {}) as Parameters).filter(([name]) => name in given)
  return checkParameters(
    { ...schema, required: [], properties: Object.fromEntries(properties) },
    given,
    'text',
  )
}
