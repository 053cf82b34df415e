import type { Input, LogEntry } from '../../shared/contract.ts'
import type { FaultData } from '../../shared/fault.ts'
import type { LogSource } from './log-lines.ts'
import { isFinal, lastingFault } from './log-search.ts'

export type LineFilter = Pick<Input<'logs.list'>, 'levels' | 'text' | 'pattern' | 'ignoreCase'>
type Read = (part: Omit<Input<'logs.list'>, 'execution'>, signal: AbortSignal) => Promise<LogEntry[]>

/** Lines are asked for in parts of so many. */
const PART = 2000
/** So many lines are kept; of the others it is known which they are. */
const MOST_LINES = 20_000

/**
 * The lines of a run that pass a filter. The store looks through the whole log, part after part; what it found is
 * shown at once, and what the log grows by is looked through as it comes.
 */
export class FilteredLines implements LogSource {
  readonly #read: Read
  readonly #filter: LineFilter
  readonly #giveUp = new AbortController()
  readonly #listeners = new Set<() => void>()
  readonly #sequences: number[] = []
  /** Those that were read last; older ones are read again when they come in sight. */
  readonly #lines = new Map<number, LogEntry>()
  readonly #reading = new Set<number>()
  /** Lines that did not come when they were asked for: they are asked for again once the log grew. */
  readonly #missing = new Set<number>()
  #reached = 0
  #last = 0
  #looking: Promise<void> | undefined
  #version = 0
  isFollowed = false
  /** What kept it from going on. */
  fault: FaultData | null = null

  constructor(read: Read, filter: LineFilter) {
    this.#read = read
    this.#filter = filter
  }

  get rows(): number {
    return this.#sequences.length
  }

  /** The log was not yet looked through to its end, but it goes on. */
  get isLooking(): boolean {
    if (this.#looking) return true
    return this.fault === null && !this.#giveUp.signal.aborted && this.#reached < this.#last
  }

  readonly version = (): number => this.#version

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The row of the line, or of the first one after it. */
  rowOf = (sequence: number): number => {
    let [low, high] = [0, this.#sequences.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#sequences[middle]! < sequence) low = middle + 1
      else high = middle
    }
    return Math.max(0, Math.min(low, this.#sequences.length - 1))
  }

  sequenceAt = (row: number): number => this.#sequences[row] ?? 0

  line(row: number): LogEntry | undefined {
    const sequence = this.#sequences[row]
    if (sequence === undefined) return undefined
    const found = this.#lines.get(sequence)
    if (!found && !this.#missing.has(sequence)) void this.#readAround(row)
    return found
  }

  /** The log has grown to this line, or it may be looked through again where that was not possible before. */
  grow(last: number): void {
    if (last > this.#last) this.#missing.clear()
    this.#last = Math.max(last, this.#last)
    if (this.fault && isFinal(this.fault)) return
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
      this.#tell()
    })
  }

  /** Gives up what it is looking for. */
  close(): void {
    this.#giveUp.abort()
  }

  async #look(): Promise<void> {
    try {
      while (this.#reached < this.#last && !this.#giveUp.signal.aborted) {
        const through = this.#last
        const part = { ...this.#filter, after: this.#reached, through, limit: PART }
        const entries = await this.#read(part, this.#giveUp.signal)
        this.fault = null
        for (const entry of entries) {
          this.#sequences.push(entry.sequence)
          this.#keep(entry)
        }
        this.#reached = entries.length === PART ? entries.at(-1)!.sequence : through
        this.#tell()
      }
    } catch (thrown) {
      if (!this.#giveUp.signal.aborted) this.fault = lastingFault(thrown)
    }
  }

  async #readAround(row: number): Promise<void> {
    const place = Math.floor(row / PART)
    if (this.#reading.has(place)) return
    this.#reading.add(place)
    const [first, last] = [this.#sequences[place * PART]!, this.#sequences[(place + 1) * PART - 1]]
    const part = {
      ...this.#filter,
      after: first - 1,
      limit: PART,
      ...(last !== undefined && { through: last }),
    }
    try {
      for (const entry of await this.#read(part, this.#giveUp.signal)) this.#keep(entry)
      for (const sequence of this.#sequences.slice(place * PART, (place + 1) * PART))
        if (!this.#lines.has(sequence)) this.#missing.add(sequence)
      this.#tell()
    } catch {
      // It is read again when it comes in sight the next time.
    } finally {
      this.#reading.delete(place)
    }
  }

  #keep(entry: LogEntry): void {
    this.#lines.delete(entry.sequence)
    this.#lines.set(entry.sequence, entry)
    for (const old of this.#lines.keys()) {
      if (this.#lines.size <= MOST_LINES) break
      this.#lines.delete(old)
    }
  }

  #tell(): void {
    this.#version++
    for (const listener of this.#listeners) listener()
  }
}
