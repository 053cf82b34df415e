/** What is shown of one thing: its facts by name, and longer texts under a title. */
import type { Handler } from '../shared/contract.ts'
import { print, printable, styled, withoutDirections } from './terminal.ts'

/** Names and values, under one another; without those that are not known. */
export function facts(values: Record<string, string | number | null | undefined>): void {
  const known = Object.entries(values).filter(
    ([, value]) => value !== null && value !== undefined && value !== '',
  )
  const width = Math.max(...known.map(([name]) => name.length))
  for (const [name, value] of known) {
    const [first, ...more] = withoutDirections(printable(String(value))).split('\n')
    print(
      [
        `${styled('dim', name.padEnd(width))}  ${first}`,
        ...more.map((line) => ' '.repeat(width + 2) + line),
      ].join('\n'),
    )
  }
}

/** A text under its title, where there is one. */
export function section(title: string, text: string | null): void {
  if (text === null) return
  print(`\n${styled('dim', title)}\n${withoutDirections(printable(text))}`)
}

/** What a job runs, on one line or more. */
export function handlerText(handler: Handler): string {
  if ('file' in handler) return handler.file
  if ('script' in handler) return handler.script
  if ('command' in handler)
    return handler.command
      .map((word) => (/^[\w./:=@%+-]+$/.test(word) ? word : JSON.stringify(word)))
      .join(' ')
  return 'shell' in handler ? handler.shell : `the function ${handler.function}`
}
