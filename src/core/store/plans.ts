import { eq } from 'drizzle-orm'
import type { Connection } from './open.ts'
import { plans } from './schema.ts'

export type Plan = typeof plans.$inferSelect

export interface Coming {
  jobId: string
  jobName: string
  categoryId: number | null
  nextAt: number
  since: number
  snoozedAt: number | null
}

/** @returns functions over what is planned; they run inside the writer's transaction */
export function planTable({ database, orm, changes }: Connection) {
  const find = database.prepare<[string], Plan>(
    `select job_id as jobId, kind, since, cursor, next_at as nextAt, due_at as dueAt, snoozed_at as snoozedAt, stopped
     from plans where job_id = ?`,
  )
  const due = database
    .prepare<[number, number]>(
      `select job_id from plans indexed by plans_due where due_at is not null and due_at <= cast(? as integer)
       order by due_at limit cast(? as integer)`,
    )
    .pluck()
  const ahead = database
    .prepare<[number]>('select job_id from plans where cursor > cast(? as integer) limit 1000')
    .pluck()
  const nextDue = database
    .prepare<[]>('select min(due_at) from plans indexed by plans_due where due_at is not null')
    .pluck()
  const next = database.prepare<[string], { nextAt: number; dueAt: number }>(
    'select next_at as nextAt, due_at as dueAt from plans where job_id = ? and next_at is not null',
  )
  const save = database.prepare<[Plan]>(
    `insert into plans (job_id, kind, since, cursor, next_at, due_at, snoozed_at, stopped)
     values (:jobId, :kind, :since, :cursor, :nextAt, :dueAt, :snoozedAt, :stopped)
     on conflict (job_id) do update set kind = excluded.kind, since = excluded.since, cursor = excluded.cursor,
       next_at = excluded.next_at, due_at = excluded.due_at, snoozed_at = excluded.snoozed_at, stopped = excluded.stopped`,
  )
  const daemons = database
    .prepare<[]>(
      `select job_id from plans indexed by plans_daemons where kind = 'daemon' and stopped is null and due_at is null`,
    )
    .pluck()
  const idle = database
    .prepare<[]>(`select job_id from plans indexed by plans_idle where kind = 'cron' and due_at is null`)
    .pluck()
  const coming = database.prepare<[number], Coming>(
    `select job_id as jobId, jobs.name as jobName, category_id as categoryId, next_at as nextAt, since, snoozed_at as snoozedAt
     from plans indexed by plans_due join jobs on jobs.id = job_id
     where due_at is not null and kind <> 'daemon' and jobs.deleted_at is null
       and not exists (select 1 from pauses where target = 'disabled:' || job_id)
     order by due_at limit ?`,
  )
  const all = database.prepare<[]>('select job_id from plans').pluck()

  return {
    find: (jobId: string): Plan | undefined => find.get(jobId),
    save(plan: Plan): void {
      save.run(plan)
      changes.job(plan.jobId)
    },
    remove(jobId: string): void {
      if (orm.delete(plans).where(eq(plans.jobId, jobId)).run().changes > 0) changes.job(jobId)
    },
    /** Jobs with an occurrence that is to be acted on, the longest due first. */
    due: (now: number, limit = -1) => due.all(now, limit) as string[],
    /** Jobs that were planned when the clock was ahead of now. */
    ahead: (now: number) => ahead.all(now) as string[],
    /** When the next occurrence of any job is to be acted on, or null. */
    nextDue: () => nextDue.get() as number | null,
    next: (jobId: string) => next.get(jobId),
    /** Daemons that are to run, and for which no start is planned. */
    daemons: () => daemons.all() as string[],
    /** Jobs with a cron expression of which nothing is planned: what begins with the planner is among them. */
    idle: () => idle.all() as string[],
    /** Jobs of which something is planned, the soonest first. */
    coming: (limit: number) => coming.all(limit),
    all: () => all.all() as string[],
  }
}
