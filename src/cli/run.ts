import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import type { Client } from '../shared/client.ts'
import type { Execution, JobInput, Mode, Parameters, Status } from '../shared/contract.ts'
import { Fault, type FaultCode } from '../shared/fault.ts'
import type { Engine } from '../core/engine.ts'
import { followLogs } from '../core/follow.ts'
import { checkParameters } from '../core/handlers/parameters.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import { EXIT, SIGNAL_EXIT } from './exit.ts'
import { keep, refuseTaken } from './keep.ts'
import { readParameters, type ParameterOptions } from './parameters.ts'
import { environmentOf, type SecretOptions } from './secret-options.ts'
import { Ended, heedSignals, type EndSignal, type Signals } from './signals.ts'
import { readTypedFile } from './typed-file.ts'
import { jsonView, textView } from './view.ts'

export interface RunOptions extends GlobalOptions, ParameterOptions, SecretOptions {
  file?: string | undefined
  /** What stood after `--`. */
  command?: string[] | undefined
  mode?: Mode
  timeout?: string
  grace?: string
  name?: string
  category?: string
  priority: number
  attempts?: number
  /** The name of a job that is made of it. */
  keep?: string
}

/** Jobs that people start by hand do not wait for one another. */
const WORKERS = 1000
const NAME_LIMIT = 80

/** `jobdeck run`: runs a script or a command here and now, and shows it while it runs. */
export async function run(options: RunOptions): Promise<number> {
  if ((options.file === undefined) === (options.command === undefined)) {
    throw new Fault('invalid-input', 'run: wants either a FILE, or -- and a COMMAND')
  }
  if (options.command?.length === 0) throw new Fault('invalid-input', 'run: wants a command after --')
  const { keep: name, json } = options
  return runHere(options, {
    async prepare(client) {
      if (name !== undefined) await refuseTaken(client, name)
      return jobOf(client, options)
    },
    start: (client, wanted) => client.request('jobs.run', wanted),
    async after(client, { job, params }) {
      if (name !== undefined) await keep(client, name, job, params, json)
    },
  })
}

/** What is done in this process, and shown. */
interface Doing<T> {
  /** Finds out what is wanted; a signal gives that up. */
  prepare: (client: Client) => Promise<T>
  /** Queues it. */
  start: (client: Client, prepared: T) => Promise<Execution[]>
  /** Done when it has ended, however that was. */
  after?: (client: Client, prepared: T) => Promise<void>
}

/** Starts something in this process and shows it until it has ended; returns the exit code. */
export async function runHere<T>(
  options: GlobalOptions,
  { prepare, start, after }: Doing<T>,
): Promise<number> {
  const signals = heedSignals()
  try {
    return await withDeck(options, 'run', async (client, engine) => {
      const prepared = await signals.abandon(prepare(client))
      const { made, kept } = await signals.keep(() => start(client, prepared))
      let exitCode: number = EXIT.ok
      for (const { id } of made) exitCode ||= await watch({ client, engine, signals, kept }, id, options)
      await after?.(client, prepared)
      return exitCode
    })
  } catch (thrown) {
    if (thrown instanceof Ended) return thrown.exitCode
    throw thrown
  } finally {
    signals.end()
  }
}

/** What is shown of a run, and by whom it can be ended. */
interface Watched {
  client: Client
  engine: Engine
  signals: Signals
  /** Signals that came while it was being queued. */
  kept: EndSignal[]
}

/** Faults after which a deck does not go on: what waits for it ends with them. */
const GIVEN_UP: ReadonlySet<string> = new Set<FaultCode>(['database-replaced', 'closed'])

async function jobOf(client: Client, options: RunOptions): Promise<{ job: JobInput; params: Parameters }> {
  const { command, mode, timeout, grace, name, category, priority, attempts } = options
  const params = await readParameters(options)
  const policy = {
    maxWorkers: WORKERS,
    directory: process.cwd(),
    ...(mode && { mode }),
    ...(timeout && { timeout }),
    ...(grace && { grace }),
    ...(category && { category }),
    ...(attempts && { retry: { attempts } }),
    ...environmentOf(options),
  }
  if (command) {
    const text = command.join(' ').replaceAll(/\p{Cc}+/gu, ' ')
    const key = keyOf(name ? { name } : { command, directory: process.cwd() })
    return {
      job: { key, name: name ?? short(text), handlers: [{ priority, handler: { command } }], ...policy },
      params,
    }
  }
  const typed = await readTypedFile(client, options.file!, `jobdeck run -- ${options.file}`)
  const { handler, title, description, schema } = typed
  // The same key as ever for a file.
  const key = keyOf(name ? { name } : handler)
  const job: JobInput = {
    key,
    name: name ?? short(title?.trim() || basename(typed.name)),
    handlers: [{ priority, handler }],
    ...(description && { description: description.slice(0, 10_000) }),
    ...policy,
    // A script of the folder works where it lies.
    ...('script' in handler && { directory: undefined }),
  }
  return { job, params: options.param.length > 0 ? await checkParameters(schema, params, 'text') : params }
}

/** The same thing run again is the same job, and none that somebody made on purpose: see docs/decisions/0005. */
const keyOf = (what: object) =>
  `run:${createHash('sha256').update(JSON.stringify(what)).digest('base64url').slice(0, 22)}`

const short = (text: string) => (text.length > NAME_LIMIT ? `${text.slice(0, NAME_LIMIT - 1)}…` : text)

/** Shows a run, with its further attempts, until it ends for good; returns the exit code. */
async function watch(
  { client, engine, signals, kept }: Watched,
  first: number,
  options: GlobalOptions,
): Promise<number> {
  const view = options.json ? jsonView() : textView()
  let id = first
  const stops = [
    client.on('execution', (execution) => execution.id === id && view.state(id, execution.status)),
    client.on(
      'progress',
      ({ executionId, progress, message }) => executionId === id && view.progress(id, progress, message),
    ),
    client.on('trouble', ({ fault }) => {
      if (!fault) view.note('Going on')
      else if (!GIVEN_UP.has(fault.code)) view.note(`Waiting: ${fault.message}`)
    }),
  ]
  let signalExit: number | undefined
  let asked = false
  const onInterrupt = () => {
    const force = asked
    asked = true
    view.note(force ? 'Killing it' : 'Stopping; press Ctrl-C again to kill it')
    // It may have ended in between: then there is nothing to stop.
    client.request('executions.stop', { execution: id, force }).catch(() => {})
  }
  const onSignal = (signal: EndSignal) => {
    if (signal === 'SIGINT') return onInterrupt()
    signalExit ??= SIGNAL_EXIT[signal]
    // What still waits never begins: this process claims nothing more.
    const cancel = () => client.request('executions.stop', { execution: id })
    engine
      .interrupt()
      .then(cancel)
      .catch(() => {}) // it has ended
  }
  signals.listen(onSignal)
  kept.forEach(onSignal)
  try {
    for (;;) {
      view.state(id, (await client.request('executions.get', { execution: id })).status)
      for await (const entry of followLogs(client, id)) await view.entry(entry)
      const execution = await client.request('executions.get', { execution: id })
      const { retryId, status } = execution
      if (retryId === null || signalExit !== undefined) {
        view.result(execution)
        return exitCode(status, signalExit)
      }
      const next = await client.request('executions.get', { execution: retryId })
      view.attempt(execution, next)
      id = retryId
    }
  } finally {
    for (const stop of stops) stop()
    view.end()
  }
}

function exitCode(status: Status, signalExit: number | undefined): number {
  if (status === 'completed') return EXIT.ok
  if (signalExit !== undefined) return signalExit
  if (status === 'timeout') return EXIT.timeout
  return status === 'cancelled' ? EXIT.cancelled : EXIT.failed
}
