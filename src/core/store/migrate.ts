import type Database from 'better-sqlite3'
import { Fault } from '../../shared/fault.ts'
import { first } from './migrations/0001-first.ts'

/** In order; the number of a migration is its place, counted from 1. Never edit one that was released. */
export const MIGRATIONS: readonly string[] = [first]

/** "Jobd" in ASCII: tells a deck from any other SQLite file. */
export const APPLICATION_ID = 0x4a_6f_62_64

/**
 * Brings the database to the newest version, in one transaction: where a migration fails, those before it are undone
 * with it, so that the Jobdeck that wrote the file can still open it.
 * Foreign keys are off meanwhile, since rebuilding a table would cascade into its children, and are checked as a
 * whole after each migration; the setting is void inside a transaction, so it is made outside.
 * @param beforeUpgrade called once before the first change to a database that already has tables
 * @throws Fault `database-newer`, `database-foreign`
 */
export function migrate(
  database: Database.Database,
  migrations: readonly string[] = MIGRATIONS,
  beforeUpgrade: (from: number, to: number) => void = () => {},
): void {
  const version = checkOrigin(database, migrations.length)
  if (version === migrations.length) return
  if (version > 0) beforeUpgrade(version, migrations.length)
  database.pragma('foreign_keys = OFF')
  try {
    database
      .transaction(() => migrations.forEach((sql, index) => applyOne(database, sql, index + 1)))
      .immediate()
  } finally {
    database.pragma('foreign_keys = ON')
  }
}

/**
 * The version of the database, refused where it is none of ours or from the future; nothing is written.
 * @throws Fault `database-newer`, `database-foreign`
 */
export function checkOrigin(database: Database.Database, newest = MIGRATIONS.length): number {
  const version = userVersion(database)
  const application = database.pragma('application_id', { simple: true }) as number
  const tables = database.prepare('select count(*) from sqlite_schema').pluck().get() as number
  if (application !== APPLICATION_ID && (tables > 0 || version > 0 || application !== 0)) {
    throw new Fault(
      'database-foreign',
      `${database.name} is an SQLite database, but not one of Jobdeck: choose another file`,
    )
  }
  if (version > newest) {
    throw new Fault(
      'database-newer',
      `${database.name} was written by a newer Jobdeck (database version ${version}, this Jobdeck knows ${newest}): update Jobdeck`,
      { data: { version, newest } },
    )
  }
  return version
}

function applyOne(database: Database.Database, sql: string, version: number): void {
  // Another process may have migrated while this one waited for the lock.
  if (userVersion(database) >= version) return
  database.exec(sql)
  const broken = database.pragma('foreign_key_check') as unknown[]
  if (broken.length > 0)
    throw new Error(`migration ${version} leaves ${broken.length} rows without their parent`)
  database.pragma(`application_id = ${APPLICATION_ID}`)
  database.pragma(`user_version = ${version}`)
}

const userVersion = (database: Database.Database) =>
  database.pragma('user_version', { simple: true }) as number
