import type { Command } from 'commander'
import type { GlobalOptions } from '../deck.ts'

/** What the registration of a command has to do with. */
export interface CommandLine {
  program: Command
  /** The options of every command, once they are parsed. */
  globals: () => GlobalOptions
  /** Sets the exit code. */
  finish: (exitCode: number) => void
  /** What stood after `--`, where that is a command of its own. */
  rest: string[] | undefined
}
