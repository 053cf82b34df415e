import type Database from 'better-sqlite3'
import { Fault, type FaultData } from '../../shared/fault.ts'
import { channels, type TelemetryCommit } from '../telemetry.ts'
import type { Changed, Changes } from './changes.ts'
import { PASSING, storeFault } from './failure.ts'

/** So that no commit holds the event loop long: about so many rows each. */
const ROWS_PER_COMMIT = 1000
/** How long what can wait waits for others to share its commit, in ms. */
const COMPANY_TIME = 50
/** How long a caller who can be told waits for a locked database, in ms. The engine's own writes wait on. */
const PATIENCE = 10_000

interface Write {
  work: () => unknown
  resolve: (value: never) => void
  reject: (fault: unknown) => void
  /** Given up at this monotonic time, or never. */
  deadline: number
  rows: number
  last: boolean
}

export interface WriteOptions {
  /** Never give up while the fault is one that passes: for what the engine itself must record. */
  patient?: boolean
  /** About how many rows it changes; 1 if not given. */
  rows?: number
  /** Waits a little for others to share its commit. */
  unhurried?: boolean
  /** Runs after all others that share its commit: what looks at what they have done. */
  last?: boolean
}

/**
 * Group commit: whatever was asked for while the last commit ran goes into the next one, so that many callers
 * share one fsync. `work` runs inside an immediate transaction, and may run again when that had to be rolled back:
 * its only effects are those on the database.
 */
export class Writer {
  readonly #database: Database.Database
  readonly #changes: Changes
  readonly #onCommit: (changed: Changed) => void
  readonly #onTrouble: (fault: FaultData | null) => void
  readonly #queue: Write[] = []
  readonly #begin: Database.Statement
  readonly #end: Database.Statement
  readonly #undo: Database.Statement
  #timer: NodeJS.Timeout | undefined
  #immediate: NodeJS.Immediate | undefined
  #forCompany: NodeJS.Timeout | undefined
  #trouble: FaultData | null = null
  /** Set for good: nothing is written any more. */
  #condemned: Fault | undefined
  #retries = 0
  /** Once the deck is to be left: beyond this monotonic time not even a patient write waits. */
  #leaveBy = Infinity

  /**
   * @param changes gathered during each transaction, and told to `onCommit` after it
   * @param onTrouble told when writing fails in a way that passes, and with null when it goes on again
   */
  constructor(
    database: Database.Database,
    changes: Changes,
    onCommit: (changed: Changed) => void,
    onTrouble: (fault: FaultData | null) => void,
  ) {
    this.#database = database
    this.#begin = database.prepare('begin immediate')
    this.#end = database.prepare('commit')
    this.#undo = database.prepare('rollback')
    this.#changes = changes
    this.#onCommit = onCommit
    this.#onTrouble = onTrouble
  }

  /** Set while writes fail in a way that passes. */
  get trouble(): FaultData | null {
    return this.#trouble
  }

  /** Whether something waits to be committed. */
  get isBusy(): boolean {
    return this.#queue.length > 0
  }

  /** Runs `work` in the next commit; resolves with its value once that is committed. */
  run<T>(
    work: () => T,
    { patient, rows = 1, unhurried = false, last = false }: WriteOptions = {},
  ): Promise<T> {
    if (this.#condemned) return Promise.reject(this.#condemned)
    return new Promise((resolve, reject) => {
      const deadline = patient ? Infinity : performance.now() + PATIENCE
      this.#queue.push({ work, resolve, reject, deadline, rows, last })
      if (unhurried) this.#forCompany ??= setTimeout(() => this.#schedule(), COMPANY_TIME)
      else this.#schedule()
    })
  }

  /** From now on no write waits for ever: a full disk keeps nobody from leaving. */
  hurry(): void {
    this.#leaveBy = Math.min(this.#leaveBy, performance.now() + PATIENCE)
  }

  /** Writes nothing any more, and rejects what is queued and what comes. */
  condemn(fault: Fault): void {
    this.#condemned = fault
    this.#unschedule()
    for (const write of this.#queue.splice(0)) write.reject(fault)
  }

  get condemned(): Fault | undefined {
    return this.#condemned
  }

  /** Commits what is queued and rejects what cannot be committed now. */
  close(): void {
    this.#unschedule()
    while (this.#queue.length > 0) {
      const waiting = this.#queue.length
      this.#commit()
      if (this.#queue.length === waiting) break
    }
    this.#unschedule()
    this.condemn(new Fault('closed', 'the deck is closed'))
  }

  #schedule(): void {
    clearTimeout(this.#forCompany)
    this.#forCompany = undefined
    if (this.#timer || this.#immediate) return
    this.#immediate = setImmediate(() => {
      this.#immediate = undefined
      this.#commit()
    })
  }

  #unschedule(): void {
    clearTimeout(this.#timer)
    clearTimeout(this.#forCompany)
    clearImmediate(this.#immediate)
    this.#timer = this.#immediate = undefined
  }

  #commit(): void {
    const batch = this.#take()
    if (batch.length === 0) return
    try {
      const values = this.#transaction(batch)
      this.#recovered()
      batch.forEach((write, index) => write.resolve(values[index] as never))
    } catch (thrown) {
      const fault = storeFault(thrown, this.#database.name)
      if (PASSING.has(fault.code)) return this.#wait(batch, fault)
      if (batch.length === 1) batch[0]!.reject(thrown)
      else this.#commitOneByOne(batch)
    }
    if (this.#queue.length > 0) this.#schedule()
  }

  /** What goes into the next commit: the first, however large it is. */
  #take(): Write[] {
    let rows = 0
    const end = this.#queue.findIndex((write) => (rows += write.rows) > ROWS_PER_COMMIT)
    const taken = this.#queue.splice(0, end === -1 ? this.#queue.length : Math.max(1, end))
    return taken.toSorted((a, b) => Number(a.last) - Number(b.last))
  }

  /** One write of the batch failed by itself: the others must not fail with it. */
  #commitOneByOne(batch: Write[]): void {
    for (const [index, write] of batch.entries()) {
      try {
        const [value] = this.#transaction([write])
        write.resolve(value as never)
      } catch (thrown) {
        const fault = storeFault(thrown, this.#database.name)
        if (PASSING.has(fault.code)) return this.#wait(batch.slice(index), fault)
        write.reject(thrown)
      }
    }
  }

  #transaction(batch: Write[]): unknown[] {
    const began = channels.commit.hasSubscribers ? performance.now() : undefined
    this.#begin.run()
    this.#changes.clear()
    let values: unknown[]
    try {
      values = batch.map((write) => write.work())
      this.#changes.write()
      this.#end.run()
    } catch (thrown) {
      if (this.#database.inTransaction) this.#undo.run()
      throw thrown
    }
    if (began !== undefined) {
      const duration = performance.now() - began
      const deck = this.#database.name
      channels.commit.publish({ deck, duration, writes: batch.length } satisfies TelemetryCommit)
    }
    this.#onCommit(this.#changes.take())
    return values
  }

  #wait(batch: Write[], fault: Fault): void {
    const now = performance.now()
    const locked = fault.code === 'database-locked'
    const kept = batch.filter(({ deadline }) =>
      deadline === Infinity ? this.#leaveBy > now : locked && deadline > now,
    )
    for (const write of batch) if (!kept.includes(write)) write.reject(fault)
    this.#queue.unshift(...kept)
    this.#retries++
    // A short lock is everyday life with several processes; only what lasts is worth telling.
    if (!this.#trouble && (!locked || this.#retries > 20)) {
      this.#trouble = fault.toJSON()
      this.#onTrouble(this.#trouble)
    }
    if (this.#queue.length === 0) return
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined
        this.#commit()
      },
      locked ? Math.min(5 * this.#retries, 100) : 500,
    )
  }

  #recovered(): void {
    this.#retries = 0
    if (!this.#trouble) return
    this.#trouble = null
    this.#onTrouble(null)
  }
}
