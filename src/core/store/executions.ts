import { and, desc, eq, inArray, lt, sql, type SQL } from 'drizzle-orm'
import type {
  ErrorInfo,
  Execution,
  ExecutionDetail,
  FinalStatus,
  Mode,
  Status,
  Trigger,
} from '../../shared/contract.ts'
import { laneOf, type Definition, type Lane } from '../definition.ts'
import { mayFollow } from '../dispatch/lifecycle.ts'
import type { Connection } from './open.ts'
import { executions, jobs } from './schema.ts'
import { snapshotTable } from './snapshots.ts'

/** A priority is a head start of this many milliseconds per point, so that nothing starves. */
const HEAD_START = 60_000

export interface NewExecution {
  jobId: string
  definition: Definition
  hostId: string | null
  trigger: Trigger
  priority: number
  params: string
  now: number
}

/** What a host needs to run an execution that it claimed. */
export interface Claimed {
  id: number
  jobId: string
  jobName: string
  definition: Definition
  mode: Mode
  trigger: Trigger
  attempt: number
  scheduledAt: number
  params: string
  lastSuccessAt: number | null
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

export interface ExecutionFilter {
  jobId?: string | undefined
  statuses?: Status[] | undefined
  before?: number | undefined
  limit?: number | undefined
}

const COLUMNS = {
  id: executions.id,
  jobId: executions.jobId,
  jobName: jobs.name,
  status: executions.status,
  trigger: executions.trigger,
  attempt: executions.attempt,
  parentId: executions.parentId,
  mode: executions.mode,
  priority: executions.priority,
  scheduledAt: executions.scheduledAt,
  queuedAt: executions.queuedAt,
  startedAt: executions.startedAt,
  endedAt: executions.endedAt,
  durationMs: executions.durationMs,
  progress: executions.progress,
  progressMessage: executions.progressMessage,
  stopReason: executions.stopReason,
  forced: executions.forced,
  warned: executions.warned,
  exitCode: executions.exitCode,
  exitSignal: executions.exitSignal,
  error: executions.error,
  logCount: executions.logCount,
}
const DETAIL = {
  ...COLUMNS,
  definitionId: executions.definitionId,
  environmentId: executions.environmentId,
  params: executions.params,
  result: executions.result,
  processId: executions.processId,
}

/** @returns functions over the table of executions; those that write run inside the writer's transaction */
export function executionTable(connection: Connection) {
  const { database, orm, counters } = connection
  const snapshots = snapshotTable(connection)

  const insert = database.prepare(
    `insert into executions (job_id, definition_id, host_id, mode, lane, status, trigger, attempt, priority, rank,
       scheduled_at, queued_at, stop_force, forced, warned, progress, params, log_count)
     values (:jobId, :definitionId, :hostId, :mode, :lane, 'queued', :trigger, 1, :priority, :rank, :now, :now, 0, 0, 0, 0,
       :params, 0)`,
  )
  // The first waiting execution of each job, found by skipping from job to job in the index: a job with thousands
  // of them costs as much as a job with one.
  const heads = database.prepare<[], { jobId: string; open: number }>(
    `with recursive waiting (job_id) as (
       select min(job_id) from executions where status = 'queued'
       union all
       select (select min(job_id) from executions where status = 'queued' and job_id > waiting.job_id)
       from waiting where waiting.job_id is not null)
     select job_id as jobId,
       (select count(*) from executions where job_id = waiting.job_id and status in ('initializing', 'running')) as open
     from waiting where job_id is not null`,
  )
  const queued = database.prepare<
    [{ jobId: string; hostId: string; unowned: number; now: number }],
    QueuedRow
  >(
    `select id, lane, rank, definition_id as definitionId from executions
     where status = 'queued' and job_id = :jobId and scheduled_at <= :now
       and (host_id = :hostId or (host_id is null and :unowned)) order by rank, id`,
  )
  const openByLane = database.prepare<[], { lane: Lane; count: number }>(
    `select lane, count(*) as count from executions where status in ('initializing', 'running') group by lane`,
  )
  const claim = database.prepare(
    `update executions set status = 'initializing', host_id = :hostId, claimed_at = :now
     where id = :id and status = 'queued'`,
  )
  const claimed = database.prepare<[number], Omit<Claimed, 'definition'> & { definitionId: number }>(
    `select executions.id, job_id as jobId, jobs.name as jobName, executions.definition_id as definitionId, mode, trigger, attempt,
       scheduled_at as scheduledAt, params,
       (select max(ended_at) from executions as earlier
        where earlier.job_id = executions.job_id and earlier.status = 'completed') as lastSuccessAt
     from executions join jobs on jobs.id = job_id where executions.id = ?`,
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
    `update executions set status = 'queued', host_id = null, claimed_at = null where id = ? and status = 'initializing'`,
  )
  const waiting = database.prepare<[number], { definitionId: number; open: number }>(
    `select definition_id as definitionId,
       (select count(*) from executions as other
        where other.job_id = executions.job_id and other.status in ('initializing', 'running')) as open
     from executions where id = ? and status = 'queued'`,
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
    `select id, job_id as jobId, status, stop_reason as stopReason, started_at as startedAt, process_id as processId,
       process_started as processStarted
     from executions where host_id = ? and status in ('initializing', 'running')`,
  )
  const release = database.prepare(
    `update executions set host_id = null where host_id = ? and status = 'queued'`,
  )
  const statusOf = database.prepare<[number], { status: Status; jobId: string }>(
    `select status, job_id as jobId from executions where id = ?`,
  )
  const byId = orm
    .select(DETAIL)
    .from(executions)
    .innerJoin(jobs, eq(jobs.id, executions.jobId))
    .where(eq(executions.id, sql.placeholder('id')))
    .prepare()

  /** The one place where a status changes: as the state machine allows, and only from the stored one. */
  function move(id: number, to: Status, change: (from: Status) => boolean): boolean {
    const row = statusOf.get(id)
    if (!row || !mayFollow(row.status, to) || !change(row.status)) return false
    counters.add(row.jobId, row.status, -1)
    counters.add(row.jobId, to, 1)
    return true
  }

  return {
    add({ definition, priority, now, ...rest }: NewExecution): number {
      const definitionId = snapshots.keep(definition)
      const rank = now - priority * HEAD_START
      const { mode } = definition
      const lane = laneOf(definition)
      const { lastInsertRowid } = insert.run({ ...rest, mode, lane, definitionId, priority, rank, now })
      counters.add(rest.jobId, 'queued', 1)
      return Number(lastInsertRowid)
    },

    /**
     * Claims as many due executions as there are free slots, lowest rank first.
     * @param slots how many executions of each lane may be open at once, over all hosts
     * @param fit whether this host can run the definition at all
     */
    claim(
      host: { id: string; takesUnowned: boolean; now: number },
      slots: Record<Lane, number>,
      fit: (definition: Definition) => boolean,
    ): Claimed[] {
      const free = { ...slots }
      for (const { lane, count } of openByLane.all()) free[lane] -= count
      const candidates: QueuedRow[] = []
      const definitions = new Map<number, Definition>()
      const definitionOf = (id: number) => {
        if (!definitions.has(id)) definitions.set(id, snapshots.read<Definition>(id))
        return definitions.get(id)!
      }
      for (const { jobId, open } of heads.all()) {
        let room: number | undefined
        let taken = 0
        const own = { jobId, hostId: host.id, unowned: Number(host.takesUnowned), now: host.now }
        for (const row of queued.iterate(own)) {
          const definition = definitionOf(row.definitionId)
          room ??= definition.maxWorkers - open
          if (taken >= room || taken >= Math.max(...Object.values(free))) break
          if (!fit(definition)) continue
          candidates.push(row)
          taken++
        }
      }
      const result: Claimed[] = []
      for (const row of candidates.toSorted((a, b) => a.rank - b.rank || a.id - b.id)) {
        if (free[row.lane] <= 0) continue
        const values = { id: row.id, hostId: host.id, now: host.now }
        if (!move(row.id, 'initializing', () => claim.run(values).changes === 1)) continue
        free[row.lane]--
        const { definitionId, ...rest } = claimed.get(row.id)!
        result.push({ ...rest, definition: definitionOf(definitionId) })
      }
      return result
    },

    /** False where a stop was asked for first: then its handler must not begin. */
    begin(id: number, environment: Record<string, string> | null, now: number): boolean {
      return move(id, 'running', () => {
        const environmentId = environment && snapshots.keep(environment)
        return begin.run({ id, environmentId, now }).changes === 1
      })
    },

    setProcess: (id: number, processId: number, processStarted: string | null) =>
      setProcess.run({ id, processId, processStarted }),

    /** False where the row is final already: whichever was stored first stands. */
    end(id: number, { status, error, forced, warned, ...rest }: Ending): boolean {
      return move(id, status, (from) => {
        const flags = {
          forced: Number(forced),
          warned: Number(warned),
          error: error && JSON.stringify(error),
        }
        return end.run({ id, from, status, ...flags, ...rest }).changes === 1
      })
    },

    /** Back to the queue, for any host: its host died before the handler's first instruction. */
    giveBack: (id: number) => move(id, 'queued', () => giveBack.run(id).changes === 1),
    /** What a dead host had queued is anybody's. */
    release: (hostId: string) => release.run(hostId),

    setProgress: (id: number, value: number, message: string | null) => progress.run(value, message, id),
    setLogCount: (id: number, count: number) => countLogs.run(count, id),

    /** Stores the wish to stop; what only waits is cancelled at once. False where the execution has ended. */
    requestStop(id: number, reason: FinalStatus, force: boolean, now: number): boolean {
      if (requestStop.run({ id, reason, force: Number(force), now }).changes === 0) return false
      if (statusOf.get(id)?.status === 'queued') this.end(id, { ...NEVER_RAN, status: 'cancelled', at: now })
      return true
    },
    stopRequests: (hostId: string): StopRequest[] =>
      stopRequests.all(hostId).map((row) => ({ ...row, force: row.force === 1 })),
    openOf: (hostId: string) => openOf.all(hostId),

    find(id: number): Execution | undefined {
      const row = byId.get({ id })
      return row && toExecution(row)
    },

    detail(id: number): ExecutionDetail | undefined {
      const row = byId.get({ id })
      if (!row) return undefined
      const definition = snapshots.read<Definition>(row.definitionId)
      return {
        ...toExecution(row),
        handler: definition.handler,
        directory: definition.directory ?? null,
        params: JSON.parse(row.params) as ExecutionDetail['params'],
        result: row.result === null ? null : (JSON.parse(row.result) as ExecutionDetail['result']),
        environment:
          row.environmentId === null ? null : snapshots.read<Record<string, string>>(row.environmentId),
        processId: row.processId,
      }
    },

    /** What a waiting execution is, and how many of its job are open. */
    waiting(id: number): { definition: Definition; open: number } | undefined {
      const row = waiting.get(id)
      return row && { definition: snapshots.read<Definition>(row.definitionId), open: row.open }
    },

    /** Newest first. */
    list({ jobId, statuses, before, limit = -1 }: ExecutionFilter): Execution[] {
      const conditions: SQL[] = []
      if (jobId !== undefined) conditions.push(eq(executions.jobId, jobId))
      if (statuses?.length) conditions.push(inArray(executions.status, statuses))
      if (before !== undefined) conditions.push(lt(executions.id, before))
      return orm
        .select(COLUMNS)
        .from(executions)
        .innerJoin(jobs, eq(jobs.id, executions.jobId))
        .where(and(...conditions))
        .orderBy(desc(executions.id))
        .limit(limit)
        .all()
        .map(toExecution)
    },
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

interface QueuedRow {
  id: number
  lane: Lane
  rank: number
  definitionId: number
}

export interface OpenRow {
  id: number
  jobId: string
  status: 'initializing' | 'running'
  stopReason: FinalStatus | null
  startedAt: number | null
  processId: number | null
  processStarted: string | null
}

type ExecutionRow = Omit<Execution, 'error' | 'waitingFor'> & { error: string | null }

function toExecution({ error, ...row }: ExecutionRow): Execution {
  return {
    id: row.id,
    jobId: row.jobId,
    jobName: row.jobName,
    status: row.status,
    trigger: row.trigger,
    attempt: row.attempt,
    parentId: row.parentId,
    mode: row.mode,
    priority: row.priority,
    waitingFor: null,
    scheduledAt: row.scheduledAt,
    queuedAt: row.queuedAt,
    startedAt: row.startedAt,
    endedAt: row.endedAt,
    durationMs: row.durationMs,
    progress: row.progress,
    progressMessage: row.progressMessage,
    stopReason: row.stopReason,
    forced: row.forced,
    warned: row.warned,
    exitCode: row.exitCode,
    exitSignal: row.exitSignal,
    error: error === null ? null : (JSON.parse(error) as ErrorInfo),
    logCount: row.logCount,
  }
}
