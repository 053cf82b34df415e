import type { LogEntry } from '../../shared/contract.ts'
import { joinHidden, toLogRow, toShownRow, visibleCount, type Hidden } from './log-folds.ts'
import type { LogSource } from './log-lines.ts'

/** A log of which groups are folded away: of each the first line is shown. */
export class FoldedLines implements LogSource {
  readonly #log: LogSource
  /** The first line of each group that is folded, and its last one. */
  readonly #folds: ReadonlyMap<number, number>
  #hidden: Hidden[] = []
  #hiddenOf = -1
  readonly version: () => number
  readonly subscribe: (listener: () => void) => () => void

  constructor(log: LogSource, folds: ReadonlyMap<number, number>) {
    this.#log = log
    this.#folds = folds
    this.version = log.version
    this.subscribe = log.subscribe
  }

  get rows(): number {
    return visibleCount(this.#log.rows, this.#hiddenNow())
  }

  get isFollowed(): boolean {
    return this.#log.isFollowed
  }

  set isFollowed(isFollowed: boolean) {
    this.#log.isFollowed = isFollowed
  }

  rowOf = (sequence: number): number => toShownRow(this.#log.rowOf(sequence), this.#hiddenNow())
  sequenceAt = (row: number): number => this.#log.sequenceAt(toLogRow(row, this.#hiddenNow()))

  line(row: number): LogEntry | undefined {
    return this.#log.line(toLogRow(row, this.#hiddenNow()))
  }

  /** Rows shift where lines were not kept, so they are reckoned anew when the log has changed. */
  #hiddenNow(): readonly Hidden[] {
    if (this.#hiddenOf !== this.#log.version()) {
      this.#hiddenOf = this.#log.version()
      this.#hidden = joinHidden(
        Array.from(this.#folds, ([start, end]) => ({
          from: this.#log.rowOf(start) + 1,
          through: this.#log.rowOf(end),
        })),
      )
    }
    return this.#hidden
  }
}
