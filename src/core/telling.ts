/** The work behind the channels, done where somebody listens. */
import type { Clock } from './clock.ts'
import type { Claimed } from './store/claim.ts'
import type { Store } from './store/store.ts'
import {
  channels,
  type TelemetryClose,
  type TelemetryQueue,
  type TelemetryRun,
  type TelemetryStart,
} from './telemetry.ts'

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
