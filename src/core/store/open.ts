import { copyFileSync, realpathSync, rmSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { drizzle, type BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import type { FaultData } from '../../shared/fault.ts'
import { diskFault, makeFolder } from '../disk.ts'
import { foldersOf } from '../folders.ts'
import { requireNode } from '../runtime.ts'
import { Changes, type Changed } from './changes.ts'
import { storeFault } from './failure.ts'
import { refuseNetworkShare } from './filesystem.ts'
import { checkOrigin, migrate } from './migrate.ts'
import { snapshotTable, type SnapshotTable } from './snapshots.ts'
import { Writer } from './writer.ts'

/** The thread is never blocked for longer than this by a locked database; the writer tries again. In ms. */
const BUSY_TIMEOUT = 20
/** How long opening waits for a locked database, in ms. */
const OPEN_PATIENCE = 10_000

/** What the files of tables work with: one connection, read and written by this thread alone. */
export interface Connection {
  file: string
  database: Database.Database
  orm: BetterSQLite3Database
  writer: Writer
  changes: Changes
  snapshots: SnapshotTable
  /** Wall clock in ms. */
  now: () => number
}

export interface ConnectOptions {
  /** Told after each commit what it changed. */
  onCommit?: (changed: Changed) => void
  /** Told when writing fails in a way that passes, and with null when it goes on again. */
  onTrouble?: (fault: FaultData | null) => void
  /** Called before a database of an older version is changed. */
  beforeUpgrade?: (file: string) => void
  now?: () => number
  durability?: Durability
}

/** `full`: what was committed survives a power cut. `normal`: it survives any crash of the program, not always that. */
export type Durability = 'full' | 'normal'

/**
 * Opens or creates the database of a deck, brings it to the newest version and sets the pragmas.
 * @throws Fault for each way in which a file can be unfit, named in `shared/fault.ts`
 */
export async function connect(path: string, options: ConnectOptions = {}): Promise<Connection> {
  requireNode()
  const file = realFile(path)
  refuseNetworkShare(dirname(file))
  const deadline = performance.now() + OPEN_PATIENCE
  for (;;) {
    try {
      return attempt(file, options)
    } catch (thrown) {
      const fault = storeFault(thrown, file)
      if (fault.code !== 'database-locked' || performance.now() > deadline) throw fault
      await wait(50)
    }
  }
}

function attempt(
  file: string,
  {
    onCommit = () => {},
    onTrouble = () => {},
    beforeUpgrade = () => {},
    now = Date.now,
    durability = 'full',
  }: ConnectOptions,
): Connection {
  const database = new Database(file, { timeout: BUSY_TIMEOUT })
  try {
    checkOrigin(database) // the journal mode is written into the file, which may be somebody else's
    database.pragma('foreign_keys = ON')
    database.pragma('auto_vacuum = INCREMENTAL') // void once there is a table
    database.pragma('journal_mode = WAL')
    database.pragma(`synchronous = ${durability}`)
    database.pragma('fullfsync = ON') // macOS: without it a commit does not survive a power cut
    database.pragma('temp_store = MEMORY')
    database.pragma('cache_size = -8192') // KiB
    migrate(database, undefined, (from) => {
      beforeUpgrade(file)
      copyFile(database, join(foldersOf(file).backups, `version-${from}.db`))
    })
    const changes = new Changes(database)
    const writer = new Writer(database, changes, onCommit, onTrouble)
    const snapshots = snapshotTable(database)
    return { file, database, orm: drizzle(database), writer, changes, snapshots, now }
  } catch (thrown) {
    database.close()
    throw thrown
  }
}

/** A copy for the case that a migration goes wrong; what the write-ahead log holds is brought in first. */
function copyFile(database: Database.Database, target: string): void {
  database.pragma('wal_checkpoint(TRUNCATE)')
  makeFolder(dirname(target))
  rmSync(target, { force: true })
  copyFileSync(database.name, target)
}

/** The absolute path with links followed, so that one file has one name; its folder is made where it is missing. */
function realFile(path: string): string {
  const absolute = resolve(path)
  try {
    makeFolder(dirname(absolute))
  } catch (thrown) {
    throw diskFault(thrown, `the folder ${dirname(absolute)} cannot be made`)
  }
  return join(realpathSync(dirname(absolute)), basename(absolute))
}
