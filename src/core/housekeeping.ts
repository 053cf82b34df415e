import type { Clock } from './clock.ts'

/** Something that a host does again and again. */
export interface Chore {
  /** Milliseconds until its first time, and from its end to the next. */
  first: number
  every: number
  run(signal: AbortSignal): Promise<unknown>
}

/** Does chores when they are due, each for itself; a failed one is told and tried again at its next time. */
export class Housekeeping {
  readonly #clock: Clock
  readonly #onTrouble: (thrown: unknown) => void
  readonly #due = new Map<Chore, number>()
  readonly #running = new Set<Promise<unknown>>()
  readonly #stopping = new AbortController()

  constructor(clock: Clock, onTrouble: (thrown: unknown) => void) {
    this.#clock = clock
    this.#onTrouble = onTrouble
  }

  add(chores: Chore[]): void {
    for (const chore of chores) this.#due.set(chore, this.#clock.awake() + chore.first)
  }

  /** Begins what is due. */
  look(): void {
    const now = this.#clock.awake()
    for (const [chore, due] of this.#due) if (due <= now) this.#do(chore)
  }

  #do(chore: Chore): void {
    this.#due.set(chore, Infinity)
    const done = chore
      .run(this.#stopping.signal)
      .catch(this.#onTrouble)
      .finally(() => {
        this.#running.delete(done)
        if (!this.#stopping.signal.aborted) this.#due.set(chore, this.#clock.awake() + chore.every)
      })
    this.#running.add(done)
  }

  /** Begins nothing more; resolves when what runs has ended, which it is asked to. */
  async close(): Promise<void> {
    this.#due.clear()
    this.#stopping.abort()
    await Promise.all(this.#running)
  }
}
