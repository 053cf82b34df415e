import { batchOf, gather, isNothing, nothing } from '../shared/batch.ts'
import type { Batch, Watch } from '../shared/watch.ts'
import type { Clock } from './clock.ts'
import type { Hub } from './events.ts'

/** From one batch to the next, in ms. */
const INTERVAL = 100

/**
 * Tells what happens, batch by batch: the next one at the earliest 100 ms after the one before, and not before `take`
 * is done with that one. What happens meanwhile is merged. Ends with the batch that says `closed`, which waits for
 * nobody.
 * @returns the function that ends it
 */
export function watch(
  { hub, clock }: { hub: Hub; clock: Clock },
  what: Watch,
  take: (batch: Batch) => unknown,
): () => void {
  let gathered = nothing(what)
  let next = -Infinity
  let cancelTimer: (() => void) | undefined
  let isTaking = false

  const unsubscribe = hub.subscribe((name, event) => {
    gather(gathered, name, event as never)
    plan()
  })

  function plan(): void {
    if (gathered.closed) void deliver()
    if (isTaking || isNothing(gathered)) return
    // What comes in the same turn goes into the same batch.
    cancelTimer ??= clock.after(Math.max(0, next - clock.awake()), () => void deliver())
  }

  async function deliver(): Promise<void> {
    cancelTimer?.()
    cancelTimer = undefined
    const batch = batchOf(gathered)
    gathered = nothing(what)
    if (batch.closed) unsubscribe()
    isTaking = true
    next = clock.awake() + INTERVAL
    try {
      await take(batch)
    } catch (thrown) {
      process.emitWarning(thrown instanceof Error ? thrown : String(thrown), { code: 'JOBDECK_LISTENER' })
    }
    isTaking = false
    plan()
  }

  return () => {
    unsubscribe()
    cancelTimer?.()
    gathered = nothing(what)
  }
}
