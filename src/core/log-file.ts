/** The log of a host itself, in a file that does not grow for ever. */
import { join } from 'node:path'
import log from 'electron-log/node.js'

/** When the file is longer than this, in bytes, it becomes `NAME.old.log`, and a new one is begun. */
const SIZE_LIMIT = 5 * 1024 * 1024

/** That nothing can be written is told this seldom, in ms: a disk stays full for many lines. */
const TELL_INTERVAL = 3_600_000

export type Say = (level: 'info' | 'warn' | 'error', text: string) => void

/**
 * @param folder made where it is missing
 * @returns what writes a line into `NAME.log`
 */
export function logFile(folder: string, name: string): { say: Say; file: string } {
  const file = join(folder, `${name}.log`)
  const logger = log.create({ logId: name })
  logger.transports.console.level = false
  // Without a name it looks for a package.json around the working folder, and where there is none it writes nothing.
  logger.transports.file.setAppName('Jobdeck')
  let toldAt = -Infinity
  const tellFault = (thrown: unknown) => {
    if (performance.now() < toldAt + TELL_INTERVAL) return
    toldAt = performance.now()
    process.emitWarning(`${file}: ${String(thrown)}`, { code: 'JOBDECK_LOG' })
  }
  Object.assign(logger, { processInternalErrorFn: tellFault })
  Object.assign(logger.transports.file, {
    resolvePathFn: () => file,
    maxSize: SIZE_LIMIT,
    format: '{y}-{m}-{d} {h}:{i}:{s}.{ms} {level} {text}',
    writeOptions: { flag: 'a', mode: 0o600, encoding: 'utf8' },
  })
  return { file, say: (level, text) => logger[level](text) }
}
