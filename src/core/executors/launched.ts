/** Runs modules in processes that somebody else starts, as Electron does. */
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Sink } from '../dispatch/record.ts'
import { entryUrl } from '../entry.ts'
import { needsNewProcess } from './child.ts'
import { whenStarted, type Executor, type Outcome, type Run, type Task } from './executor.ts'
import { startFault } from './failure.ts'
import { createMark, framesReader } from './frames.ts'
import type { Launched, Launcher } from './launcher.ts'
import { drained, readWithBackPressure, textReader } from './pipe.ts'
import type { FromModule, ToModule } from './protocol.ts'
import { createSession } from './session.ts'
import { Stock } from './stock.ts'
import { endTree, identify, signal, type Root } from './tree.ts'

interface Place {
  process: Launched
  /** Before what it reports; see `frames.ts`. */
  mark: string
}

function startPlace(launcher: Launcher, environment: Record<string, string>): Place {
  const mark = createMark()
  const process = launcher(fileURLToPath(entryUrl('child')), [mark.slice(1)], { environment })
  // Where it cannot be started, that is told by what waits for it.
  process.started.catch(() => {})
  return { process, mark }
}

/** Processes that wait for work, with the part of the host's environment that all runs get. */
export const launchedStock = (launcher: Launcher, environment: Record<string, string>) =>
  new Stock<Place>({
    start: () => startPlace(launcher, environment),
    isAlive: ({ process }) => process.isAlive(),
    discard: ({ process }) => process.kill(),
  })

export const launchedExecutor =
  (launcher: Launcher, stock: Stock<Place>): Executor =>
  async (task: Task, sink: Sink, wanted: AbortSignal): Promise<Run> => {
    const { process: launched, mark } = needsNewProcess(task)
      ? startPlace(launcher, task.environment)
      : stock.take()
    const post = (message: ToModule) => launched.post(message)
    const session = createSession(task, pathToFileURL(task.code!).href, sink, post)
    const take = (report: string) => session.receive(JSON.parse(report) as FromModule)
    const pipes = [
      readWithBackPressure(launched.stdout, sink, framesReader(mark, take, textReader('stdout', sink))),
      readWithBackPressure(launched.stderr, sink, textReader('stderr', sink)),
    ]
    const started = launched.started.then(identify, (thrown: unknown) => {
      throw startFault('a process for it', thrown)
    })
    // It shares the group of this process: its tree is found by its parents and its mark alone.
    const root: Root = { mark: task.mark }

    async function end(): Promise<Outcome> {
      const { code, signal } = await launched.exited
      await drained(pipes, sink)
      return session.endedWith(code, signal)
    }
    const ended = end()

    try {
      const ready = started.then((first) => {
        root.process = first
        return session.ready
      })
      await whenStarted(Promise.race([ready, ended]), wanted)
    } catch (thrown) {
      launched.kill()
      await endTree(root, 0)
      throw thrown
    }
    return {
      begin: () => session.begin(),
      stop(reason) {
        post({ type: 'stop', reason })
        // A handler may listen to the signal instead; on Windows a signal would end the process at once.
        if (launched.isAlive() && root.process && process.platform !== 'win32')
          signal(root.process.pid, 'SIGTERM')
      },
      kill: async () => void (await endTree(root, 0)),
      ended,
      process: root.process,
      root: Promise.resolve(root),
    }
  }
