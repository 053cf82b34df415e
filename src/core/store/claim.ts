import type Database from 'better-sqlite3'
import type { Status, Trigger } from '../../shared/contract.ts'
import type { Definition, Lane } from '../definition.ts'
import type { Known } from './executions.ts'
import type { Connection } from './open.ts'
import { roomTable, type Place } from './room.ts'
import { turnTaker } from './turns.ts'

/** What a host needs to run an execution that it claimed. */
export interface Claimed {
  id: number
  jobId: string
  jobName: string
  definition: Definition
  trigger: Trigger
  attempt: number
  scheduledAt: number
  params: string
  lastSuccessAt: number | null
  /** Whether it is running already: it needed no preparation. */
  begun: boolean
}

/** Due executions of one job with one definition: either all of them may run, or none. */
interface Queue extends Place {
  definitionId: number
  /** Read when the first of it is claimed. */
  job?: { jobName: string; lastSuccessAt: number | null }
}

interface Candidate {
  id: number
  rank: number
  trigger: Trigger
  attempt: number
  scheduledAt: number
  params: string
}

const byRank = (a: { row: Candidate }, b: { row: Candidate }) =>
  a.row.rank - b.row.rank || a.row.id - b.row.id

/** The owner of what any planner may run. */
export const ANYBODY = ''

/** Changes a status where the state machine allows it; false where it does not, or where the change found nothing. */
export type MoveStatus = (from: Known, to: Status, change: () => Database.RunResult) => boolean

/** Where a host runs what it claims, as far as it is ready. */
export interface Ready {
  /** How many threads are: what they run is begun with its claim. */
  readyThreads(): number
  /** What is stored of the environment of its runs. */
  storedEnvironment(definition: Definition): Record<string, string> | undefined
}

const NOTHING_READY: Ready = { readyThreads: () => 0, storedEnvironment: () => undefined }

/** @returns the function that claims executions; it runs inside the writer's transaction */
export function claimer(connection: Connection, move: MoveStatus) {
  const { database, snapshots } = connection
  const roomAt = roomTable(connection)
  const giveTurns = turnTaker(connection)

  // Here and below an index is named where SQLite, which knows no numbers of rows, would look through the whole queue.
  const becomeDue = database.prepare(
    `update executions indexed by executions_later set due = 1 where status = 'queued' and due <= 0 and due = 0 and scheduled_at <= ?`,
  )
  // Skips from queue to queue in the index: one with thousands of executions costs as much as one with one.
  // The casts keep SQLite, built with STAT4, from preparing these anew for each value of a parameter.
  const next = <P extends unknown[]>(after: string) =>
    database.prepare<[string, ...P], Queue>(
      `select job_id as jobId, definition_id as definitionId, lane,
         (select category_id from jobs where jobs.id = job_id) as categoryId
       from executions indexed by executions_queued
       where status = 'queued' and due > 0 and owner = cast(? as text) and ${after}
       order by job_id, definition_id limit 1`,
    )
  const nextJob = next<[string]>('job_id > cast(? as text)')
  const nextOfJob = next<[string, number]>('job_id = cast(? as text) and definition_id > cast(? as integer)')
  const first = (index: string, due: string) =>
    database.prepare<[string, string, number, number], Candidate>(
      `select id, rank, trigger, attempt, scheduled_at as scheduledAt, params from executions indexed by ${index}
       where status = 'queued' and ${due} and owner = cast(? as text) and job_id = cast(? as text)
         and definition_id = cast(? as integer)
       order by rank, id limit cast(? as integer)`,
    )
  const firstDue = first('executions_queued', 'due > 0')
  const firstUrgent = first('executions_urgent', 'due = 2')
  const take = database.prepare(
    `update executions set status = 'initializing', host_id = ?, claimed_at = ? where id = ? and status = 'queued'`,
  )
  const takeAndBegin = database.prepare(
    `update executions set status = 'running', host_id = ?, claimed_at = ?, started_at = ?, environment_id = ?
     where id = ? and status = 'queued'`,
  )
  const jobOf = database.prepare<[string], { jobName: string; lastSuccessAt: number | null }>(
    `select name as jobName,
       (select last_at from counters where job_id = jobs.id and status = 'completed') as lastSuccessAt
     from jobs where id = ?`,
  )

  function* queuesOf(owner: string): Generator<Queue> {
    let queue = nextJob.get(owner, '')
    while (queue) {
      yield queue
      const { jobId, definitionId } = queue
      queue = nextOfJob.get(owner, jobId, definitionId) ?? nextJob.get(owner, jobId)
    }
  }

  /**
   * Claims as many due executions as there is room for, lowest rank first. Functions need no preparation, nor does what
   * finds a thread ready: they run with the same commit.
   * @param host.plans whether it also takes what belongs to nobody
   * @param host.mayCatchUp whether what was missed may have its turn; yes, if not given
   * @param slots how many executions of each lane may be open at once, over all hosts
   * @param fit whether this host can run the definition at all
   * @returns what was claimed, and whether there may be more for which there was no room
   */
  return function claim(
    host: { id: string; plans: boolean; mayCatchUp?: () => boolean; now: number },
    slots: Record<Lane, number>,
    fit: (definition: Definition) => boolean,
    { readyThreads, storedEnvironment } = NOTHING_READY,
  ): { executions: Claimed[]; more: boolean } {
    becomeDue.run(host.now)
    let more = host.plans && giveTurns(host.now, host.mayCatchUp ?? (() => true))
    const room = roomAt(slots, host.now)
    const candidates: { row: Candidate; queue: Queue; definition: Definition }[] = []
    for (const owner of host.plans ? [host.id, ANYBODY] : [host.id]) {
      for (const queue of queuesOf(owner)) {
        if (room.slots[queue.lane].used >= room.slots[queue.lane].limit) {
          more = true
          continue
        }
        const definition = snapshots.read<Definition>(queue.definitionId)
        const left = room.left(queue, definition.maxWorkers)
        more ||= left === 0
        if (left === 0 || !fit(definition)) continue
        const rows = room.pauseOf(queue) ? firstUrgent : firstDue
        // One more than there is room for tells whether any is left.
        const found = rows.all(owner, queue.jobId, queue.definitionId, left + 1)
        more ||= found.length > left
        for (const row of found.slice(0, left)) candidates.push({ row, queue, definition })
      }
    }
    const executions: Claimed[] = []
    let threads = readyThreads()
    for (const { row, queue, definition } of candidates.toSorted(byRank)) {
      const { id, trigger, attempt, scheduledAt, params } = row
      if (room.left(queue, definition.maxWorkers) === 0) {
        more = true
        continue
      }
      const from = { id, jobId: queue.jobId, status: 'queued' } as const
      const { lane } = queue
      const begun = lane === 'inline' || (lane === 'thread' && !definition.environmentFiles && threads-- > 0)
      const environment = begun && storedEnvironment(definition)
      const environmentId = environment ? snapshots.keep(environment) : null
      const taken = begun
        ? move(from, 'running', () => takeAndBegin.run(host.id, host.now, host.now, environmentId, id))
        : move(from, 'initializing', () => take.run(host.id, host.now, id))
      if (!taken) continue
      room.take(queue)
      queue.job ??= jobOf.get(queue.jobId)!
      const { jobId } = queue
      executions.push({ id, jobId, ...queue.job, definition, trigger, attempt, scheduledAt, params, begun })
    }
    return { executions, more }
  }
}
