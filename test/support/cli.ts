import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from './deck.ts'
import { NODE } from './node.ts'

export const BIN = resolve(import.meta.dirname, '../../bin/jobdeck.js')

/** How often the memory of a process is looked at, in ms. */
const LOOK_INTERVAL = 20

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
  /** Over that of the test; undefined removes a variable. */
  env?: Record<string, string | undefined>
  /** The user to run as. */
  user?: number
  /** The program, with its arguments, that runs the command line, which is quoted for a shell. */
  through?: (command: string) => [string, ...string[]]
}

/** The lines of one stream as they come, and whoever waits for one of them. */
export class Lines {
  readonly #lines: string[] = []
  readonly #waiting: {
    test: (line: string) => boolean
    resolve: (line: string) => void
    reject: (error: Error) => void
  }[] = []
  #missing: Error | undefined
  text = ''

  constructor(stream: Readable) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (this.text += chunk))
    createInterface({ input: stream }).on('line', (line) => {
      this.#lines.push(line)
      for (const { test, resolve } of this.#waiting) if (test(line)) resolve(line)
    })
  }

  wait(test: (line: string) => boolean): Promise<string> {
    const found = this.#lines.find(test)
    if (found !== undefined) return Promise.resolve(found)
    if (this.#missing) return Promise.reject(this.#missing)
    return new Promise((resolve, reject) => this.#waiting.push({ test, resolve, reject }))
  }

  /** Nothing more comes: whoever still waits is told what came instead. */
  end(reason: string): void {
    this.#missing = new Error(reason)
    for (const { reject } of this.#waiting) reject(this.#missing)
  }
}

const quoted = (word: string) => `'${word.replaceAll("'", String.raw`'\''`)}'`

/** The built command line in a process of its own, as people run it. */
export class Cli {
  readonly child: ChildProcess
  readonly #stdout: Lines
  readonly #stderr: Lines
  readonly #closed: Promise<unknown>
  #peak = 0

  constructor(args: string[], options: CliOptions = {}) {
    const { data = join(temporaryFolder(), 'data'), cwd, env, user, through } = options
    const words: [string, ...string[]] = [NODE, BIN, '--data', data, ...args]
    const [file, ...rest] = through ? through(words.map(quoted).join(' ')) : words
    this.child = spawn(file, rest, {
      cwd,
      env: { ...process.env, NO_COLOR: '1', ...env },
      stdio: [through ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      ...(user !== undefined && { uid: user, gid: user }),
    })
    this.#stdout = new Lines(this.child.stdout!)
    this.#stderr = new Lines(this.child.stderr!)
    this.#closed = once(this.child, 'close').then(([code]) => {
      const reason = `jobdeck ended with ${code} before the line came.\n${this.#stdout.text.slice(-2000)}\n${this.#stderr.text}`
      for (const lines of [this.#stdout, this.#stderr]) lines.end(reason)
    })
    onTestFinished(() => void this.child.kill('SIGKILL'))
  }

  /** Resolves with the first line of stdout, past or to come, that passes. */
  line(test: (line: string) => boolean): Promise<string> {
    return this.#stdout.wait(test)
  }

  /** The same for stderr. */
  note(test: (line: string) => boolean): Promise<string> {
    return this.#stderr.wait(test)
  }

  /** Watches how much memory the process takes at most, until it ends; in MiB, resident. */
  async peakMemory(): Promise<number> {
    const look = () => {
      const status = readProcess(this.child.pid!, 'status')
      this.#peak = Math.max(this.#peak, Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024)
    }
    const looking = setInterval(look, LOOK_INTERVAL)
    await this.#closed
    clearInterval(looking)
    return this.#peak
  }

  async done(): Promise<CliResult> {
    await this.#closed
    const stdout = this.#stdout.text
    return {
      code: this.child.exitCode,
      signal: this.child.signalCode,
      stdout,
      stderr: this.#stderr.text,
      json: () =>
        stdout
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line)),
    }
  }
}

/** Whether there is `script` of util-linux, which runs a command in a terminal of its own. */
export const hasTerminal =
  spawnSync('script', ['-qec', 'true', '/dev/null'], { stdio: 'ignore' }).status === 0

/** For `through`: the command line in a terminal; what is written to its stdin is typed there. */
export const inTerminal = (command: string, columns = 80): [string, ...string[]] => [
  'script',
  '-qec',
  `stty cols ${columns} rows 24; exec ${command}`,
  '/dev/null',
]

/** Runs one command to its end. */
export const jobdeck = (args: string[], options?: CliOptions): Promise<CliResult> =>
  new Cli(args, options).done()

let sleepers = 0

/** Seconds that nobody else sleeps: so a process is known by them, wherever it went. */
export const uniqueSeconds = (): string => `${1_000_000 + sleepers++}.${process.pid}`

/** The processes that live with this text in their command line. */
export function livingProcesses(text: string): { pid: number; command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({
      pid: Number(name),
      command: readProcess(Number(name), 'cmdline').replaceAll('\0', ' ').trim(),
    }))
    .filter(({ command }) => command.includes(text))
}

function readProcess(pid: number, file: 'cmdline' | 'status'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return '' // it has ended
  }
}
