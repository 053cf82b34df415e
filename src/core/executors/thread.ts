import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Sink } from '../dispatch/record.ts'
import { createCredit, giveCredit } from './credit.ts'
import { entryUrl } from '../entry.ts'
import type { Executor, Outcome, Run, Task } from './executor.ts'
import { errorInfo } from './failure.ts'
import { drained, readText } from './pipe.ts'
import type { FromModule, ToModule } from './protocol.ts'
import { createSession } from './session.ts'

/** How long a thread that was told to end may take, in ms; a synchronous system call cannot be broken off. */
const TERMINATION_TIME = 2000

/** Runs a module in a worker thread of this process. */
export const threadExecutor: Executor = async (task: Task, sink: Sink): Promise<Run> => {
  const credit = createCredit()
  const worker = new Worker(entryUrl('thread'), {
    workerData: credit,
    env: task.environment,
    execArgv: [],
    stdout: true,
    stderr: true,
  })
  const ended = Promise.withResolvers<Outcome>()
  const session = createSession(task, pathToFileURL(task.code!).href, sink, (message: ToModule) =>
    worker.postMessage(message),
  )
  let failure: Outcome | undefined
  let hasExited = false

  async function take(message: FromModule & { type: 'log' }) {
    sink.log(message)
    await sink.room()
    giveCredit(credit.outstanding, message)
  }
  worker.on('message', (message: FromModule) => {
    if (message.type === 'log') void take(message)
    else session.receive(message)
  })
  // Out of memory, for one; what the handler itself throws comes as its answer.
  worker.on('error', (thrown) => (failure = { kind: 'threw', error: errorInfo(thrown) }))
  const pipes = [readText(worker.stdout, 'stdout', sink), readText(worker.stderr, 'stderr', sink)]
  worker.on('exit', async (code) => {
    hasExited = true
    await drained(pipes)
    const message = `the thread ended before the handler returned; it called process.exit(${code})`
    ended.resolve(session.answer() ?? failure ?? { kind: 'died', code, signal: null, message })
  })

  await Promise.race([session.ready, ended.promise])
  return {
    begin: () => session.begin(),
    stop: (reason) => worker.postMessage({ type: 'stop', reason } satisfies ToModule),
    async kill() {
      await Promise.race([worker.terminate(), wait(TERMINATION_TIME, undefined, { ref: false })])
      worker.unref()
      if (hasExited) return
      const message = 'the thread did not end when it was told to; it was left to itself'
      sink.log({ level: 'warn', message })
      ended.resolve({ kind: 'died', code: null, signal: null, message })
    },
    ended: ended.promise,
    root: Promise.resolve({ mark: task.mark }),
  }
}
