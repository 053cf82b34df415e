import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Sink } from '../dispatch/record.ts'
import { createCredit, giveCredit, type ThreadData } from './credit.ts'
import { entryUrl } from '../entry.ts'
import { whenStarted, type Executor, type Outcome, type Run, type Task } from './executor.ts'
import { errorInfo } from './failure.ts'
import { textReader } from './pipe.ts'
import type { FromModule, ToModule } from './protocol.ts'
import { createSession } from './session.ts'
import { Stock } from './stock.ts'

/** How long a thread that was told to end may take, in ms; a synchronous system call cannot be broken off. */
const TERMINATION_TIME = 2000

interface Thread extends ThreadData {
  worker: Worker
  /** Its first message, which says that it is ready. */
  ready: Promise<FromModule>
  isReady: boolean
  failure?: Outcome
  hasExited: boolean
}

function startThread(): Thread {
  const credit = createCredit()
  // Its environment comes with its work.
  const worker = new Worker(entryUrl('thread'), {
    workerData: credit,
    env: {},
    execArgv: [],
  })
  worker.unref()
  const ready = new Promise<FromModule>((resolve) => worker.once('message', resolve))
  const thread: Thread = { ...credit, worker, ready, isReady: false, hasExited: false }
  void ready.then(() => (thread.isReady = true))
  // Out of memory, for one; what the handler itself throws comes as its answer.
  worker.on('error', (thrown) => (thread.failure = { kind: 'threw', error: errorInfo(thrown) }))
  worker.on('exit', () => (thread.hasExited = true))
  return thread
}

/** Threads that wait for work. */
export const threadStock = () =>
  new Stock<Thread>({
    start: startThread,
    isReady: ({ isReady }) => isReady,
    isAlive: ({ hasExited }) => !hasExited,
    discard: ({ worker }) => void worker.terminate(),
  })

/** Runs modules in worker threads of this process. */
export const threadExecutor =
  (stock: Stock<Thread>): Executor =>
  async (task: Task, sink: Sink, wanted: AbortSignal): Promise<Run> => {
    const thread = stock.take()
    const { worker, outstanding } = thread
    worker.ref()
    const ended = Promise.withResolvers<Outcome>()
    const session = createSession(task, pathToFileURL(task.code!).href, sink, (message: ToModule) =>
      worker.postMessage(message),
    )
    const lines = { stdout: textReader('stdout', sink), stderr: textReader('stderr', sink) }
    async function take(message: FromModule & { type: 'log' | 'output' }) {
      if (message.type === 'log') sink.log(message)
      else lines[message.stream].push(Buffer.from(message.chunk.buffer)) // shared, not copied
      await sink.room()
      giveCredit(outstanding, message)
    }
    worker.on('message', (message: FromModule) => {
      if (message.type === 'log' || message.type === 'output') void take(message)
      else session.receive(message)
    })
    void thread.ready.then((message) => session.receive(message))
    worker.on('exit', (code) => {
      for (const reader of Object.values(lines)) reader.end()
      const message = `the thread ended before the handler returned; it called process.exit(${code})`
      ended.resolve(session.answer() ?? thread.failure ?? { kind: 'died', code, signal: null, message })
    })

    try {
      if (!thread.isReady) await whenStarted(Promise.race([session.ready, ended.promise]), wanted)
    } catch (thrown) {
      void worker.terminate()
      throw thrown
    }
    return {
      begin: () => session.begin(),
      stop: (reason) => worker.postMessage({ type: 'stop', reason } satisfies ToModule),
      async kill() {
        await Promise.race([worker.terminate(), wait(TERMINATION_TIME, undefined, { ref: false })])
        worker.unref()
        if (thread.hasExited) return
        const message = 'the thread did not end when it was told to; it was left to itself'
        sink.log({ level: 'warn', message })
        ended.resolve({ kind: 'died', code: null, signal: null, message })
      },
      ended: ended.promise,
      root: Promise.resolve({ mark: task.mark }),
    }
  }
