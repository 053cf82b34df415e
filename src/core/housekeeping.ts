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
  readonly #timers = new Map<Chore, () => void>()
  readonly #running = new Set<Promise<unknown>>()
  readonly #stopping = new AbortController()

  constructor(clock: Clock, onTrouble: (thrown: unknown) => void) {
    this.#clock = clock
    this.#onTrouble = onTrouble
  }

  add(chores: Chore[]): void {
    for (const chore of chores) this.#doAfter(chore.first, chore)
  }

  #doAfter(milliseconds: number, chore: Chore): void {
    this.#timers.set(
      chore,
      this.#clock.after(milliseconds, () => this.#do(chore), { background: true }),
    )
  }

  #do(chore: Chore): void {
    const done = chore
      .run(this.#stopping.signal)
      .catch(this.#onTrouble)
      .finally(() => {
        this.#running.delete(done)
        if (!this.#stopping.signal.aborted) this.#doAfter(chore.every, chore)
      })
    this.#running.add(done)
  }

  /** Resolves when nothing of it runs. */
  async rest(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  /** Begins nothing more; resolves when what runs has ended, which it is asked to. */
  async close(): Promise<void> {
    for (const cancel of this.#timers.values()) cancel()
    this.#stopping.abort()
    await Promise.all(this.#running)
  }
}
