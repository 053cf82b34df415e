/** The first line of a script: `#!`, and what follows it. */

/** What stands before a text in UTF-8 or UTF-16; Windows Notepad and PowerShell write it. */
const BYTE_ORDER_MARK = /^\uFEFF/

export interface Shebang {
  /** The command, as the kernel would have it; without `env`, and with its words split. */
  command: string[]
  /** Whether it leaves open which program of that name it is: it asks `env` for it. */
  isOpen: boolean
}

/** The first line of a text, without a byte order mark and the end of the line. */
export const firstLineOf = (text: string): string => text.replace(BYTE_ORDER_MARK, '').split(/\r?\n/, 1)[0]!

/**
 * Reads a `#!` line. `env` is left out, and with `-S` or without its words are split, as most who write
 * `#!/usr/bin/env python3 -u` want it. Where `env` is to set variables or the like, it stays.
 */
export function readShebang(line: string): Shebang | undefined {
  const [, rest] = /^#!\s*(\S.*)$/.exec(line) ?? []
  if (!rest) return undefined
  const [program = '', ...words] = rest.trim().split(/\s+/)
  if (!/(^|\/)env$/.test(program)) {
    // The kernel passes all that follows the interpreter as one argument.
    return { command: words.length > 0 ? [program, words.join(' ')] : [program], isOpen: false }
  }
  const after = rest.trim().slice(program.length)
  const command = splitWords(after.replace(/^\s*(-S|--split-string)[\s=]*/, ' '))
  const [first] = command
  if (first === undefined) return undefined
  if (first.startsWith('-') || first.includes('=')) return { command: [program, ...command], isOpen: false }
  return { command, isOpen: true }
}

/** Words, of which one in quotes may have spaces. */
const splitWords = (text: string): string[] =>
  [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain!,
  )
