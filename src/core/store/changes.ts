import type Database from 'better-sqlite3'
import type { Events, Status } from '../../shared/contract.ts'

export type ExecutionChange = Events['execution']

/** What a commit changed, as it is told after it. */
export interface Changed {
  /** In the order in which it came. */
  executions: ExecutionChange[]
  /** Jobs that are not what they were; null: any of them; undefined: none. */
  jobs: string[] | null | undefined
}

/**
 * What one transaction does to executions and jobs: gathered, so that a commit touches each counter once, and so that
 * every change is told, once and only when it is committed, wherever it was made.
 */
export class Changes {
  readonly #counts = new Map<string, { jobId: string; status: Status; change: number; at: number | null }>()
  #executions: ExecutionChange[] = []
  readonly #jobs = new Set<string>()
  #anyJob = false
  readonly #upsert: Database.Statement

  constructor(database: Database.Database) {
    this.#upsert = database.prepare(
      `insert into counters (job_id, status, count, last_at) values (:jobId, :status, :change, :at)
       on conflict (job_id, status) do update
       set count = count + excluded.count, last_at = coalesce(excluded.last_at, last_at)`,
    )
  }

  /** An execution came, changed its status at `at`, or went. */
  move(id: number, jobId: string, from: Status | null, to: Status | null, at?: number): void {
    if (from) this.#count(jobId, from, -1, null)
    if (to) this.#count(jobId, to, 1, at ?? null)
    if (to) this.#executions.push({ id, jobId, status: to })
    else this.#jobs.add(jobId)
  }

  /** What is shown of a job was changed, other than by its executions; without an id, that of any of them. */
  job(id?: string): void {
    if (id === undefined) this.#anyJob = true
    else this.#jobs.add(id)
  }

  #count(jobId: string, status: Status, change: number, at: number | null): void {
    const key = `${status} ${jobId}`
    const count = this.#counts.get(key)
    if (!count) this.#counts.set(key, { jobId, status, change, at })
    else {
      count.change += change
      count.at = at ?? count.at
    }
  }

  /** Forgets what a transaction that was rolled back had gathered. */
  clear(): void {
    this.#counts.clear()
    this.#executions = []
    this.#jobs.clear()
    this.#anyJob = false
  }

  /** Writes the counters; at the end of the transaction. */
  write(): void {
    for (const count of this.#counts.values()) {
      if (count.change !== 0 || count.at !== null) this.#upsert.run(count)
    }
    this.#counts.clear()
  }

  /** What is to be told, after the commit. */
  take(): Changed {
    const some = this.#jobs.size > 0 ? [...this.#jobs] : undefined
    const changed = { executions: this.#executions, jobs: this.#anyJob ? null : some }
    this.clear()
    return changed
  }
}
