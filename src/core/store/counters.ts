import type Database from 'better-sqlite3'
import type { Status } from '../../shared/contract.ts'

/** Changes of the counters, gathered during one transaction so that a commit touches each counter once. */
export class PendingCounts {
  readonly #counts = new Map<string, number>()
  readonly #upsert: Database.Statement

  constructor(database: Database.Database) {
    this.#upsert = database.prepare(
      `insert into counters (job_id, status, count) values (?, ?, ?)
       on conflict (job_id, status) do update set count = count + excluded.count`,
    )
  }

  add(jobId: string, status: Status, change: number): void {
    const key = `${status} ${jobId}`
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + change)
  }

  /** Forgets what a transaction that was rolled back had gathered. */
  clear(): void {
    this.#counts.clear()
  }

  write(): void {
    for (const [key, change] of this.#counts) {
      if (change === 0) continue
      const space = key.indexOf(' ')
      this.#upsert.run(key.slice(space + 1), key.slice(0, space), change)
    }
    this.#counts.clear()
  }
}
