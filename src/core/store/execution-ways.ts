/** The ways in which executions are found, and the choice of one. */
import { TRIGGERS, type CheckedInput, type Status } from '../../shared/contract.ts'
import { Conditions, among } from './conditions.ts'

/** What a list of executions is asked for, with the job as its id. */
export type ExecutionQuery = Omit<CheckedInput<'executions.list'>, 'job'> & { jobId?: string | undefined }

/** SQL with the values of its parameters. */
export interface Query {
  sql: string
  values: unknown[]
}
/** Answers a query with the first column of its rows. */
export type Ask = (query: Query) => unknown[]

/** A part of the table: what an index finds. */
interface Part {
  table: string
  conditions: Conditions
}
/** Parts that together hold all that fits, each of them once. */
type Way = Part[]

/** So many are read and sorted rather than met in order: of more, one in a few hundred fits, and a page is soon full. */
const FEW = 10_000
/** The same where the index that has the order tells by itself which fit. */
const FEW_TOLD = 1000
/** So many parts are each read in their order. */
const FEW_PARTS = 10

type Sort = NonNullable<ExecutionQuery['sort']>
type Ordered = Exclude<Sort, 'id'>

interface Order {
  column: string
  index: string
  /** The filters that bound it, and how the last is compared. */
  from: 'from' | 'startedFrom' | 'endedFrom' | 'minDuration'
  to: 'to' | 'startedTo' | 'endedTo' | 'maxDuration'
  last: '<' | '<='
}
/** What lists are sorted by but for the id. */
export const ORDERS: Record<Ordered, Order> = {
  queuedAt: { column: 'queued_at', index: 'executions_by_time', from: 'from', to: 'to', last: '<' },
  startedAt: {
    column: 'started_at',
    index: 'executions_by_start',
    from: 'startedFrom',
    to: 'startedTo',
    last: '<',
  },
  endedAt: { column: 'ended_at', index: 'executions_by_end', from: 'endedFrom', to: 'endedTo', last: '<' },
  durationMs: {
    column: 'duration_ms',
    index: 'executions_by_duration',
    from: 'minDuration',
    to: 'maxDuration',
    last: '<=',
  },
}
const TIMES = ['queuedAt', 'startedAt', 'endedAt'] as const
export const ORDERED: readonly Ordered[] = [...TIMES, 'durationMs']

const indexed = (index: string) => `executions indexed by ${index}`

/**
 * The parts that a status is found in, each with the index that has it. SQLite, which knows no numbers of rows, would
 * rather look through all of them.
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

/** Those of these jobs, or of all, that have one of the statuses. */
function byStatus(statuses: Status[], jobs: string[] | undefined): Way {
  const found = [...new Set(statuses)].flatMap((status) => partsOf(status, jobs !== undefined))
  return ofEach(jobs, FEW_PARTS / found.length).flatMap((ofJob) =>
    found.map(({ index, where }) => ({
      table: indexed(index),
      conditions: new Conditions().add(where).join(ofJob),
    })),
  )
}

const byJob = (jobs: string[]): Way =>
  ofEach(jobs, FEW_PARTS).map((conditions) => ({ table: indexed('executions_by_job'), conditions }))

/** A condition for each job, or one for them all, where they are more than so many. */
function ofEach(jobs: string[] | undefined, most: number): Conditions[] {
  if (!jobs) return [new Conditions()]
  return jobs.length <= most ? jobs.map((job) => ofJobs([job], 'job_id')) : [ofJobs(jobs, 'job_id')]
}

export const ofJobs = (jobs: string[], column: string): Conditions =>
  jobs.length === 1
    ? new Conditions().add(`${column} = ?`, jobs[0])
    : new Conditions().add(`${column} in (select value from json_each(?))`, JSON.stringify(jobs))

const byTrigger = ({ triggers, mode }: ExecutionQuery): Way =>
  [...new Set(triggers?.length ? triggers : TRIGGERS)].map((trigger) => ({
    table: indexed('executions_by_trigger'),
    conditions: new Conditions().add(`trigger = '${trigger}'`).add('mode = ?', mode),
  }))

const byOrder = (query: ExecutionQuery, sort: Ordered): Way => [
  {
    table: indexed(ORDERS[sort].index),
    conditions: new Conditions().add(`${ORDERS[sort].column} is not null`).join(boundsOf(query, sort)),
  },
]

const ALL: Way = [{ table: 'executions not indexed', conditions: new Conditions() }]

/** The bounds that are asked for on what lists are sorted by. */
export function boundsOf(query: ExecutionQuery, sort: Ordered, prefix = ''): Conditions {
  const { column, from, to, last } = ORDERS[sort]
  return new Conditions()
    .add(`${prefix}${column} >= ?`, query[from])
    .add(`${prefix}${column} ${last} ?`, query[to])
}

const isBounded = (query: ExecutionQuery, sort: Ordered) =>
  query[ORDERS[sort].from] !== undefined || query[ORDERS[sort].to] !== undefined

/** What a list is sorted by: of a time, by that time. */
export const sortOf = (query: ExecutionQuery): Sort =>
  query.sort ?? TIMES.find((time) => isBounded(query, time)) ?? 'id'

/** The way that has them in order, as narrow as can be. */
function inOrder(query: ExecutionQuery, jobs: string[] | undefined): Way {
  const sort = sortOf(query)
  const { statuses, triggers, mode } = query
  if (sort !== 'id') return byOrder(query, sort)
  const few = jobs && jobs.length * Math.max(1, statuses?.length ?? 0) <= FEW_PARTS ? jobs : undefined
  if (statuses?.length) return byStatus(statuses, few)
  if (few) return byJob(few)
  return triggers?.length || mode ? byTrigger(query) : ALL
}

/** The other ways, by what else is asked for. */
function waysOf(query: ExecutionQuery, jobs: string[] | undefined): Way[] {
  const { statuses, triggers, mode } = query
  return [
    ...(statuses?.length ? [byStatus(statuses, jobs)] : jobs ? [byJob(jobs)] : []),
    ...(triggers?.length || mode ? [byTrigger(query)] : []),
    ...ORDERED.filter((sort) => isBounded(query, sort)).map((sort) => byOrder(query, sort)),
  ]
}

/**
 * The way that leads to the fewest, if they are few. Else they are met in order: SQLite, which knows no numbers of
 * rows, would rather sort them all.
 */
export function choose(query: ExecutionQuery, jobs: string[] | undefined, ask: Ask): Way {
  const natural = inOrder(query, jobs)
  let chosen = natural
  let least = (isTold(query) ? FEW_TOLD : FEW) + 1
  for (const way of waysOf(query, jobs).filter((other) => !isSame(other, natural))) {
    const [number] = ask(counting(way, least)) as [number]
    if (number < least) [chosen, least] = [way, number]
  }
  if (chosen === natural) return natural
  const [number] = ask(counting(natural, least)) as [number]
  return number < least ? natural : chosen
}

/** Indexes of orders hold the job, and the status where it is final. */
const isTold = (query: ExecutionQuery) => {
  const sort = sortOf(query)
  return (
    sort !== 'id' &&
    isOfJobs(
      query,
      ORDERED.filter((other) => other !== sort),
    )
  )
}

/** Whether nothing is asked for but jobs and statuses, as far as these bounds go. */
export const isOfJobs = (query: ExecutionQuery, bounds = ORDERED) =>
  !query.triggers?.length && !query.mode && !bounds.some((sort) => isBounded(query, sort))

const isSame = (a: Way, b: Way) => JSON.stringify(counting(a, 0)) === JSON.stringify(counting(b, 0))

/** The query for how many there are on a way, each part of which is counted up to the limit. */
export function counting(way: Way, limit: number, also = new Conditions()): Query {
  const parts = way.map(({ table, conditions }) => {
    const { text, values } = new Conditions().join(conditions).join(also)
    return {
      sql: `(select count(*) from (select 1 from ${table} where ${text} limit ?))`,
      values: [...values, limit],
    }
  })
  return {
    sql: `select ${parts.map(({ sql }) => sql).join(' + ') || '0'}`,
    values: parts.flatMap(({ values }) => values),
  }
}
