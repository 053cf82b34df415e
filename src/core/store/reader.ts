import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { Fault, toFault, type FaultData } from '../../shared/fault.ts'
import { entryUrl } from '../entry.ts'
import { identityOf } from '../lookout.ts'
import type { QueryInput, QueryName, QueryOutput, Question, ReaderData } from './reader-queries.ts'

/** The thread is ended after so long without a question, in ms: it takes some 15 MiB. */
const IDLE_TIME = 30_000
/** How often it is looked at whether work comes to its end, in ms. */
const WATCH_INTERVAL = 200
/** Work that had so many looks and is not at its end will hardly ever be: a second. */
const LOOKS = 5

export interface AskOptions {
  /** Nobody waits for the answer any more: it rejects at once, and the thread turns to the next question. */
  signal?: AbortSignal | undefined
  /** What is said where work on it does not come to its end. */
  endless?: () => Fault
}

interface Pending {
  question: Question
  resolve: (output: never) => void
  reject: (fault: unknown) => void
  endless: () => Fault
  /** Stops listening to the signal. */
  forget: () => void
}

interface Thread {
  worker: Worker
  watch: Int32Array
}

type Reply = { id: number } & ({ output: unknown } | { fault: FaultData })

const ENDLESS = () => new Fault('internal', 'a query does not come to its end')

export type Reader = ReturnType<typeof createReader>

/**
 * Reads what takes long in a thread with a connection of its own, so that the engine's thread goes on. The thread is
 * started by the first question, answers one after the other, and ends when it was not asked for a while.
 */
export function createReader(file: string, { idleTime = IDLE_TIME }: { idleTime?: number } = {}) {
  const identity = identityOf(file)
  /** In the order in which they are answered. */
  const pending = new Map<number, Pending>()
  let thread: Thread | undefined
  let closed: Fault | undefined
  let lastId = 0
  let idle: NodeJS.Timeout | undefined
  let watching: NodeJS.Timeout | undefined

  function start(): Thread {
    const watch = new SharedArrayBuffer(4)
    const workerData: ReaderData = { file, identity, watch }
    const worker = new Worker(entryUrl('reader'), { workerData, execArgv: [] })
    const started = { worker, watch: new Int32Array(watch) }
    worker.on('message', (reply: Reply) => settle(reply))
    worker.on('error', (thrown) => thread === started && fail(toFault(thrown)))
    worker.on('exit', () => thread === started && fail(new Fault('internal', 'the reader ended')))
    return started
  }

  function fail(fault: Fault): void {
    void stop()
    for (const { reject, forget } of pending.values()) {
      forget()
      reject(fault)
    }
    pending.clear()
    rest()
  }

  function settle(reply: Reply): void {
    const found = take(reply.id)
    if (!found) return // it was given up
    if ('output' in reply) found.resolve(reply.output as never)
    else
      found.reject(
        new Fault(reply.fault.code, reply.fault.message, reply.fault.data && { data: reply.fault.data }),
      )
  }

  function take(id: number): Pending | undefined {
    const found = pending.get(id)
    pending.delete(id)
    found?.forget()
    if (pending.size === 0) rest()
    return found
  }

  /** Nothing is asked: it keeps no process alive, and ends after a while. */
  function rest(): void {
    clearInterval(watching)
    watching = undefined
    thread?.worker.unref()
    clearTimeout(idle)
    idle = thread && setTimeout(() => void stop(), idleTime).unref()
  }

  async function stop(): Promise<void> {
    const { worker } = thread ?? {}
    thread = undefined
    clearTimeout(idle)
    await worker?.terminate()
  }

  function send(question: Question): void {
    clearTimeout(idle)
    thread ??= start()
    thread.worker.ref()
    watching ??= watchOver()
    thread.worker.postMessage(question)
  }

  /** Sees to it that no question holds up the others for ever. */
  function watchOver(): NodeJS.Timeout {
    let seen = 0
    let looks = 0
    return setInterval(() => {
      const found = thread ? Atomics.load(thread.watch, 0) : 0
      looks = found % 2 !== 0 && found === seen ? looks + 1 : 0
      seen = found
      if (looks >= LOOKS) endEndless()
    }, WATCH_INTERVAL)
  }

  function endEndless(): void {
    void stop()
    const [first] = pending.values()
    if (first) take(first.question.id)?.reject(first.endless())
    for (const { question } of pending.values()) send(question)
  }

  return {
    /**
     * Answers a part of a query; the answer says where to go on.
     * @throws Fault as the query has it; the reason of the signal
     */
    ask<N extends QueryName>(
      name: N,
      input: QueryInput<N>,
      { signal, endless = ENDLESS }: AskOptions = {},
    ): Promise<QueryOutput<N>> {
      if (closed) return Promise.reject(closed)
      if (signal?.aborted) return Promise.reject(signal.reason)
      return new Promise((resolve, reject) => {
        const id = ++lastId
        const abandoned = new SharedArrayBuffer(4)
        const abandon = () => {
          Atomics.store(new Int32Array(abandoned), 0, 1)
          take(id)
          reject(signal!.reason)
        }
        const forget = () => signal?.removeEventListener('abort', abandon)
        signal?.addEventListener('abort', abandon)
        const question: Question = { id, name, input, abandoned }
        pending.set(id, { question, resolve, reject, endless, forget })
        send(question)
      })
    },

    /** Whether there is a thread at present. */
    isRunning: () => thread !== undefined,

    /** Resolves when there is none any more. */
    async ended(): Promise<void> {
      if (thread) await once(thread.worker, 'exit')
    },

    /** Rejects what is asked, and what will be; resolves when the thread has ended. */
    async close(fault: Fault): Promise<void> {
      closed ??= fault
      const ended = stop()
      fail(closed)
      await ended
    },
  }
}
