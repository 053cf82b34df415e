import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Sink } from '../dispatch/record.ts'
import { entryUrl } from '../entry.ts'
import { whenStarted, type Executor, type Outcome, type Run, type Task } from './executor.ts'
import { startFault } from './failure.ts'
import { drained, readWithBackPressure, textReader } from './pipe.ts'
import { REPORT_PIPE, type FromModule, type ToModule } from './protocol.ts'
import { createSession } from './session.ts'
import { Stock } from './stock.ts'
import { endTree, identify, signal, type Root } from './tree.ts'

const NEWLINE = 10

/** Variables that a process reads when it starts: one that was started before cannot be given them. */
const READ_AT_START = /^(NODE_|UV_|LD_|DYLD_|MALLOC_|SSL_|OPENSSL_)/

export const needsNewProcess = ({ variableNames }: Task) =>
  variableNames.some((name) => READ_AT_START.test(name))

function startChild(environment: Record<string, string>): ChildProcess {
  const child = fork(fileURLToPath(entryUrl('child')), {
    env: environment,
    execArgv: [],
    detached: true, // its own process group: Ctrl-C in a terminal is the host's to answer
    serialization: 'json',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
  })
  // Where it cannot be started, that is told by what waits for it.
  child.on('error', () => {})
  holdOpen(child, false)
  return child
}

/** Whether the child, with its pipes, keeps this process alive. */
function holdOpen(child: ChildProcess, hold: boolean): void {
  for (const handle of [child, child.channel, ...((child.stdio ?? []) as (Socket | null)[])]) {
    if (hold) handle?.ref()
    else handle?.unref()
  }
}

/** Child processes that wait for work, with the part of the host's environment that all runs get. */
export const childStock = (environment: Record<string, string>) =>
  new Stock<ChildProcess>({
    start: () => startChild(environment),
    isAlive: (child) => child.connected && child.exitCode === null && child.signalCode === null,
    discard: (child) => void child.kill('SIGKILL'),
  })

/** Runs modules, each in a child process of its own. */
export const childExecutor =
  (stock: Stock<ChildProcess>): Executor =>
  async (task: Task, sink: Sink, wanted: AbortSignal): Promise<Run> => {
    const child = needsNewProcess(task) ? startChild(task.environment) : stock.take()
    holdOpen(child, true)
    const exited = once(child, 'exit') as Promise<[number | null, string | null]>
    const failed = once(child, 'error').then(([error]) =>
      Promise.reject(startFault('a process for it', error) as Error),
    )
    for (const told of [exited, failed]) told.catch(() => {})
    // Where there was no room for its pipes there are none.
    if (!child.stdout) return failed
    const post = (message: ToModule) => {
      // A child that is going has closed its channel: how it ends is told by its exit.
      if (child.connected) child.send(message, () => {})
    }
    const session = createSession(task, pathToFileURL(task.code!).href, sink, post)
    const pipes = [
      readWithBackPressure(child.stdio[REPORT_PIPE] as Readable, sink, reportReader(session.receive, sink)),
      readWithBackPressure(child.stdout, sink, textReader('stdout', sink)),
      readWithBackPressure(child.stderr!, sink, textReader('stderr', sink)),
    ]
    const first = child.pid === undefined ? undefined : identify(child.pid)
    const root: Root = { process: first, leadsGroup: true, mark: task.mark }

    async function end(): Promise<Outcome> {
      const [code, by] = await exited
      await drained(pipes, sink)
      return session.endedWith(code, by)
    }
    const ended = end()

    try {
      await whenStarted(Promise.race([session.ready, ended, failed]), wanted)
    } catch (thrown) {
      await endTree(root, 0)
      throw thrown
    }
    return {
      begin: () => session.begin(),
      stop(reason) {
        post({ type: 'stop', reason })
        // A handler may listen to the signal instead; on Windows a signal would end the process at once.
        const hasEnded = child.exitCode !== null || child.signalCode !== null
        if (!hasEnded && process.platform !== 'win32') signal(child.pid!, 'SIGTERM')
      },
      kill: async () => void (await endTree(root, 0)),
      ended,
      process: first,
      root: Promise.resolve(root),
    }
  }

/** Takes JSON texts, one a line. What is none was not written by our end of the pipe, and is shown as it is. */
function reportReader(receive: (message: FromModule) => void, sink: Sink) {
  let rest: Buffer[] = []
  return {
    push(chunk: Buffer): void {
      let start = 0
      for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
        const line = Buffer.concat([...rest, chunk.subarray(start, end)]).toString()
        rest = []
        start = end + 1
        let message: FromModule
        try {
          message = JSON.parse(line) as FromModule
        } catch {
          sink.log({ level: 'info', message: line })
          continue
        }
        receive(message)
      }
      if (start < chunk.length) rest.push(chunk.subarray(start))
    },
    end: () => {},
  }
}
