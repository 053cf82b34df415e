import type Database from 'better-sqlite3'
import type {
  ErrorInfo,
  Execution,
  FinalStatus,
  RetryPolicy,
  Status,
  Trigger,
} from '../../shared/contract.ts'
import { laneOf, type Definition } from '../definition.ts'
import { mayFollow } from '../dispatch/lifecycle.ts'
import type { DaemonRun } from '../plan/supervise.ts'
import { claimer } from './claim.ts'
import type { Connection } from './open.ts'

/** A priority is a head start of this many milliseconds per point, so that nothing starves. */
const HEAD_START = 60_000

export interface NewExecution {
  jobId: string
  jobName: string
  /** The first execution of the same start; null for that one itself. */
  startId: number | null
  definition: Definition
  /** The host that is to run it, or `ANYBODY`. */
  owner: string
  trigger: Trigger
  priority: number
  params: string
  /** When it was planned for; now, if not given. */
  scheduledAt?: number
  /** Whether it waits for its turn among those that are caught up with. */
  inTurn?: boolean
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

/** What is known of an execution that is to change; each change compares it with what is stored. */
export interface Known {
  id: number
  jobId: string
  status: Status
}

export interface StopRequest {
  id: number
  reason: FinalStatus
  force: boolean
}

/** @returns functions that make and change executions; they run inside the writer's transaction */
export function executionTable(connection: Connection) {
  const { database, changes, snapshots } = connection

  const insert = database.prepare(
    `insert into executions (job_id, start_id, definition_id, owner, mode, lane, status, trigger, attempt, priority, rank, due,
       scheduled_at, expires_at, queued_at, stop_force, forced, warned, progress, params, log_count)
     values (?, ?, ?, ?, ?, ?, 'queued', ?, 1, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, ?, 0)`,
  )
  const insertRetry = database.prepare(
    `insert into executions (job_id, parent_id, start_id, definition_id, owner, mode, lane, status, trigger, attempt, priority,
       rank, due, scheduled_at, expires_at, queued_at, stop_force, forced, warned, progress, params, log_count)
     select job_id, id, coalesce(start_id, id), definition_id, :owner, mode, lane, 'queued', 'retry', attempt + 1, priority,
       :scheduledAt - priority * ${HEAD_START}, 0, :scheduledAt, :scheduledAt + expires_at - scheduled_at, :now,
       0, 0, 0, 0, params, 0
     from executions where id = :id`,
  )
  const nextChange = database
    .prepare<[]>(
      `select min(time) from (
         select min(scheduled_at) as time from executions indexed by executions_later
         where status = 'queued' and due <= 0 and due = 0
         union all
         select min(expires_at) from executions indexed by executions_expiring
         where status = 'queued' and expires_at is not null)`,
    )
    .pluck()
  const expired = database.prepare<[number], Known>(
    `select id, job_id as jobId, status from executions indexed by executions_expiring
     where status = 'queued' and expires_at is not null and expires_at <= ?`,
  )
  const endings = database.prepare<[string, number], { hostId: string; died: number }>(
    `select host_id as hostId, coalesce(error ->> 'name' = 'HostDied', 0) as died
     from executions where job_id = ? and started_at >= ? and ended_at is not null order by id desc limit 100`,
  )
  const endedOf = database.prepare<[string, number, number], DaemonRun>(
    `select status, started_at as startedAt, ended_at as endedAt from executions indexed by executions_by_job
     where job_id = ? and queued_at >= ? and ended_at is not null order by id desc limit ?`,
  )
  const openIds = database
    .prepare<[string]>(
      `select id from executions indexed by executions_open
       where job_id = ? and status in ('initializing', 'running')`,
    )
    .pluck()
  const begin = database.prepare(
    `update executions set status = 'running', started_at = ?, environment_id = ?
     where id = ? and status = 'initializing' and stop_requested_at is null`,
  )
  const setProcess = database.prepare(
    `update executions set process_id = :processId, process_started = :processStarted where id = :id`,
  )
  const end = database.prepare(
    `update executions set status = ?, ended_at = ?, duration_ms = ?, forced = ?, warned = ?, result = ?, error = ?,
       exit_code = ?, exit_signal = ?, process_id = null, process_started = null
     where id = ? and status = ?`,
  )
  const giveBack = database.prepare(
    `update executions set status = 'queued', owner = '', host_id = null, claimed_at = null where id = ? and status = 'initializing'`,
  )
  const progress = database.prepare(
    `update executions set progress = ?, progress_message = ? where id = ? and status = 'running'`,
  )
  const countLogs = database.prepare(`update executions set log_count = ?, log_bytes = ? where id = ?`)
  const requestStop = database.prepare(
    `update executions set stop_requested_at = coalesce(stop_requested_at, :now),
       stop_reason = coalesce(stop_reason, :reason), stop_force = max(stop_force, :force)
     where id = :id and status in ('queued', 'initializing', 'running')`,
  )
  const isToStop = database
    .prepare<[number]>('select stop_requested_at is not null from executions where id = ?')
    .pluck()
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
  const isLost = `owner > '' and not exists (select 1 from hosts where hosts.id = owner and closed_at is null)`
  const releaseLost = [
    `update executions indexed by executions_queued set owner = '' where status = 'queued' and due > 0 and ${isLost}`,
    `update executions indexed by executions_later set owner = '' where status = 'queued' and due <= 0 and ${isLost}`,
  ].map((sql) => database.prepare(sql))
  const known = database.prepare<[number], Known & { definitionId: number }>(
    `select id, status, job_id as jobId, definition_id as definitionId from executions where id = ?`,
  )

  /** The one place where a status changes: as the state machine allows, and only where it is stored as known. */
  function move({ id, jobId, status }: Known, to: Status, change: () => Database.RunResult, at?: number) {
    if (!mayFollow(status, to) || change().changes === 0) return false
    changes.move(id, jobId, status, to, at)
    return true
  }

  /** False where the row is final already: whichever was stored first stands. */
  function finish(from: Known, ending: Ending): boolean {
    const { status, at, durationMs, forced, warned, result, error, exitCode, exitSignal } = ending
    const flags = [Number(forced), Number(warned)]
    const rest = [result, error && JSON.stringify(error), exitCode, exitSignal, from.id, from.status]
    const ended = move(from, status, () => end.run(status, at, durationMs, ...flags, ...rest), at)
    if (ended) changes.end(from.jobId, status, at, durationMs)
    return ended
  }

  return {
    /** Queues an execution; returns it as it is shown. */
    add({ jobId, jobName, definition, trigger, priority, params, now, ...rest }: NewExecution): Execution {
      const { mode, expireAfter } = definition
      const expiresAt = expireAfter === undefined ? null : now + expireAfter
      const definitionId = snapshots.keep(definition)
      const what = [jobId, rest.startId, definitionId, rest.owner, mode, laneOf(definition), trigger]
      const scheduledAt = rest.scheduledAt ?? now
      const due = rest.inTurn ? -1 : rest.urgent ? 2 : 1
      const when = [priority, scheduledAt - priority * HEAD_START, due, scheduledAt, expiresAt, now]
      const id = Number(insert.run(...what, ...when, params).lastInsertRowid)
      changes.move(id, jobId, null, 'queued')
      return { ...NEW, id, jobId, jobName, trigger, mode, priority, scheduledAt, queuedAt: now }
    },

    /** Queues another attempt of an execution that has ended, with what that one ran with; returns its id. */
    retry(id: number, owner: string, scheduledAt: number, now: number): number {
      const { lastInsertRowid } = insertRetry.run({ id, owner, scheduledAt, now })
      changes.move(Number(lastInsertRowid), known.get(id)!.jobId, null, 'queued')
      return Number(lastInsertRowid)
    },

    /** Cancels what has waited for longer than it may. */
    expire(now: number): void {
      const error = { name: 'Expired', message: 'it waited for longer than its job allows' }
      for (const row of expired.all(now)) finish(row, { ...NEVER_RAN, error, status: 'cancelled', at: now })
    },

    /** What an execution runs with. */
    definition: (id: number): Definition => snapshots.read<Definition>(known.get(id)!.definitionId),
    /** The retry policy that an execution was queued with. */
    retryPolicy(id: number): RetryPolicy | undefined {
      return snapshots.read<Definition>(known.get(id)!.definitionId).retry
    },

    isOfDaemon: (id: number): boolean =>
      snapshots.read<Definition>(known.get(id)!.definitionId).isDaemon ?? false,

    /** How many hosts in a row died while they ran the job, up to its latest run; of runs that began since then. */
    deathsInARow(jobId: string, since: number): number {
      const latest = endings.all(jobId, since)
      const end = latest.findIndex(({ died }) => !died)
      return new Set(latest.slice(0, end === -1 ? undefined : end).map(({ hostId }) => hostId)).size
    },

    /** How many executions of the job are open, and how many of them only wait. */
    openOfJob(jobId: string): { open: number; waiting: number } {
      const waiting = changes.count(jobId, 'queued')
      return {
        open: waiting + changes.count(jobId, 'initializing') + changes.count(jobId, 'running'),
        waiting,
      }
    },
    openIds: (jobId: string) => openIds.all(jobId) as number[],
    /** The last runs of a daemon that have ended, newest first. */
    endedOf: (jobId: string, since: number, limit: number): DaemonRun[] => endedOf.all(jobId, since, limit),

    /** When the next waiting execution becomes due or expires, or null. */
    nextChange: () => nextChange.get() as number | null,

    claim: claimer(connection, move),

    /** False where a stop was asked for first: then its handler must not begin. */
    begin(from: Known, environment: Record<string, string>, now: number): boolean {
      return move(from, 'running', () => begin.run(now, snapshots.keep(environment), from.id))
    },

    setProcess: (id: number, { pid, started }: { pid: number; started: string | null }) =>
      setProcess.run({ id, processId: pid, processStarted: started }),

    end: finish,

    /** Back to the queue, for any host: its host died before the handler's first instruction. */
    giveBack: (from: Known) => move(from, 'queued', () => giveBack.run(from.id)),
    /** What a dead host had queued is anybody's. */
    release: (hostId: string) => release.run(hostId),
    /** What waits for a host that is gone is anybody's: in a copy of a deck all hosts of the original are. */
    releaseLost(): void {
      for (const statement of releaseLost) statement.run()
    },

    setProgress: (id: number, value: number, message: string | null) => progress.run(value, message, id),
    /** How long its log is by now, by how many bytes it has grown, and how many bytes are kept of it. */
    setLog({ id, jobId }: { id: number; jobId: string }, count: number, grown: number, bytes: number): void {
      countLogs.run(count, bytes, id)
      changes.log(jobId, grown)
    },

    /** Stores the wish to stop; what only waits is cancelled at once. False where the execution has ended. */
    requestStop(id: number, reason: FinalStatus, force: boolean, now: number): boolean {
      if (requestStop.run({ id, reason, force: Number(force), now }).changes === 0) return false
      const row = known.get(id)!
      if (row.status === 'queued') finish(row, { ...NEVER_RAN, status: 'cancelled', at: now })
      return true
    },
    /** Whether its stop was asked for, by whatever process. */
    isToStop: (id: number): boolean => isToStop.get(id) === 1,
    stopRequests: (hostId: string): StopRequest[] =>
      stopRequests.all(hostId).map((row) => ({ ...row, force: row.force === 1 })),
    openOf: (hostId: string) => openOf.all(hostId),
  }
}

/** What an execution has when it is queued, whatever it runs. */
const NEW = {
  status: 'queued',
  attempt: 1,
  parentId: null,
  retryId: null,
  waitingFor: null,
  startedAt: null,
  endedAt: null,
  durationMs: null,
  progress: 0,
  progressMessage: null,
  stopReason: null,
  forced: false,
  warned: false,
  exitCode: null,
  exitSignal: null,
  error: null,
  logCount: 0,
} as const

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

export interface OpenRow extends Known {
  status: 'initializing' | 'running'
  attempt: number
  stopReason: FinalStatus | null
  startedAt: number | null
  processId: number | null
  processStarted: string | null
}
