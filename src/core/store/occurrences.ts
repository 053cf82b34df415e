import type { Outcome, Reason } from '../../shared/schedule.ts'
import { Conditions } from './conditions.ts'
import type { Connection } from './open.ts'
import type { occurrences } from './schema.ts'

export type Occurrence = typeof occurrences.$inferSelect

/** Which occurrences are wanted. */
export interface OccurrenceFilter {
  jobId?: string | undefined
  outcomes?: Outcome[] | undefined
  reasons?: Reason[] | undefined
  /** Planned from, and before; ms. */
  from?: number | undefined
  to?: number | undefined
}

const SELECT = `select job_id as jobId, first_at as firstAt, last_at as lastAt, count, outcome, reason, detail,
  execution_id as executionId, decided_at as decidedAt from occurrences`

interface Bound {
  jobId: string
  instant: number
}

/** @returns functions over the ledger; they run inside the writer's transaction */
export function occurrenceTable({ database, changes }: Connection) {
  const latest = database.prepare<[string, number], Occurrence>(
    `${SELECT} where job_id = ? and first_at < ? order by first_at desc limit 1`,
  )
  const insert = database.prepare<[Occurrence]>(
    `insert into occurrences (job_id, first_at, last_at, count, outcome, reason, detail, execution_id, decided_at)
     values (:jobId, :firstAt, :lastAt, :count, :outcome, :reason, :detail, :executionId, :decidedAt)`,
  )
  const grow = database.prepare<[Occurrence]>(
    `update occurrences set last_at = :lastAt, count = count + :count, decided_at = :decidedAt
     where job_id = :jobId and first_at = :firstAt`,
  )
  const remove = database.prepare<[string, number]>(
    'delete from occurrences where job_id = ? and first_at = ?',
  )
  // Rows do not overlap: of those that began before an instant only the last can reach beyond it.
  const LATEST = '(select max(first_at) from occurrences where job_id = :jobId and first_at <= :instant)'
  const after = database.prepare<[Bound], Occurrence>(
    `${SELECT} where job_id = :jobId and first_at >= coalesce(${LATEST}, :instant) and last_at > :instant`,
  )
  const covering = database.prepare<[Bound], Occurrence>(
    `${SELECT} where job_id = :jobId and first_at = ${LATEST} and last_at >= :instant`,
  )
  const at = database.prepare<[string, number], Occurrence>(`${SELECT} where job_id = ? and first_at = ?`)
  const sweep = database.prepare<[Bound & { limit: number }]>(
    `delete from occurrences where job_id = :jobId and first_at in (
       select first_at from occurrences where job_id = :jobId and last_at < :instant and outcome <> 'held'
       order by first_at limit :limit)`,
  )

  return {
    /**
     * Adds what became of occurrences: to the row before, where that says the same of what did not start.
     * @param since when their schedule was set: what belongs to an earlier one has rows of its own
     */
    add(row: Occurrence, since: number): void {
      const before = row.executionId === null ? latest.get(row.jobId, row.firstAt) : undefined
      const isSame =
        before?.executionId === null &&
        before.lastAt > since &&
        before.outcome === row.outcome &&
        before.reason === row.reason &&
        before.detail === row.detail
      if (isSame) grow.run({ ...row, firstAt: before.firstAt })
      else insert.run(row)
      changes.job(row.jobId)
    },
    remove(jobId: string, firstAt: number): void {
      remove.run(jobId, firstAt)
      changes.job(jobId)
    },
    /** Those that reach beyond an instant. */
    after: (jobId: string, instant: number) => after.all({ jobId, instant }),
    /** The one whose span an instant lies in. */
    covering: (jobId: string, instant: number) => covering.get({ jobId, instant }),
    find: (jobId: string, firstAt: number) => at.get(jobId, firstAt),
    /** Forgets those before an instant, at most so many at once; returns how many. Not what waits for a person. */
    sweep: (jobId: string, before: number, limit: number): number =>
      sweep.run({ jobId, instant: before, limit }).changes,

    /** Newest first. */
    list(
      { jobId, outcomes, reasons, from, to }: OccurrenceFilter,
      limit: number,
      before?: { at: number; jobId: string },
    ) {
      const conditions = new Conditions()
        .add('job_id = ?', jobId)
        .add('last_at >= ?', from)
        .add('first_at < ?', to)
      if (outcomes) conditions.add(`outcome in (${outcomes.map(() => '?').join(', ')})`, ...outcomes)
      if (reasons) conditions.add(`reason in (${reasons.map(() => '?').join(', ')})`, ...reasons)
      if (before) conditions.add('(first_at, job_id) < (?, ?)', before.at, before.jobId)
      const where = conditions.text === '' ? '' : `where ${conditions.text}`
      const sql = `${SELECT} ${where} order by first_at desc, job_id desc limit ?`
      return database.prepare<unknown[], Occurrence>(sql).all(...conditions.values, limit)
    },
  }
}
