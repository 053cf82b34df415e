import type { ErrorInfo, Execution, ExecutionDetail, ExecutionStatus, Status } from '../../shared/contract.ts'
import type { Definition, Lane } from '../definition.ts'
import type { Waiting } from '../dispatch/explain.ts'
import { COUNTED } from './conditions.ts'
import { countQuery, listQuery, type ExecutionCount } from './execution-query.ts'
import type { ExecutionQuery, Query } from './execution-ways.ts'
import type { Connection } from './open.ts'
import { roomTable, type Place } from './room.ts'
import type { Due } from './schema.ts'

/**
 * Subqueries, not a join: SQLite as it is built here (with STAT4) prepares a join with a parameter anew whenever it is
 * run, which takes ten times as long as these.
 */
const COLUMNS = `
  id, job_id as jobId, (select name from jobs where jobs.id = job_id) as jobName, status, trigger, attempt, parent_id as parentId,
  (select max(later.id) from executions as later where later.parent_id = executions.id) as retryId,
  mode, priority, scheduled_at as scheduledAt, queued_at as queuedAt, started_at as startedAt, ended_at as endedAt,
  duration_ms as durationMs, progress, progress_message as progressMessage, stop_reason as stopReason, forced, warned,
  exit_code as exitCode, exit_signal as exitSignal, error, log_count as logCount`
/** What was removed is shown no more, though it can still be brought back. */
const SHOWN = `from executions
  where deleted_at is null and (select deleted_at from jobs where jobs.id = job_id) is null`

/** @returns functions that read executions as they are shown */
export function executionList(connection: Connection) {
  const { database, snapshots } = connection
  const roomAt = roomTable(connection)
  const waiting = database.prepare<[number], Place & { definitionId: number; owner: string; due: Due }>(
    `select job_id as jobId, (select category_id from jobs where jobs.id = job_id) as categoryId, lane,
       definition_id as definitionId, owner, due
     from executions where id = ? and status = 'queued'`,
  )
  const openCounts = database.prepare<[], { status: Status; count: number }>(
    `select status, sum(count) as count from counters
     where status in ('queued', 'initializing', 'running') group by status`,
  )
  const byId = database.prepare<[number], ExecutionRow>(`select ${COLUMNS} ${SHOWN} and id = ?`)
  const statusById = database.prepare<[number], ExecutionStatus>(
    `select status, log_count as logCount,
       (select max(later.id) from executions as later where later.parent_id = executions.id) as retryId
     ${SHOWN} and id = ?`,
  )
  const detailById = database.prepare<[number], DetailRow>(
    `select ${COLUMNS}, definition_id as definitionId, environment_id as environmentId, params, result,
       process_id as processId ${SHOWN} and id = ?`,
  )

  const ask = ({ sql, values }: Query) =>
    database
      .prepare(sql)
      .pluck()
      .all(...values)

  return {
    /** How far it is, in a few microseconds: for those who wait for its end. */
    status: (id: number) => statusById.get(id),

    find(id: number): Execution | undefined {
      const row = byId.get(id)
      return row && toExecution(row)
    },

    detail(id: number): ExecutionDetail | undefined {
      const row = detailById.get(id)
      if (!row) return undefined
      const { definitionId, environmentId, params, result, processId, ...rest } = row
      const { handler, script, directory = null } = snapshots.read<Definition>(definitionId)
      return {
        ...toExecution(rest),
        handler,
        script: script ? { name: script.name, digest: script.digest } : null,
        directory,
        params: JSON.parse(params) as ExecutionDetail['params'],
        result: result === null ? null : (JSON.parse(result) as ExecutionDetail['result']),
        environment: environmentId === null ? null : snapshots.read<Record<string, string>>(environmentId),
        processId,
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
        return {
          definition,
          owner: row.owner,
          due: row.due > 0,
          inTurn: row.due === -1,
          obstacle: mayPass ? undefined : obstacle,
        }
      }
    },

    /** How many executions of the deck have each status that is not final. */
    openCounts(): Partial<Record<Status, number>> {
      return Object.fromEntries(openCounts.all().map(({ status, count }) => [status, count] as const))
    },

    /** Newest first, unless it is said otherwise. */
    list(query: ExecutionQuery): Execution[] {
      const { sql, values } = listQuery(COLUMNS, query, ask)
      return database
        .prepare<unknown[], ExecutionRow>(sql)
        .all(...values)
        .map(toExecution)
    },

    count(query: ExecutionCount) {
      const [found] = ask(countQuery(query, ask)) as [number]
      const isWhole = query.exact === true || found <= COUNTED
      return { count: isWhole ? found : COUNTED, exact: isWhole }
    },
  }
}

interface ExecutionRow extends Omit<Execution, 'error' | 'waitingFor' | 'forced' | 'warned'> {
  error: string | null
  forced: number
  warned: number
}

interface DetailRow extends ExecutionRow {
  definitionId: number
  environmentId: number | null
  params: string
  result: string | null
  processId: number | null
}

const toExecution = ({ error, forced, warned, ...row }: ExecutionRow): Execution => ({
  ...row,
  waitingFor: null,
  forced: forced === 1,
  warned: warned === 1,
  error: error === null ? null : (JSON.parse(error) as ErrorInfo),
})
