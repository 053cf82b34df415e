import { and, desc, eq, lt } from 'drizzle-orm'
import type { Action, Actor } from '../../shared/contract.ts'
import type { Connection } from './open.ts'
import { trail } from './schema.ts'

export interface TrailEntry {
  at: number
  actor: Actor
  action: Action
  jobId?: string | null
  executionId?: number | null
  /** Stored as JSON. */
  details?: unknown
}

/** @returns functions over the record of who did what; it is only ever added to */
export function trailTable({ orm }: Connection) {
  return {
    add({ details, ...entry }: TrailEntry): void {
      orm
        .insert(trail)
        .values({ ...entry, details: details === undefined ? null : JSON.stringify(details) })
        .run()
    },
    /** Newest first. */
    list({
      jobId,
      before,
      limit = -1,
    }: {
      jobId?: string
      before?: number | undefined
      limit?: number | undefined
    }) {
      return orm
        .select()
        .from(trail)
        .where(
          and(
            jobId === undefined ? undefined : eq(trail.jobId, jobId),
            before === undefined ? undefined : lt(trail.id, before),
          ),
        )
        .orderBy(desc(trail.id))
        .limit(limit)
        .all()
        .map(({ details, ...entry }) => ({
          ...entry,
          details: details === null ? null : (JSON.parse(details) as unknown),
        }))
    },
  }
}
