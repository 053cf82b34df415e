/** Processes for modules: Electron's own, as its binary cannot be started as a Node of its own. */
import type { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { app, utilityProcess, type Details } from 'electron'
import type { Launched, Launcher } from '../core/executors/launcher.ts'

/** How long the reason for an end may come after the end itself, in ms. */
const REASON_TIME = 200
const SIGNALS: Record<number, string> = { 6: 'SIGABRT', 9: 'SIGKILL', 11: 'SIGSEGV', 15: 'SIGTERM' }

let count = 0

/** Starts a process in Electron, which must be ready. */
export const launcher: Launcher = (file, args, { environment, directory }) => {
  // By its name it is found again among those of which Electron tells why they ended.
  const serviceName = `jobdeck-module-${++count}`
  const reason = Promise.withResolvers<Details>()
  const heed = (_: unknown, details: Details) => {
    if (details.name === serviceName || details.serviceName === serviceName) reason.resolve(details)
  }
  app.on('child-process-gone', heed)
  const child = utilityProcess.fork(file, args, {
    env: environment,
    execArgv: [],
    serviceName,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(directory !== undefined && { cwd: directory }),
  })
  const started = Promise.withResolvers<number>()
  const exited = Promise.withResolvers<{ code: number | null; signal: string | null }>()
  let isAlive = true
  child.once('spawn', () => started.resolve(child.pid!))
  child.once('exit', (code) => {
    isAlive = false
    started.reject(new Error(`the process exited with code ${code} before it began`))
    void endOf(code, reason.promise).then((end) => {
      app.off('child-process-gone', heed)
      exited.resolve(end)
    })
  })
  started.promise.catch(() => {})
  return {
    started: started.promise,
    stdout: keptWhole(child.stdout!),
    stderr: keptWhole(child.stderr!),
    post: (message) => {
      if (isAlive) child.postMessage(message)
    },
    receive: (listener) => void child.on('message', listener),
    exited: exited.promise,
    isAlive: () => isAlive,
    kill: () => {
      if (child.pid === undefined) return void child.kill()
      try {
        process.kill(child.pid, 'SIGKILL')
      } catch {
        // It has ended.
      }
    },
  } satisfies Launched
}

/**
 * When a process ends, Electron takes the listeners off its streams, with what is still on its way in them, and with
 * their end.
 */
function keptWhole(stream: NodeJS.ReadableStream): Readable {
  return Object.assign(stream as Readable, { removeAllListeners: () => stream })
}

/** The code alone does not tell an exit with 9 from SIGKILL. */
async function endOf(
  code: number,
  reason: Promise<Details>,
): Promise<{ code: number | null; signal: string | null }> {
  if (code === 0) return { code, signal: null }
  const known = await Promise.race([reason, wait(REASON_TIME)])
  const signal = known && known.reason !== 'abnormal-exit' ? (SIGNALS[code] ?? null) : null
  return signal === null ? { code, signal } : { code: null, signal }
}
