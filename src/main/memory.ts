/** What the application remembers for itself: where its window stood, and what was said once. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

export interface Remembered {
  bounds?: unknown
  isMaximized?: boolean
  /** That closing the window ends nothing. */
  wasToldOfTray?: boolean
  /** Whether it shall be opened with the login. */
  wasAskedToOpenAtLogin?: boolean
}

export interface Memory {
  get(): Remembered
  keep(changes: Remembered): void
}

/** In a file; where that is damaged or cannot be written, nothing is remembered, and nothing else suffers. */
export function createMemory(file: string): Memory {
  let known: Remembered = {}
  try {
    known = Object(JSON.parse(readFileSync(file, 'utf8'))) as Remembered
  } catch {
    // There is none yet.
  }
  return {
    get: () => known,
    keep(changes) {
      known = { ...known, ...changes }
      try {
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
        writeFileSync(`${file}.draft`, JSON.stringify(known))
        renameSync(`${file}.draft`, file)
      } catch (thrown) {
        process.emitWarning(`${file} cannot be written: ${String(thrown)}`, { code: 'JOBDECK_MEMORY' })
      }
    },
  }
}
