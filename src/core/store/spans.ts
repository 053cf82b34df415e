import type { Status } from '../../shared/contract.ts'
import type { Connection } from './open.ts'

export interface Span {
  id: number
  jobId: string
  status: Status
  startedAt: number
  endedAt: number | null
}

/** So many of those that began before a time are looked at, from the last one on; others are found by how long they took. */
const LOOKED_AT = 2000

/** @returns functions over when executions ran */
export function spanTable({ database }: Connection) {
  const COLUMNS = 'id, job_id as jobId, status, started_at as startedAt, ended_at as endedAt'
  const SHOWN = `deleted_at is null and job_id not in (select id from jobs where deleted_at is not null)`
  const within = database.prepare<[number, number, number], Span>(
    `select ${COLUMNS} from executions indexed by executions_by_start
     where started_at is not null and started_at >= ? and started_at < ? and ${SHOWN}
     order by started_at desc, id desc limit ?`,
  )
  const before = database.prepare<[number, number], Span>(
    `select ${COLUMNS} from executions indexed by executions_by_start
     where started_at is not null and started_at < ? and ${SHOWN} order by started_at desc, id desc limit ?`,
  )
  /** What began that long ago and still ran at a time took at least as long as lies between the two. */
  const long = database.prepare<[number, number, number, number], Span>(
    `select ${COLUMNS} from executions indexed by executions_by_duration
     where duration_ms is not null and duration_ms >= ? and started_at < ? and ended_at >= ? and ${SHOWN}
     order by duration_ms desc, id desc limit ?`,
  )
  const open = database.prepare<[number, number], Span>(
    `select ${COLUMNS} from executions indexed by executions_open
     where status in ('initializing', 'running') and started_at < ? and ${SHOWN} limit ?`,
  )

  return {
    /** Those that ran at any time from one instant to another, the latest first, and whether those are all. */
    between(from: number, to: number, limit: number): { runs: Span[]; complete: boolean } {
      const runs = new Map<number, Span>()
      const add = (found: Span[]) => {
        for (const span of found) if (span.endedAt === null || span.endedAt >= from) runs.set(span.id, span)
      }
      add(within.all(from, to, limit + 1))
      if (runs.size <= limit) {
        const looked = before.all(from, LOOKED_AT)
        add(looked)
        add(open.all(from, limit + 1))
        const oldest = looked.at(-1)?.startedAt
        if (looked.length === LOOKED_AT) add(long.all(from - oldest!, oldest!, from, limit + 1))
      }
      const sorted = [...runs.values()].toSorted((a, b) => b.startedAt - a.startedAt || b.id - a.id)
      return { runs: sorted.slice(0, limit), complete: sorted.length <= limit }
    },
  }
}
