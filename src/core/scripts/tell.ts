import { fork } from 'node:child_process'
import type { Readable } from 'node:stream'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { entryUrl } from '../entry.ts'
import type { Launcher } from '../executors/launcher.ts'
import { RUN_MARK, endTree, identify } from '../executors/tree.ts'

/** A module may take so long to be loaded, in ms. */
const TIME_LIMIT = 10_000

/** What a module says of itself once it is loaded, or why that could not be heard. */
export type Told = { told: Record<string, unknown> } | { failure: string }

/**
 * Loads a module in a process of its own, which ends with that, and is ended where it takes too long. Never rejects.
 * @param launcher starts that process, where Node cannot
 */
export async function askModule(
  code: string,
  directory: string,
  environment: Record<string, string>,
  launcher?: Launcher,
): Promise<Told> {
  const mark = `tell-${process.pid}-${Math.random().toString(36).slice(2)}`
  const answer = Promise.withResolvers<Told>()
  const url = pathToFileURL(code).href
  const begin = launcher ? launched(launcher) : forked
  const pid = begin({
    url,
    directory,
    environment: { ...environment, [RUN_MARK]: mark },
    answer: answer.resolve,
  })
  const timer = setTimeout(
    () => answer.resolve({ failure: `it was not loaded within ${TIME_LIMIT / 1000} s` }),
    TIME_LIMIT,
  )
  const found = await answer.promise
  clearTimeout(timer)
  const first = await pid
  await endTree(
    { process: first === undefined ? undefined : identify(first), leadsGroup: !launcher, mark },
    0,
  )
  return found
}

interface Asked {
  url: string
  directory: string
  environment: Record<string, string>
  answer(told: Told): void
}

/** @returns the number of the process, if it could be started */
function forked({ url, directory, environment, answer }: Asked): number | undefined {
  const child = fork(fileURLToPath(entryUrl('tell')), [url], {
    cwd: directory,
    env: environment,
    execArgv: [],
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const errors = gathered(child.stderr!)
  child.on('message', (message) => take(message, answer))
  child.on('error', ({ message }) => answer({ failure: message }))
  child.on('close', () => answer({ failure: lastLine(errors()) }))
  return child.pid
}

const launched =
  (launcher: Launcher) =>
  ({ url, directory, environment, answer }: Asked): Promise<number | undefined> => {
    const child = launcher(fileURLToPath(entryUrl('tell')), [url], { environment, directory })
    const errors = gathered(child.stderr)
    child.stdout.resume()
    child.receive((message) => take(message, answer))
    void child.exited.then(() => answer({ failure: lastLine(errors()) }))
    return child.started.catch((thrown: Error) => {
      answer({ failure: thrown.message })
      return undefined
    })
  }

/** What was written so far. */
function gathered(stream: Readable): () => string {
  let text = ''
  stream.setEncoding('utf8').on('data', (more: string) => (text = (text + more).slice(0, 2000)))
  return () => text
}

/** A module may send what it likes: only the last message is ours, and it says so. */
function take(message: unknown, answer: Asked['answer']): void {
  if (isTold(message)) answer({ told: message.told })
}

const isTold = (message: unknown): message is { told: Record<string, unknown> } =>
  typeof message === 'object' && message !== null && 'told' in message && typeof message.told === 'object'

const lastLine = (errors: string) =>
  errors
    .split('\n')
    .find((line) => /^\s*(?:Uncaught )?\w*Error\b/.test(line))
    ?.trim() ?? 'it ended while it was loaded'
