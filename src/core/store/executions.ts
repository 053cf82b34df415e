import type { ErrorInfo, FinalStatus, RetryPolicy, Status, Trigger } from '../../shared/contract.ts'
import { laneOf, type Definition } from '../definition.ts'
import { mayFollow } from '../dispatch/lifecycle.ts'
import { claimer } from './claim.ts'
import type { Connection } from './open.ts'
import { snapshotTable } from './snapshots.ts'

/** A priority is a head start of this many milliseconds per point, so that nothing starves. */
const HEAD_START = 60_000

export interface NewExecution {
  jobId: string
  definition: Definition
  /** The host that is to run it, or `ANYBODY`. */
  owner: string
  trigger: Trigger
  priority: number
  params: string
  /** Whether it runs even while its job, category or deck is paused. */
  urgent: boolean
  now: number
}

/** What the end of an execution leaves in its row. */
export interface Ending {
  status: FinalStatus
  at: number
  durationMs: number | null
  forced: boolean
  warned: boolean
  result: string | null
  error: ErrorInfo | null
  exitCode: number | null
  exitSignal: string | null
}

export interface StopRequest {
  id: number
  reason: FinalStatus
  force: boolean
}

/** @returns functions that make and change executions; they run inside the writer's transaction */
export function executionTable(connection: Connection) {
  const { database, counters } = connection
  const snapshots = snapshotTable(connection)

  const insert = database.prepare(
    `insert into executions (job_id, definition_id, owner, mode, lane, status, trigger, attempt, priority, rank, due,
       scheduled_at, expires_at, queued_at, stop_force, forced, warned, progress, params, log_count)
     values (:jobId, :definitionId, :owner, :mode, :lane, 'queued', :trigger, 1, :priority, :rank, :due,
       :now, :expiresAt, :now, 0, 0, 0, 0, :params, 0)`,
  )
  const insertRetry = database.prepare(
    `insert into executions (job_id, parent_id, definition_id, owner, mode, lane, status, trigger, attempt, priority,
       rank, due, scheduled_at, expires_at, queued_at, stop_force, forced, warned, progress, params, log_count)
     select job_id, id, definition_id, :owner, mode, lane, 'queued', 'retry', attempt + 1, priority,
       :scheduledAt - priority * ${HEAD_START}, 0, :scheduledAt, :scheduledAt + expires_at - scheduled_at, :now,
       0, 0, 0, 0, params, 0
     from executions where id = :id`,
  )
  const nextChange = database
    .prepare<[]>(
      `select min(time) from (
         select min(scheduled_at) as time from executions where status = 'queued' and due = 0
         union all
         select min(expires_at) from executions where status = 'queued' and expires_at is not null)`,
    )
    .pluck()
  const expired = database
    .prepare<[number]>(
      `select id from executions where status = 'queued' and expires_at is not null and expires_at <= ?`,
    )
    .pluck()
  const endings = database.prepare<[string], { hostId: string; died: number }>(
    `select host_id as hostId, coalesce(error ->> 'name' = 'HostDied', 0) as died
     from executions where job_id = ? and started_at is not null and ended_at is not null order by id desc limit 100`,
  )
  const begin = database.prepare(
    `update executions set status = 'running', started_at = :now, environment_id = :environmentId
     where id = :id and status = 'initializing' and stop_requested_at is null`,
  )
  const setProcess = database.prepare(
    `update executions set process_id = :processId, process_started = :processStarted where id = :id`,
  )
  const end = database.prepare(
    `update executions set status = :status, ended_at = :at, duration_ms = :durationMs, forced = :forced,
       warned = :warned, result = :result, error = :error, exit_code = :exitCode, exit_signal = :exitSignal,
       process_id = null, process_started = null
     where id = :id and status = :from`,
  )
  const giveBack = database.prepare(
    `update executions set status = 'queued', owner = '', host_id = null, claimed_at = null where id = ? and status = 'initializing'`,
  )
  const progress = database.prepare(
    `update executions set progress = ?, progress_message = ? where id = ? and status = 'running'`,
  )
  const countLogs = database.prepare(`update executions set log_count = ? where id = ?`)
  const requestStop = database.prepare(
    `update executions set stop_requested_at = coalesce(stop_requested_at, :now),
       stop_reason = coalesce(stop_reason, :reason), stop_force = max(stop_force, :force)
     where id = :id and status in ('queued', 'initializing', 'running')`,
  )
  const stopRequests = database.prepare<[string], { id: number; reason: FinalStatus; force: number }>(
    `select id, stop_reason as reason, stop_force as force from executions
     where host_id = ? and status in ('initializing', 'running') and stop_requested_at is not null`,
  )
  const openOf = database.prepare<[string], OpenRow>(
    `select id, job_id as jobId, status, attempt, stop_reason as stopReason, started_at as startedAt, process_id as processId,
       process_started as processStarted
     from executions where host_id = ? and status in ('initializing', 'running')`,
  )
  const release = database.prepare(`update executions set owner = '' where owner = ? and status = 'queued'`)
  const statusOf = database.prepare<[number], { status: Status; jobId: string; definitionId: number }>(
    `select status, job_id as jobId, definition_id as definitionId from executions where id = ?`,
  )
  /** The one place where a status changes: as the state machine allows, and only from the stored one. */
  function move(id: number, to: Status, change: (from: Status) => boolean): boolean {
    const row = statusOf.get(id)
    if (!row || !mayFollow(row.status, to) || !change(row.status)) return false
    counters.add(row.jobId, row.status, -1)
    counters.add(row.jobId, to, 1)
    return true
  }

  /** False where the row is final already: whichever was stored first stands. */
  function finish(id: number, { status, error, forced, warned, ...rest }: Ending): boolean {
    return move(id, status, (from) => {
      const flags = {
        forced: Number(forced),
        warned: Number(warned),
        error: error && JSON.stringify(error),
      }
      return end.run({ id, from, status, ...flags, ...rest }).changes === 1
    })
  }

  return {
    add({ definition, priority, urgent, now, ...rest }: NewExecution): number {
      const { mode, expireAfter } = definition
      const { lastInsertRowid } = insert.run({
        ...rest,
        mode,
        lane: laneOf(definition),
        definitionId: snapshots.keep(definition),
        priority,
        rank: now - priority * HEAD_START,
        due: urgent ? 2 : 1,
        expiresAt: expireAfter === undefined ? null : now + expireAfter,
        now,
      })
      counters.add(rest.jobId, 'queued', 1)
      return Number(lastInsertRowid)
    },

    /** Queues another attempt of an execution that has ended, with what that one ran with; returns its id. */
    retry(id: number, owner: string, scheduledAt: number, now: number): number {
      const { lastInsertRowid } = insertRetry.run({ id, owner, scheduledAt, now })
      counters.add(statusOf.get(id)!.jobId, 'queued', 1)
      return Number(lastInsertRowid)
    },

    /** Cancels what has waited for longer than it may. */
    expire(now: number): number[] {
      const ids = expired.all(now) as number[]
      const error = { name: 'Expired', message: 'it waited for longer than its job allows' }
      return ids.filter((id) => finish(id, { ...NEVER_RAN, error, status: 'cancelled', at: now }))
    },

    /** The retry policy that an execution was queued with. */
    retryPolicy(id: number): RetryPolicy | undefined {
      return snapshots.read<Definition>(statusOf.get(id)!.definitionId).retry
    },

    /** How many hosts in a row died while they ran the job, up to its latest run. */
    deathsInARow(jobId: string): number {
      const latest = endings.all(jobId)
      const end = latest.findIndex(({ died }) => !died)
      return new Set(latest.slice(0, end === -1 ? undefined : end).map(({ hostId }) => hostId)).size
    },

    /** When the next waiting execution becomes due or expires, or null. */
    nextChange: () => nextChange.get() as number | null,

    claim: claimer(connection, move),

    /** False where a stop was asked for first: then its handler must not begin. */
    begin(id: number, environment: Record<string, string> | null, now: number): boolean {
      return move(id, 'running', () => {
        const environmentId = environment && snapshots.keep(environment)
        return begin.run({ id, environmentId, now }).changes === 1
      })
    },

    setProcess: (id: number, { pid, started }: { pid: number; started: string | null }) =>
      setProcess.run({ id, processId: pid, processStarted: started }),

    end: finish,

    /** Back to the queue, for any host: its host died before the handler's first instruction. */
    giveBack: (id: number) => move(id, 'queued', () => giveBack.run(id).changes === 1),
    /** What a dead host had queued is anybody's. */
    release: (hostId: string) => release.run(hostId),

    setProgress: (id: number, value: number, message: string | null) => progress.run(value, message, id),
    setLogCount: (id: number, count: number) => countLogs.run(count, id),

    /** Stores the wish to stop; what only waits is cancelled at once. False where the execution has ended. */
    requestStop(id: number, reason: FinalStatus, force: boolean, now: number): boolean {
      if (requestStop.run({ id, reason, force: Number(force), now }).changes === 0) return false
      if (statusOf.get(id)?.status === 'queued') finish(id, { ...NEVER_RAN, status: 'cancelled', at: now })
      return true
    },
    stopRequests: (hostId: string): StopRequest[] =>
      stopRequests.all(hostId).map((row) => ({ ...row, force: row.force === 1 })),
    openOf: (hostId: string) => openOf.all(hostId),
  }
}

/** The ending of an execution whose handler never began. */
const NEVER_RAN = {
  durationMs: null,
  forced: false,
  warned: false,
  result: null,
  error: null,
  exitCode: null,
  exitSignal: null,
} as const

export interface OpenRow {
  id: number
  attempt: number
  jobId: string
  status: 'initializing' | 'running'
  stopReason: FinalStatus | null
  startedAt: number | null
  processId: number | null
  processStarted: string | null
}
