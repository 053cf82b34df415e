import { inspect } from 'node:util'
import type { ErrorInfo } from '../../shared/contract.ts'
import { Fault } from '../../shared/fault.ts'
import { cutMessage } from './lines.ts'
import { VALUE_LIMIT } from './readable.ts'

const TEXT_LIMIT = VALUE_LIMIT / 16

/** What a handler threw, as it is stored. Anything can be thrown. */
export function errorInfo(thrown: unknown): ErrorInfo {
  if (!(thrown instanceof Error)) return { name: 'Error', message: `a value was thrown: ${text(thrown)}` }
  // A refusal by the engine says all in its message: where in the engine it arose concerns nobody.
  if (thrown instanceof Fault) return { name: thrown.name, message: thrown.message, code: thrown.code }
  const { name, message, stack } = thrown
  const code = (thrown as NodeJS.ErrnoException).code
  const cause =
    thrown.cause instanceof Error ? `\nCaused by: ${thrown.cause.stack ?? String(thrown.cause)}` : ''
  return {
    name: text(name),
    message: text(message),
    ...(typeof stack === 'string' && { stack: withoutEngine(text(stack + cause)) }),
    ...(code !== undefined && { code: text(code) }),
  }
}

const OWN_FOLDER = new URL('.', import.meta.url).href

/** A text with a stack in it, without the frames of the engine that called the handler. */
export const withoutEngine = (stack: string): string =>
  stack
    .split('\n')
    .filter((line) => !(/^\s*at /.test(line) && line.includes(OWN_FOLDER)))
    .join('\n')

const INSPECTION = { depth: 4, breakLength: 120, maxStringLength: TEXT_LIMIT }

function text(value: unknown): string {
  try {
    return cutMessage(typeof value === 'string' ? value : inspect(value, INSPECTION), TEXT_LIMIT)
  } catch {
    return '[unreadable]'
  }
}

const START_FAULTS: Record<string, string> = {
  E2BIG: 'its arguments and environment are too long for the system',
  EACCES: 'it may not be executed: check its permissions',
  ENOEXEC: 'it is no program that this system can run',
  EAGAIN: 'the system has no room for another process',
  EMFILE: 'this program has too many files open',
  ENFILE: 'the system has too many files open',
}

/** What the system says of a process that it did not start, in words; anything else passes as it is. */
export function startFault(file: string, thrown: unknown): unknown {
  const { syscall, code = '', message } = thrown as NodeJS.ErrnoException
  if (!syscall?.startsWith('spawn')) return thrown
  return new Fault('command-missing', `${file} could not be started: ${START_FAULTS[code] ?? message}`)
}
