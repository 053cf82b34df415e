import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'

export interface Lock {
  release(): void
}

/**
 * Holds an exclusive lock on a file until it is released or the process dies: a write transaction, left open, on an
 * SQLite file of its own. The handle must stay referenced, or garbage collection frees the lock.
 */
export function holdLock(file: string, mustExist = false): Lock {
  const database = new Database(file, { timeout: 0, fileMustExist: mustExist })
  try {
    database.exec('begin immediate')
  } catch (thrown) {
    database.close()
    throw thrown
  }
  return { release: () => database.close() }
}

/** The lock, or undefined while another holds it. */
export function tryLock(file: string, mustExist = false): Lock | undefined {
  try {
    return holdLock(file, mustExist)
  } catch (thrown) {
    if ((thrown as { code?: string }).code === 'SQLITE_BUSY') return undefined
    throw thrown
  }
}

/** Whether some process holds the lock; not where its file is removed while it is looked at. */
export function isLocked(file: string): boolean {
  try {
    const lock = tryLock(file, true)
    lock?.release()
    return lock === undefined
  } catch (thrown) {
    // Several look at the lock of a dead host at once, and the first of them removes it.
    if (existsSync(file)) throw thrown
    return false
  }
}
