import type { Connection } from './open.ts'

export interface ArtifactRow {
  name: string
  /** In bytes. */
  size: number
  keptAt: number
}

/** @returns functions over the files that are kept with executions; the files themselves lie beside the database */
export function artifactTable({ database, changes }: Connection) {
  // Two files of a run are kept in one millisecond often, and are to be listed in their order.
  const insert = database.prepare(
    `insert into artifacts (execution_id, name, size, kept_at)
     select :id, :name, :size, max(:keptAt, coalesce(max(kept_at) + 1, 0)) from artifacts where execution_id = :id`,
  )
  const list = database.prepare<[number], ArtifactRow>(
    `select name, size, kept_at as keptAt from artifacts where execution_id = ? order by kept_at`,
  )
  const bytes = database.prepare('select coalesce(sum(artifact_bytes), 0) from sizes').pluck()
  const known = database.prepare<[number]>('select 1 from executions where id = ?').pluck()
  const oldest = database.prepare<[number], { id: number; jobId: string; bytes: number }>(
    `select run.id, job_id as jobId, sum(size) as bytes from artifacts join executions as run on run.id = execution_id
     where ended_at is not null
       and run.id <> (select max(id) from executions as other where other.job_id = run.job_id and other.ended_at is not null)
     group by run.id order by run.id limit ?`,
  )
  const forget = database.prepare<[number]>('delete from artifacts where execution_id = ?')
  return {
    add({ id, jobId }: { id: number; jobId: string }, { name, size, keptAt }: ArtifactRow): void {
      insert.run({ id, name, size, keptAt })
      changes.artifacts(jobId, size)
    },
    /** In the order in which they were kept. */
    list: (executionId: number) => list.all(executionId),
    /** Of all runs together. */
    bytes: () => bytes.get() as number,
    /** Forgets the files of so many of the oldest runs, but for the last one of each job; returns those runs. */
    forgetOldest(limit: number): number[] {
      return oldest.all(limit).map(({ id, jobId, bytes }) => {
        forget.run(id)
        changes.artifacts(jobId, -bytes)
        return id
      })
    },
    /** Whether the execution is there whose folder this is. */
    isFolderOf: (name: string) => /^\d{1,15}$/.test(name) && known.get(Number(name)) !== undefined,
  }
}
