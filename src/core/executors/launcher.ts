/** Processes for modules where the program that hosts them is no Node that could be started anew, as in Electron. */
import type { Readable } from 'node:stream'

export interface LaunchOptions {
  environment: Record<string, string>
  directory?: string
}

/** A process that was started; the entry in it finds its end of the channel as `process.parentPort`. */
export interface Launched {
  /** Resolves with its number; rejects where it cannot be started. */
  readonly started: Promise<number>
  readonly stdout: Readable
  readonly stderr: Readable
  /** Without effect once it has ended. */
  post(message: unknown): void
  /** Calls back with each message from now on. */
  receive(listener: (message: unknown) => void): void
  /** Never rejects. */
  readonly exited: Promise<{ code: number | null; signal: string | null }>
  isAlive(): boolean
  /** Ends it at once. */
  kill(): void
}

/** Starts a process that begins with this file and these arguments. */
export type Launcher = (file: string, args: string[], options: LaunchOptions) => Launched
