import { and, desc, eq, isNotNull, or, sql } from 'drizzle-orm'
import type { Job, Pause, Status } from '../../shared/contract.ts'
import type { JobDefinition } from '../definition.ts'
import { isFinal, worst } from '../dispatch/lifecycle.ts'
import { escapeLike } from './like.ts'
import type { Connection } from './open.ts'
import { pauseTable } from './pauses.ts'
import { jobs } from './schema.ts'

export interface JobSave {
  id: string
  key: string
  name: string
  description: string | null
  categoryId: number | null
  definition: JobDefinition
  now: number
}

/** What people see and edit of a job: what a version holds. */
export interface JobFace {
  name: string
  description: string | null
  /** A path, `a/b/c`. */
  category: string | null
  definition: JobDefinition
}

export interface JobName {
  id: string
  key: string
  name: string
}

interface JobRecord {
  id: string
  key: string
  name: string
  description: string | null
  category: string | null
  definition: string
  createdAt: number
  updatedAt: number
  counts: string
  lastExecutionId: number | null
  /** JSON: the last attempt of each handler of the latest start. */
  lastStatuses: string
  progress: number | null
}

const SELECT = `
  select jobs.id, jobs.key, jobs.name, jobs.description, categories.path as category, snapshots.body as definition,
    jobs.created_at as createdAt, jobs.updated_at as updatedAt,
    (select json_group_object(status, count) from counters where job_id = jobs.id and count > 0) as counts,
    last.id as lastExecutionId,
    (select json_group_array(status) from executions as attempt
     where job_id = jobs.id and id >= coalesce(last.start_id, last.id)
       and coalesce(start_id, id) = coalesce(last.start_id, last.id)
       and not exists (select 1 from executions as later where later.parent_id = attempt.id)) as lastStatuses,
    (select avg(progress) from executions where job_id = jobs.id and status = 'running') as progress
  from jobs
    join snapshots on snapshots.id = jobs.definition_id
    left join categories on categories.id = jobs.category_id
    left join executions as last on last.id = (select max(id) from executions where job_id = jobs.id)`

/** @returns functions over the table of jobs */
export function jobTable(connection: Connection) {
  const { database, orm, snapshots, now } = connection
  const pauses = pauseTable(connection)
  const idOfKey = database
    .prepare<[string]>('select id from jobs where key = ? and deleted_at is null')
    .pluck()
  const byId = database.prepare<[string], JobRecord>(`${SELECT} where jobs.id = ?`)
  const list = database.prepare<[string, string, string, number], JobRecord>(
    `${SELECT}
     where jobs.deleted_at is null
       and (jobs.name like ? escape '\\' or jobs.key like ? escape '\\' or categories.path like ? escape '\\')
     order by jobs.name collate nocase, jobs.id limit ?`,
  )
  const categoryOf = database
    .prepare<[string]>(
      'select path from categories where id = (select category_id from jobs where jobs.id = ?)',
    )
    .pluck()
  const nameOf = database.prepare<[string]>('select name from jobs where id = ?').pluck()
  const definition = database.prepare<[string], { id: number; digest: string }>(
    `select id, digest from snapshots
     where id = (select definition_id from jobs where jobs.id = ? and jobs.deleted_at is null)`,
  )
  const exists = database.prepare<[string]>('select 1 from jobs where id = ? and deleted_at is null').pluck()
  const named = database.prepare<[string, string, string], JobName>(
    `select id, key, name from jobs where (id = ? or key = ? or name = ?) and deleted_at is null limit 50`,
  )
  const beginning = database.prepare<[string, string, string], JobName>(
    `select id, key, name from jobs
     where (id like ? escape '\\' or key like ? escape '\\' or name like ? escape '\\') and deleted_at is null
     order by updated_at desc limit 50`,
  )

  return {
    /** Creates the job, or updates the one with the same key; returns its id. */
    save({ id, key, name, description, categoryId, definition, now }: JobSave): string {
      const known = idOfKey.get(key) as string | undefined
      const values = {
        name,
        description,
        categoryId,
        definitionId: snapshots.keep(definition),
        updatedAt: now,
      }
      if (known) orm.update(jobs).set(values).where(eq(jobs.id, known)).run()
      else
        orm
          .insert(jobs)
          .values({ id, key, ...values, createdAt: now })
          .run()
      return known ?? id
    },
    find(id: string): Job | undefined {
      const record = byId.get(id)
      return record && toJob(record, pauses.ofJob(id, now()) ?? null)
    },

    remove: (id: string, now: number) =>
      orm.update(jobs).set({ deletedAt: now }).where(eq(jobs.id, id)).run(),
    /** False where another job has its key by now. */
    bringBack(id: string): boolean {
      const { key } = orm.select({ key: jobs.key }).from(jobs).where(eq(jobs.id, id)).get()!
      if (idOfKey.get(key) !== undefined) return false
      orm.update(jobs).set({ deletedAt: null }).where(eq(jobs.id, id)).run()
      return true
    },
    /** Removed ones whose id, key or name is the text, newest first; without a text, all. */
    removed: (text?: string): (JobName & { deletedAt: number })[] =>
      orm
        .select({ id: jobs.id, key: jobs.key, name: jobs.name, deletedAt: sql<number>`${jobs.deletedAt}` })
        .from(jobs)
        .where(
          and(
            isNotNull(jobs.deletedAt),
            text === undefined ? undefined : or(eq(jobs.id, text), eq(jobs.key, text), eq(jobs.name, text)),
          ),
        )
        .orderBy(desc(jobs.deletedAt))
        .all(),

    list(text = '', limit = -1): Job[] {
      const pattern = `%${escapeLike(text)}%`
      return list
        .all(pattern, pattern, pattern, limit)
        .map((record) => toJob(record, pauses.ofJob(record.id, now()) ?? null))
    },
    /** A path, `a/b/c`, or null. */
    categoryOf: (id: string) => (categoryOf.get(id) ?? null) as string | null,
    nameOf: (id: string) => nameOf.get(id) as string,
    /** Whether there is a job with this id. */
    exists: (id: string): boolean => exists.get(id) !== undefined,
    /** Jobs whose id, key or name is the text. */
    named: (text: string): JobName[] => named.all(text, text, text),
    /** Jobs whose id, key or name begins with the text, in any case of letters. */
    beginningWith(text: string): JobName[] {
      const pattern = `${escapeLike(text)}%`
      return beginning.all(pattern, pattern, pattern)
    },
    /** What it runs and how; undefined where there is no job with this id. */
    definition(id: string): JobDefinition | undefined {
      const row = definition.get(id)
      return row && snapshots.read<JobDefinition>(row.id, row.digest)
    },
  }
}

function toJob(record: JobRecord, pause: Pause | null): Job {
  const { definition: body, counts, lastStatuses, ...rest } = record
  const { handlers, params, policy } = JSON.parse(body) as JobDefinition
  const numbers = JSON.parse(counts) as Job['counts']
  return {
    ...rest,
    mode: policy.mode ?? null,
    handlers,
    params,
    counts: numbers,
    pause,
    status: jobStatus(
      handlers.length > 0,
      numbers,
      worst(JSON.parse(lastStatuses) as Status[]),
      pause !== null,
    ),
  }
}

/**
 * The status of a job follows from its executions; it is never stored.
 * @param last the worst of what the handlers came to at the latest start
 */
export function jobStatus(
  hasHandlers: boolean,
  counts: Job['counts'],
  last: Status | undefined,
  isPaused: boolean,
): Job['status'] {
  if (!hasHandlers) return 'draft'
  if (counts.running || counts.initializing) return 'running'
  if (counts.queued) return 'queued'
  if (isPaused) return 'paused'
  if (last === undefined) return 'draft'
  if (last === 'completed' || last === 'cancelled') return last
  return isFinal(last) ? 'failed' : 'queued'
}
