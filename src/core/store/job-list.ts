import { setImmediate as nextTurn } from 'node:timers/promises'
import type { CheckedInput, Job, Pause, Status } from '../../shared/contract.ts'
import type { JobDefinition } from '../definition.ts'
import { isFinal, worst } from '../dispatch/lifecycle.ts'
import { isAtStart } from '../../shared/schedule.ts'
import { COUNTED, Conditions } from './conditions.ts'
import { containing, fold } from './like.ts'
import type { Connection } from './open.ts'
import { pauseTable } from './pauses.ts'
import type { DaemonStop } from './schema.ts'

type ListInput = CheckedInput<'jobs.list'>
/** What does not depend on how things stand. */
export type JobFilter = Pick<
  ListInput,
  'text' | 'category' | 'tags' | 'mode' | 'handler' | 'schedules' | 'createdFrom' | 'createdTo'
>

interface JobRecord {
  id: string
  key: string
  name: string
  description: string | null
  category: string | null
  tags: string
  definition: string
  createdAt: number
  updatedAt: number
  counts: string
  lastExecutionId: number | null
  /** JSON: the last attempt of each handler of the latest start. */
  lastStatuses: string
  progress: number | null
  enabled: number
  nextAt: number | null
  dueAt: number | null
  stopped: DaemonStop | null
  managedBy: string | null
}

const SELECT = `
  select jobs.id, jobs.key, jobs.name, jobs.description, categories.path as category, jobs.tags,
    snapshots.body as definition, jobs.created_at as createdAt, jobs.updated_at as updatedAt,
    (select json_group_object(status, count) from counters where job_id = jobs.id and count > 0) as counts,
    last.id as lastExecutionId,
    (select json_group_array(status) from executions as attempt indexed by executions_by_job
     where job_id = jobs.id and id >= coalesce(last.start_id, last.id)
       and coalesce(start_id, id) = coalesce(last.start_id, last.id)
       and not exists (select 1 from executions as later where later.parent_id = attempt.id)) as lastStatuses,
    (select avg(progress) from executions indexed by executions_open
     where job_id = jobs.id and status in ('initializing', 'running') and status = 'running') as progress,
    not exists (select 1 from pauses where target = 'disabled:' || jobs.id) as enabled,
    plans.next_at as nextAt, plans.due_at as dueAt, plans.stopped, jobs.managed_by as managedBy
  from jobs
    join snapshots on snapshots.id = jobs.definition_id
    left join plans on plans.job_id = jobs.id
    left join categories on categories.id = jobs.category_id
    left join executions as last
      on last.id = (select max(id) from executions indexed by executions_by_job where job_id = jobs.id)`

/** By what jobs are sorted. */
const ORDER: Record<NonNullable<ListInput['sort']>, string> = {
  name: 'jobs.name collate nocase',
  createdAt: 'jobs.created_at',
  updatedAt: 'jobs.updated_at',
  // What never comes is last.
  nextRun: 'coalesce((select due_at from plans where plans.job_id = jobs.id), 9e15)',
  lastRun: 'coalesce((select max(id) from executions where job_id = jobs.id), 0)',
}

/** Jobs read before other work has its turn, where their status decides. */
const STEP = 200

/** @returns functions that read jobs as they are shown */
export function jobList(connection: Connection) {
  const { database, now } = connection
  const pauses = pauseTable(connection)
  const byId = database.prepare<[string], JobRecord>(`${SELECT} where jobs.id = ?`)
  const shown = (record: JobRecord) => toJob(record, pauses.ofJob(record.id, now()) ?? null)

  function rows({ sort = 'name', descending = false, after, offset = 0, limit = -1, ...filter }: ListInput) {
    const conditions = jobConditions(filter)
    const by = ORDER[sort]
    if (after !== undefined) {
      const key = `select ${by}, jobs.id from jobs where jobs.id = ?`
      conditions.add(`(${by}, jobs.id) ${descending ? '<' : '>'} (${key})`, after)
    }
    const direction = descending ? 'desc' : 'asc'
    const order = `order by ${by} ${direction}, jobs.id ${direction}`
    // First which they are, then all that is told of them: that takes longer.
    const which = `select jobs.id from jobs where ${conditions.text} ${order} limit ? offset ?`
    const sql = `${SELECT} where jobs.id in (${which}) ${order}`
    return database.prepare<unknown[], JobRecord>(sql).all(...conditions.values, limit, offset)
  }

  /** Those that fit one after the other, a few at each turn. */
  async function* withStatus({ statuses, after, ...input }: ListInput): AsyncGenerator<Job> {
    for (let last = after; ;) {
      const step = rows({ ...input, offset: 0, limit: STEP, after: last })
      for (const record of step) {
        const job = shown(record)
        if (statuses!.includes(job.status)) yield job
      }
      if (step.length < STEP) return
      last = step.at(-1)!.id
      await nextTurn()
    }
  }

  return {
    find(id: string): Job | undefined {
      const record = byId.get(id)
      return record && shown(record)
    },

    /** By name, unless it is said otherwise. A status follows from how things stand: then they are looked through. */
    async list(input: ListInput): Promise<Job[]> {
      if (!input.statuses?.length) return rows(input).map(shown)
      const { offset = 0, limit = Infinity } = input
      const found: Job[] = []
      let passed = 0
      for await (const job of withStatus(input)) {
        if (passed++ < offset) continue
        found.push(job)
        if (found.length >= limit) break
      }
      return found
    },

    async count({ exact = false, statuses, ...filter }: CheckedInput<'jobs.count'>) {
      const most = exact ? Infinity : COUNTED
      let count = 0
      if (statuses?.length) {
        for await (const _ of withStatus({ ...filter, statuses })) if (++count > most) break
      } else {
        const conditions = jobConditions(filter)
        const sql = `select count(*) from (select 1 from jobs where ${conditions.text} limit ?)`
        const limit = exact ? -1 : COUNTED + 1
        count = database
          .prepare(sql)
          .pluck()
          .get(...conditions.values, limit) as number
      }
      return { count: Math.min(count, most), exact: count <= most }
    },
  }
}

/** The conditions on the table of jobs. */
export function jobConditions(filter: JobFilter): Conditions {
  const conditions = new Conditions().add('jobs.deleted_at is null')
  if (filter.text) {
    const text = containing(filter.text)
    conditions.add(
      `(jobs.search like ? escape '\\' or jobs.category_id in (select id from categories where search like ? escape '\\'))`,
      text,
      text,
    )
  }
  if (filter.category !== undefined) {
    conditions.add(
      `jobs.category_id in (
         with recursive below (id) as (
           select id from categories where path = ?
           union all select categories.id from below join categories on parent_id = below.id)
         select id from below)`,
      filter.category,
    )
  }
  for (const tag of filter.tags ?? []) {
    conditions.add('exists (select 1 from json_each(jobs.tags) where value = ?)', tag)
  }
  const policy = (path: string) =>
    `(select body ->> '${path}' from snapshots where snapshots.id = jobs.definition_id)`
  conditions.add(`${policy('$.policy.mode')} = ?`, filter.mode)
  if (filter.schedules?.length) {
    const kinds = JSON.stringify(filter.schedules)
    // One without a schedule runs once, when it is started.
    const kind = `coalesce((select kind from plans where plans.job_id = jobs.id), 'once')`
    conditions.add(`${kind} in (select value from json_each(?))`, kinds)
  }
  if (filter.handler) {
    conditions.add(`lower(${policy('$.handlers')}) like ? escape '\\'`, containing(filter.handler))
  }
  return conditions
    .add('jobs.created_at >= ?', filter.createdFrom)
    .add('jobs.created_at < ?', filter.createdTo)
}

/** What the text of a filter is looked for in. */
export const searchText = (name: string, key: string, description: string | null, tags: string[]): string =>
  fold([name, key, description ?? '', ...tags].join('\n'))

function toJob(record: JobRecord, pause: Pause | null): Job {
  const { definition: body, counts, lastStatuses, tags, enabled, nextAt, dueAt, ...rest } = record
  const { handlers, params, policy, schedule = null } = JSON.parse(body) as JobDefinition
  const isKeptRunning = schedule !== null && 'daemon' in schedule && record.stopped === null
  // It begins with the planner: no time is known, and it is never over.
  const isToStart = schedule !== null && isAtStart(schedule)
  const numbers = JSON.parse(counts) as Job['counts']
  const latest = worst(JSON.parse(lastStatuses) as Status[])
  // A daemon that ended with its host has not failed: it goes on with the next.
  const last = isKeptRunning && latest === 'interrupted' ? undefined : latest
  return {
    ...rest,
    tags: JSON.parse(tags) as string[],
    enabled: enabled === 1,
    mode: policy.mode ?? null,
    policy,
    handlers,
    params,
    schedule,
    next: nextAt === null ? null : { at: nextAt, dueAt: dueAt! },
    counts: numbers,
    pause,
    status: jobStatus({
      hasHandlers: handlers.length > 0,
      counts: numbers,
      last,
      isEnabled: enabled === 1,
      isPaused: pause !== null,
      isPlanned: nextAt !== null || isKeptRunning || isToStart,
      isOver: schedule !== null && nextAt === null && !isKeptRunning && !isToStart,
      stopped: record.stopped,
    }),
  }
}

/** From what the status of a job follows; it is never stored. */
export interface JobState {
  hasHandlers: boolean
  counts: Job['counts']
  /** The worst of what the handlers came to at the latest start. */
  last: Status | undefined
  isEnabled: boolean
  isPaused: boolean
  /** Whether it has an occurrence to come. */
  isPlanned: boolean
  /** Whether all its occurrences are over. */
  isOver: boolean
  /** Why a daemon is not kept running. */
  stopped: DaemonStop | null
}

export function jobStatus(state: JobState): Job['status'] {
  const { hasHandlers, counts, last, isEnabled, isPaused, isPlanned, isOver, stopped } = state
  if (!hasHandlers) return 'draft'
  if (counts.running || counts.initializing) return 'running'
  if (counts.queued) return 'queued'
  if (!isEnabled) return 'disabled'
  if (isPaused) return 'paused'
  if (stopped === 'keeps-crashing') return 'failed'
  if (stopped === 'stopped') return 'cancelled'
  if (last === undefined) return isPlanned ? 'ready' : isOver ? 'completed' : 'draft'
  if (last === 'cancelled') return last
  if (last === 'completed') return isPlanned ? 'ready' : last
  return isFinal(last) ? 'failed' : 'queued'
}
