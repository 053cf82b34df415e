/**
 * Which entries of a log are kept: the first tenth of a limit in lines and in bytes, and the last that fit beside it.
 * So nothing is left out of a log that stays within its limits.
 */
export class LogWindow {
  readonly #headLines: number
  /** What the head may still take. */
  #headBytes: number
  /** What is left for the tail. */
  #tailLines: number
  #tailBytes: number
  /** Sizes of the kept entries of the tail, oldest first, from `#first` on. */
  #sizes: number[] = []
  #first = 0
  #bytes = 0
  #headClosed = false
  #headKept = 0
  #headLast = 0
  #last = 0

  /** @param lines at least 10; @param bytes at least 10 */
  constructor(lines: number, bytes: number) {
    this.#headLines = Math.floor(lines / 10)
    this.#headBytes = Math.floor(bytes / 10)
    this.#tailLines = lines
    this.#tailBytes = bytes
  }

  /** Counts one more entry; returns its sequence number. */
  add(bytes: number): number {
    this.#last++
    if (!this.#headClosed && this.#last <= this.#headLines && bytes <= this.#headBytes) {
      this.#headLast = this.#last
      this.#headBytes -= bytes
      this.#headKept += bytes
      this.#tailLines--
      this.#tailBytes -= bytes
      return this.#last
    }
    this.#headClosed = true
    this.#sizes.push(bytes)
    this.#bytes += bytes
    // The newest entry is always kept, however large it is.
    while (this.#kept > 1 && (this.#kept > this.#tailLines || this.#bytes > this.#tailBytes)) {
      this.#bytes -= this.#sizes[this.#first++]!
    }
    if (this.#first > 1000 && this.#first > this.#sizes.length / 2) {
      this.#sizes = this.#sizes.slice(this.#first)
      this.#first = 0
    }
    return this.#last
  }

  get #kept(): number {
    return this.#sizes.length - this.#first
  }

  /** Bytes of the entries that are kept. */
  get bytes(): number {
    return this.#headKept + this.#bytes
  }

  /** How many entries there were. */
  get last(): number {
    return this.#last
  }

  /** The entries that are no longer kept, as one range, or undefined. */
  get dropped(): { from: number; through: number } | undefined {
    const through = this.#headClosed ? this.#last - this.#kept : this.#headLast
    return through > this.#headLast ? { from: this.#headLast + 1, through } : undefined
  }
}
