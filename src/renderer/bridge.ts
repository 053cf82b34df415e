/** A bridge that outlives its connections: who watches something goes on watching it on the next one. */
import { unpack } from '../shared/batch.ts'
import type { Bridge } from '../shared/client.ts'
import { Fault } from '../shared/fault.ts'
import { ending, remote, type Channel, type Remote } from '../shared/rpc.ts'
import type { Batch } from '../shared/watch.ts'

export type Connection = 'connecting' | 'online' | 'offline' | 'link-needed'

export interface Lasting extends Bridge {
  /** Tries at once, where it would only try later. */
  hurry(): void
}

/** Waits between tries, in ms. */
const FIRST_WAIT = 250
const LONGEST_WAIT = 5000

interface Watcher {
  what: unknown
  take: (batch: Batch) => unknown
  stop: (() => void) | undefined
}

/**
 * @param connect rejects where nobody can be reached, with `needsLink` where trying again alone does not help
 * @param tell is told how it stands, each time that changes
 */
export function createLasting(
  connect: () => Promise<Channel>,
  tell: (connection: Connection) => void,
): Lasting {
  const watchers = new Set<Watcher>()
  let current: Remote | undefined
  let first = Promise.withResolvers<void>()
  let hurry = () => {}

  async function keepConnected(): Promise<never> {
    let wait = FIRST_WAIT
    /** Whether something may have happened, or been refused, while nobody could be reached. */
    let wasAway = false
    for (;;) {
      try {
        current = remote(await connect(), report)
        wait = FIRST_WAIT
        tell('online')
        first.resolve()
        for (const watcher of watchers) begin(watcher, wasAway)
        await current.ended
        tell('offline')
      } catch (thrown) {
        tell((thrown as { needsLink?: boolean }).needsLink ? 'link-needed' : 'offline')
        first.resolve() // what waits is refused rather than kept for when nobody remembers it
      }
      current = undefined
      wasAway = true
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, wait)
        hurry = () => (clearTimeout(timer), resolve())
      })
      wait = Math.min(wait * 2, LONGEST_WAIT)
    }
  }

  function begin(watcher: Watcher, isAgain: boolean): void {
    watcher.stop = current?.watch(watcher.what, (batch) => {
      if (batch.closed?.code === 'disconnected') return undefined // it goes on with the next connection
      return watcher.take(batch)
    })
    // Whatever happened in between was told to nobody.
    if (isAgain) void watcher.take({ ...NOTHING, stale: true })
  }

  const bridge: Lasting = {
    hurry: () => hurry(),
    async request(name, input, signal) {
      await first.promise
      if (current) return current.request(name, input, signal)
      const fault = new Fault('disconnected', 'nothing was done: the connection to Jobdeck is lost')
      return { ok: false, fault: fault.toJSON() }
    },
    watch(what, take) {
      const watcher: Watcher = { what, take, stop: undefined }
      watchers.add(watcher)
      if (current) begin(watcher, false)
      return () => {
        watchers.delete(watcher)
        watcher.stop?.()
      }
    },
    subscribe: (listener) => bridge.watch({ all: true }, (batch) => unpack(batch, listener)),
  }
  void keepConnected()
  return bridge
}

const { closed: _, ...NOTHING } = ending({ code: 'closed', message: '' })

const report = (thrown: unknown) =>
  queueMicrotask(() => {
    throw thrown // into the console, and to whoever watches for errors of the page
  })
