/**
 * What the engine tells of its work through `node:diagnostics_channel`. Where nobody has subscribed to a channel, nothing
 * is made for it. Several decks of one process share the channels; each message names its deck.
 */
import { channel } from 'node:diagnostics_channel'
import type { Claimed } from './store/claim.ts'
import type { Clock } from './clock.ts'
import type { Store } from './store/store.ts'
import type { FinalStatus, Level, Mode, Trigger } from '../shared/contract.ts'

/** A run, as the channels name it. */
export interface TelemetryRun {
  /** The path of the database. */
  readonly deck: string
  /** The number of the run. */
  readonly execution: number
  readonly jobId: string
  readonly jobName: string
  /** A path, `a/b/c`. */
  readonly category: string | null
  readonly mode: Mode
  readonly trigger: Trigger
  /** 1 for the first attempt. */
  readonly attempt: number
}

/** A handler begins. */
export interface TelemetryStart {
  readonly run: TelemetryRun
  /** Milliseconds since 1970, UTC. */
  readonly time: number
  /** From when it was due until now, in ms. */
  readonly queueWait: number
  /**
   * Calls the handler, or has it called. A subscriber can put a function of its own around it, such as one that enters
   * an asynchronous context; what it puts there must call the one before, once, before it returns.
   */
  begin: () => void
}

/** A run has ended, and that is stored. One that never began, since it was stopped before or could not be run, had no start. */
export interface TelemetryEnd {
  readonly run: TelemetryRun
  readonly time: number
  readonly status: FinalStatus
  /** Milliseconds of awake time since its handler began; null where it never did. */
  readonly duration: number | null
  /** Name and message; null where it did not fail. */
  readonly error: { readonly name: string; readonly message: string } | null
  /** Whether another attempt was queued. */
  readonly isRetried: boolean
}

/** A run has logged an entry. */
export interface TelemetryLog {
  readonly deck: string
  readonly execution: number
  readonly jobId: string
  readonly sequence: number
  readonly time: number
  readonly level: Level
  /** As it will be stored: secrets are masked. */
  readonly message: string
  /** JSON text of an object. */
  readonly fields: string | null
}

/** A transaction was committed. */
export interface TelemetryCommit {
  readonly deck: string
  /** Milliseconds from its begin to its end. */
  readonly duration: number
  /** How many writes shared it. */
  readonly writes: number
}

/** How many runs of the deck, of all its hosts, are in each of the open statuses; told when it has changed, once a second at most. */
export interface TelemetryQueue {
  readonly deck: string
  readonly queued: number
  readonly initializing: number
  readonly running: number
}

/** A deck was closed: nothing more is told of it. */
export interface TelemetryClose {
  readonly deck: string
}

/** The channels, under the names by which `diagnostics_channel.subscribe` finds them too. */
export const channels = {
  start: channel('jobdeck:execution:start'),
  end: channel('jobdeck:execution:end'),
  log: channel('jobdeck:log'),
  commit: channel('jobdeck:commit'),
  queue: channel('jobdeck:queue'),
  close: channel('jobdeck:close'),
}

/** How long after a change the queue is counted, in ms: that reads a row per job. */
const QUEUE_INTERVAL = 1000

/** What the channels say a run is. */
export function runOf(store: Store, { id, jobId, jobName, definition, ...rest }: Claimed): TelemetryRun {
  const { trigger, attempt } = rest
  const category = store.jobs.categoryOf(jobId)
  return {
    deck: store.file,
    execution: id,
    jobId,
    jobName,
    category,
    mode: definition.mode,
    trigger,
    attempt,
  }
}

/** Tells that a handler begins, and begins it, in whatever the subscribers put around that. */
export function tellBegin(run: TelemetryRun, time: number, dueAt: number, begin: () => void): void {
  let begun = false
  const once = () => {
    if (begun) return
    begun = true
    begin()
  }
  const message: TelemetryStart = { run, time, queueWait: Math.max(0, time - dueAt), begin: once }
  channels.start.publish(message)
  try {
    message.begin()
  } catch (thrown) {
    process.emitWarning(String(thrown), { code: 'JOBDECK_TELEMETRY' })
  }
  once() // whatever a subscriber does: the run is running
}

/** Tells how long the queue is, soon after it has changed. */
export class QueueTeller {
  readonly #clock: Clock
  readonly #count: () => TelemetryQueue
  #cancel: (() => void) | undefined
  #closed = false

  constructor(clock: Clock, count: () => TelemetryQueue) {
    this.#clock = clock
    this.#count = count
  }

  changed(): void {
    if (this.#cancel || this.#closed || !channels.queue.hasSubscribers) return
    const tell = () => {
      this.#cancel = undefined
      try {
        channels.queue.publish(this.#count())
      } catch {
        // A database that cannot be read is told of elsewhere.
      }
    }
    this.#cancel = this.#clock.after(QUEUE_INTERVAL, tell, { background: true })
  }

  close(deck: string): void {
    this.#closed = true
    this.#cancel?.()
    if (channels.close.hasSubscribers) channels.close.publish({ deck } satisfies TelemetryClose)
  }
}
