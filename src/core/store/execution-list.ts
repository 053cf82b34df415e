import { and, desc, eq, inArray, isNull, lt, sql, type SQL } from 'drizzle-orm'
import type { ErrorInfo, Execution, ExecutionDetail, Status } from '../../shared/contract.ts'
import type { Definition, Lane } from '../definition.ts'
import type { Waiting } from '../dispatch/explain.ts'
import type { Connection } from './open.ts'
import { roomTable, type Place } from './room.ts'
import { executions, jobs, type Due } from './schema.ts'
import { snapshotTable } from './snapshots.ts'

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
  retryId: sql<
    number | null
  >`(select max(later.id) from executions as later where later.parent_id = ${executions.id})`,
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
/** What was removed is shown no more, though it can still be brought back. */
const SHOWN = and(isNull(executions.deletedAt), isNull(jobs.deletedAt))
const DETAIL = {
  ...COLUMNS,
  definitionId: executions.definitionId,
  environmentId: executions.environmentId,
  params: executions.params,
  result: executions.result,
  processId: executions.processId,
}

/** @returns functions that read executions as they are shown */
export function executionList(connection: Connection) {
  const { database, orm } = connection
  const snapshots = snapshotTable(connection)
  const roomAt = roomTable(connection)
  const waiting = database.prepare<[number], Place & { definitionId: number; owner: string; due: Due }>(
    `select job_id as jobId, category_id as categoryId, lane, executions.definition_id as definitionId, owner, due
     from executions join jobs on jobs.id = job_id where executions.id = ? and status = 'queued'`,
  )
  const openCounts = database.prepare<[], { status: Status; count: number }>(
    `select status, sum(count) as count from counters
     where status in ('queued', 'initializing', 'running') group by status`,
  )
  const byId = orm
    .select(DETAIL)
    .from(executions)
    .innerJoin(jobs, eq(jobs.id, executions.jobId))
    .where(and(eq(executions.id, sql.placeholder('id')), SHOWN))
    .prepare()

  return {
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

    /** @returns the function that finds what is known of a waiting execution, as things stood at `now` */
    waiting(slots: Record<Lane, number>, now: number): (id: number) => Waiting | undefined {
      const room = roomAt(slots, now)
      return (id) => {
        const row = waiting.get(id)
        if (!row) return undefined
        const definition = snapshots.read<Definition>(row.definitionId)
        const obstacle = room.obstacle(row, definition.maxWorkers)
        const mayPass = row.due === 2 && obstacle !== undefined && 'pause' in obstacle
        return { definition, owner: row.owner, due: row.due > 0, obstacle: mayPass ? undefined : obstacle }
      }
    },

    /** How many executions of the deck have each status that is not final. */
    openCounts(): Partial<Record<Status, number>> {
      return Object.fromEntries(openCounts.all().map(({ status, count }) => [status, count] as const))
    },

    /** Newest first. */
    list({ jobId, statuses, before, limit = -1 }: ExecutionFilter): Execution[] {
      const conditions: (SQL | undefined)[] = [SHOWN]
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
    retryId: row.retryId,
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
