import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { is } from 'drizzle-orm'
import { SQLiteTable, getTableConfig } from 'drizzle-orm/sqlite-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createEngine } from '../../src/core/engine.ts'
import { foldersOf } from '../../src/core/folders.ts'
import { MIGRATIONS, migrate } from '../../src/core/store/migrate.ts'
import * as schema from '../../src/core/store/schema.ts'
import { temporaryFolder, openDeck } from '../support/deck.ts'
import { rows } from '../support/store.ts'

/** A database with the migrations applied. */
function databaseWith(migrations: readonly string[], file = join(temporaryFolder(), 'jobs.db')) {
  const database = new Database(file)
  onTestFinished(() => void database.close())
  migrate(database, migrations)
  return { file, database }
}

interface Column {
  name: string
  type: string
  notnull: number
  pk: number
}

test('the schema that queries are made from is that of the migrations, column by column', () => {
  const { database } = databaseWith(MIGRATIONS)
  const described = Object.values(schema)
    .filter((value) => is(value, SQLiteTable))
    .map((table) => {
      const { name, columns, primaryKeys } = getTableConfig(table)
      const keys = primaryKeys.flatMap((key) => key.columns.map((column) => column.name))
      return [
        name,
        columns.map((column) => ({
          name: column.name,
          type: column.getSQLType().toUpperCase(),
          // A primary key needs not to be told so in `schema.ts`.
          notnull: column.notNull || column.primary || keys.includes(column.name),
          pk: column.primary ? 1 : keys.indexOf(column.name) + 1,
        })),
      ] as const
    })
  const made = database
    .prepare<[], { name: string }>(
      `select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'`,
    )
    .all()
    .map(({ name }) => {
      const columns = database.pragma(`table_info(${name})`) as Column[]
      return [
        name,
        columns.map((column) => ({
          name: column.name,
          type: column.type,
          notnull: column.notnull === 1 || column.pk > 0,
          pk: column.pk,
        })),
      ] as const
    })
  expect(Object.fromEntries(described)).toEqual(Object.fromEntries(made))
  expect(described.length).toBeGreaterThan(10)
})

const TREE = `
  create table parents (id integer primary key, name text) strict;
  create table children (id integer primary key, parent_id integer references parents (id) on delete cascade) strict;
  insert into parents values (1, 'one'); insert into children values (1, 1), (2, 1);`
const REBUILD = `
  create table parents_new (id integer primary key, name text not null) strict;
  insert into parents_new select * from parents;
  drop table parents;
  alter table parents_new rename to parents;`
const ORPHAN = 'delete from parents'

describe('a migration', () => {
  test('that rebuilds a table keeps the rows of its children, and foreign keys are on again', () => {
    const { database } = databaseWith([TREE])
    migrate(database, [TREE, REBUILD])
    expect(database.prepare('select id from children').pluck().all()).toEqual([1, 2])
    expect(database.pragma('foreign_keys', { simple: true })).toBe(1)
    expect(() => database.exec('insert into children values (3, 99)')).toThrow(/FOREIGN KEY/)
  })

  test.each([
    ['that fails in its middle', ['create table third (a)', 'create table fourth (a); no sql'], /syntax/],
    ['that leaves a child without its parent', [REBUILD, ORPHAN], /leaves 2 rows without their parent/],
  ])('%s leaves the file as it was, with those before it', (_, further, message) => {
    const { file, database } = databaseWith([TREE])
    database.close()
    const before = readFileSync(file)
    const again = new Database(file)
    expect(() => migrate(again, [TREE, ...further])).toThrow(message)
    expect(again.pragma('foreign_keys', { simple: true })).toBe(1)
    again.close()
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  test('is applied once, whoever comes second, and each only to what is older', () => {
    const { file, database } = databaseWith([TREE])
    const second = databaseWith([TREE, 'create table later (a)'], file)
    migrate(database, [TREE, 'create table later (a)'])
    expect(second.database.pragma('user_version', { simple: true })).toBe(2)
  })
})

/** The file but for the two places where SQLite counts its changes, which opening it alone moves on. */
const content = (file: string) => readFileSync(file).fill(0, 24, 28).fill(0, 92, 96)

/** As if a newer Jobdeck were running, with one more migration. */
function upgradeWith(sql: string): void {
  const migrations = MIGRATIONS as string[]
  migrations.push(sql)
  onTestFinished(() => void (migrations.length = 1))
}

describe('an upgrade', () => {
  const NEWER = 'create table newer (a)'

  test('copies the deck first, with what its write-ahead log holds', async () => {
    const deck = await openDeck()
    await deck.once('process', { name: 'kept' }).add(1, { shell: 'true' }).save()
    await deck.close()
    const database = new Database(deck.file)
    database.exec(`pragma journal_mode = wal; update jobs set name = 'in the log'`)
    upgradeWith(NEWER)
    const upgraded = await openDeck({ file: deck.file })
    database.close()
    const copy = join(foldersOf(deck.file).backups, 'version-1.db')
    expect(rows(copy, 'select name from jobs')).toEqual([{ name: 'in the log' }])
    expect(rows(copy, 'select user_version from pragma_user_version')).toEqual([{ user_version: 1 }])
    expect(await upgraded.client.request('jobs.list', {})).toHaveLength(1)
  })

  test('is refused while another program has the deck open, and changes nothing', async () => {
    const deck = await openDeck()
    upgradeWith(NEWER)
    await expect(createEngine({ file: deck.file })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/must be upgraded, and is open in another program/),
    })
    expect(rows(deck.file, 'select user_version from pragma_user_version')).toEqual([{ user_version: 1 }])
    expect(existsSync(foldersOf(deck.file).backups)).toBe(false)
  })

  test('that fails leaves the deck as it was, and the older Jobdeck opens it', async () => {
    const deck = await openDeck()
    await deck.once('process', { name: 'kept' }).add(1, { shell: 'true' }).save()
    await deck.close()
    const before = content(deck.file)
    upgradeWith(NEWER)
    upgradeWith('no sql')
    await expect(openDeck({ file: deck.file })).rejects.toThrow(/syntax/)
    expect(content(deck.file).equals(before)).toBe(true)
    ;(MIGRATIONS as string[]).length = 1
    const again = await openDeck({ file: deck.file })
    expect(await again.client.request('jobs.list', {})).toMatchObject([{ name: 'kept' }])
  })
})

test('a database from the future is refused, and not a byte of it changed', async () => {
  const deck = await openDeck()
  await deck.close()
  const database = new Database(deck.file)
  database.pragma('user_version = 7')
  database.close()
  const before = readFileSync(deck.file)
  await expect(openDeck({ file: deck.file })).rejects.toMatchObject({
    code: 'database-newer',
    message: expect.stringContaining('database version 7, this Jobdeck knows 1'),
    data: { version: 7, newest: 1 },
  })
  expect(readFileSync(deck.file).equals(before)).toBe(true)
})
