import { availableParallelism } from 'node:os'
import { toFault } from '../../shared/fault.ts'
import type { Clock } from '../clock.ts'
import type { Definition, Lane } from '../definition.ts'
import type { Store } from '../store/store.ts'
import { ActiveExecution, type ExecutionParts } from './execution.ts'
import type { Stopping } from './outcome.ts'

/** How many executions of each lane may be open at once, over all hosts of the deck. */
export const defaultSlots = (): Record<Lane, number> => ({
  inline: 100,
  thread: availableParallelism(),
  process: availableParallelism(),
})

/** Between two looks at what is due, in ms. */
const LONGEST_WAIT = 30_000

export interface DispatcherOptions {
  /** `plans` tells whether this host also runs what belongs to nobody. */
  host: { id: string; plans: () => boolean }
  slots: Record<Lane, number>
  clock: Clock
  store: Store
  /** Whether this host can run the definition at all. */
  fit(definition: Definition): boolean
}

/** Claims what is due, runs it, and acts on the stops that are stored. */
export class Dispatcher {
  readonly #options: DispatcherOptions
  readonly #parts: ExecutionParts
  readonly #active = new Map<number, ActiveExecution>()
  #claiming = false
  #again = false
  #closed = false
  #cancelAlarm: () => void = () => {}

  constructor(options: DispatcherOptions, parts: ExecutionParts) {
    this.#options = options
    this.#parts = parts
  }

  /** Something may have become due, or a slot free. */
  wake(): void {
    this.#again = true
    if (this.#claiming || this.#closed) return
    this.#claiming = true
    void this.#claim()
      .catch((thrown: unknown) => {
        if (!this.#closed) this.#parts.hub.emit('trouble', { fault: toFault(thrown).toJSON() })
      })
      .finally(() => {
        this.#claiming = false
        if (this.#again) this.wake()
      })
  }

  async #claim(): Promise<void> {
    this.#again = false
    const { store, host, slots, clock, fit } = this.#options
    // While the disk is full or the database locked this waits: nothing is claimed, and what runs goes on.
    const claimed = await store.write(
      () => {
        const now = clock.now()
        store.pauses.expire(now)
        const expired = store.executions.expire(now)
        const taken = store.executions.claim({ id: host.id, plans: host.plans(), now }, slots, fit)
        return { expired, taken }
      },
      { patient: true },
    )
    for (const id of claimed.expired) this.#parts.hub.emit('execution', store.executions.find(id)!)
    for (const execution of claimed.taken) {
      const active = new ActiveExecution(this.#parts, execution)
      this.#active.set(execution.id, active)
      const forget = () => {
        this.#active.delete(execution.id)
        this.wake()
      }
      void active.done.then(forget, forget)
    }
    this.actOnStops()
    this.#wakeWhenDue()
  }

  /** Planned times are wall clock, which may jump: so it is looked at again after a while, however far they are. */
  #wakeWhenDue(): void {
    const { store, clock } = this.#options
    this.#cancelAlarm()
    const now = clock.now()
    const times = [store.executions.nextChange(), store.pauses.nextChange(now)].filter(
      (time) => time !== null,
    )
    if (times.length === 0) return
    const wait = Math.max(0, Math.min(...times) - now)
    this.#cancelAlarm = clock.after(Math.min(wait, LONGEST_WAIT), () => this.wake())
  }

  /** Stops what runs here; false where it does not. */
  stop(id: number, force: boolean): boolean {
    const active = this.#active.get(id)
    active?.stop('cancelled', force)
    return active !== undefined
  }

  /** Acts on the stops that any process has asked for. */
  actOnStops(): void {
    if (this.#active.size === 0) return
    for (const { id, reason, force } of this.#options.store.executions.stopRequests(this.#options.host.id)) {
      this.#active.get(id)?.stop(reason as Stopping['reason'], force)
    }
  }

  /**
   * Claims nothing more and waits for what runs.
   * @param interrupt asks what runs to end, because its host goes; it has its grace
   */
  async close(interrupt: boolean): Promise<void> {
    this.#closed = true
    this.#cancelAlarm()
    if (interrupt) {
      this.#options.store.hurry()
      for (const active of this.#active.values()) active.stop('interrupted')
    }
    while (this.#active.size > 0) await Promise.allSettled([...this.#active.values()].map(({ done }) => done))
  }
}
