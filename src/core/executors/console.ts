import { Console } from 'node:console'
import { PassThrough } from 'node:stream'
import { format, inspect, type InspectOptions } from 'node:util'
import type { Level } from '../../shared/contract.ts'
import { withoutEngine } from './failure.ts'
import { cutMessage } from './lines.ts'

const LEVELS = {
  trace: 'trace',
  debug: 'debug',
  log: 'info',
  info: 'info',
  dir: 'info',
  table: 'info',
  warn: 'warn',
  error: 'error',
} as const

/** How those write that do not format their arguments. */
const WRITERS: Partial<Record<string, (...values: unknown[]) => string>> = {
  dir: (value, options) => inspect(value, { customInspect: false, ...(options as InspectOptions) }),
  table(...values) {
    const stream = new PassThrough()
    new Console(stream).table(...values)
    return String((stream.read() as Buffer | null) ?? '').trimEnd()
  },
}

const write = (...values: unknown[]) => {
  const text = format(...values)
  return values.some((value) => value instanceof Error) ? withoutEngine(text) : text
}

/** `console.*` of a handler becomes log entries of the matching level, with no change to the script. */
export function captureConsole(log: (level: Level, message: string, fields: string | null) => void): void {
  for (const [method, level] of Object.entries(LEVELS)) {
    const text = WRITERS[method] ?? write
    Object.assign(console, {
      [method]: (...values: unknown[]) => log(level, cutMessage(text(...values)), null),
    })
  }
}
