/** Runs test files in the main process of Electron, each file in one of its own. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ForksPoolWorker, type PoolOptions, type PoolRunnerInitializer, type PoolWorker } from 'vitest/node'

export const inElectron: PoolRunnerInitializer = {
  name: 'electron',
  createPoolWorker(options) {
    const electron = options.project.getProvidedContext().electron
    // Without a runtime each test is skipped, with the reason; see `setup.ts`.
    if ('reason' in electron) return new ForksPoolWorker(options)
    return new ElectronWorker(options, electron)
  },
}

type Electron = Exclude<
  ReturnType<PoolOptions['project']['getProvidedContext']>['electron'],
  { reason: string }
>

class ElectronWorker implements PoolWorker {
  readonly name = inElectron.name
  readonly #options: PoolOptions
  readonly #electron: Electron
  readonly #profile = mkdtempSync(join(tmpdir(), 'jobdeck-electron-'))
  #process: ChildProcess | undefined

  constructor(options: PoolOptions, electron: Electron) {
    this.#options = options
    this.#electron = electron
  }

  async start(): Promise<void> {
    const { executable, application, display } = this.#electron
    // No page is ever opened here, so the sandbox that Chromium refuses to root is not missed.
    const args = [
      '--no-sandbox',
      '--disable-gpu',
      '--log-level=3',
      `--user-data-dir=${this.#profile}`,
      import.meta.dirname,
    ]
    this.#process = spawn(executable, args, {
      env: {
        ...this.#options.env,
        ...display,
        JOBDECK_TEST_APPLICATION: application,
        JOBDECK_TEST_NODE: process.execPath,
      },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    })
    const ended = once(this.#process, 'exit').then(([code, signal]) => {
      throw new Error(`Electron ended with ${String(signal ?? code)} before it was ready`)
    })
    await Promise.race([once(this.#process, 'message'), ended])
    ended.catch(() => {}) // from now on the pool looks after it
  }

  async stop(): Promise<void> {
    const process = this.#process!
    const ended = process.exitCode === null && process.signalCode === null ? once(process, 'exit') : undefined
    process.kill('SIGKILL')
    await ended
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 })
  }

  on(event: string, listener: (...args: never[]) => void): void {
    this.#process!.on(event, listener as (...args: unknown[]) => void)
  }

  off(event: string, listener: (...args: never[]) => void): void {
    this.#process!.off(event, listener as (...args: unknown[]) => void)
  }

  send(message: object): void {
    this.#process!.send(message)
  }

  deserialize(data: unknown): unknown {
    return data
  }
}
