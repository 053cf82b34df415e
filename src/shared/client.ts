import type { EventName, Events, Input, Output, Reply, RequestName } from './contract.ts'
import { Fault } from './fault.ts'

/** A transport of the contract: in memory, over IPC, a socket or HTTP. */
export interface Bridge {
  /** Never rejects: a fault is a reply. */
  request(name: string, input: unknown): Promise<Reply<unknown>>
  /** Calls the listener with every event until the returned function is called. */
  subscribe(listener: (name: EventName, event: unknown) => void): () => void
}

export interface Client {
  /** Asks the deck. Rejects with a `Fault`. */
  request<N extends RequestName>(name: N, input: Input<N>): Promise<Output<N>>
  /** Listens to one kind of event; returns the function that stops it. */
  on<N extends EventName>(name: N, listener: (event: Events[N]) => void): () => void
}

/** A typed client over any transport. */
export function createClient(bridge: Bridge): Client {
  return {
    async request(name, input) {
      const reply = await bridge.request(name, input)
      if (reply.ok) return reply.data as Output<typeof name>
      throw new Fault(reply.fault.code, reply.fault.message, reply.fault.data && { data: reply.fault.data })
    },
    on(wanted, listener) {
      return bridge.subscribe((name, event) => {
        if (name === wanted) listener(event as Events[typeof wanted])
      })
    },
  }
}
