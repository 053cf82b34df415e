/** What a job runs. */
import type { Handler } from '../shared/contract.ts'
import { joinWords } from './command-line.ts'

export const KINDS = ['script', 'command', 'shell', 'file', 'function'] as const
export type Kind = (typeof KINDS)[number]

export const kindOf = (handler: Handler): Kind => KINDS.find((kind) => kind in handler)!

/** As it is typed. */
export function handlerText(handler: Handler): string {
  if ('script' in handler) return handler.script
  if ('file' in handler) return handler.file
  if ('command' in handler) return joinWords(handler.command)
  return 'shell' in handler ? handler.shell : handler.function
}
