import type { Actor, Execution, Parameters, Settings, Trigger } from '../shared/contract.ts'
import { Fault } from '../shared/fault.ts'
import { backUpDaily } from './backup.ts'
import { systemClock, type Clock } from './clock.ts'
import type { JobDefinition, Lane } from './definition.ts'
import type { Desktop } from './desktop.ts'
import { diskFault } from './disk.ts'
import { DEFAULT_SLOTS, Dispatcher } from './dispatch/dispatcher.ts'
import { reasonToWait } from './dispatch/explain.ts'
import { settleDeadHosts } from './dispatch/settle.ts'
import { isFinal } from './dispatch/lifecycle.ts'
import { Sampler } from './dispatch/sampler.ts'
import { Hub } from './events.ts'
import type { Launcher } from './executors/launcher.ts'
import { baseEnvironment, type EnvironmentKind } from './executors/environment.ts'
import type { InlineHandler } from './executors/context.ts'
import { Leftovers } from './executors/leftovers.ts'
import { createPlaces } from './executors/places.ts'
import { foldersOf } from './folders.ts'
import {
  createHost,
  forgetHost,
  hasPlanner,
  hostLives,
  livingHosts,
  releaseHost,
  takePlannerLock,
  type Host,
} from './host.ts'
import { Housekeeping, type Chore } from './housekeeping.ts'
import { keepLookout } from './lookout.ts'
import { hasNetwork } from './network.ts'
import { createPausing } from './pausing.ts'
import { createPlanner } from './plan/planner.ts'
import { preparer, type Part } from './preparing.ts'
import { writeWitness } from './provenance.ts'
import type { Keeper } from './sealing.ts'
import { createSecrets } from './secrets.ts'
import type { Listening } from './socket.ts'
import { createScripts } from './scripts/scripts.ts'
import { setDaemon } from './schedules.ts'
import { DEFAULT_SETTINGS, UNDO_TIME, sweep, type SweepOptions } from './sweep.ts'
import { ANYBODY } from './store/claim.ts'
import type { NewExecution } from './store/executions.ts'
import { storeFault } from './store/failure.ts'
import type { Lock } from './store/lock.ts'
import type { Durability } from './store/open.ts'
import type { HostKind } from './store/schema.ts'
import { openStore } from './store/store.ts'
import { QueueTeller } from './telling.ts'

/** What somebody asked for runs even while its job is paused. */
const BY_HAND: ReadonlySet<Trigger> = new Set(['manual', 'api'])
/** In whose name a host acts. */
const ACTOR_OF: Record<HostKind, Actor> = {
  library: 'program',
  desktop: 'window',
  serve: 'command line',
  run: 'command line',
  command: 'command line',
}
/** Hosts that stay: one of them is the planner. */
const MAY_PLAN: ReadonlySet<HostKind> = new Set(['library', 'desktop', 'serve'])
const MINUTE = 60_000
/** How often it is asked whether another host has died, in ms. */
const SETTLE_INTERVAL = 5000

export interface EngineOptions {
  /** The database file; made where it is missing. What belongs to it lies beside it, in `FILE-files`. */
  file: string
  kind?: HostKind
  clock?: Clock
  /** How many executions of each lane may be open at once, over all hosts. */
  slots?: Partial<Record<Lane, number>>
  durability?: Durability
  /** Which part of this process's environment runs get. */
  environment?: EnvironmentKind
  /** Their PATH; that of this process, if not given. */
  path?: string
  /** Where that comes from, as a sentence for people. */
  pathFrom?: string
  /** Whether the machine has a network; asked of the machine, if not given. */
  isOnline?: () => boolean
  /** The folder in which people drop scripts; where a host before said, or else beside the deck's files, if not given. */
  scripts?: string
  /** `all`: scripts of the folder run without anybody's approval, for development and tests. */
  trust?: 'approved' | 'all'
  /** Wraps the key of the secrets, as by the keychain of a desktop; without, its file holds it as it is. */
  keeper?: Keeper
  /** What can be set of the desktop application, where this is one. */
  desktop?: Desktop | undefined
  /** Starts processes for modules where this one cannot be started anew, as in Electron. */
  launcher?: Launcher
  /** Lets other processes reach this host, once it is the planner. */
  listen?: (engine: Engine) => Promise<Listening>
}

export type Engine = Awaited<ReturnType<typeof createEngine>>

/** Opens a deck and begins to work: settles what dead hosts left, then claims and runs. */
export async function createEngine(options: EngineOptions) {
  const { clock = systemClock, kind = 'library', environment = 'clean', launcher } = options
  const hub = new Hub()
  const queueTeller = new QueueTeller(clock, () => {
    const counts = { queued: 0, initializing: 0, running: 0, ...store.executions.openCounts() }
    return { deck: store.file, ...counts }
  })
  const store = await openStore(options.file, {
    onTrouble: (fault) => hub.emit('trouble', { fault }),
    onCommit({ executions, jobs }) {
      for (const change of executions) hub.emit('execution', change)
      if (executions.length > 0) queueTeller.changed()
      if (jobs !== undefined) hub.emit('jobs', { ids: jobs })
    },
    now: clock.now,
    ...(options.durability && { durability: options.durability }),
    beforeUpgrade(file) {
      if (livingHosts(foldersOf(file).hosts).length > 0)
        throw new Fault(
          'conflict',
          `${file} must be upgraded, and is open in another program: close it everywhere first`,
        )
    },
  })
  const folders = foldersOf(store.file)
  // A command that only looks runs nothing, and need not be known.
  const host = kind === 'command' ? undefined : enter()
  const hostId = host?.row.id ?? 'none'

  function enter(): Host {
    try {
      return createHost(folders.hosts, kind, clock.now())
    } catch (thrown) {
      store.close()
      throw diskFault(thrown, `${folders.hosts} cannot be written`)
    }
  }
  const actor = ACTOR_OF[kind]
  const functions = new Map<string, InlineHandler>()
  const leftovers = new Leftovers()
  const own = options.path === undefined ? process.env : { ...process.env, PATH: options.path }
  const base = baseEnvironment(environment, own, folders.python)
  const scripts = createScripts({
    store,
    clock,
    hub,
    folders,
    actor,
    main: options.scripts,
    trust: options.trust ?? 'approved',
    environment: base,
    launcher,
  })
  const secrets = createSecrets(store, folders.secretsKey, options.keeper)
  const places = createPlaces({ folders, base, functions, hostId, scripts, secrets, launcher })

  const dispatcher = new Dispatcher(
    {
      // Whoever is about to go finishes what is its own.
      host: {
        id: hostId,
        plans: () => planner !== undefined && !closing,
        mayCatchUp: () => planning.mayCatchUp(),
      },
      slots,
      clock,
      store,
      fit: ({ target }) => target.kind !== 'function' || functions.has(target.name),
      ready: places,
    },
    {
      hostId,
      store,
      hub,
      clock,
      artifacts: folders.artifacts,
      executorOf: places.executorOf,
      taskOf: places.taskOf,
      sampler: new Sampler(),
      onLeftovers: (root, grace) => leftovers.add(root, grace),
      onEnded(claimed, status, isRetried) {
        if (isRetried) dispatcher.wake()
        places.leave(claimed.id, status !== 'completed')
      },
    },
  )

  let planner: Lock | undefined
  /** One host is the planner: it runs what belongs to nobody, and keeps the deck in order. */
  function plan(): void {
    if (planner || closing || !MAY_PLAN.has(kind)) return
    planner = takePlannerLock(folders.hosts)
    if (!planner) return
    housekeeping.add(plannersChores)
    dispatcher.wake()
    // What ran in the planner before is settled first: it is open no longer.
    starting = settle()
      .then(() => (closing ? undefined : planning.start()))
      .catch(tellTrouble)
    watching = scripts.watch(tellTrouble).catch(tellTrouble)
    listening = options.listen?.(engine).catch((thrown: unknown) => {
      process.emitWarning(`other programs cannot reach this one: ${String(thrown)}`, {
        code: 'JOBDECK_LISTEN',
      })
      return undefined
    })
  }
  /** While this host begins to plan. */
  let starting: Promise<void> | undefined
  /** While the scripts folders are watched; only the planner does. */
  let watching: Promise<(() => Promise<void>) | void> | undefined
  /** While this host can be reached by other processes; only the planner can. */
  let listening: Promise<Listening | undefined> | undefined

  // Every host settles the dead: whoever follows a run learns that it will not go on.
  const chores: Chore[] = [{ first: SETTLE_INTERVAL, every: SETTLE_INTERVAL, run: settle }]
  const plannersChores: Chore[] = [
    { first: 0, every: MINUTE, run: async () => writeWitness(folders.witness, store) },
    { first: 2 * MINUTE, every: 60 * MINUTE, run: (signal) => clean({ undoTime: UNDO_TIME, signal }) },
    { first: 5 * MINUTE, every: 60 * MINUTE, run: () => backUpDaily(store, folders.backups, clock.now()) },
  ]

  const clean = (options: Omit<SweepOptions, 'keep'>) =>
    sweep({ store, clock, folders }, { ...options, keep: settings() })

  const settings = (): Settings => ({
    ...DEFAULT_SETTINGS,
    ...store.settings.get<Partial<Settings>>('settings'),
  })

  /** What the program says that has the deck open, before what is set in the deck. */
  function slots(): Record<Lane, number> {
    const { processes, threads } = settings()
    return {
      ...DEFAULT_SLOTS,
      ...(processes !== null && { process: processes }),
      ...(threads !== null && { thread: threads }),
      ...options.slots,
    }
  }

  async function settle(): Promise<void> {
    const parts = { store, folder: folders.hosts, clock }
    const found = await settleDeadHosts(parts)
    // What is run again may be about to begin elsewhere, with files of its own in the same place.
    for (const id of found) if (isFinal(store.executions.status(id)!.status)) places.forget(id)
    if (found.length > 0) dispatcher.wake()
  }

  const tellTrouble = (thrown: unknown) =>
    hub.emit('trouble', { fault: storeFault(thrown, store.file).toJSON() })

  const housekeeping = new Housekeeping(clock, tellTrouble)
  housekeeping.add(chores)

  const endLookout = keepLookout({
    file: store.file,
    dataVersion: store.dataVersion,
    onChange() {
      hub.emit('changed', {})
      queueTeller.changed()
      dispatcher.actOnStops()
      dispatcher.wake()
    },
    onSecond: plan,
    onReplaced(fault) {
      store.condemn(fault)
      hub.emit('closed', { fault: fault.toJSON() })
      void dispatcher.close()
    },
    onTrouble: tellTrouble,
  })

  /** With what each waits for, if it waits. */
  function explain<E extends Execution>(executions: E[]): E[] {
    if (!executions.some(({ status }) => status === 'queued')) return executions
    const waiting = store.executions.waiting(slots(), clock.now())
    const planned = planner !== undefined || hasPlanner(folders.hosts)
    return executions.map((execution) => {
      const found = execution.status === 'queued' && waiting(execution.id)
      return found
        ? { ...execution, waitingFor: reasonToWait(found, planned, (name) => functions.has(name)) }
        : execution
    })
  }

  const prepare = preparer({ store, folders, base, scripts, secrets })

  /** Queues one execution for each part; in a transaction. */
  function enqueue(
    parts: Part[],
    common: Omit<NewExecution, keyof Part | 'jobName' | 'startId' | 'now'>,
  ): Execution[] {
    const now = clock.now()
    const jobName = store.jobs.nameOf(common.jobId)
    const added: Execution[] = []
    for (const part of parts)
      added.push(store.executions.add({ ...part, ...common, jobName, now, startId: added[0]?.id ?? null }))
    return added
  }

  const planning = createPlanner<Part[]>({
    store,
    clock,
    hub,
    prepare: (jobId, definition) => prepare(definition, store.categories.ofJob(jobId), {}),
    enqueue: (parts, options) => enqueue(parts, { ...options, owner: ANYBODY }),
    onQueued() {
      dispatcher.actOnStops()
      dispatcher.wake()
    },
    isOnline: options.isOnline ?? hasNetwork,
    onTrouble: tellTrouble,
  })

  const pausing = createPausing({
    store,
    clock,
    folders,
    actor,
    change: planning.afterSettling,
    onChange: () => dispatcher.wake(),
  })

  let closing: Promise<void> | undefined
  let endDraining = () => {}
  /** Set when nothing is run here any more: what is still queued is anybody's. */
  let hasLeft = false

  function leave(id: string): void {
    store.executions.release(id)
    store.hosts.close(id, clock.now())
  }

  async function close(drainFor: number): Promise<void> {
    const cancelled = Promise.withResolvers<void>()
    endDraining = cancelled.resolve
    const cancelLimit = drainFor === Infinity ? () => {} : clock.after(drainFor, endDraining)
    await starting
    const decided = planning.stop()
    dispatcher.interruptDaemons()
    if (drainFor > 0) await Promise.race([dispatcher.drain(), cancelled.promise])
    cancelLimit()
    await dispatcher.close()
    await decided
    places.close()
    await store.reader.close(new Fault('closed', 'the deck is closed'))
    await leftovers.close()
    endLookout()
    await (
      await watching
    )?.()
    await housekeeping.close()
    if (host && !store.condemned()) tryTo(() => writeWitness(folders.witness, store))
    const reached = await listening
    reached?.stop() // before another host becomes the planner, and listens
    planner?.release()
    // A full disk keeps nobody from leaving: then the free lock tells the next to open that there is something to settle.
    hasLeft = true
    const saidGoodbye = host !== undefined && (await succeeds(store.write(() => leave(hostId))))
    queueTeller.close(store.file)
    store.close()
    hub.emit('closed', { fault: new Fault('closed', 'the deck was closed').toJSON() })
    await reached?.end()
    host?.lock.release()
    if (saidGoodbye) forgetHost(folders.hosts, hostId)
  }

  const engine = {
    store,
    hub,
    clock,
    folders,
    scripts,
    /** The environment that every run gets. */
    base,
    pathFrom: options.pathFrom,
    /** The inline functions of this process, by their names. */
    functions,
    secrets,
    wake: () => dispatcher.wake(),
    explain,
    prepare,
    places,
    desktop: options.desktop,
    pausing,
    planning,
    actor,
    clean,
    settings,

    /**
     * Queues one execution per handler; resolves once that is committed.
     * @param isTyped whether somebody names a file to be run now, in a scripts folder too
     * @param jobIdOf the job they belong to; runs inside the transaction, and may save it
     * @throws Fault where a handler cannot be run or the parameters do not fit its schema; then nothing is stored
     */
    async start(
      definition: JobDefinition,
      categoryId: number | null,
      given: Parameters,
      trigger: Trigger,
      jobIdOf: () => string,
      write: <T>(work: () => T) => Promise<T> = store.write,
      isTyped = false,
    ): Promise<Execution[]> {
      const parts = await prepare(definition, categoryId, given, isTyped)
      const now = clock.now()
      const queued = write(() => {
        const jobId = jobIdOf()
        const urgent = BY_HAND.has(trigger) && store.pauses.ofJob(jobId, now) !== undefined
        const added = enqueue(parts, { jobId, owner: host && !hasLeft ? hostId : ANYBODY, trigger, urgent })
        if (trigger === 'manual')
          for (const { id: executionId } of added)
            store.trail.add({ at: now, actor, action: 'started', jobId, executionId })
        return added
      })
      dispatcher.wake() // where there is room it is claimed with the same commit
      return queued
    },

    /**
     * Asks for the end of executions, wherever they run; resolves once the wish is stored, or acted on.
     * @returns those that had not ended
     */
    async stop(ids: number[], force: boolean): Promise<Execution[]> {
      const now = clock.now()
      const open = await store
        .write(() => {
          const found = ids.filter((id) => store.executions.requestStop(id, 'cancelled', force, now))
          for (const executionId of found) {
            const { jobId } = store.executions.find(executionId)!
            store.trail.add({ at: now, actor, action: 'stopped', jobId, executionId, details: { force } })
            setDaemon({ store, clock }, jobId, 'stopped')
          }
          return found
        })
        .catch((thrown: unknown) => {
          // What fills the disk can be stopped where it runs: the wish is not stored, but its end will be.
          const here = ids.filter((id) => dispatcher.stop(id, force))
          if (here.length === 0) throw thrown
          return here
        })
      dispatcher.actOnStops()
      return open.map((id) => store.executions.find(id)!)
    },

    /** What waits, what runs, where there is room, and who works. */
    queue() {
      const { queued = 0, initializing = 0, running = 0 } = store.executions.openCounts()
      return {
        waiting: queued,
        running: initializing + running,
        slots: store.room(slots(), clock.now()).slots,
        pauses: store.pauses.list(),
        hosts: store.hosts.open().filter((row) => hostLives(folders.hosts, row)),
        planner: planner !== undefined || hasPlanner(folders.hosts),
      }
    },

    /** Resolves when nothing is left here that runs, or that is due and could be begun. */
    drain: (): Promise<void> => dispatcher.drain(),

    /** Resolves when nothing moves but handlers: for tests, which then let time pass. */
    async rest(): Promise<void> {
      await housekeeping.rest()
      await starting
      do {
        await planning.rest()
        await dispatcher.rest()
      } while (!planning.isResting())
    },

    /** Asks what runs here to end because this process goes; resolves when it has. Nothing more is begun. */
    interrupt: (): Promise<void> => dispatcher.close(),

    /**
     * @param drainFor how long, in ms, what this host has to do is waited for before it is asked to end; once this is
     *   called again without, no longer
     */
    close(drainFor = 0): Promise<void> {
      if (drainFor === 0) endDraining()
      return (closing ??= close(drainFor))
    },
  }
  try {
    if (host || pausing.isSuspicious()) {
      await store.write(() => {
        pausing.beWary()
        if (host) store.hosts.add(host.row)
        if (host) scripts.keepMain()
        store.executions.releaseLost()
      })
    }
    await settle()
    plan()
    await starting
    await listening
  } catch (thrown) {
    endLookout()
    planner?.release()
    store.close()
    if (host) releaseHost(folders.hosts, host)
    throw thrown
  }
  return engine
}

const succeeds = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  )

/** For what is only of use later, and may be missing then. */
function tryTo(work: () => void): void {
  try {
    work()
  } catch (thrown) {
    process.emitWarning(String(thrown), { code: 'JOBDECK_CLOSE' })
  }
}
