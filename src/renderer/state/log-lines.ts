import type { Input, LogEntry } from '../../shared/contract.ts'
import { rowCount, rowOf, sequenceAt, type Dropped } from './log-rows.ts'

type Part = Omit<Input<'logs.list'>, 'execution'>

/** Lines are read in parts of so many. */
const PART = 200
/** So many parts are kept; of others it is known where they are. */
const MOST_PARTS = 60

/** Lines in rows, as whoever shows them needs them. */
export interface LogSource {
  readonly rows: number
  isFollowed: boolean
  version: () => number
  subscribe: (listener: () => void) => () => void
  /** The row in which a line stands, or would stand. */
  rowOf: (sequence: number) => number
  sequenceAt: (row: number) => number
  /** Undefined where it was not read yet: it is read then, and told. */
  line(row: number): LogEntry | undefined
}

/**
 * The log of one run, of any length: what is in sight is read, the rest is known by its numbers. Whoever shows it is
 * told at most once a frame.
 */
export class LogLines implements LogSource {
  readonly #read: (part: Part) => Promise<LogEntry[]>
  /** By their place; those that were used last come last. */
  readonly #parts = new Map<number, Map<number, LogEntry>>()
  readonly #reading = new Map<number, Promise<void>>()
  /** How long the log was when a part was read: what did not come then is asked for again once it grew. */
  readonly #readAt = new Map<number, number>()
  readonly #listeners = new Set<() => void>()
  #last = 0
  #dropped: Dropped | undefined
  #version = 0
  #isPainting = false
  /** The end is in sight: it is read before it is shown, so that no row is ever empty. */
  isFollowed = true

  constructor(read: (part: Part) => Promise<LogEntry[]>) {
    this.#read = read
  }

  get rows(): number {
    return rowCount(this.#last, this.#dropped)
  }

  /** Changes whenever anything does that is shown. */
  readonly version = (): number => this.#version

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The number of the last line. */
  get last(): number {
    return this.#last
  }

  rowOf = (sequence: number): number => rowOf(sequence, this.#dropped)
  sequenceAt = (row: number): number => sequenceAt(row, this.#dropped)

  /** The line in a row, as far as it was read; what is missing is read, and told then. */
  line(row: number): LogEntry | undefined {
    const sequence = sequenceAt(row, this.#dropped)
    const place = Math.floor((sequence - 1) / PART)
    const found = this.#parts.get(place)?.get(sequence)
    if (!found && !this.#reading.has(place) && this.#readAt.get(place) !== this.#last)
      this.#readPart(place).catch(() => {}) // it is read when it is drawn the next time
    return found
  }

  /** The log has grown to this line. */
  async grow(last: number): Promise<void> {
    if (last <= this.#last) return
    if (this.isFollowed) {
      const end = Math.floor((last - 1) / PART)
      await Promise.all(
        [end - 1, end].filter((place) => place >= 0).map((place) => this.#readPart(place, last)),
      )
    }
    this.#last = Math.max(this.#last, last)
    this.#tell()
  }

  /** Reads what is missing of a part. */
  async #readPart(place: number, last = this.#last): Promise<void> {
    const from = place * PART + 1
    const through = Math.min((place + 1) * PART, last)
    const part = this.#parts.get(place) ?? new Map<number, LogEntry>()
    const after = Math.max(from - 1, ...part.keys())
    if (after >= through) return
    const reading = this.#fill(part, after, through).finally(() => this.#reading.delete(place))
    this.#reading.set(place, reading)
    await reading
    this.#readAt.set(place, last)
    this.#parts.delete(place)
    this.#parts.set(place, part)
    for (const old of this.#parts.keys()) {
      if (this.#parts.size <= MOST_PARTS) break
      this.#parts.delete(old)
      this.#readAt.delete(old)
    }
    this.#tell()
  }

  async #fill(part: Map<number, LogEntry>, after: number, through: number): Promise<void> {
    const entries = await this.#read({ after, through, limit: PART })
    for (const entry of entries) part.set(entry.sequence, entry)
    // Numbers are missing where lines were not kept: the row that stands for them is right before.
    const isWhole = entries.length === through - after
    if (!isWhole && !entries.some((entry) => this.#learn(entry)))
      for (const entry of await this.#read({ before: after + 1, newestFirst: true, limit: 1 }))
        this.#learn(entry)
  }

  #learn({ sequence, droppedThrough }: LogEntry): boolean {
    if (droppedThrough === null) return false
    this.#dropped = { from: sequence, through: droppedThrough }
    return true
  }

  #tell(): void {
    if (this.#isPainting) return
    this.#isPainting = true
    requestAnimationFrame(() => {
      this.#isPainting = false
      this.#version++
      for (const listener of this.#listeners) listener()
    })
  }
}
