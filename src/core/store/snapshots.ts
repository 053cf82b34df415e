import { createHash } from 'node:crypto'
import stringify from 'safe-stable-stringify'
import type { Connection } from './open.ts'

/** @returns functions over the table of immutable JSON bodies */
export function snapshotTable({ database }: Connection) {
  const find = database.prepare<[string]>('select id from snapshots where digest = ?').pluck()
  const insert = database.prepare('insert into snapshots (digest, body) values (?, ?)')
  const read = database.prepare<[number]>('select body from snapshots where id = ?').pluck()

  return {
    /** The id of the row with this value, made where there is none. Equal values share one row. */
    keep(value: unknown): number {
      const body = stringify(value) ?? 'null'
      const digest = createHash('sha256').update(body).digest('base64url')
      const known = find.get(digest) as number | undefined
      return known ?? Number(insert.run(digest, body).lastInsertRowid)
    },
    read<T>(id: number): T {
      return JSON.parse(read.get(id) as string) as T
    },
  }
}
