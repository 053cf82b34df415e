import { statSync } from 'node:fs'
import { Fault } from '../shared/fault.ts'

/** How often the database is looked at for what other processes wrote, in ms. */
const LOOK_INTERVAL = 200
/** How often the file itself is looked at, in ms. */
const FILE_INTERVAL = 1000

export interface LookoutOptions {
  file: string
  /** Changes when another connection has committed. */
  dataVersion(): number
  onChange(): void
  /** Each second. */
  onSecond(): void
  /** The file at the path is no longer the one that is open: told once, then nothing more is looked at. */
  onReplaced(fault: Fault): void
  onTrouble(thrown: unknown): void
}

/** Looks at the database for what comes from outside this process; returns the function that ends it. */
export function keepLookout(options: LookoutOptions): () => void {
  const { file, dataVersion, onChange, onSecond, onReplaced, onTrouble } = options
  const opened = identityOf(file)
  let seen = dataVersion()
  const look = () => {
    try {
      const version = dataVersion()
      if (version === seen) return
      seen = version
      onChange()
    } catch (thrown) {
      onTrouble(thrown)
    }
  }
  const lookAtFile = () => {
    const found = identityOf(file)
    if (found === opened) return onSecond()
    stop()
    const what = found === undefined ? 'removed' : 'replaced by another'
    onReplaced(
      new Fault(
        'database-replaced',
        `${file} was ${what} while it was open; nothing more is run or stored. Close Jobdeck and open it again`,
      ),
    )
  }
  const timers = [setInterval(look, LOOK_INTERVAL).unref(), setInterval(lookAtFile, FILE_INTERVAL).unref()]
  const stop = () => timers.forEach((timer) => clearInterval(timer))
  return stop
}

/** Which file lies at the path: its volume and its number there; undefined where there is none. */
export function identityOf(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false, bigint: true })
  return found && `${found.dev}/${found.ino}`
}
