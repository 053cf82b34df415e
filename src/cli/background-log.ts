/** The log of a host in the background: on standard error, and in a file that does not grow for ever. */
import { join } from 'node:path'
import log from 'electron-log/node.js'
import { dateTime, oneLine } from './terminal.ts'

/** When the file is longer than this, it becomes `NAME.old.log`, and a new one is begun. */
const SIZE_LIMIT = 5 * 1024 * 1024

export type Say = (level: 'info' | 'warn' | 'error', text: string) => void

/** @param folder made where it is missing */
export function backgroundLog(folder: string, name: string): { say: Say; file: string } {
  const file = join(folder, `${name}.log`)
  const logger = log.create({ logId: name })
  logger.transports.console.level = false
  Object.assign(logger.transports.file, {
    resolvePathFn: () => file,
    maxSize: SIZE_LIMIT,
    format: '{y}-{m}-{d} {h}:{i}:{s}.{ms} {level} {text}',
    writeOptions: { flag: 'a', mode: 0o600, encoding: 'utf8' },
  })
  return {
    file,
    say(level, text) {
      const line = oneLine(text)
      logger[level](line) // first: who reads it on standard error may look into the file
      process.stderr.write(`${dateTime(Date.now())} ${level.padEnd(5)} ${line}\n`)
    },
  }
}
