/** Decides when jobs begin by themselves: one timer, and one transaction for what is due. */
import { isDeepStrictEqual } from 'node:util'
import type { Execution } from '../../shared/contract.ts'
import { toFault } from '../../shared/fault.ts'
import type { Clock } from '../clock.ts'
import type { JobDefinition } from '../definition.ts'
import type { Hub } from '../events.ts'
import { isFinal } from '../dispatch/lifecycle.ts'
import { combine, sourcesOf } from '../policy.ts'
import type { Store } from '../store/store.ts'
import { TOLERANCE } from './decide.ts'
import { createLedger, type Prepared, type StartOptions } from './ledger.ts'
import { FAILURES, superviseDaemon } from './supervise.ts'

/** The wall clock may be set, and the machine sleep: it is looked at this often, in ms. */
const LOOK_INTERVAL = 30_000
/** Jobs that are looked at in one go, before others have their turn. */
const BATCH = 250
/** For so long, in ms awake, network and drives may need to come back. */
const COMING_BACK = 60_000
/** A daemon that cannot be run is tried again after so many ms. */
const REFUSED_DELAY = 30_000

/** After something went wrong it is tried again after so many ms. */
const PAUSE_AFTER_FAILURE = 1000

export interface PlannerParts<P> {
  store: Store
  clock: Clock
  hub: Hub
  /** What a start would run; see `Prepared`. Rejects with a Fault where it cannot be run. */
  prepare(jobId: string, definition: JobDefinition): Promise<P>
  enqueue(parts: P, options: StartOptions): Execution[]
  /** Whether the machine has a network at all. */
  isOnline(): boolean
  /** Told when something was queued, or is to be stopped. */
  onQueued(): void
  onTrouble(thrown: unknown): void
}

export type Planner = ReturnType<typeof createPlanner>

export function createPlanner<P>(parts: PlannerParts<P>) {
  const { store, clock, hub, isOnline, onQueued, onTrouble } = parts
  /** When this host became the planner; undefined while another is, or none. */
  let since: number | undefined
  const ledger = createLedger<P>({ ...parts, plannerSince: () => since })

  const isPlanner = () => since !== undefined

  async function prepare(jobId: string): Promise<Prepared<P> | undefined> {
    const definition = store.jobs.definition(jobId)
    if (!definition) return undefined
    try {
      return { definition, parts: await parts.prepare(jobId, definition) }
    } catch (thrown) {
      return { definition, refusal: toFault(thrown) }
    }
  }

  /** Settles jobs of which something came due; each by itself, as others may need longer to be prepared. */
  async function settleAll(jobIds: string[]): Promise<void> {
    await Promise.all(
      jobIds.map(async (jobId) => {
        for (let isDone = false; !isDone;) {
          const prepared = await prepare(jobId)
          isDone = await store.write(() => ledger.settle(jobId, prepared), { patient: true })
        }
      }),
    )
  }

  /**
   * Runs `work` in a transaction in which nothing that came due before waits for its row: what changes when jobs run
   * must not change what became of the past.
   * @param jobIds those that it changes; all, if not given
   */
  async function afterSettling<T>(work: () => T, jobIds?: string[]): Promise<T> {
    const dueNow = () => (jobIds ?? store.plans.due(clock.now())).filter((id) => ledger.isDue(id))
    for (;;) {
      const prepared = new Map<string, Prepared<P> | undefined>()
      for (const jobId of dueNow()) prepared.set(jobId, await prepare(jobId))
      const done = await store
        .write(() => {
          const due = dueNow()
          if (!due.every((id) => prepared.has(id))) return undefined
          // Nothing is written unless all of them can be settled.
          if (!due.every((id) => ledger.settle(id, prepared.get(id)))) throw new Unprepared()
          return { value: work() }
        })
        .catch((thrown: unknown) => {
          if (thrown instanceof Unprepared) return undefined
          throw thrown
        })
      if (!done) continue
      if (prepared.size > 0) onQueued()
      wake()
      return done.value
    }
  }

  let hasFailed = false
  /** Awake time at which the planner started, or the machine woke. */
  let wokeAt = -Infinity
  /** The wall clock against awake time: it leaps when the machine has slept. */
  let lastDrift = Infinity
  /** The most that it was since plans were last looked through for those that a clock that was ahead has made. */
  let highestDrift = Infinity
  let cancelAlarm = () => {}
  let cancelLook = () => {}
  let ticking: Promise<void> | undefined
  let again = false
  const daemons = new Set<string>()

  /** Something may have become due. */
  function wake(): void {
    if (since === undefined) return
    again = true
    ticking ??= (async () => {
      while (again && isPlanner()) {
        again = false
        hasFailed = false
        await tick().catch((thrown: unknown) => {
          hasFailed = true
          if (since !== undefined) onTrouble(thrown)
        })
      }
    })().finally(() => {
      ticking = undefined
      arm()
    })
  }

  function arm(): void {
    cancelAlarm()
    cancelLook()
    if (since === undefined || store.condemned()) return
    const now = clock.now()
    const times = [store.plans.nextDue(), daemons.size > 0 ? store.pauses.nextChange(now) : null].filter(
      (time) => time !== null,
    )
    if (times.length === 0) return
    const soonest = Math.min(...times)
    cancelAlarm = clock.at(hasFailed ? Math.max(soonest, now + PAUSE_AFTER_FAILURE) : soonest, wake)
    cancelLook = clock.after(LOOK_INTERVAL, () => {
      wake()
      onQueued() // what is caught up with may have its turn by now
    })
  }

  async function tick(): Promise<void> {
    await lookAtClock()
    let isAny = false
    for (;;) {
      const due = store.plans.due(clock.now(), BATCH)
      if (due.length === 0 || since === undefined) break
      isAny = true
      const [supervised, scheduled] = split(due, (jobId) => store.plans.find(jobId)?.kind === 'daemon')
      await settleAll(scheduled)
      for (const jobId of supervised) await startDaemon(jobId)
    }
    await planDaemons()
    if (isAny) onQueued()
  }

  /** The clock was set back, or the machine has moved to another zone: what is ahead is planned anew. */
  async function lookAtClock(): Promise<void> {
    const drift = clock.now() - clock.awake()
    // All plans are gone through for it: only where the clock was set back by more than what passes for a late timer.
    while (drift < highestDrift - TOLERANCE) {
      const ahead = store.plans.ahead(clock.now() + TOLERANCE)
      if (ahead.length === 0) highestDrift = drift
      else
        await store.write(() => {
          store.pauses.takeBack(clock.now())
          for (const jobId of ahead) ledger.replan(jobId, store.jobs.definition(jobId)?.schedule)
        })
    }
    highestDrift = Math.max(highestDrift, drift)
    if (drift - lastDrift > TOLERANCE) wokeAt = clock.awake()
    lastDrift = drift
    const zone = clock.zone()
    if (zone === ledger.localZone()) return
    const local = ledger.localJobs()
    await settleAll(local.filter((jobId) => ledger.isDue(jobId)))
    await store.write(() => ledger.moveTo(zone, local))
  }

  /** Plans the next start of each daemon that is to run and does not. */
  async function planDaemons(): Promise<void> {
    daemons.clear()
    for (const jobId of store.plans.daemons()) {
      daemons.add(jobId)
      const now = clock.now()
      if (store.executions.openOfJob(jobId).open > 0 || store.pauses.ofJob(jobId, now)) continue
      await store.write(() => {
        const plan = store.plans.find(jobId)
        const definition = store.jobs.definition(jobId)
        if (!plan || !definition || plan.stopped !== null || plan.dueAt !== null) return
        if (definition.handlers.length === 0) return
        if (store.executions.openOfJob(jobId).open > 0) return
        const { restart = 'always' } = combine(
          sourcesOf(store, store.categories.ofJob(jobId), definition.policy),
        )
        const runs = store.executions.endedOf(jobId, plan.since, 3 * FAILURES)
        const next = superviseDaemon(runs, restart, now, Math.random())
        if ('end' in next) store.plans.save({ ...plan, stopped: next.end })
        else store.plans.save({ ...plan, cursor: now, nextAt: next.at, dueAt: next.at })
      })
      if (store.plans.next(jobId)) again ||= store.plans.next(jobId)!.dueAt <= clock.now()
    }
  }

  async function startDaemon(jobId: string): Promise<void> {
    const prepared = await prepare(jobId)
    await store.write(
      () => {
        const plan = store.plans.find(jobId)
        if (!plan || plan.kind !== 'daemon' || plan.dueAt === null) return
        const now = clock.now()
        store.plans.save({ ...plan, cursor: now, nextAt: null, dueAt: null })
        if (
          plan.stopped !== null ||
          store.executions.openOfJob(jobId).open > 0 ||
          store.pauses.ofJob(jobId, now)
        )
          return
        if (!prepared || !isDeepStrictEqual(prepared.definition, store.jobs.definition(jobId))) return
        const row = { jobId, firstAt: now, lastAt: now, count: 1, decidedAt: now }
        if ('refusal' in prepared) {
          const detail = prepared.refusal.message
          const refused = {
            ...row,
            outcome: 'skipped',
            reason: 'refused',
            detail,
            executionId: null,
          } as const
          store.occurrences.add(refused, plan.since)
          store.plans.save({ ...plan, cursor: now, nextAt: now + REFUSED_DELAY, dueAt: now + REFUSED_DELAY })
          return
        }
        parts.enqueue(prepared.parts, {
          jobId,
          trigger: 'scheduled',
          scheduledAt: now,
          inTurn: false,
          urgent: false,
        })
      },
      { patient: true },
    )
  }

  const endListening = hub.subscribe((name, event) => {
    if (since === undefined) return
    if (name === 'changed') wake()
    else if (name === 'execution') {
      const { jobId, status } = event as { jobId: string; status: Parameters<typeof isFinal>[0] }
      if (daemons.has(jobId) && isFinal(status)) wake()
    }
  })

  return {
    ledger,
    prepare,
    afterSettling,
    wake,

    /** This host is the planner from now on. */
    async start(): Promise<void> {
      since = clock.now()
      wokeAt = clock.awake()
      try {
        await store.write(() => {
          ledger.keepZone(ledger.localZone())
          for (const jobId of ledger.rebootJobs())
            ledger.replan(jobId, store.jobs.definition(jobId)?.schedule)
        })
      } finally {
        wake()
      }
    },

    /** Whether what was missed can be caught up with: network and drives have had time to come back. */
    mayCatchUp: (): boolean => isOnline() || clock.awake() - wokeAt >= COMING_BACK,

    /** Nothing more is begun by itself; resolves when what was being decided is stored. */
    async stop(): Promise<void> {
      since = undefined
      cancelAlarm()
      cancelLook()
      endListening()
      await ticking
    },

    /** Resolves when nothing is being decided. */
    async rest(): Promise<void> {
      for (let current = ticking; current; current = ticking) await current
    },
    isResting: () => ticking === undefined,
  }
}

class Unprepared extends Error {}

function split<T>(values: T[], test: (value: T) => boolean): [T[], T[]] {
  return [values.filter(test), values.filter((value) => !test(value))]
}
