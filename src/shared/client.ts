import type { EventName, Events, Input, Output, Reply, RequestName } from './contract.ts'
import { Fault } from './fault.ts'
import type { Batch, Watch } from './watch.ts'

/** A transport of the contract: in memory, over IPC, a socket or HTTP. */
export interface Bridge {
  /**
   * Never rejects: a fault is a reply.
   * @param signal aborted when nobody waits for the answer any more; what it has changed by then stays changed
   */
  request(name: string, input: unknown, signal?: AbortSignal): Promise<Reply<unknown>>
  /** Calls the listener with every event until the returned function is called. */
  subscribe(listener: (name: EventName, event: unknown) => void): () => void
  /** As `Client.watch`. */
  watch(what: unknown, take: (batch: Batch) => unknown): () => void
}

/** Asks a deck and listens to it, wherever the deck is open. */
export interface Client {
  /**
   * Asks the deck. Rejects with a `Fault`.
   * @param signal gives the request up, which then rejects with `cancelled`; what it has changed by then stays changed
   */
  request<N extends RequestName>(name: N, input: Input<N>, signal?: AbortSignal): Promise<Output<N>>
  /** Listens to one kind of event; returns the function that stops it. */
  on<N extends EventName>(name: N, listener: (event: Events[N]) => void): () => void
  /**
   * Tells what happens to an execution, to jobs, or to all: at most some ten batches a second, each with the latest of
   * everything since the one before. The next one comes once the listener is done, and its promise resolved: who is
   * slow gets fewer batches, not a queue. Batches are hints; how things are is to be asked. Only the last one, with
   * `closed`, waits for nobody.
   * @param listener gets a batch with `closed` where nothing more will come, or `what` cannot be watched
   * @returns the function that stops it
   */
  watch(what: Watch, listener: (batch: Batch) => unknown): () => void
}

/** A typed client over any transport. It subscribes once, while anybody listens. */
export function createClient(bridge: Bridge): Client {
  const listeners = new Map<EventName, Set<(event: never) => void>>()
  let unsubscribe: (() => void) | undefined
  const tell = (name: EventName, event: unknown) => {
    const failures: unknown[] = []
    for (const listener of Array.from(listeners.get(name) ?? [])) {
      try {
        listener(event as never)
      } catch (thrown) {
        failures.push(thrown) // the others are told all the same
      }
    }
    if (failures.length > 0) throw failures.length === 1 ? failures[0] : new AggregateError(failures)
  }
  return {
    async request(name, input, signal) {
      const reply = await bridge.request(name, input, signal)
      if (reply.ok) return reply.data as Output<typeof name>
      throw new Fault(reply.fault.code, reply.fault.message, reply.fault.data && { data: reply.fault.data })
    },
    on(name, listener) {
      const own = (event: Events[typeof name]) => listener(event) // the same one may listen twice
      const others = listeners.get(name)
      if (others) others.add(own)
      else listeners.set(name, new Set([own]))
      unsubscribe ??= bridge.subscribe(tell)
      return () => {
        const left = listeners.get(name)
        left?.delete(own)
        if (left?.size === 0) listeners.delete(name)
        if (listeners.size > 0) return
        unsubscribe?.()
        unsubscribe = undefined
      }
    },
    watch: (what, listener) => bridge.watch(what, listener),
  }
}
