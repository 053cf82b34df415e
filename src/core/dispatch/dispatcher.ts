import { availableParallelism } from 'node:os'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { toFault } from '../../shared/fault.ts'
import type { Clock } from '../clock.ts'
import type { Definition, Lane } from '../definition.ts'
import type { Ready } from '../store/claim.ts'
import type { Store } from '../store/store.ts'
import { ActiveExecution, type ExecutionParts } from './execution.ts'
import type { Stopping } from './outcome.ts'

/** To ask the system means to read files, and a claim asks each time. */
const PARALLELISM = availableParallelism()

/** How many executions of each lane may be open at once, over all hosts of the deck. */
export const DEFAULT_SLOTS: Record<Lane, number> = { inline: 100, thread: PARALLELISM, process: PARALLELISM }

export interface DispatcherOptions {
  /** `plans` tells whether this host also runs what belongs to nobody. */
  host: { id: string; plans: () => boolean; mayCatchUp: () => boolean }
  /** Asked for with each claim: they may be set otherwise at any time, in any program. */
  slots: () => Record<Lane, number>
  clock: Clock
  store: Store
  /** Whether this host can run the definition at all. */
  fit(definition: Definition): boolean
  ready: Ready
}

/** Claims what is due, runs it, and acts on the stops that are stored. */
export class Dispatcher {
  readonly #options: DispatcherOptions
  readonly #parts: ExecutionParts
  readonly #active = new Map<number, ActiveExecution>()
  #claiming: Promise<void> | undefined
  #again = false
  /** Whether something is due that there was no room for: a slot that becomes free is of use to it. */
  #leftWaiting = true
  #closed = false
  #cancelAlarm: () => void = () => {}

  constructor(options: DispatcherOptions, parts: ExecutionParts) {
    this.#options = options
    this.#parts = parts
  }

  /** Something may have become due, or a slot free. */
  wake(): void {
    this.#again = true
    this.#claiming ??= this.#claimWhileNeeded().finally(() => {
      this.#claiming = undefined
      if (this.#again && !this.#closed) this.wake()
    })
  }

  async #claimWhileNeeded(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false
      try {
        await this.#claim()
      } catch (thrown) {
        if (!this.#closed) this.#parts.hub.emit('trouble', { fault: toFault(thrown).toJSON() })
      }
    }
  }

  async #claim(): Promise<void> {
    const { store, host, slots, clock, fit, ready } = this.#options
    // While the disk is full or the database locked this waits: nothing is claimed, and what runs goes on.
    const claimed = await store.write(
      () => {
        if (this.#closed) return undefined
        // Whatever woke it until now is seen by this very look; but for what waits for a commit of its own.
        if (!store.isWriting()) this.#again = false
        const now = clock.now()
        store.pauses.expire(now)
        store.executions.expire(now)
        const self = { id: host.id, plans: host.plans(), mayCatchUp: host.mayCatchUp, now }
        return store.executions.claim(self, slots(), fit, ready)
      },
      { patient: true, last: true },
    )
    if (!claimed) return
    this.#leftWaiting = claimed.more // before any of them can end
    // At once: a stop that is stored from now on finds it.
    for (const execution of claimed.executions) {
      let gaveWay = false
      // What takes its place is claimed with the same commit.
      const giveWay = () => {
        if (this.#leftWaiting && !gaveWay) this.wake()
        gaveWay = this.#leftWaiting
      }
      const active = new ActiveExecution(this.#parts, execution, giveWay)
      this.#active.set(execution.id, active)
      const forget = () => {
        this.#active.delete(execution.id)
        giveWay()
      }
      void active.done.then(forget, forget)
    }
    this.#wakeWhenDue()
  }

  #wakeWhenDue(): void {
    const { store, clock } = this.#options
    this.#cancelAlarm()
    if (this.#closed) return
    const now = clock.now()
    const times = [store.executions.nextChange(), store.pauses.nextChange(now)].filter(
      (time) => time !== null,
    )
    if (times.length === 0) return
    this.#cancelAlarm = clock.at(Math.min(...times), () => this.wake())
  }

  /** Daemons end with their host: nobody waits for them. */
  interruptDaemons(): void {
    for (const active of this.#active.values()) if (active.isDaemon) active.stop('interrupted')
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

  /** Resolves when nothing is left here that runs, or that is due and could be begun. */
  async drain(): Promise<void> {
    for (;;) {
      this.wake()
      await this.#claiming
      if (this.#active.size === 0) return
      await this.#allEnded()
    }
  }

  /**
   * Resolves when nothing moves by itself: nothing is claimed, prepared or stored, and what runs is inside its handler.
   * For tests, which then let time pass.
   */
  async rest(): Promise<void> {
    const moves = () =>
      this.#claiming !== undefined ||
      this.#options.store.isWriting() ||
      [...this.#active.values()].some((active) => !active.isInHandler)
    // A handler that ends by itself needs a turn to be noticed.
    for (let quiet = 0; quiet < 2; quiet = moves() ? 0 : quiet + 1) await nextTurn()
  }

  /**
   * Begins nothing more, and asks what runs to end because its host goes; it has its grace. Resolves when all has
   * ended.
   */
  async close(): Promise<void> {
    this.#closed = true
    this.#cancelAlarm()
    await nextTurn() // what was claimed by the last commit is active now
    this.#options.store.hurry()
    for (const active of this.#active.values()) active.stop('interrupted')
    await this.#allEnded()
  }

  async #allEnded(): Promise<void> {
    while (this.#active.size > 0) await Promise.allSettled([...this.#active.values()].map(({ done }) => done))
  }
}
