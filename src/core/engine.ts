import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Execution, Parameters, Trigger } from '../shared/contract.ts'
import { Fault } from '../shared/fault.ts'
import { systemClock, type Clock } from './clock.ts'
import { laneOf, type Definition, type JobDefinition, type Lane } from './definition.ts'
import { Dispatcher, defaultSlots } from './dispatch/dispatcher.ts'
import { settleDeadHosts } from './dispatch/settle.ts'
import { Hub } from './events.ts'
import { childExecutor } from './executors/child.ts'
import { baseEnvironment, type EnvironmentKind } from './executors/environment.ts'
import type { Executor, Task } from './executors/executor.ts'
import { inlineExecutor, type InlineHandler } from './executors/inline.ts'
import { Leftovers } from './executors/leftovers.ts'
import { programExecutor } from './executors/program.ts'
import { threadExecutor } from './executors/thread.ts'
import { RUN_MARK } from './executors/tree.ts'
import { checkCode } from './handlers/module.ts'
import { checkParameters } from './handlers/parameters.ts'
import { resolveHandler } from './handlers/resolve.ts'
import { createHost, releaseHost, type Host } from './host.ts'
import type { Claimed } from './store/claim.ts'
import { storeFault } from './store/failure.ts'
import type { HostKind } from './store/schema.ts'
import { openStore } from './store/store.ts'

/** How often the database is looked at for what other processes wrote, in ms. */
const LOOK_INTERVAL = 200
/** How often it is asked whether another host has died, in ms. */
const SETTLE_INTERVAL = 5000

export interface EngineOptions {
  /** The database file; made where it is missing. What belongs to it lies beside it, in `FILE-files`. */
  file: string
  kind?: HostKind
  clock?: Clock
  /** How many executions of each lane may be open at once, over all hosts. */
  slots?: Partial<Record<Lane, number>>
  /** Which part of this process's environment runs get. */
  environment?: EnvironmentKind
}

export type Engine = Awaited<ReturnType<typeof createEngine>>

/** Opens a deck and begins to work: settles what dead hosts left, then claims and runs. */
export async function createEngine(options: EngineOptions) {
  const { clock = systemClock, kind = 'library', environment = 'clean' } = options
  const hub = new Hub()
  const store = await openStore(options.file, (fault) => hub.emit('trouble', { fault }))
  const files = `${store.file}-files`
  const folders = {
    code: join(files, 'code'),
    hosts: join(files, 'hosts'),
    temp: join(files, 'temp'),
    state: join(files, 'state'),
    python: join(files, 'python'),
  }
  // A command that only looks runs nothing, and need not be known.
  const host = kind === 'command' ? undefined : enter()
  const hostId = host?.row.id ?? 'none'

  function enter(): Host {
    try {
      return createHost(folders.hosts, kind, clock.now())
    } catch (thrown) {
      store.close()
      const { message } = thrown as Error
      throw new Fault('database-permission', `${folders.hosts} cannot be written: ${message}`, {
        cause: thrown,
      })
    }
  }
  const functions = new Map<string, InlineHandler>()
  const leftovers = new Leftovers()
  const base = baseEnvironment(environment, process.env, folders.python)
  const markOf = (id: number) => `${store.deckId}/${id}`

  function executorOf({ definition }: Task): Executor {
    const lane = laneOf(definition)
    if (lane === 'inline') return inlineExecutor(functions)
    if (lane === 'thread') return threadExecutor
    return definition.target.kind === 'module' ? childExecutor : programExecutor
  }

  async function taskOf(claimed: Claimed): Promise<Task> {
    const { id, jobId, jobName, definition, attempt, trigger, lastSuccessAt, params } = claimed
    const { target, directory } = definition
    const tempDir = join(folders.temp, String(id))
    const stateDir = join(folders.state, jobId)
    if (laneOf(definition) === 'process' && directory !== undefined) await requireDirectory(directory)
    return {
      facts: {
        id,
        jobId,
        jobName,
        attempt,
        trigger,
        plannedAt: claimed.scheduledAt,
        lastSuccessAt,
        tempDir,
        stateDir,
      },
      definition,
      params: JSON.parse(params) as Parameters,
      code: target.kind === 'module' ? await checkCode(folders.code, target.digest) : undefined,
      mark: markOf(id),
      environment: {
        ...base,
        ...definition.environment,
        [RUN_MARK]: markOf(id),
        JOBDECK_EXECUTION_ID: String(id),
        JOBDECK_JOB: jobName,
        JOBDECK_ATTEMPT: String(attempt),
        JOBDECK_TRIGGER: trigger,
        JOBDECK_PLANNED_AT: new Date(claimed.scheduledAt).toISOString(),
        JOBDECK_LAST_SUCCESS_AT: lastSuccessAt === null ? '' : new Date(lastSuccessAt).toISOString(),
        JOBDECK_TEMP_DIR: tempDir,
        JOBDECK_STATE_DIR: stateDir,
      },
    }
  }

  const dispatcher = new Dispatcher(
    {
      host: { id: hostId, takesUnowned: kind === 'library' },
      slots: { ...defaultSlots(), ...options.slots },
      clock,
      store,
      fit: ({ target }) => target.kind !== 'function' || functions.has(target.name),
    },
    {
      hostId,
      store,
      hub,
      clock,
      executorOf,
      taskOf,
      onLeftovers: (root, grace) => leftovers.add(root, grace),
      onEnded(claimed, status) {
        // After a failure it is kept for a look.
        if (status === 'completed')
          void rm(join(folders.temp, String(claimed.id)), { recursive: true, force: true })
      },
    },
  )

  let seen = store.dataVersion()
  const look = setInterval(() => {
    try {
      const version = store.dataVersion()
      if (version === seen) return
      seen = version
      hub.emit('changed', {})
      dispatcher.actOnStops()
      dispatcher.wake()
    } catch (thrown) {
      hub.emit('trouble', { fault: storeFault(thrown, store.file).toJSON() })
    }
  }, LOOK_INTERVAL)
  look.unref()

  /** With what it waits for, if it waits. */
  function explain<E extends Execution>(execution: E): E {
    const found = execution.status === 'queued' ? store.executions.waiting(execution.id) : undefined
    if (!found) return execution
    const { target, maxWorkers } = found.definition
    if (execution.scheduledAt > clock.now()) return { ...execution, waitingFor: 'its time' }
    const lacksFunction = target.kind === 'function' && !functions.has(target.name)
    return {
      ...execution,
      waitingFor: lacksFunction ? 'its function' : found.open >= maxWorkers ? 'its turn' : 'a slot',
    }
  }

  /** Settles what other hosts left that have died; whoever waits for that learns of it. */
  async function settle(): Promise<void> {
    if (!(await settleDeadHosts(store, folders.hosts, markOf, clock.now))) return
    hub.emit('changed', {})
    dispatcher.wake()
  }
  const settling = setInterval(() => void settle().catch(() => {}), SETTLE_INTERVAL) // it is tried again
  settling.unref()

  let closing: Promise<void> | undefined

  function leave(id: string): void {
    store.executions.release(id)
    store.hosts.close(id, clock.now())
  }

  async function close(interrupt: boolean): Promise<void> {
    await dispatcher.close(interrupt)
    await leftovers.close()
    clearInterval(look)
    clearInterval(settling)
    if (host) await store.write(() => leave(hostId)).catch(() => {}) // a full disk keeps nobody from leaving: the next to open settles it
    store.close()
    if (host) releaseHost(folders.hosts, host)
  }

  try {
    if (host) await store.write(() => store.hosts.add(host.row))
    await settle()
  } catch (thrown) {
    clearInterval(look)
    clearInterval(settling)
    store.close()
    if (host) releaseHost(folders.hosts, host)
    throw thrown
  }
  if (kind === 'library') dispatcher.wake()

  return {
    store,
    hub,
    clock,
    folders,
    /** The inline functions of this process, by their names. */
    functions,
    wake: () => dispatcher.wake(),
    explain,

    /**
     * Queues one execution per handler; resolves once that is committed.
     * @param jobIdOf the job they belong to; runs inside the transaction, and may save it
     * @throws Fault where a handler cannot be run or the parameters do not fit its schema; then nothing is stored
     */
    async start(
      { handlers, params, policy }: JobDefinition,
      given: Parameters,
      trigger: Trigger,
      jobIdOf: () => string,
    ): Promise<Execution[]> {
      if (handlers.length === 0)
        throw new Fault('conflict', 'the job has nothing to run: add a handler first')
      const merged = { ...params, ...given }
      const parts: { priority: number; definition: Definition; params: string }[] = []
      for (const { priority, handler } of handlers) {
        const definition = await resolveHandler(handler, policy, folders.code)
        parts.push({
          priority,
          definition,
          params: JSON.stringify(checkParameters(definition.schema, merged)),
        })
      }
      const now = clock.now()
      const ids = await store.write(() => {
        const common = { jobId: jobIdOf(), hostId: host ? hostId : null, trigger, now }
        return parts.map((part) => store.executions.add({ ...part, ...common }))
      })
      const executions = ids.map((id) => explain(store.executions.find(id)!))
      for (const execution of executions) hub.emit('execution', execution)
      dispatcher.wake()
      return executions
    },

    /**
     * Asks for the end of executions, wherever they run; resolves once the wish is stored.
     * @returns those that had not ended
     */
    async stop(ids: number[], force: boolean): Promise<Execution[]> {
      const now = clock.now()
      const open = await store.write(() =>
        ids.filter((id) => store.executions.requestStop(id, 'cancelled', force, now)),
      )
      const asked = open.map((id) => store.executions.find(id)!)
      for (const execution of asked) if (execution.status === 'cancelled') hub.emit('execution', execution)
      dispatcher.actOnStops()
      return asked
    },

    /** Asks what runs here to end because this process goes; resolves when it has. Nothing more is begun. */
    interrupt: (): Promise<void> => dispatcher.close(true),

    /** @param interrupt whether what runs is asked to end; else it is waited for */
    close: (interrupt: boolean): Promise<void> => (closing ??= close(interrupt)),
  }
}

async function requireDirectory(directory: string): Promise<void> {
  const found = await stat(directory).catch(() => undefined)
  if (found?.isDirectory()) return
  const message = `the working directory ${directory} ${found ? 'is not a folder' : 'does not exist'}`
  throw new Fault('directory-missing', message)
}
