import { and, desc, eq, isNotNull, isNull, or, sql } from 'drizzle-orm'
import type { JobDefinition } from '../definition.ts'
import { escapeLike } from './like.ts'
import type { Connection } from './open.ts'
import { searchText } from './job-list.ts'
import { jobs } from './schema.ts'

export interface JobSave {
  id: string
  key: string
  name: string
  description: string | null
  tags: string[]
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
  tags: string[]
  definition: JobDefinition
}

export interface JobName {
  id: string
  key: string
  name: string
}

/** @returns functions over the table of jobs */
export function jobTable(connection: Connection) {
  const { database, orm, snapshots, changes } = connection
  const idOfKey = database
    .prepare<[string]>('select id from jobs where key = ? and deleted_at is null')
    .pluck()
  const categoryOf = database
    .prepare<[string]>(
      'select path from categories where id = (select category_id from jobs where jobs.id = ?)',
    )
    .pluck()
  const nameOf = database.prepare<[string]>('select name from jobs where id = ?').pluck()
  // The cast keeps SQLite from preparing the join anew for each job: decision 11.
  const definition = database.prepare<[string], { id: number; digest: string; categoryId: number | null }>(
    `select snapshots.id, digest, category_id as categoryId from jobs join snapshots on snapshots.id = definition_id
     where jobs.id = cast(? as text) and jobs.deleted_at is null`,
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

  const uses = database.prepare<[], { script: string; id: string; name: string }>(
    `select handler.value ->> '$.handler.script' as script, jobs.id, jobs.name
     from jobs join snapshots on snapshots.id = definition_id, json_each(body, '$.handlers') as handler
     where deleted_at is null and handler.value ->> '$.handler.script' is not null
     order by jobs.name`,
  )

  function toRun(id: string): { definition: JobDefinition; categoryId: number | null } | undefined {
    const row = definition.get(id)
    return row && { definition: snapshots.read(row.id, row.digest), categoryId: row.categoryId }
  }

  return {
    /** Creates the job, or updates the one with the same key; returns its id. */
    save({ id, key, name, description, tags, categoryId, definition, now }: JobSave): string {
      const known = idOfKey.get(key) as string | undefined
      const values = {
        name,
        description,
        categoryId,
        tags: JSON.stringify(tags),
        search: searchText(name, key, description, tags),
        definitionId: snapshots.keep(definition),
        updatedAt: now,
      }
      if (known) orm.update(jobs).set(values).where(eq(jobs.id, known)).run()
      else
        orm
          .insert(jobs)
          .values({ id, key, ...values, createdAt: now })
          .run()
      changes.job(known ?? id)
      return known ?? id
    },
    /** Notes which file or folder says what the job is. */
    manage(id: string, source: string): void {
      orm.update(jobs).set({ managedBy: source }).where(eq(jobs.id, id)).run()
      changes.job(id)
    },
    /** Those that the file or folder manages. */
    managedBy: (source: string): JobName[] =>
      orm
        .select({ id: jobs.id, key: jobs.key, name: jobs.name })
        .from(jobs)
        .where(and(eq(jobs.managedBy, source), isNull(jobs.deletedAt)))
        .orderBy(jobs.key)
        .all(),
    remove(id: string, now: number): void {
      orm.update(jobs).set({ deletedAt: now }).where(eq(jobs.id, id)).run()
      changes.job(id)
    },
    /** False where another job has its key by now. */
    bringBack(id: string): boolean {
      const { key } = orm.select({ key: jobs.key }).from(jobs).where(eq(jobs.id, id)).get()!
      if (idOfKey.get(key) !== undefined) return false
      orm.update(jobs).set({ deletedAt: null }).where(eq(jobs.id, id)).run()
      changes.job(id)
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

    /** A path, `a/b/c`, or null. */
    categoryOf: (id: string) => (categoryOf.get(id) ?? null) as string | null,
    nameOf: (id: string) => nameOf.get(id) as string,
    /** The id of the job with this key, or undefined. */
    withKey: (key: string) => idOfKey.get(key) as string | undefined,
    /** Which scripts of the scripts folders jobs run, and what jobs those are. */
    usesOfScripts: (): { script: string; id: string; name: string }[] => uses.all(),
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
    definition: (id: string): JobDefinition | undefined => toRun(id)?.definition,
    /** The same, with the category whose policies it inherits. */
    toRun,
  }
}
