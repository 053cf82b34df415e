import type { CheckedInput, Status } from '../../shared/contract.ts'
import { COUNTED, Conditions, among } from './conditions.ts'
import { jobConditions } from './job-list.ts'

/** What a list of executions is asked for, with the job as its id. */
export type ExecutionQuery = Omit<CheckedInput<'executions.list'>, 'job'> & { jobId?: string | undefined }
export type ExecutionCount = Omit<CheckedInput<'executions.count'>, 'job'> & { jobId?: string | undefined }

/** SQL with the values of its parameters. */
interface Query {
  sql: string
  values: unknown[]
}

const COLUMN: Record<NonNullable<ExecutionQuery['sort']>, string> = {
  id: 'id',
  queuedAt: 'queued_at',
  startedAt: 'started_at',
  endedAt: 'ended_at',
  durationMs: 'duration_ms',
}

/** What was removed is shown no more, though it can still be brought back. */
const SHOWN = 'deleted_at is null and (select deleted_at from jobs where jobs.id = job_id) is null'

/**
 * The parts of the table that a status is found in, each with the index that has it. SQLite, which knows no numbers of
 * rows, would rather look through all of them.
 */
function partsOf(status: Status, hasJob: boolean): { index: string; where: string }[] {
  switch (status) {
    case 'queued':
      return [
        { index: 'executions_queued', where: `status = 'queued' and due > 0` },
        { index: 'executions_later', where: `status = 'queued' and due <= 0` },
      ]
    case 'initializing':
    case 'running':
      return [
        {
          index: 'executions_open',
          where: `${among('status', ['initializing', 'running'])} and status = '${status}'`,
        },
      ]
    default:
      return [
        {
          index: hasJob ? 'executions_by_job_end' : 'executions_ended',
          where: `status = '${status}' and ended_at is not null`,
        },
      ]
  }
}

function sourcesOf({ statuses, jobId, from, to }: ExecutionQuery): { table: string; where: string }[] {
  if (from !== undefined || to !== undefined) {
    const where = statuses?.length ? among('status', statuses) : 'true'
    return [{ table: 'executions indexed by executions_by_time', where }]
  }
  if (!statuses?.length) return [{ table: 'executions', where: 'true' }]
  return [...new Set(statuses)]
    .flatMap((status) => partsOf(status, jobId !== undefined))
    .map(({ index, where }) => ({ table: `executions indexed by ${index}`, where }))
}

/** @param areMany whether the jobs that fit have so many of all executions that they are better met on the way */
function conditionsOf(query: ExecutionQuery, areMany: boolean): Conditions {
  const { text, category, tags, handler } = query
  const conditions = new Conditions().add(SHOWN).add('job_id = ?', query.jobId)
  if (ofJobs(query)) {
    const jobs = jobConditions({ text, category, tags, handler })
    const column = areMany ? '+job_id' : 'job_id'
    conditions.add(`${column} in (select jobs.id from jobs where ${jobs.text})`, ...jobs.values)
  }
  if (query.triggers?.length) conditions.add(among('trigger', query.triggers))
  return conditions
    .add('mode = ?', query.mode)
    .add('queued_at >= ?', query.from)
    .add('queued_at < ?', query.to)
    .add('started_at >= ?', query.startedFrom)
    .add('started_at < ?', query.startedTo)
    .add('ended_at >= ?', query.endedFrom)
    .add('ended_at < ?', query.endedTo)
    .add('duration_ms >= ?', query.minDuration)
    .add('duration_ms <= ?', query.maxDuration)
}

const ofJobs = ({ text, category, tags, handler }: ExecutionQuery) =>
  Boolean(text || category !== undefined || tags?.length || handler)

/** How many executions the jobs that fit have, or undefined where all jobs do. */
export function countExecutionsOfJobs(query: ExecutionQuery): Query | undefined {
  if (!ofJobs(query)) return undefined
  const { text, category, tags, handler } = query
  const jobs = jobConditions({ text, category, tags, handler })
  return {
    sql: `select coalesce(sum(count), 0) from counters where job_id in (select jobs.id from jobs where ${jobs.text})`,
    values: jobs.values,
  }
}

/** The query for a page of executions. */
export function listQuery(columns: string, query: ExecutionQuery, areMany: boolean): Query {
  const { after, offset = 0, limit = -1, descending = true } = query
  const isTimed = query.from !== undefined || query.to !== undefined
  const by = COLUMN[query.sort ?? (isTimed ? 'queuedAt' : 'id')]
  const direction = descending ? 'desc' : 'asc'
  const order = by === 'id' ? `id ${direction}` : `${by} ${direction}, id ${direction}`
  const conditions = conditionsOf(query, areMany)
  if (by !== 'id') conditions.add(`${by} is not null`)
  if (after !== undefined) {
    const than = descending ? '<' : '>'
    if (by === 'id') conditions.add(`id ${than} ?`, after)
    else conditions.add(`(${by}, id) ${than} (select ${by}, id from executions where id = ?)`, after)
  }
  const sources = sourcesOf(query)
  const [first] = sources
  if (sources.length === 1) {
    const sql = `select ${columns} from ${first!.table}
      where ${first!.where} and ${conditions.text} order by ${order} limit ? offset ?`
    return { sql, values: [...conditions.values, limit, offset] }
  }
  // Each part gives as many as there can be on the page; of those, the first are on it.
  const most = limit === -1 ? -1 : limit + offset
  const parts = sources.map(
    ({ table, where }) =>
      `select * from (select id from ${table} where ${where} and ${conditions.text} order by ${order} limit ?)`,
  )
  return {
    sql: `select ${columns} from executions where id in (${parts.join(' union all ')}) order by ${order} limit ? offset ?`,
    values: [...sources.flatMap(() => [...conditions.values, most]), limit, offset],
  }
}

/** The query for the number of executions, which goes on to one beyond a thousand at most unless all are wanted. */
export function countQuery({ exact = false, ...query }: ExecutionCount, areMany: boolean): Query {
  const conditions = conditionsOf(query, areMany)
  const limit = exact ? -1 : COUNTED + 1
  const parts = sourcesOf(query).map(
    ({ table, where }) =>
      `select * from (select 1 from ${table} where ${where} and ${conditions.text} limit ?)`,
  )
  return {
    sql: `select count(*) from (${parts.join(' union all ')})`,
    values: parts.flatMap(() => [...conditions.values, limit]),
  }
}
