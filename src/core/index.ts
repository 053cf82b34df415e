/**
 * Jobdeck as a library.
 *
 * ```ts
 * const deck = await open({ file: 'jobs.db' })
 * const job = deck.once('in-process', { name: 'Example job' })
 * job.add(1, async (execution) => execution.info('Hello'))
 * await job.start()
 * await job.finished()
 * await deck.close()
 * ```
 */
import { createClient, type Client } from '../shared/client.ts'
import type {
  EventName,
  Events,
  Execution as ExecutionRecord,
  ExecutionDetail,
  FinalStatus,
  Handler,
  Job as JobRecord,
  JobInput,
  LogEntry,
  LogHit,
  Mode,
  Output,
  Parameters,
} from '../shared/contract.ts'
import { parseDuration } from '../shared/duration.ts'
import { Fault } from '../shared/fault.ts'
import { createBridge } from './api.ts'
import { Data } from './data.ts'
import { worst } from './dispatch/lifecycle.ts'
import { createEngine, type Engine } from './engine.ts'
import type { HandlerContext, InlineHandler } from './executors/context.ts'
import { followLogs, whenFinal, type FollowFilter } from './follow.ts'
import { requireMode } from './handlers/resolve.ts'
import type { Keeper } from './sealing.ts'
import { searchLogs, type SearchFilter, type SearchOptions } from './search.ts'
import { listen } from './socket.ts'

export { Fault, type FaultCode } from '../shared/fault.ts'
export { Data, type Page } from './data.ts'
export { createClient, type Bridge, type Client } from '../shared/client.ts'
export type * from '../shared/contract.ts'
export type { Batch, Watch } from '../shared/watch.ts'
export { connect, type RemoteClient } from './connect.ts'
export type { HandlerContext, InlineHandler, LogFunction } from './executors/context.ts'
export type { Keeper } from './sealing.ts'
export type { SearchFilter, SearchOptions } from './search.ts'
export { NonRetryable } from './executors/stopping.ts'
export type * from './telemetry.ts'

/** Where a deck lies and how it works. */
export interface OpenOptions {
  /** The database file, made where it is missing. What belongs to it lies beside it, in `FILE-files`. */
  file: string
  /**
   * How many runs may be open at once, over all programs that have the deck open: functions (`inline`, 100 if not given),
   * files in worker threads and whatever runs in a process of its own (if not given, what is set in the deck, and where
   * nothing is, as many as there are processors).
   */
  slots?: Partial<Record<'inline' | 'thread' | 'process', number>>
  /** Which of this program's variables runs get: `clean`, the few that programs need, unless given; `terminal`, nearly all. */
  environment?: 'clean' | 'terminal'
  /** `full`, unless given: what was committed survives a power cut. `normal`: any crash of the program, not always that. */
  durability?: 'full' | 'normal'
  /** The folder in which people drop scripts; `scripts` among the deck's files, or where the desktop or command line has it. */
  scripts?: string
  /** `all`: scripts of that folder run without anybody's approval. For development and tests. */
  trust?: 'approved' | 'all'
  /** Whether other processes of this user may reach the deck through this one while it is the planner; see `connect`. */
  listen?: boolean
  /** Wraps the key of the secrets, as by the keychain of a desktop; without, its file holds it as it is. */
  keeper?: Keeper
}

/** What a job is and how it runs; its handlers are added one by one. */
export type JobData = Omit<JobInput, 'handlers' | 'mode'>

/** A handler: a function of this program, a script file, a command, or a line for the shell. */
export type AnyHandler = InlineHandler | Exclude<Handler, { function: string }>

/**
 * Opens a deck: its database, made where it is missing, and the engine that runs its jobs in this process.
 * What belongs to the database lies beside it, in `FILE-files`.
 * @throws Fault `database-newer`, `database-foreign`, `database-permission`, `database-damaged`, `database-locked` (after
 *   ten seconds), `disk-full`, `disk-error`, `network-share` or `node-version`, where the file is unfit; `conflict` where it
 *   must be upgraded while another program has it open
 */
export async function open({ listen: isOpen = false, ...options }: OpenOptions): Promise<Deck> {
  return new Deck(await createEngine({ ...options, ...(isOpen && { listen: listenFor }) }))
}

const listenFor = (engine: Engine) => listen(engine.folders.listen, createBridge(engine))

/** Gives an editor the types of a handler in a file of its own; does nothing else. */
export function defineHandler<P = Parameters, R = unknown>(
  handler: (execution: HandlerContext<P>) => R,
): typeof handler {
  return handler
}

/** One open database with its engine. */
export class Deck extends Data {
  readonly #engine: Engine

  /** @internal */
  constructor(engine: Engine) {
    super(createClient(createBridge(engine)))
    this.#engine = engine
  }

  /**
   * A job that runs when it is started. Nothing is stored before `save` or `start`.
   * @param mode `in-process`: functions here, and files in a worker thread; `process`: files and commands in a process
   */
  once(mode: Mode, data: JobData): Job {
    return new Job(this.#engine, this.client, mode, data)
  }

  /**
   * A job that runs at the times of a cron expression, from its `save` on, for as long as a program or daemon has the deck
   * open; what is missed meanwhile is made up for as its `missed` says.
   * @param expression 5 or 6 fields, the second first, or a nickname such as `@daily`; `data.zone` says in which zone
   */
  cron(mode: Mode, data: JobData & { zone?: string }, expression: string): Job {
    const { zone, ...rest } = data
    return new Job(this.#engine, this.client, mode, {
      ...rest,
      schedule: { cron: expression, ...(zone && { zone }) },
    })
  }

  /**
   * A job that runs at a fixed rate, from its `save` on.
   * @param interval such as `'15m'`, or milliseconds; at least a second
   */
  every(mode: Mode, data: JobData, interval: string | number): Job {
    return new Job(this.#engine, this.client, mode, { ...data, schedule: { every: interval } })
  }

  /** A job that is kept running from its `save` on: when it ends it is started again, as its `restart` says. */
  daemon(mode: Mode, data: JobData): Job {
    return new Job(this.#engine, this.client, mode, { ...data, schedule: { daemon: true } })
  }

  /** Listens to one kind of event; returns the function that stops it. */
  on<N extends EventName>(name: N, listener: (event: Events[N]) => void): () => void {
    return this.client.on(name, listener)
  }

  /**
   * Looks for lines in the logs of all runs, newest run first; each comes as soon as it is found.
   * @throws Fault where the filter is none; the reason of the signal once that is aborted
   */
  searchLogs(filter: SearchFilter = {}, options?: SearchOptions): AsyncGenerator<LogHit> {
    return searchLogs(this.client, filter, options)
  }

  /**
   * Closes the deck. What runs is asked to end, has its grace, and is then `interrupted`; what waits stays queued.
   * Closing it twice is no fault.
   * @param options.drain first finishes what runs and what this program has queued and is due: all of it, or as far as
   *   it comes in a time such as `'30s'`
   */
  close({ drain = false }: { drain?: boolean | string | number } = {}): Promise<void> {
    if (typeof drain === 'boolean') return this.#engine.close(drain ? Infinity : 0)
    const time = parseDuration(drain)
    if (time !== undefined) return this.#engine.close(time)
    throw new Fault(
      'invalid-input',
      `drain: wants true or a time span such as 30s, got ${JSON.stringify(drain)}`,
    )
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** What all the executions of one start came to. */
export interface Finished {
  /** The worst of them. */
  status: FinalStatus
  executions: ExecutionDetail[]
  /** What the handler with the highest priority returned. */
  result: unknown
}

/** A job, as a program declares it. Saving it under a key, or name, that exists updates the stored one. */
export class Job {
  readonly #engine: Engine
  readonly #client: Client
  readonly #mode: Mode
  readonly #data: JobData
  readonly #handlers: JobInput['handlers'] = []
  /** Set while the stored job is as this object says. */
  #id: string | undefined
  /** Changes of this object. */
  #edits = 0
  #jobId: string | undefined
  #lastStart: Promise<Execution[]> | undefined

  /** @internal */
  constructor(engine: Engine, client: Client, mode: Mode, data: JobData) {
    this.#engine = engine
    this.#client = client
    this.#mode = mode
    this.#data = { ...data }
  }

  /**
   * Adds a handler: each start makes one execution of it. Higher priorities run first.
   * @param priority a whole number from -1000 to 1000
   * @throws Fault `handler-unsuitable` for a function in mode `process`
   */
  add(priority: number, handler: AnyHandler): this {
    this.#edited()
    this.#handlers.push({
      priority,
      handler: typeof handler === 'function' ? this.#register(handler) : handler,
    })
    return this
  }

  /** A function is known by the key of its job and its place, so that the next start of the program finds it again. */
  #register(handler: InlineHandler): Handler {
    const advice =
      ': it cannot be moved to a process of its own. Put it into a file and add that: job.add(1, { file: "./handler.ts" })'
    requireMode(this.#mode, 'in-process', 'a function', advice)
    const name = `${this.#data.key ?? this.#data.name}/${this.#handlers.length + 1}`
    this.#engine.functions.set(name, handler)
    this.#engine.wake()
    return { function: name }
  }

  /** Puts the job into a category, with the next `save` or `start`; `a/b/c` makes what is missing of it. */
  setCategory(path: string): this {
    this.#data.category = path
    this.#edited()
    return this
  }

  #edited(): void {
    this.#id = undefined
    this.#edits++
  }

  /** @param edits as many as there were when it was stored: there may be more by now */
  #stored(id: string, edits: number): void {
    this.#jobId = id
    if (edits === this.#edits) this.#id = id
  }

  /**
   * Stores the job without starting it; resolves once that is committed.
   * @throws Fault `invalid-input`, which names the field
   */
  async save(): Promise<JobRecord> {
    const edits = this.#edits
    const record = await this.#client.request('jobs.save', this.#input())
    this.#stored(record.id, edits)
    return record
  }

  #input(): JobInput {
    return { ...this.#data, mode: this.#mode, handlers: this.#handlers }
  }

  /**
   * Queues one execution per handler; resolves once they are committed. The job is stored with the first start, and
   * again after a change of this object: what people edit of it in between stays.
   * @param params over those of the job
   * @throws Fault where the job, a handler or the parameters are not fit, or `not-found` where the job was removed after
   *   it was stored; then nothing is queued
   */
  start(params?: Parameters): Promise<Execution[]> {
    return (this.#lastStart = this.#start(params))
  }

  async #start(params?: Parameters): Promise<Execution[]> {
    const edits = this.#edits
    const how = { trigger: 'api', ...(params && { params }) } as const
    const started = this.#id
      ? await this.#client.request('jobs.start', { job: this.#id, ...how }).catch((fault: Fault) => {
          throw fault.code === 'not-found' ? removed(this.#data.name, fault) : fault
        })
      : await this.#client.request('jobs.run', { job: this.#input(), ...how })
    this.#stored(started[0]!.jobId, edits)
    return started.map((record) => new Execution(this.#client, record))
  }

  /**
   * Resolves when every execution of the last start has ended for good, retries included. How they ended is no reason to
   * reject: look at `status`.
   * @throws Fault where the deck is closed before, or the job was not started
   */
  async finished(): Promise<Finished> {
    if (!this.#lastStart) throw new Fault('conflict', 'the job was not started')
    const started = await this.#lastStart
    const executions = await whenFinal(
      this.#client,
      started.map(({ id }) => id),
    )
    const status = worst(executions.map((execution) => execution.status)) as FinalStatus
    const [first] = executions.toSorted((a, b) => b.priority - a.priority || a.id - b.id)
    return { status, executions, result: first?.result ?? null }
  }

  /**
   * Calls back with the progress of every execution of the job, 0 to 100, at most ten times a second for each; returns
   * the function that stops it.
   */
  onProgress(listener: (progress: Events['progress']) => void): () => void {
    return this.#client.on('progress', (progress) => progress.jobId === this.#jobId && listener(progress))
  }

  /** All executions of the job, newest first. */
  async executions(): Promise<Execution[]> {
    const job = this.#data.key ?? this.#data.name
    const records = await this.#client.request('executions.list', { job }).catch((fault: Fault) => {
      if (fault.code === 'not-found') return [] // it was not saved yet
      throw fault
    })
    return records.map((record) => new Execution(this.#client, record))
  }

  /**
   * Stops every execution of the job that has not ended, with `force` at once.
   * @throws Fault `not-found` where the job was never saved
   */
  async cancel({ force = false }: { force?: boolean } = {}): Promise<void> {
    await this.#client.request('jobs.stop', { job: this.#data.key ?? this.#data.name, force })
  }
}

/** What was stored is gone; to store it again without being asked would undo what somebody did. */
const removed = (name: string, cause: Fault) =>
  new Fault(
    'not-found',
    `the job ${JSON.stringify(name)} was removed: bring it back with the request jobs.bringBack, for a day with its runs, or make it anew with save()`,
    { cause },
  )

/** One attempt to run a handler: run #12. */
export class Execution {
  readonly #client: Client
  /** As it was when this object was made; `get` reads the present state. */
  readonly record: ExecutionRecord

  /** @internal */
  constructor(client: Client, record: ExecutionRecord) {
    this.#client = client
    this.record = record
  }

  /** The number of the run, from 1 in each deck. */
  get id(): number {
    return this.record.id
  }

  /**
   * The present state, with parameters, result and environment.
   * @throws Fault `not-found` where the run was deleted meanwhile
   */
  get(): Promise<ExecutionDetail> {
    return this.#client.request('executions.get', { execution: this.id })
  }

  /**
   * Its log so far, oldest first; with `follow`, also what is added until it ends.
   * @param options.level this level and those above it
   * @param options.text only entries that contain it
   * @param options.after only entries with a higher sequence number; the first has 1
   * @throws Fault `closed` where the deck is closed before it ends
   */
  async *logs({
    follow = false,
    ...filter
  }: FollowFilter & { follow?: boolean } = {}): AsyncGenerator<LogEntry> {
    if (follow) yield* followLogs(this.#client, this.id, filter)
    else yield* await this.#client.request('logs.list', { ...filter, execution: this.id })
  }

  /** What it told of itself, as Markdown, or null. */
  summary(): Promise<string | null> {
    return this.#client.request('executions.summary', { execution: this.id })
  }

  /** The files that are kept with it, in the order in which they were, and where they lie. */
  artifacts(): Promise<Output<'artifacts.list'>> {
    return this.#client.request('artifacts.list', { execution: this.id })
  }

  /** Calls back with its progress, at most ten times a second; returns the function that stops it. */
  onProgress(listener: (progress: Events['progress']) => void): () => void {
    return this.#client.on('progress', (progress) => progress.executionId === this.id && listener(progress))
  }

  /**
   * Asks it to end, with `force` at once; resolves once the wish is stored.
   * @throws Fault `conflict` where it has ended already
   */
  async stop(options: { force?: boolean } = {}): Promise<void> {
    await this.#client.request('executions.stop', { execution: this.id, ...options })
  }

  /**
   * Resolves when it has ended for good, with its last attempt. How it ended is no reason to reject: look at `status`.
   * @throws Fault where the deck is closed before
   */
  async finished(): Promise<ExecutionDetail> {
    const [execution] = await whenFinal(this.#client, [this.id])
    return execution!
  }
}
