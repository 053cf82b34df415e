/** What people ask and say about the times at which jobs run by themselves. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { CheckedInput, Execution, Output } from '../shared/contract.ts'
import { Fault, invalidInput, toFault } from '../shared/fault.ts'
import { YEAR, type Schedule } from '../shared/schedule.ts'
import type { Engine } from './engine.ts'
import { quietBlocks, type Block } from './plan/blocked.ts'
import { checkSchedule } from './plan/check.ts'
import { timesIn, timetableOf, zoneOf, type Timetable } from './plan/timetable.ts'
import type { Coming } from './store/plans.ts'
import type { DaemonStop } from './store/schema.ts'

type Deck = Pick<Engine, 'store' | 'clock' | 'planning' | 'actor' | 'wake'>

/** How far quiet times are looked for, from the occurrence on, in ms. */
const AHEAD = 8 * 86_400_000
/** What is skipped is not counted, but somewhere it has to end. */
const MOST_LOOKED_AT = 100_000
/** For so long, in ms, what is planned is put together before others have their turn. */
const TURN = 10
/** So many runs are made up for at once. */
const BACKFILL_LIMIT = 1000

/** The next times of a schedule at which it would run. */
export async function preview(
  { store, clock, planning }: Deck,
  { schedule: given, from, count = 10 }: CheckedInput<'schedules.preview'>,
  jobId: string | undefined,
): Promise<Output<'schedules.preview'>> {
  const { describe } = await import('./plan/words.ts')
  const now = clock.now()
  const localZone = planning.ledger.localZone()
  const plan = jobId === undefined ? undefined : store.plans.find(jobId)
  const schedule = given ? checkSchedule(given, now, localZone) : scheduleOf({ store }, jobId!)
  const table = timetableOf(schedule, { since: plan?.since ?? now, localZone })
  const times: Output<'schedules.preview'>['occurrences'] = []
  for (const time of comingTimes(schedule, table, localZone, from ?? now)) {
    if (time.at !== plan?.snoozedAt) times.push(time)
    if (times.length === count) break
  }
  return { words: describe(schedule, localZone), zone: zoneOf(schedule, localZone), occurrences: times }
}

/**
 * The times after an instant that no quiet time blocks.
 * @param spacing leaves out those that come sooner than so many ms after one
 * @param except left out as well
 */
function* comingTimes(
  schedule: Schedule,
  table: Timetable,
  localZone: string,
  after: number,
  { spacing = 1, except = null }: { spacing?: number | undefined; except?: number | null } = {},
) {
  let blocks: Block[] = []
  let blocksUntil = -Infinity
  let next = table.next(after)
  for (let looked = 0; next && looked < MOST_LOOKED_AT; looked++) {
    const { at } = next
    if (at >= blocksUntil) {
      blocksUntil = at + AHEAD
      blocks = quietBlocks(schedule, localZone, at - 1, blocksUntil)
    }
    const block = blocks.find((each) => at >= each.from && at < each.to)
    const isTold = !block && at !== except
    if (isTold) yield next
    const end = block && block.to < Infinity ? block.to - 1 : at
    next = table.next(isTold ? at + Math.max(spacing - 1, 0) : end)
  }
}

/** What is planned over all jobs, the soonest first. Others have their turn while it is put together. */
export async function upcoming(
  { store, clock, planning }: Deck,
  {
    from = clock.now(),
    to = from + YEAR,
    limit = 100,
    spacing,
    willRun = false,
  }: CheckedInput<'schedules.upcoming'>,
): Promise<Output<'schedules.upcoming'>> {
  const localZone = planning.ledger.localZone()
  const times: Output<'schedules.upcoming'>['times'] = []
  let last = to
  let turnEnds = performance.now() + TURN
  function keepSoonest(): void {
    if (times.length <= limit) return
    times.sort((a, b) => a.at - b.at)
    times.length = limit
    last = times.at(-1)!.at
  }
  const resumption = store.pauses.resumptions()
  const runsNext = (job: Coming) => job.snoozedAt !== job.nextAt && resumption(job) <= job.nextAt
  /** The job that comes next after so many others has no part in the first so many times. */
  function candidates(): Coming[] {
    if (from > clock.now()) return store.plans.coming(-1)
    for (let most = limit + 1; ; most *= 8) {
      const jobs = store.plans.coming(most)
      if (!willRun || jobs.length < most || jobs.filter(runsNext).length > limit) return jobs
    }
  }
  for (const job of candidates()) {
    const { jobId, jobName, nextAt, since, snoozedAt } = job
    const resumesAt = resumption(job)
    if (nextAt > last || (willRun && resumesAt === Infinity)) continue
    const schedule = store.jobs.definition(jobId)?.schedule
    if (!schedule) continue
    const table = timetableOf(schedule, { since, localZone })
    let count = 0
    const after = Math.max(from, nextAt - 1, willRun ? resumesAt - 1 : -Infinity)
    const except = willRun ? snoozedAt : null
    for (const { at } of comingTimes(schedule, table, localZone, after, { spacing, except })) {
      if (at > last || count++ > limit) break
      times.push({ jobId, jobName, at, snoozed: at === snoozedAt, paused: at < resumesAt })
    }
    if (times.length > 2 * limit) keepSoonest()
    if (performance.now() < turnEnds) continue
    await nextTurn()
    turnEnds = performance.now() + TURN
  }
  const complete = times.length <= limit && last === to
  keepSoonest()
  return { times: times.toSorted((a, b) => a.at - b.at), complete }
}

/** Whether jobs could run now, and what stands in the way. */
export async function readiness(engine: Engine, jobIds: string[]): Promise<Output<'jobs.readiness'>> {
  const found: Output<'jobs.readiness'> = []
  for (const jobId of jobIds) {
    const refusal = await requireReady(engine, jobId).then(() => null, toFault)
    const job = engine.store.jobs.find(jobId)
    if (!job) continue // it was removed meanwhile
    found.push({
      jobId,
      pause: job.pause,
      refusal: refusal && { code: refusal.code, message: refusal.message },
    })
  }
  return found
}

/** @throws Fault `conflict` where the job has no schedule */
function scheduleOf({ store }: Pick<Deck, 'store'>, jobId: string): Schedule {
  const schedule = store.jobs.definition(jobId)?.schedule
  if (schedule) return schedule
  const name = JSON.stringify(store.jobs.nameOf(jobId))
  throw new Fault('conflict', `${name} has no schedule: it runs when it is started`)
}

/** Lets the next occurrence of a job pass, or with `undo` come after all; answers when it is planned for. */
export async function skipNext(deck: Deck, jobId: string, undo: boolean): Promise<number> {
  const { store, clock, planning, actor } = deck
  scheduleOf(deck, jobId)
  return await planning.afterSettling(() => {
    const plan = store.plans.find(jobId)!
    const at = undo ? plan.snoozedAt : plan.nextAt
    if (at === null || plan.kind === 'daemon') {
      throw new Fault('conflict', undo ? 'no occurrence of it was skipped' : 'nothing of it is planned')
    }
    if (!undo && plan.snoozedAt === at) throw new Fault('conflict', 'its next occurrence is skipped already')
    store.plans.save({ ...plan, snoozedAt: undo ? null : at })
    store.trail.add({ at: clock.now(), actor, action: 'edited', jobId, details: { skipped: at, undo } })
    return at
  }, [jobId])
}

/**
 * Answers what was held for a person: runs the latest of each row, or lets all of them pass. What cannot be run now goes on
 * waiting.
 * @throws Fault that says why, where none of the jobs can be run
 * @returns what was queued
 */
export async function answerHeld(
  deck: Deck,
  jobIds: string[],
  { run, firstAt }: { run: boolean; firstAt?: number | undefined },
): Promise<Execution[]> {
  const { store, planning } = deck
  const queued: Execution[] = []
  const refusals: Fault[] = []
  for (const jobId of jobIds) {
    const prepared = run ? await planning.prepare(jobId) : undefined
    if (prepared && 'refusal' in prepared) {
      refusals.push(prepared.refusal) // the others are answered all the same; this one goes on waiting
      continue
    }
    const started = await planning.afterSettling(() => {
      const held = store.occurrences
        .list({ jobId, outcomes: ['held'] }, -1)
        .filter((row) => firstAt === undefined || row.firstAt === firstAt)
      return held.flatMap((row) => {
        const begun = prepared ? planning.ledger.startLate(jobId, row.lastAt, 'answered', prepared) : []
        const rest = store.occurrences.find(jobId, row.firstAt)
        if (rest?.outcome === 'held')
          planning.ledger.answer(rest, run ? 'missed' : 'skipped', run ? 'superseded' : 'answered')
        return begun
      })
    }, [jobId])
    queued.push(...started)
  }
  deck.wake()
  if (refusals.length === jobIds.length && refusals[0]) throw refusals[0]
  return queued
}

/** Runs a job for times that are over and for which it did not run, oldest first. */
export async function backfill(
  deck: Deck,
  jobId: string,
  { from, to, dryRun = false }: Pick<CheckedInput<'jobs.backfill'>, 'from' | 'to' | 'dryRun'>,
): Promise<Output<'jobs.backfill'>> {
  const { store, clock, planning } = deck
  const schedule = scheduleOf(deck, jobId)
  if (to < from) throw invalidInput('to', 'lies before from')
  if (to > clock.now()) throw invalidInput('to', 'lies in the future: what is planned runs by itself')
  const plan = store.plans.find(jobId)!
  const table = planning.ledger.tableOf(schedule, plan.since)
  const found = table.count(from - 1, to)
  if (found > BACKFILL_LIMIT) {
    throw invalidInput(
      'from',
      `${found.toLocaleString('en')} times lie between the two; at most ${BACKFILL_LIMIT} are made up for at once`,
    )
  }
  const isWanted = (at: number) => store.occurrences.covering(jobId, at)?.outcome !== 'started'
  // What is put off a little comes by itself.
  const last = () => Math.min(to, store.plans.find(jobId)!.cursor)
  const wanted = () => timesIn(table, from - 1, last()).filter(isWanted)
  if (dryRun) return wanted().map((at) => ({ at, executionId: null }))
  const prepared = await planning.prepare(jobId)
  if (!prepared) throw new Fault('not-found', 'it is gone')
  if ('refusal' in prepared) throw prepared.refusal
  const queued = await planning.afterSettling(
    () =>
      wanted().map((at) => ({
        at,
        executionId: planning.ledger.startLate(jobId, at, 'backfill', prepared)[0]!.id,
      })),
    [jobId],
  )
  deck.wake()
  return queued
}

async function requireReady({ store, prepare, places }: Engine, jobId: string): Promise<void> {
  const job = store.jobs.toRun(jobId)
  if (!job) return
  const parts = await prepare(job.definition, job.categoryId, {})
  for (const { definition } of parts) await places.requireStart(definition)
}

/** Keeps a daemon running, or no longer; nothing for another job. In a transaction. */
export function setDaemon(
  { store, clock }: Pick<Deck, 'store' | 'clock'>,
  jobId: string,
  stopped: DaemonStop | null,
): boolean {
  const plan = store.plans.find(jobId)
  if (plan?.kind !== 'daemon') return false
  // What a person starts begins anew: what came before counts no longer.
  const since = stopped === null ? clock.now() : plan.since
  store.plans.save({ ...plan, since, stopped, nextAt: null, dueAt: null })
  return true
}
