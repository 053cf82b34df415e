import type Database from 'better-sqlite3'
import type { Events, FinalStatus, Status } from '../../shared/contract.ts'

export type ExecutionChange = Events['execution']

const HOUR = 3_600_000

/** Lengths of a bucket grow by a quarter power of two: a percentile is off by at most a tenth. */
const STEPS = 4

/** The bucket that a duration in ms falls into; -1 for what never began. */
export const bucketOf = (duration: number | null): number =>
  duration === null ? -1 : Math.round(Math.log2(duration + 1) * STEPS)

/** The duration in ms that a bucket stands for. */
export const durationOf = (bucket: number): number => Math.round(2 ** (bucket / STEPS) - 1)

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
  readonly #counts = new Sums<{ jobId: string; status: Status }, 'count' | 'at'>()
  readonly #endings = new Sums<
    { jobId: string; hour: number; status: FinalStatus; bucket: number },
    'count' | 'duration'
  >()
  readonly #deckEndings = new Sums<
    { hour: number; status: FinalStatus; bucket: number },
    'count' | 'duration'
  >()
  readonly #sizes = new Sums<{ jobId: string }, 'logs' | 'artifacts'>()
  #executions: ExecutionChange[] = []
  readonly #jobs = new Set<string>()
  #anyJob = false
  readonly #count: Database.Statement
  readonly #stored: Database.Statement
  readonly #end: Database.Statement
  readonly #endOfDeck: Database.Statement
  readonly #size: Database.Statement

  constructor(database: Database.Database) {
    this.#count = database.prepare(
      `insert into counters (job_id, status, count, last_at) values (:jobId, :status, :count, nullif(:at, 0))
       on conflict (job_id, status) do update
       set count = count + excluded.count, last_at = coalesce(excluded.last_at, last_at)`,
    )
    this.#stored = database.prepare('select count from counters where job_id = ? and status = ?').pluck()
    this.#end = database.prepare(
      `insert into endings (job_id, hour, status, bucket, count, duration)
       values (:jobId, :hour, :status, :bucket, :count, :duration)
       on conflict (job_id, hour, status, bucket) do update
       set count = count + excluded.count, duration = duration + excluded.duration`,
    )
    this.#endOfDeck = database.prepare(
      `insert into deck_endings (hour, status, bucket, count, duration)
       values (:hour, :status, :bucket, :count, :duration)
       on conflict (hour, status, bucket) do update
       set count = count + excluded.count, duration = duration + excluded.duration`,
    )
    this.#size = database.prepare(
      `insert into sizes (job_id, log_bytes, artifact_bytes) values (:jobId, :logs, :artifacts)
       on conflict (job_id) do update set log_bytes = max(0, log_bytes + excluded.log_bytes),
         artifact_bytes = max(0, artifact_bytes + excluded.artifact_bytes)`,
    )
  }

  /** An execution came, changed its status at `at`, or went. */
  move(id: number, jobId: string, from: Status | null, to: Status | null, at = 0): void {
    if (from) this.#counts.add(`${from} ${jobId}`, { jobId, status: from }, { count: -1, at: 0 })
    if (!to) {
      this.#jobs.add(jobId)
      return
    }
    const sum = this.#counts.add(`${to} ${jobId}`, { jobId, status: to }, { count: 1, at: 0 })
    sum.at = at || sum.at
    this.#executions.push({ id, jobId, status: to })
  }

  /** How many executions of a job have a status, this transaction included. */
  count(jobId: string, status: Status): number {
    const stored = (this.#stored.get(jobId, status) ?? 0) as number
    return stored + (this.#counts.get(`${status} ${jobId}`)?.count ?? 0)
  }

  /** What is shown of a job was changed, other than by its executions; without an id, that of any of them. */
  job(id?: string): void {
    if (id === undefined) this.#anyJob = true
    else this.#jobs.add(id)
  }

  /** An execution ended at `at`, after a duration in ms, or without having begun. */
  end(jobId: string, status: FinalStatus, at: number, duration: number | null): void {
    const [hour, bucket] = [Math.floor(at / HOUR), bucketOf(duration)]
    const amounts = { count: 1, duration: duration ?? 0 }
    const key = `${hour} ${bucket} ${status}`
    this.#endings.add(`${key} ${jobId}`, { jobId, hour, status, bucket }, amounts)
    this.#deckEndings.add(key, { hour, status, bucket }, amounts)
  }

  /** The logs of a job grew by so many bytes. */
  log(jobId: string, bytes: number): void {
    this.#sizes.add(jobId, { jobId }, { logs: bytes, artifacts: 0 })
  }

  /** The files that are kept with the runs of a job grew by so many bytes. */
  artifacts(jobId: string, bytes: number): void {
    this.#sizes.add(jobId, { jobId }, { logs: 0, artifacts: bytes })
  }

  /** Forgets what a transaction that was rolled back had gathered. */
  clear(): void {
    for (const sums of [this.#counts, this.#endings, this.#deckEndings, this.#sizes]) sums.clear()
    this.#executions = []
    this.#jobs.clear()
    this.#anyJob = false
  }

  /** Writes what was gathered; at the end of the transaction. */
  write(): void {
    for (const sum of this.#counts.take()) if (sum.count !== 0 || sum.at !== 0) this.#count.run(sum)
    for (const sum of this.#endings.take()) this.#end.run(sum)
    for (const sum of this.#deckEndings.take()) this.#endOfDeck.run(sum)
    for (const sum of this.#sizes.take()) if (sum.logs !== 0 || sum.artifacts !== 0) this.#size.run(sum)
  }

  /** What is to be told, after the commit. */
  take(): Changed {
    const some = this.#jobs.size > 0 ? [...this.#jobs] : undefined
    const changed = { executions: this.#executions, jobs: this.#anyJob ? null : some }
    this.clear()
    return changed
  }
}

/** Numbers added up under keys. */
class Sums<Of extends object, Field extends string> {
  readonly #sums = new Map<string, Of & Record<Field, number>>()

  /** @returns the sum so far */
  add(key: string, of: Of, amounts: Record<Field, number>): Of & Record<Field, number> {
    const known = this.#sums.get(key)
    if (!known) {
      const sum = { ...of, ...amounts }
      this.#sums.set(key, sum)
      return sum
    }
    for (const field of Object.keys(amounts) as Field[]) {
      known[field] = (known[field] + amounts[field]) as (typeof known)[Field]
    }
    return known
  }

  get(key: string): (Of & Record<Field, number>) | undefined {
    return this.#sums.get(key)
  }

  clear(): void {
    this.#sums.clear()
  }

  *take(): Generator<Of & Record<Field, number>> {
    yield* this.#sums.values()
    this.#sums.clear()
  }
}
