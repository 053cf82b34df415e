import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { Client } from '../shared/client.ts'
import type { ExecutionDetail, JobInput, LogEntry, Mode, Parameters, Status } from '../shared/contract.ts'
import { Fault } from '../shared/fault.ts'
import type { Engine } from '../core/engine.ts'
import { followLogs } from '../core/follow.ts'
import { checkParameters } from '../core/handlers/parameters.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import { EXIT, SIGNAL_EXIT } from './exit.ts'
import { plainProgress, terminalProgress, type ProgressDisplay } from './progress.ts'
import {
  canMoveCursor,
  duration,
  logLine,
  print,
  printJson,
  printNote,
  printable,
  statusText,
} from './terminal.ts'

export interface RunOptions extends GlobalOptions {
  file?: string | undefined
  /** What stood after `--`. */
  command?: string[] | undefined
  param: string[]
  params?: string
  mode?: Mode
  timeout?: string
  grace?: string
  name?: string
  category?: string
  priority: number
  attempts?: number
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
  return withDeck(options, 'run', async (client, engine) => {
    const { job, params } = await jobOf(client, options)
    const [execution] = await client.request('jobs.run', { job, params })
    return watch(client, engine, execution!.id, options)
  })
}

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
  }
  if (command) {
    const text = command.join(' ').replaceAll(/\p{Cc}+/gu, ' ')
    const key = keyOf(name ? { name } : { command, directory: process.cwd() })
    return {
      job: { key, name: name ?? short(text), handlers: [{ priority, handler: { command } }], ...policy },
      params,
    }
  }
  const file = resolve(options.file!)
  const { title, description, schema, warnings } = await client
    .request('handlers.describe', { file })
    .catch((fault: Fault) => {
      const isWord = fault.code === 'handler-missing' && !options.file!.includes('/')
      throw isWord
        ? new Fault(fault.code, `${fault.message}; for a command: jobdeck run -- ${options.file}`)
        : fault
    })
  for (const warning of warnings) printNote(`${file}: ${warning}`)
  const job: JobInput = {
    key: keyOf(name ? { name } : { file }),
    name: name ?? short(title?.trim() || basename(file)),
    handlers: [{ priority, handler: { file } }],
    ...(description && { description: description.slice(0, 10_000) }),
    ...policy,
  }
  return { job, params: options.param.length > 0 ? checkParameters(schema, params, 'text') : params }
}

/** The same thing run again is the same job, and none that somebody made on purpose: see docs/decisions/0005. */
const keyOf = (what: object) =>
  `run:${createHash('sha256').update(JSON.stringify(what)).digest('base64url').slice(0, 22)}`

const short = (text: string) => (text.length > NAME_LIMIT ? `${text.slice(0, NAME_LIMIT - 1)}…` : text)

async function readParameters({ params: json, param }: RunOptions): Promise<Parameters> {
  const params = json === undefined ? {} : await readObject(json)
  for (const pair of param) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? []
    if (name === undefined) {
      throw new Fault('invalid-input', `--param: wants name=value, got ${JSON.stringify(pair)}`)
    }
    // Given more than once it becomes a list.
    const isRepeated = param.filter((other) => other.startsWith(`${name}=`)).length > 1
    const earlier = params[name]
    params[name] = isRepeated ? [...(Array.isArray(earlier) ? earlier : []), value!] : value!
  }
  return params
}

async function readObject(given: string): Promise<Parameters> {
  const file = given.startsWith('@') ? given.slice(1) : undefined
  const source = file === undefined ? '--params' : `--params: ${file}`
  const text =
    file === undefined
      ? given
      : await readFile(file, 'utf8').catch((thrown: Error) => {
          throw new Fault('invalid-input', `--params: the file cannot be read: ${thrown.message}`)
        })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (thrown) {
    throw new Fault('invalid-input', `${source} is not JSON: ${(thrown as Error).message}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const got = Array.isArray(value) ? 'a list' : value === null ? 'null' : `a ${typeof value}`
    throw new Fault('invalid-input', `${source}: wants a JSON object such as {"name": "value"}, got ${got}`)
  }
  return value as Parameters
}

/** Shows a run, with its further attempts, until it ends for good; returns the exit code. */
async function watch(client: Client, engine: Engine, first: number, options: RunOptions): Promise<number> {
  const view = options.json ? jsonView() : textView()
  let id = first
  const stops = [
    client.on('execution', (execution) => execution.id === id && view.state(id, execution.status)),
    client.on(
      'progress',
      ({ executionId, progress, message }) => executionId === id && view.progress(id, progress, message),
    ),
    client.on('trouble', ({ fault }) => view.note(fault ? `Waiting: ${fault.message}` : 'Going on')),
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
  const onQuit = (signal: 'SIGTERM' | 'SIGHUP') => {
    signalExit ??= SIGNAL_EXIT[signal]
    // What still waits never begins: this process claims nothing more.
    const cancel = () => client.request('executions.stop', { execution: id })
    engine
      .interrupt()
      .then(cancel)
      .catch(() => {}) // it has ended
  }
  process.on('SIGINT', onInterrupt).on('SIGTERM', onQuit).on('SIGHUP', onQuit)
  try {
    for (;;) {
      view.state(id, (await client.request('executions.get', { execution: id })).status)
      for await (const entry of followLogs(client, id)) view.entry(entry)
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
    process.off('SIGINT', onInterrupt).off('SIGTERM', onQuit).off('SIGHUP', onQuit)
  }
}

function exitCode(status: Status, signalExit: number | undefined): number {
  if (status === 'completed') return EXIT.ok
  if (signalExit !== undefined) return signalExit
  if (status === 'timeout') return EXIT.timeout
  return status === 'cancelled' ? EXIT.cancelled : EXIT.failed
}

interface View {
  state(id: number, status: Status): void
  progress(id: number, value: number, message: string | null): void
  entry(entry: LogEntry): void
  note(text: string): void
  /** It is tried again. */
  attempt(ended: ExecutionDetail, next: ExecutionDetail): void
  result(execution: ExecutionDetail): void
}

function jsonView(): View {
  let last = ''
  const state = (id: number, status: Status) => {
    if (last !== `${id} ${status}`) printJson({ type: 'state', execution: id, status })
    last = `${id} ${status}`
  }
  return {
    state,
    progress: (id, progress, message) => printJson({ type: 'progress', execution: id, progress, message }),
    entry: (entry) => printJson({ type: 'log', ...entry }),
    note: (text) => printNote(text),
    attempt: ({ id, status }) => state(id, status),
    result({ id, jobId, status, attempt, startedAt, endedAt, durationMs, progress, result, error }) {
      state(id, status)
      printJson({
        type: 'result',
        execution: { id, jobId, status, attempt, startedAt, endedAt, durationMs, progress, result, error },
      })
    },
  }
}

function textView(): View {
  const display: ProgressDisplay = canMoveCursor(process.stderr)
    ? terminalProgress(process.stderr)
    : plainProgress()
  const ending = ({ id, status, durationMs, error, exitSignal, exitCode: code }: ExecutionDetail) => {
    const took = durationMs === null ? '' : ` in ${duration(durationMs)}`
    process.stderr.write(`${statusText(status, process.stderr)}  run #${id}${took}\n`)
    if (error) process.stderr.write(`${printable(error.stack ?? error.message)}\n`)
    else if (status !== 'completed' && (exitSignal ?? code) !== null)
      printNote(`ended by ${exitSignal ?? `exit code ${code}`}`)
  }
  return {
    state: (id, status) =>
      display.state(status === 'queued' ? `Run #${id} waits for its turn` : `Run #${id} is ${status}`),
    progress: (_, value, message) => display.progress(value, message),
    entry: (entry) => display.above(() => print(logLine(entry))),
    note: (text) => display.above(() => printNote(text)),
    attempt: (ended, next) =>
      display.above(() => {
        ending(ended)
        const wait = duration(Math.max(0, next.scheduledAt - Date.now()))
        printNote(`Trying again in ${wait}: attempt ${next.attempt}, run #${next.id}`)
      }),
    result(execution) {
      display.end()
      if (execution.result !== null) print(printable(JSON.stringify(execution.result, null, 2)))
      ending(execution)
    },
  }
}
