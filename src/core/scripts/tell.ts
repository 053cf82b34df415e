import { fork } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { entryUrl } from '../entry.ts'
import { RUN_MARK, endTree, identify } from '../executors/tree.ts'

/** A module may take so long to be loaded, in ms. */
const TIME_LIMIT = 10_000

/** What a module says of itself once it is loaded, or why that could not be heard. */
export type Told = { told: Record<string, unknown> } | { failure: string }

/** Loads a module in a process of its own, which ends with that, and is ended where it takes too long. Never rejects. */
export async function askModule(
  code: string,
  directory: string,
  environment: Record<string, string>,
): Promise<Told> {
  const mark = `tell-${process.pid}-${Math.random().toString(36).slice(2)}`
  const child = fork(fileURLToPath(entryUrl('tell')), [pathToFileURL(code).href], {
    cwd: directory,
    env: { ...environment, [RUN_MARK]: mark },
    execArgv: [],
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const first = child.pid === undefined ? undefined : identify(child.pid)
  const answer = Promise.withResolvers<Told>()
  let errors = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(0, 2000)))
  // A module may send what it likes: only the last message is ours, and it says so.
  child.on('message', (message) => {
    if (isTold(message)) answer.resolve({ told: message.told })
  })
  child.on('error', ({ message }) => answer.resolve({ failure: message }))
  child.on('close', () => answer.resolve({ failure: lastLine(errors) }))
  const timer = setTimeout(
    () => answer.resolve({ failure: `it was not loaded within ${TIME_LIMIT / 1000} s` }),
    TIME_LIMIT,
  )
  const found = await answer.promise
  clearTimeout(timer)
  await endTree({ process: first, leadsGroup: true, mark }, 0)
  return found
}

const isTold = (message: unknown): message is { told: Record<string, unknown> } =>
  typeof message === 'object' && message !== null && 'told' in message && typeof message.told === 'object'

const lastLine = (errors: string) =>
  errors
    .split('\n')
    .find((line) => /^\s*(?:Uncaught )?\w*Error\b/.test(line))
    ?.trim() ?? 'it ended while it was loaded'
