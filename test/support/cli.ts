import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from './deck.ts'

const BIN = resolve(import.meta.dirname, '../../bin/jobdeck.js')

export interface CliResult {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  /** The lines of stdout, parsed; for commands with --json. */
  json(): Record<string, any>[] // oxlint-disable-line typescript/no-explicit-any -- tests look into it freely
}

export interface CliOptions {
  /** The deck's folder; one of the test's own if not given. */
  data?: string
  cwd?: string
  env?: Record<string, string>
}

/** The built command line in a process of its own, as people run it. */
export class Cli {
  readonly child: ChildProcess
  readonly #lines: string[] = []
  readonly #waiting: { test: (line: string) => boolean; resolve: (line: string) => void }[] = []
  #stdout = ''
  #stderr = ''

  constructor(args: string[], { data = join(temporaryFolder(), 'data'), cwd, env }: CliOptions = {}) {
    this.child = spawn(process.execPath, [BIN, '--data', data, ...args], {
      cwd,
      env: { ...process.env, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.child.stdout!.on('data', (chunk: Buffer) => (this.#stdout += chunk.toString()))
    this.child.stderr!.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString()))
    createInterface({ input: this.child.stdout! }).on('line', (line) => {
      this.#lines.push(line)
      for (const { test, resolve } of this.#waiting) if (test(line)) resolve(line)
    })
    onTestFinished(() => void this.child.kill('SIGKILL'))
  }

  /** Resolves with the first line of stdout, past or to come, that passes. */
  line(test: (line: string) => boolean): Promise<string> {
    const found = this.#lines.find(test)
    if (found !== undefined) return Promise.resolve(found)
    return new Promise((resolve) => this.#waiting.push({ test, resolve }))
  }

  async done(): Promise<CliResult> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'close')
    const stdout = this.#stdout
    return {
      code: this.child.exitCode,
      signal: this.child.signalCode,
      stdout,
      stderr: this.#stderr,
      json: () =>
        stdout
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line)),
    }
  }
}

/** Runs one command to its end. */
export const jobdeck = (args: string[], options?: CliOptions): Promise<CliResult> =>
  new Cli(args, options).done()
