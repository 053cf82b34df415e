import { eq } from 'drizzle-orm'
import type { Category } from '../../shared/contract.ts'
import type { Connection } from './open.ts'
import { categories } from './schema.ts'

/** `a / b//c` as `a/b/c`. */
const namesOf = (path: string) =>
  path
    .split('/')
    .map((name) => name.trim())
    .filter(Boolean)

/** @returns functions over the tree of categories */
export function categoryTable({ database, orm }: Connection) {
  const find = database.prepare<[string]>('select id from categories where path = ?').pluck()
  const insert = database.prepare(
    'insert into categories (parent_id, path, name, created_at) values (?, ?, ?, ?)',
  )
  const list = database.prepare<[], Category>(
    `select id, path, description, max_workers as maxWorkers,
       (select count(*) from jobs where category_id = categories.id and deleted_at is null) as jobs
     from categories order by path collate nocase`,
  )

  return {
    /** The id of the category at `a/b/c`; every category on the way that is missing is made. */
    getOrCreate(path: string, now: number): number {
      const names = namesOf(path)
      let parent: number | null = null
      for (let depth = 1; depth <= names.length; depth++) {
        const at = names.slice(0, depth).join('/')
        const known = find.get(at) as number | undefined
        parent = known ?? Number(insert.run(parent, at, names[depth - 1], now).lastInsertRowid)
      }
      return parent!
    },

    /** The id of the category at the path, or undefined. */
    idOf: (path: string) => find.get(namesOf(path).join('/')) as number | undefined,

    list: () => list.all(),

    /** What is undefined stays as it is. */
    update(
      id: number,
      values: { description?: string | null | undefined; maxWorkers?: number | null | undefined },
    ) {
      const given = Object.values(values).some((value) => value !== undefined)
      if (given) orm.update(categories).set(values).where(eq(categories.id, id)).run()
    },
  }
}
