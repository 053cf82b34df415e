/**
 * What was planned and what became of it. Every function runs inside a transaction: the rows of the ledger, the
 * executions and what is planned next change together.
 */
import { isDeepStrictEqual } from 'node:util'
import stringify from 'safe-stable-stringify'
import { OPEN_STATUSES, type Execution, type Trigger } from '../../shared/contract.ts'
import { LOCAL, isAtStart, kindOf, type Schedule } from '../../shared/schedule.ts'
import type { Fault } from '../../shared/fault.ts'
import type { Clock } from '../clock.ts'
import { PLANNING_DEFAULTS } from '../../shared/policy.ts'
import type { JobDefinition } from '../definition.ts'
import { combine, sourcesOf } from '../policy.ts'
import type { Occurrence } from '../store/occurrences.ts'
import type { Plan } from '../store/plans.ts'
import type { Store } from '../store/store.ts'
import { blockOf, quietBlocks, type Block } from './blocked.ts'
import { TOLERANCE, decide, type Decision, type Rules, type Situation } from './decide.ts'
import { delayOf } from './jitter.ts'
import { lastIn, timetableOf, type Timetable } from './timetable.ts'

/** What a start of a job would run, or why it cannot: made before the transaction, as files are read for it. */
export type Prepared<P> = { definition: JobDefinition } & ({ parts: P } | { refusal: Fault })

/** How an occurrence is started. */
export interface StartOptions {
  jobId: string
  trigger: Trigger
  scheduledAt: number
  /** It waits for its turn among those that are caught up with. */
  inTurn: boolean
  /** A person asked for it: it runs even while its job is paused. */
  urgent: boolean
}

export interface LedgerParts<P> {
  store: Store
  clock: Clock
  /** Queues the executions of one start, for the planner to run. */
  enqueue(parts: P, options: StartOptions): Execution[]
  /** When this host became the planner, if it is. */
  plannerSince(): number | undefined
}

export type Ledger<P> = ReturnType<typeof createLedger<P>>

/** What `local` means is kept, so that what came due before the machine moved is looked at as it was then. */
const ZONE = 'zone'

export function createLedger<P>({ store, clock, enqueue, plannerSince }: LedgerParts<P>) {
  const localZone = () => store.settings.get<string>(ZONE) ?? clock.zone()

  const tableOf = (schedule: Schedule, since: number): Timetable =>
    timetableOf(schedule, { since, localZone: localZone(), plannerSince: plannerSince() })

  const rulesOf = (jobId: string, { policy }: JobDefinition): Rules => ({
    ...PLANNING_DEFAULTS,
    ...combine(sourcesOf(store, store.categories.ofJob(jobId), policy)),
  })

  /** How far an occurrence can be put off, and by how much each is. What was set too late is due when it was set. */
  function delays(plan: Plan, schedule: Schedule) {
    const once = 'at' in schedule ? Math.max(0, plan.since - schedule.at) : 0
    const jitter = 'jitter' in schedule ? (schedule.jitter ?? 0) : 0
    return {
      jitter: Math.max(once, jitter),
      delayOf: (at: number) => once || delayOf(plan.jobId, at, jitter),
    }
  }

  function blocksOf(plan: Plan, schedule: Schedule, now: number): Block[] {
    const taken = store.occurrences
      .after(plan.jobId, plan.cursor)
      .filter(({ executionId }) => executionId !== null)
      .map(({ firstAt }) => blockOf(firstAt, 'taken'))
    const snoozed = plan.snoozedAt === null ? [] : [blockOf(plan.snoozedAt, 'snoozed')]
    const pauses = store.pauses.allOfJob(plan.jobId).map(({ target, pausedFrom, pausedUntil }): Block => ({
      from: Math.min(pausedFrom, now),
      to: pausedUntil ?? Infinity,
      reason: target.startsWith('disabled:') ? 'disabled' : 'paused',
    }))
    return [...taken, ...snoozed, ...pauses, ...quietBlocks(schedule, localZone(), plan.cursor, now)]
  }

  function situationOf(plan: Plan, definition: JobDefinition, refusal: string | null): Situation {
    const schedule = definition.schedule!
    const now = clock.now()
    return {
      now,
      cursor: plan.cursor,
      timetable: tableOf(schedule, plan.since),
      ...delays(plan, schedule),
      rules: rulesOf(plan.jobId, definition),
      blocks: blocksOf(plan, schedule, now),
      ...store.executions.openOfJob(plan.jobId),
      isOnce: plan.kind === 'once',
      refusal,
    }
  }

  /** Stores what became of occurrences. */
  function apply(plan: Plan, decision: Decision, parts: P | undefined): void {
    const { jobId } = plan
    const { first, last, count, outcome, reason, detail, replaces } = decision
    const now = clock.now()
    if (replaces)
      for (const { id } of store.executions.list({ jobId, statuses: [...OPEN_STATUSES] }))
        store.executions.requestStop(id, 'cancelled', false, now)
    const isCatchUp = reason === 'catch-up'
    const trigger = isCatchUp ? 'catch-up' : 'scheduled'
    const started =
      outcome === 'started'
        ? enqueue(parts!, { jobId, trigger, scheduledAt: first, inTurn: isCatchUp, urgent: false })
        : []
    const executionId = started[0]?.id ?? null
    const row = { jobId, firstAt: first, lastAt: last, count, outcome, reason, detail, executionId }
    store.occurrences.add({ ...row, decidedAt: now }, plan.since)
  }

  /** The plan with what comes next. */
  function planned(plan: Plan, schedule: Schedule): Plan {
    const table = tableOf(schedule, plan.since)
    const taken = new Set(store.occurrences.after(plan.jobId, plan.cursor).map(({ firstAt }) => firstAt))
    let next = table.next(plan.cursor)
    while (next && taken.has(next.at)) next = table.next(next.at)
    // What has nothing to run yet is only sketched: it owes nothing.
    const isDraft = store.jobs.definition(plan.jobId)!.handlers.length === 0
    if (!next || isDraft) return { ...plan, nextAt: null, dueAt: null }
    return { ...plan, nextAt: next.at, dueAt: next.at + delays(plan, schedule).delayOf(next.at) }
  }

  /** What was said of times that lie ahead was said by a clock that was wrong; what was started stays. */
  function takeBack(plan: Plan, schedule: Schedule, now: number): void {
    const table = tableOf(schedule, plan.since)
    for (const row of store.occurrences.after(plan.jobId, now)) {
      if (row.executionId !== null) continue
      store.occurrences.remove(plan.jobId, row.firstAt)
      const count = table.count(row.firstAt - 1, now)
      const lastAt = lastIn(table, row.firstAt - 1, now)
      if (lastAt !== undefined) store.occurrences.add({ ...row, count, lastAt }, plan.since)
    }
  }

  const ledger = {
    localZone,
    tableOf,

    /** Whether something of the job came due that has no row yet. */
    isDue(jobId: string): boolean {
      const plan = store.plans.find(jobId)
      return plan !== undefined && plan.kind !== 'daemon' && plan.dueAt !== null && plan.dueAt <= clock.now()
    },

    /**
     * Gives every occurrence of the job that came due its row, and starts those that are to be.
     * @returns false where something is to be started that was not prepared, or not as the job is now: then nothing is done
     */
    settle(jobId: string, prepared: Prepared<P> | undefined): boolean {
      const plan = store.plans.find(jobId)
      const definition = store.jobs.definition(jobId)
      if (!plan || plan.kind === 'daemon' || !definition?.schedule) return true
      // Only the planner knows when it began.
      if (isAtStart(definition.schedule) && plannerSince() === undefined) return true
      const now = clock.now()
      if (plan.dueAt === null || plan.dueAt > now) return true
      const known = isDeepStrictEqual(prepared?.definition, definition) ? prepared : undefined
      const refusal = known && 'refusal' in known ? known.refusal.message : null
      const { decisions, cursor } = decide(situationOf(plan, definition, refusal))
      if (!known && decisions.some(({ outcome }) => outcome === 'started')) return false
      for (const decision of decisions)
        apply(plan, decision, known && 'parts' in known ? known.parts : undefined)
      const snoozedAt = plan.snoozedAt !== null && plan.snoozedAt <= cursor ? null : plan.snoozedAt
      store.plans.save(planned({ ...plan, cursor, snoozedAt }, definition.schedule))
      return true
    },

    /**
     * Plans a job anew after it was edited, or the clock or the zone was set.
     * @param before the schedule that it had, if it had one
     * @param isImported a time that is over is not made up for
     */
    replan(jobId: string, before?: Schedule, isImported = false): void {
      const schedule = store.jobs.definition(jobId)?.schedule
      const old = store.plans.find(jobId)
      if (!schedule) {
        if (old) store.plans.remove(jobId)
        return
      }
      const now = clock.now()
      const kind = kindOf(schedule)
      const isSame = old !== undefined && before !== undefined && stringify(before) === stringify(schedule)
      const open = { cursor: now, nextAt: null, dueAt: null }
      const fresh = { jobId, kind, since: now, ...open, snoozedAt: null, stopped: null }
      // What a clock that was ahead has planned begins now.
      const isAhead = isSame && old.cursor > now + TOLERANCE
      const plan = isAhead ? { ...old, ...open, since: Math.min(old.since, now) } : isSame ? old : fresh
      if (kind === 'daemon') return store.plans.save(plan)
      if (isAhead || !isSame) takeBack(old ?? fresh, before ?? schedule, now)
      if (isSame) return store.plans.save(planned(plan, schedule))
      // A single time that is over means now.
      const cursor = 'at' in schedule && !isImported ? Math.min(now, schedule.at - 1) : now
      const isDone = 'at' in schedule && store.occurrences.covering(jobId, schedule.at) !== undefined
      store.plans.save(planned({ ...fresh, cursor: isDone ? now : cursor }, schedule))
    },

    /** Jobs that are planned by the clock of the machine, or have quiet times by it. */
    localJobs: (): string[] =>
      store.plans.all().filter((jobId) => {
        const schedule = store.jobs.definition(jobId)?.schedule
        return schedule !== undefined && isBounded(schedule) && (schedule.zone ?? LOCAL) === LOCAL
      }),

    /** Jobs that begin when the planner does: what else has a time comes when that does. */
    rebootJobs: (): string[] =>
      store.plans.idle().filter((jobId) => {
        const schedule = store.jobs.definition(jobId)?.schedule
        return schedule !== undefined && isAtStart(schedule)
      }),

    /** What `local` means from now on. */
    keepZone(zone: string): void {
      store.settings.set(ZONE, zone)
    },

    /** The jobs are planned by the clock of another zone from now on. */
    moveTo(zone: string, jobIds: string[]): void {
      ledger.keepZone(zone)
      for (const jobId of jobIds) {
        const schedule = store.jobs.definition(jobId)?.schedule
        const plan = store.plans.find(jobId)
        // What is counted by one zone shares no row with what is counted by another; an interval knows no zone.
        if (plan && schedule && 'cron' in schedule) store.plans.save({ ...plan, since: clock.now() })
        ledger.replan(jobId, schedule)
      }
    },

    /** Starts something for an occurrence that has a row, or none yet, which then says so. */
    startLate(
      jobId: string,
      at: number,
      reason: 'answered' | 'backfill',
      prepared: Prepared<P>,
    ): Execution[] {
      if ('refusal' in prepared) return []
      const inTurn = reason === 'backfill'
      const how = { jobId, trigger: 'catch-up', scheduledAt: at, inTurn, urgent: !inTurn } as const
      const started = enqueue(prepared.parts, how)
      ledger.cutOut(jobId, at)
      const what = { jobId, outcome: 'started', reason, detail: null, executionId: started[0]!.id } as const
      const when = { firstAt: at, lastAt: at, count: 1, decidedAt: clock.now() }
      store.occurrences.add({ ...what, ...when }, Infinity)
      return started
    },

    /** Takes one occurrence out of the row that it shares. */
    cutOut(jobId: string, at: number): void {
      const row = store.occurrences.covering(jobId, at)
      if (!row) return
      store.occurrences.remove(jobId, row.firstAt)
      const schedule = store.jobs.definition(jobId)?.schedule
      const plan = store.plans.find(jobId)
      if (!schedule || !plan || row.count === 1) return
      const table = tableOf(schedule, plan.since)
      const before = lastIn(table, row.firstAt - 1, at - 1)
      const after = table.next(at)?.at
      // Its times may have been those of an earlier schedule.
      const counted = Math.min(table.count(row.firstAt - 1, at - 1), row.count - 1)
      const rest = row.count - 1 - counted
      if (before !== undefined && counted > 0)
        store.occurrences.add({ ...row, lastAt: before, count: counted }, plan.since)
      if (after !== undefined && after <= row.lastAt && rest > 0)
        store.occurrences.add({ ...row, firstAt: after, count: rest }, Infinity)
    },

    /** Changes what a row says of what did not start. */
    answer(row: Occurrence, outcome: 'skipped' | 'missed', reason: 'answered' | 'superseded'): void {
      store.occurrences.remove(row.jobId, row.firstAt)
      const since = store.plans.find(row.jobId)?.since ?? Infinity
      store.occurrences.add({ ...row, outcome, reason, detail: null, decidedAt: clock.now() }, since)
    },
  }
  return ledger
}

const isBounded = (schedule: Schedule): schedule is Extract<Schedule, { cron: string } | { every: number }> =>
  'cron' in schedule || 'every' in schedule
