import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'
import { Lines } from './cli.ts'
import { NODE } from './node.ts'

export interface HostOptions {
  /** Over that of the test. */
  env?: Record<string, string>
}

/** A program of `test/fixtures` in a process of its own, run from the sources. */
export class HostProcess {
  readonly child: ChildProcess
  readonly #stdout: Lines
  readonly #stderr: Lines
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; stderr: string }>

  /** @param name of the fixture, without `.ts` */
  constructor(name: string, args: (string | number)[], { env }: HostOptions = {}) {
    const program = resolve(import.meta.dirname, '../fixtures', `${name}.ts`)
    this.child = spawn(NODE, [program, ...args.map(String)], {
      // Hosts are started by the hundred: what was compiled once is read by the next.
      env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'jobdeck-test-compiled'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#stdout = new Lines(this.child.stdout!)
    this.#stderr = new Lines(this.child.stderr!)
    this.ended = once(this.child, 'exit').then(([code, signal]) => {
      // Esbuild has a process of its own, which says this, and where, when its host was killed.
      const stderr = this.#stderr.text.replace(
        /fatal error: all goroutines are asleep - deadlock!\n[^]*$/,
        '',
      )
      this.#stdout.end(`the host ended with ${signal ?? code} before the line came.\n${stderr}`)
      return { code: code as number | null, signal: signal as NodeJS.Signals | null, stderr }
    })
    onTestFinished(() => void this.child.kill('SIGKILL'))
  }

  /** Resolves with the first line, past or to come, that begins with the text. */
  line(text: string): Promise<string> {
    return this.#stdout.wait((line) => line.startsWith(text))
  }

  /** Ends it without a word; resolves when it is gone. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL')
    await this.ended
  }
}

/** The processes that live with this text in their command line or their environment. */
export function carriers(text: string): string[] {
  const read = (pid: string, file: string) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'latin1').replaceAll('\0', ' ')
    } catch {
      return '' // it has ended
    }
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((pid) => read(pid, 'cmdline').includes(text) || read(pid, 'environ').includes(text))
    .map((pid) => `${pid} ${read(pid, 'cmdline')}`)
}
