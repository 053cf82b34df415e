/** The queries for lists and numbers of executions, put together from what is asked for. */
import { COUNTED, Conditions, among } from './conditions.ts'
import {
  ORDERED,
  ORDERS,
  boundsOf,
  choose,
  counting,
  isOfJobs,
  ofJobs,
  sortOf,
  type Ask,
  type ExecutionQuery,
  type Query,
} from './execution-ways.ts'
import { jobConditions } from './job-list.ts'
import type { CheckedInput } from '../../shared/contract.ts'

export type ExecutionCount = Omit<CheckedInput<'executions.count'>, 'job'> & { jobId?: string | undefined }

/** What was removed is shown no more, though it can still be brought back. */
const KEPT = 'job_id not in (select id from jobs where deleted_at is not null)'
const SHOWN = `deleted_at is null and ${KEPT}`

/** All that is asked for, hidden from the choice of an index. */
function conditionsOf(query: ExecutionQuery, jobs: string[] | undefined): Conditions {
  const conditions = new Conditions().add(SHOWN)
  if (jobs) conditions.join(ofJobs(jobs, '+job_id'))
  if (query.statuses?.length) conditions.add(among('+status', query.statuses))
  if (query.triggers?.length) conditions.add(among('+trigger', query.triggers))
  conditions.add('+mode = ?', query.mode)
  for (const sort of ORDERED) conditions.join(boundsOf(query, sort, '+'))
  return conditions
}

/** The jobs whose executions are asked for; undefined: all. */
function jobsOf({ jobId, ...query }: ExecutionQuery, ask: Ask): string[] | undefined {
  const { text, category, tags, handler, schedules } = query
  if (!text && category === undefined && !tags?.length && !handler && !schedules?.length)
    return jobId === undefined ? undefined : [jobId]
  const conditions = jobConditions({ text, category, tags, handler, schedules }).add('jobs.id = ?', jobId)
  return ask({
    sql: `select jobs.id from jobs where ${conditions.text}`,
    values: conditions.values,
  }) as string[]
}

/** The query for a page of executions. */
export function listQuery(columns: string, query: ExecutionQuery, ask: Ask): Query {
  const { after, offset = 0, limit = -1, descending = true } = query
  const sort = sortOf(query)
  const by = sort === 'id' ? 'id' : ORDERS[sort].column
  const direction = descending ? 'desc' : 'asc'
  const order = by === 'id' ? `id ${direction}` : `${by} ${direction}, id ${direction}`
  const jobs = jobsOf(query, ask)
  const conditions = conditionsOf(query, jobs)
  if (by !== 'id') conditions.add(`${by} is not null`)
  if (after !== undefined) {
    const than = descending ? '<' : '>'
    if (by === 'id') conditions.add(`id ${than} ?`, after)
    else conditions.add(`(${by}, id) ${than} (select ${by}, id from executions where id = ?)`, after)
  }
  const rows = choose(query, jobs, ask).map(({ table, conditions: { text, values } }) => ({
    sql: `select id from ${table} where ${text} and ${conditions.text} order by ${order} limit ? offset ?`,
    values: [...values, ...conditions.values],
  }))
  const [first] = rows
  if (rows.length === 1) {
    return {
      sql: `select ${columns} from executions where id in (${first!.sql}) order by ${order}`,
      values: [...first!.values, limit, offset],
    }
  }
  // Each part gives as many as there can be on the page; of those, the first are on it.
  const most = limit === -1 ? -1 : limit + offset
  return {
    sql: `select ${columns} from executions where id in (${rows.map(({ sql }) => `select * from (${sql})`).join(' union all ')})
      order by ${order} limit ? offset ?`,
    values: [...rows.flatMap(({ values }) => [...values, most, 0]), limit, offset],
  }
}

/** The query for the number of executions, which goes on to one beyond a thousand at most unless all are wanted. */
export function countQuery({ exact = false, ...query }: ExecutionCount, ask: Ask): Query {
  const jobs = jobsOf(query, ask)
  if (isOfJobs(query)) return keptCount(query, jobs)
  return counting(choose(query, jobs, ask), exact ? -1 : COUNTED + 1, conditionsOf(query, jobs))
}

/** Numbers of jobs and statuses are kept. */
function keptCount({ statuses }: ExecutionQuery, jobs: string[] | undefined): Query {
  const conditions = jobs ? ofJobs(jobs, 'job_id') : new Conditions().add(KEPT)
  if (statuses?.length) conditions.add(among('status', statuses))
  return {
    sql: `select coalesce(sum(count), 0) from counters where ${conditions.text}`,
    values: conditions.values,
  }
}
