/** How many are kept ready, and for how many milliseconds after the last one was taken. */
const SIZE = 2
const IDLE_TIME = 60_000
/** Starting another one takes time from the run that was just given one: it may begin first. In ms. */
const REFILL_DELAY = 100

export interface Kind<T> {
  /** Starts one; it need not be ready yet. It must not keep the process alive until it is taken. */
  start(): T
  /** Whether it has started; where that cannot be told, none counts as ready. */
  isReady?(item: T): boolean
  /** Whether it can still be used. */
  isAlive(item: T): boolean
  discard(item: T): void
}

/**
 * Places to run modules in, started before they are needed: starting one takes longer than most of what engines do.
 * Each is used once. None is kept before the first is asked for, nor long after the last.
 */
export class Stock<T> {
  readonly #kind: Kind<T>
  readonly #items: T[] = []
  #idle: NodeJS.Timeout | undefined
  #refill: NodeJS.Timeout | undefined
  #closed = false

  constructor(kind: Kind<T>) {
    this.#kind = kind
  }

  /** How many would be ready at once. */
  get ready(): number {
    return this.#items.filter((item) => this.#kind.isAlive(item) && this.#kind.isReady?.(item)).length
  }

  take(): T {
    const item = this.#items.shift()
    this.#refill ??= setTimeout(() => this.#fill(), REFILL_DELAY).unref()
    if (item === undefined) return this.#kind.start()
    return this.#kind.isAlive(item) ? item : this.take()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#refill)
    this.#empty()
  }

  #fill(): void {
    this.#refill = undefined
    if (this.#closed) return
    try {
      while (this.#items.length < SIZE) this.#items.push(this.#kind.start())
    } catch (thrown) {
      // The system has no room for more: what needs one tries itself, and is told.
      process.emitWarning(String(thrown), { code: 'JOBDECK_STOCK' })
    }
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => this.#empty(), IDLE_TIME).unref()
  }

  #empty(): void {
    clearTimeout(this.#idle)
    for (const item of this.#items.splice(0)) this.#kind.discard(item)
  }
}
