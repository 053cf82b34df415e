/**
 * The contract over any duplex of messages: a socket, a MessagePort, IPC, a WebSocket. One end serves a bridge, the
 * other end is a bridge. Every message belongs to a conversation, which the client opens under a new number.
 */
import type { Bridge } from './client.ts'
import type { Reply } from './contract.ts'
import { unpack } from './batch.ts'
import { Fault, toFault, type FaultData } from './fault.ts'
import type { Batch } from './watch.ts'

/** What carries messages, in order. */
export interface Channel {
  /** @throws Fault where the message cannot be sent as it is; then nothing is sent. Without effect once it has ended */
  send(message: Message): void
  /** Calls back with each message, and once when no more will come. A later call takes the place of an earlier one. */
  receive(onMessage: (message: unknown) => void, onEnd: (fault: FaultData) => void): void
  /** Asks to be given nothing for a while: whoever sends waits. */
  hold?(held: boolean): void
  close(): void
}

/** `id` comes first, so that a message that is too large to be read can still be answered. */
export type Message =
  | { id: number; type: 'request'; name: string; input: unknown }
  | { id: number; type: 'watch'; what: unknown }
  /** The batch was taken: another one may come. */
  | { id: number; type: 'taken' }
  | { id: number; type: 'cancel' }
  | { id: number; type: 'reply'; reply: Reply<unknown> }
  | { id: number; type: 'batch'; batch: Batch }

/** Requests that one client may have in flight: beyond, it is not read from. */
const MOST_REQUESTS = 1000
/** Things that one client may watch at once. */
const MOST_WATCHES = 1000

export interface Served {
  /** Resolves when no request is in flight. */
  settled(): Promise<unknown>
  /** Gives up what the client asked for. */
  end(): void
}

/** Answers whoever is at the other end of the channel, until it ends. Never throws. */
export function serve(channel: Channel, bridge: Bridge): Served {
  const requests = new Map<number, { abort: () => void; done: Promise<void> }>()
  const watches = new Map<number, { stop: () => void; taken: () => void }>()

  function request(id: number, name: string, input: unknown): void {
    const controller = new AbortController()
    const done = bridge.request(name, input, controller.signal).then((reply) => {
      requests.delete(id)
      answer(id, reply)
      if (requests.size === MOST_REQUESTS - 1) channel.hold?.(false)
    })
    requests.set(id, { abort: () => controller.abort(), done })
    if (requests.size === MOST_REQUESTS) channel.hold?.(true)
  }

  function answer(id: number, reply: Reply<unknown>): void {
    try {
      channel.send({ id, type: 'reply', reply })
    } catch (thrown) {
      channel.send({ id, type: 'reply', reply: refusal(toFault(thrown)) })
    }
  }

  function watch(id: number, what: unknown): void {
    if (watches.size >= MOST_WATCHES) {
      const fault = new Fault('conflict', `no more than ${MOST_WATCHES} things can be watched at once`)
      return tell(id, ending(fault.toJSON()))
    }
    const watched = { stop: () => {}, taken: () => {} }
    watches.set(id, watched)
    watched.stop = bridge.watch(what, (batch) => {
      if (batch.closed) watches.delete(id)
      tell(id, batch)
      // Until the other end says that it has taken it, what happens is merged into one more batch.
      return new Promise<void>((resolve) => (watched.taken = resolve))
    })
  }

  function tell(id: number, batch: Batch): void {
    try {
      channel.send({ id, type: 'batch', batch })
    } catch {
      const nothing = { executions: [], progress: [], logs: [], jobs: [], scripts: [] }
      channel.send({ id, type: 'batch', batch: { ...batch, ...nothing, stale: true } })
    }
  }

  function cancel(id: number): void {
    requests.get(id)?.abort()
    watches.get(id)?.stop()
    watches.get(id)?.taken()
    watches.delete(id)
  }

  function take(message: unknown): void {
    const { id, type, name, input, what } = Object(message) as Record<string, unknown>
    if (typeof id !== 'number') return answer(0, refusal(misunderstood('a message without an id')))
    if (type === 'taken') return watches.get(id)?.taken()
    if (type === 'cancel') return cancel(id)
    if (requests.has(id) || watches.has(id)) return answer(id, refusal(misunderstood(`the id ${id} twice`)))
    if (type === 'watch') return watch(id, what)
    if (type === 'request' && typeof name === 'string') return request(id, name, input)
    answer(id, refusal(misunderstood('a message of an unknown kind')))
  }

  function end(): void {
    for (const { abort } of requests.values()) abort()
    for (const id of watches.keys()) cancel(id)
  }

  channel.receive(take, end)
  return { settled: () => Promise.all(Array.from(requests.values(), ({ done }) => done)), end }
}

/** A bridge to whoever serves at the other end of a channel. */
export interface Remote extends Bridge {
  /** Resolves with the reason when the channel has ended. */
  readonly ended: Promise<FaultData>
  close(): void
}

/**
 * The bridge over a channel.
 * @param onError told what a listener throws: nobody else would know
 */
export function remote(channel: Channel, onError: (thrown: unknown) => void): Remote {
  let last = 0
  let over: FaultData | undefined
  const requests = new Map<number, (reply: Reply<unknown>) => void>()
  const watches = new Map<number, (batch: Batch) => unknown>()
  const ended = Promise.withResolvers<FaultData>()

  async function give(id: number, batch: Batch): Promise<void> {
    const take = watches.get(id)
    if (batch.closed) watches.delete(id)
    try {
      await take?.(batch)
    } catch (thrown) {
      onError(thrown)
    }
    if (watches.has(id)) channel.send({ id, type: 'taken' })
  }

  channel.receive(
    (message) => {
      const { id, type, reply, batch } = message as Message & { reply: Reply<unknown>; batch: Batch }
      if (type === 'reply') requests.get(id)?.(reply)
      if (type === 'batch') void give(id, batch)
    },
    (fault) => {
      over = fault
      for (const settle of requests.values()) settle({ ok: false, fault })
      for (const id of watches.keys()) void give(id, ending(fault))
      ended.resolve(fault)
    },
  )

  const bridge: Remote = {
    ended: ended.promise,
    close: () => channel.close(),
    request(name, input, signal) {
      if (over) return Promise.resolve({ ok: false, fault: over })
      if (signal?.aborted) return Promise.resolve(refusal(givenUp()))
      const id = ++last
      return new Promise((resolve) => {
        const settle = (reply: Reply<unknown>) => {
          requests.delete(id)
          signal?.removeEventListener('abort', onAbort)
          resolve(reply)
        }
        const onAbort = () => {
          settle(refusal(givenUp()))
          channel.send({ id, type: 'cancel' })
        }
        requests.set(id, settle)
        signal?.addEventListener('abort', onAbort)
        try {
          channel.send({ id, type: 'request', name, input })
        } catch (thrown) {
          settle(refusal(toFault(thrown)))
        }
      })
    },
    watch(what, take) {
      const id = ++last
      watches.set(id, take)
      try {
        if (over) void give(id, ending(over))
        else channel.send({ id, type: 'watch', what })
      } catch (thrown) {
        void give(id, ending(toFault(thrown).toJSON()))
      }
      return () => {
        if (watches.delete(id)) channel.send({ id, type: 'cancel' })
      }
    },
    subscribe: (listener) => bridge.watch({ all: true }, (batch) => unpack(batch, listener)),
  }
  return bridge
}

/** A batch that only says that no more will come. */
export const ending = (closed: FaultData): Batch => ({
  executions: [],
  progress: [],
  logs: [],
  jobs: [],
  scripts: [],
  stale: false,
  closed,
})

const refusal = (fault: Fault): Reply<unknown> => ({ ok: false, fault: fault.toJSON() })
const givenUp = () => new Fault('cancelled', 'the request was given up')
const misunderstood = (what: string) => new Fault('invalid-input', `the message is not understood: ${what}`)
