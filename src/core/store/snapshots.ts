import { createHash } from 'node:crypto'
import type Database from 'better-sqlite3'
import { LRUCache } from 'lru-cache'
import stringify from 'safe-stable-stringify'

/** Values that are kept in memory. */
const CACHE_SIZE = 1000

export type SnapshotTable = ReturnType<typeof snapshotTable>

const bodyOf = (value: object) => stringify(value) ?? 'null'
const digestOf = (value: object) => createHash('sha256').update(bodyOf(value)).digest('base64url')

/** @returns functions over the table of immutable JSON bodies */
export function snapshotTable(database: Database.Database) {
  const find = database.prepare<[string]>('select id from snapshots where digest = ?').pluck()
  const insert = database.prepare('insert into snapshots (digest, body) values (?, ?)')
  const digestById = database.prepare<[number]>('select digest from snapshots where id = ?').pluck()
  const read = database.prepare<[number]>('select body from snapshots where id = ?').pluck()
  // Nothing is remembered of rows: another process may sweep them, and their numbers may be used again.
  const digests = new WeakMap<object, string>()
  const values = new LRUCache<string, object>({ max: CACHE_SIZE })

  return {
    /** The id of the row with this value, made where there is none. Equal values share one row. Quick for a frozen one. */
    keep(value: object): number {
      const digest = digests.get(value) ?? digestOf(value)
      if (Object.isFrozen(value)) digests.set(value, digest)
      const known = find.get(digest) as number | undefined
      return known ?? Number(insert.run(digest, bodyOf(value)).lastInsertRowid)
    },

    /**
     * The value of a row; frozen, since all who read it share it.
     * @param digest of that row, where it is known already
     */
    read<T>(id: number, digest = digestById.get(id) as string): T {
      const known = values.get(digest)
      if (known) return known as T
      const value = JSON.parse(read.get(id) as string, (_, part: unknown) => Object.freeze(part)) as object
      values.set(digest, value)
      return value as T
    },
  }
}
