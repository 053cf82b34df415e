import type { Connection } from './open.ts'

/** @returns functions over the tree of categories */
export function categoryTable({ database }: Connection) {
  const find = database.prepare<[string]>('select id from categories where path = ?').pluck()
  const insert = database.prepare(
    'insert into categories (parent_id, path, name, created_at) values (?, ?, ?, ?)',
  )

  return {
    /** The id of the category at `a/b/c`; every category on the way that is missing is made. */
    getOrCreate(path: string, now: number): number {
      const names = path
        .split('/')
        .map((name) => name.trim())
        .filter(Boolean)
      let parent: number | null = null
      for (let depth = 1; depth <= names.length; depth++) {
        const at = names.slice(0, depth).join('/')
        const known = find.get(at) as number | undefined
        parent = known ?? Number(insert.run(parent, at, names[depth - 1], now).lastInsertRowid)
      }
      return parent!
    },
  }
}
