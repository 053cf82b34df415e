import type { EventName, Events } from '../shared/contract.ts'

type Listener = (name: EventName, event: Events[EventName]) => void

/** Who wants to know what a deck does. A listener that throws is reported and harms nobody else. */
export class Hub {
  readonly #listeners = new Set<Listener>()

  emit<N extends EventName>(name: N, event: Events[N]): void {
    Object.freeze(event) // all who listen share it
    for (const listener of this.#listeners) {
      try {
        listener(name, event)
      } catch (thrown) {
        process.emitWarning(thrown instanceof Error ? thrown : String(thrown), { code: 'JOBDECK_LISTENER' })
      }
    }
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  on<N extends EventName>(wanted: N, listener: (event: Events[N]) => void): () => void {
    return this.subscribe((name, event) => {
      if (name === wanted) listener(event as Events[N])
    })
  }
}
