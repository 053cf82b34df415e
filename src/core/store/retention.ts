import { statSync } from 'node:fs'
import type { Status } from '../../shared/contract.ts'
import type { Connection } from './open.ts'

/** Rows deleted in one step; a few milliseconds. */
const ROWS_PER_STEP = 500
/** Pages given back to the file system in one step. */
const PAGES_PER_STEP = 200
/** Executions looked at in one step for what they refer to. */
const LOOKS_PER_STEP = 2000

const FINAL = `status not in ('queued', 'initializing', 'running')`

/** @returns functions that find what need not be kept and delete it, each call a small step of a few milliseconds */
export function retentionTable(connection: Connection) {
  const { database, changes } = connection
  const jobs = database.prepare<[]>('select id from jobs where deleted_at is null order by id').pluck()
  // Never the last run of a job, nor one whose next attempt is still to come.
  const surplus = database
    .prepare<[{ jobId: string; runs: number; before: number; limit: number }]>(
      `select id from executions as run
       where job_id = :jobId and ${FINAL} and deleted_at is null
         and (ended_at < :before
           or id <= (select id from executions where job_id = :jobId and ${FINAL} order by id desc limit 1 offset :runs))
         and id <> (select max(id) from executions where job_id = :jobId and ${FINAL})
         and not exists (select 1 from executions as later where later.parent_id = run.id and not later.${FINAL})
       order by id limit :limit`,
    )
    .pluck()
  const oldest = database
    .prepare<[number]>(
      `select id from executions as run
       where ${FINAL} and deleted_at is null
         and id <> (select max(id) from executions as other where other.job_id = run.job_id and other.${FINAL})
         and not exists (select 1 from executions as later where later.parent_id = run.id and not later.${FINAL})
       order by id limit ?`,
    )
    .pluck()
  const removedJobs = database
    .prepare<[number]>('select id from jobs where deleted_at is not null and deleted_at <= ?')
    .pluck()
  const removedRuns = database
    .prepare<[number, number]>(
      'select id from executions where deleted_at is not null and deleted_at <= ? limit ?',
    )
    .pluck()
  const runsOfJob = database
    .prepare<[string, number]>(
      `select id from executions where job_id = ? and ${FINAL} order by id desc limit ?`,
    )
    .pluck()
  const openOfJob = database
    .prepare<[string]>(`select 1 from executions where job_id = ? and not ${FINAL} limit 1`)
    .pluck()
  const deleteLogs = database.prepare<[{ id: number; limit: number }]>(
    `delete from logs where execution_id = :id and sequence in
       (select sequence from logs where execution_id = :id order by sequence limit :limit)`,
  )
  const deleteOthers = ['samples', 'artifacts', 'summaries'].map((table) =>
    database.prepare<[number]>(`delete from ${table} where execution_id = ?`),
  )
  const artifactBytes = database
    .prepare<[number]>('select coalesce(sum(size), 0) from artifacts where execution_id = ?')
    .pluck()
  const deleteRun = database.prepare<
    [number],
    { jobId: string; status: Status; logBytes: number; scheduledAt: number }
  >(
    `delete from executions where id = ? and ${FINAL}
     returning job_id as jobId, status, log_bytes as logBytes, scheduled_at as scheduledAt`,
  )
  const deleteOccurrence = database.prepare<[string, number, number]>(
    'delete from occurrences where job_id = ? and first_at = ? and execution_id = ?',
  )
  const deleteJob = ['occurrences', 'versions'].map((table) =>
    database.prepare<[string]>(`delete from ${table} where job_id = ?`),
  )
  deleteJob.push(
    database.prepare<[string]>(`delete from pauses where target = 'disabled:' || ?`),
    database.prepare<[string]>('delete from jobs where id = ?'),
  )
  const oldestKept = database
    .prepare<[string]>(
      `select min(scheduled_at) from executions where job_id = ? and trigger in ('scheduled', 'catch-up')`,
    )
    .pluck()
  interface References {
    id: number
    definitionId: number
    environmentId: number | null
  }
  const COLUMNS = 'select id, definition_id as definitionId, environment_id as environmentId from executions'
  const referencesAfter = database.prepare<[number, number], References>(
    `${COLUMNS} where id > ? order by id limit ?`,
  )
  const openReferences = database.prepare<[], References>(`${COLUMNS} where not ${FINAL}`)
  const otherReferences = database
    .prepare('select definition_id from jobs union select snapshot_id from versions')
    .pluck()
  const snapshotsUpTo = database.prepare<[number]>('select id from snapshots where id <= ?').pluck()
  const newestSnapshot = database.prepare('select max(id) from snapshots').pluck()
  const deleteSnapshot = database.prepare('delete from snapshots where id = ?')
  const codeDigests = database
    .prepare(
      `select body ->> '$.target.digest' from snapshots where body ->> '$.target.digest' is not null
       union select body ->> '$.script.digest' from snapshots where body ->> '$.script.digest' is not null
       union select digest from approvals`,
    )
    .pluck()
  const number = (name: string) => database.pragma(name, { simple: true }) as number

  return {
    jobs: () => jobs.all() as string[],

    /** Ended runs of a job that need not be kept: those beyond so many, and those that ended before. Oldest first. */
    surplus: (jobId: string, runs: number, before: number, limit: number) =>
      surplus.all({ jobId, runs, before, limit }) as number[],
    /** The oldest ended runs of the deck, but for the last one of each job. */
    oldest: (limit: number) => oldest.all(limit) as number[],
    /** What the oldest run of the job that is left was planned for, or null where none was planned. */
    oldestKept: (jobId: string) => oldestKept.get(jobId) as number | null,
    removedJobs: (before: number) => removedJobs.all(before) as string[],
    removedRuns: (before: number, limit: number) => removedRuns.all(before, limit) as number[],
    runsOfJob: (jobId: string, limit: number) => runsOfJob.all(jobId, limit) as number[],

    /** Deletes ended runs, the log of each before it, as far as a small step goes; returns those of which something is left. */
    deleteStep(ids: number[]): number[] {
      let budget = ROWS_PER_STEP
      for (const [index, id] of ids.entries()) {
        budget -= deleteLogs.run({ id, limit: budget }).changes + 1
        if (budget <= 0) return ids.slice(index)
        const deleted = deleteRun.get(id)
        if (!deleted) continue
        changes.artifacts(deleted.jobId, -(artifactBytes.get(id) as number))
        for (const statement of deleteOthers) statement.run(id)
        deleteOccurrence.run(deleted.jobId, deleted.scheduledAt, id)
        changes.move(id, deleted.jobId, deleted.status, null)
        changes.log(deleted.jobId, -deleted.logBytes)
      }
      return []
    },

    /** Deletes a removed job that has no runs any more; false while something of it still runs. */
    deleteJob(id: string): boolean {
      if (openOfJob.get(id)) return false
      for (const statement of deleteJob) statement.run(id)
      return true
    },

    /** Bytes that are in use; what was deleted and not yet given back to the file system is not. */
    size: () => (number('page_count') - number('freelist_count')) * number('page_size'),

    /** Gives free pages back to the file system; false when there are none. Outside a transaction. */
    shrinkStep(): boolean {
      if (number('freelist_count') === 0) return false
      database.pragma(`incremental_vacuum(${PAGES_PER_STEP})`)
      return true
    },

    /** Shortens the write-ahead log, unless somebody reads from it just now. */
    truncateLog: () => void database.pragma('wal_checkpoint(TRUNCATE)'),
    logSize: () => statSync(`${database.name}-wal`, { throwIfNoEntry: false })?.size ?? 0,

    /**
     * Finds what no execution refers to any more: looks through all of them, a step at each turn, and returns the
     * function that deletes what is left over, in a transaction.
     */
    *unreferenced(): Generator<undefined, () => void> {
      const newest = (newestSnapshot.get() as number | null) ?? 0
      const referenced = new Set<number>()
      const keep = ({ definitionId, environmentId }: References) => {
        referenced.add(definitionId)
        if (environmentId !== null) referenced.add(environmentId)
      }
      let last = 0
      const step = () => {
        const rows = referencesAfter.all(last, LOOKS_PER_STEP)
        rows.forEach(keep)
        last = rows.at(-1)?.id ?? last
        return rows.length > 0
      }
      while (step()) yield undefined
      return () => {
        // What was queued, begun or saved meanwhile may have taken one up again.
        while (step());
        openReferences.all().forEach(keep)
        for (const id of otherReferences.all() as number[]) referenced.add(id)
        for (const id of snapshotsUpTo.all(newest) as number[]) {
          if (!referenced.has(id)) deleteSnapshot.run(id)
        }
      }
    },

    /** Digests of code that some snapshot names. */
    codeDigests: () => new Set(codeDigests.all() as string[]),
  }
}
