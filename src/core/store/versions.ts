import { and, desc, eq } from 'drizzle-orm'
import type { JobFace } from './jobs.ts'
import type { Connection } from './open.ts'
import { versions } from './schema.ts'

/** @returns functions over what jobs were after each edit */
export function versionTable(connection: Connection) {
  const { orm, snapshots } = connection
  const newestOf = connection.database.prepare<[string], { number: number; snapshotId: number }>(
    `select number, snapshot_id as snapshotId from versions where job_id = ? order by number desc limit 1`,
  )
  return {
    /** The number of the newest version, or undefined. */
    latest: (jobId: string) => newestOf.get(jobId)?.number,

    /** Adds a version unless it equals the newest one; returns the number of the newest. */
    add(jobId: string, face: JobFace, at: number): number {
      const newest = newestOf.get(jobId)
      const snapshotId = snapshots.keep(face)
      if (newest?.snapshotId === snapshotId) return newest.number
      const number = (newest?.number ?? 0) + 1
      orm.insert(versions).values({ jobId, number, snapshotId, at }).run()
      return number
    },

    face(jobId: string, number: number): JobFace | undefined {
      const row = orm
        .select()
        .from(versions)
        .where(and(eq(versions.jobId, jobId), eq(versions.number, number)))
        .get()
      return row && snapshots.read<JobFace>(row.snapshotId)
    },

    /** Newest first. */
    list: (jobId: string) =>
      orm
        .select({ number: versions.number, at: versions.at, snapshotId: versions.snapshotId })
        .from(versions)
        .where(eq(versions.jobId, jobId))
        .orderBy(desc(versions.number))
        .all()
        .map(({ snapshotId, ...row }) => ({ ...row, ...snapshots.read<JobFace>(snapshotId) })),
  }
}
