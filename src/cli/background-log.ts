/** The log of a host in the background: on standard error, and in a file. */
import { logFile, type Say } from '../core/log-file.ts'
import { dateTime, oneLine } from './terminal.ts'

export type { Say }

/** @param folder made where it is missing */
export function backgroundLog(folder: string, name: string): { say: Say; file: string } {
  const { file, say } = logFile(folder, name)
  return {
    file,
    say(level, text) {
      const line = oneLine(text)
      say(level, line) // first: who reads it on standard error may look into the file
      process.stderr.write(`${dateTime(Date.now())} ${level.padEnd(5)} ${line}\n`)
    },
  }
}
