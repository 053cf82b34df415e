/** Reads what is planned, and what became of it, as it is stored. */
import Database from 'better-sqlite3'
import type { Occurrence } from '../../src/core/store/occurrences.ts'
import type { Plan } from '../../src/core/store/plans.ts'

export interface Run {
  id: number
  status: string
  trigger: string
  attempt: number
  scheduledAt: number
  queuedAt: number
  startedAt: number | null
  endedAt: number | null
}

export interface JobLedger {
  jobId: string
  plan: Plan | undefined
  /** By the times they are of. */
  rows: Occurrence[]
  runs: Run[]
}

export function readLedger(file: string, key: string): JobLedger {
  const database = new Database(file, { readonly: true })
  try {
    const all = <T>(sql: string) => database.prepare<[string], T>(sql).all(jobId)
    const jobId = database.prepare<[string]>('select id from jobs where key = ?').pluck().get(key) as string
    const [plan] = all<Plan>(
      `select job_id as jobId, kind, since, cursor, next_at as nextAt, due_at as dueAt, snoozed_at as snoozedAt, stopped
       from plans where job_id = ?`,
    )
    const rows = all<Occurrence>(
      `select job_id as jobId, first_at as firstAt, last_at as lastAt, count, outcome, reason, detail,
         execution_id as executionId, decided_at as decidedAt from occurrences where job_id = ? order by first_at`,
    )
    const runs = all<Run>(
      `select id, status, trigger, attempt, scheduled_at as scheduledAt, queued_at as queuedAt, started_at as startedAt,
         ended_at as endedAt from executions where job_id = ? order by id`,
    )
    return { jobId, plan, rows, runs }
  } finally {
    database.close()
  }
}

/** What the rows say, in short. */
export const told = ({ rows }: JobLedger) =>
  rows.map(({ outcome, reason, count }) => `${outcome} ${reason} ${count}`)
