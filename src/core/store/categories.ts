import { eq } from 'drizzle-orm'
import type { Category, Policy } from '../../shared/contract.ts'
import { fold } from './like.ts'
import type { Connection } from './open.ts'
import { categories } from './schema.ts'

/** `a / b//c` as `a/b/c`. */
export const normalPath = (path: string) => namesOf(path).join('/')

const namesOf = (path: string) =>
  path
    .split('/')
    .map((name) => name.trim())
    .filter(Boolean)

interface CategoryRow extends Omit<Category, 'policy'> {
  policy: string
}

export interface CategoryValues {
  description?: string | null | undefined
  maxWorkers?: number | null | undefined
  policy?: Policy | undefined
}

const SELECT = `
  select id, path, description, max_workers as maxWorkers, policy,
    (select count(*) from jobs where category_id = categories.id and deleted_at is null) as jobs
  from categories`

/** Everything below a path begins with it and a slash; no pattern, so that any character means itself. */
const BELOW = `substr(path, 1, length(:path) + 1) = :path || '/'`

/** @returns functions over the tree of categories */
export function categoryTable({ database, orm, changes }: Connection) {
  const find = database.prepare<[string]>('select id from categories where path = ?').pluck()
  const insert = database.prepare(
    'insert into categories (parent_id, path, search, name, created_at) values (?, ?, ?, ?, ?)',
  )
  const list = database.prepare<[], CategoryRow>(`${SELECT} order by path collate nocase`)
  const get = database.prepare<[number], CategoryRow>(`${SELECT} where id = ?`)
  const above = database.prepare<[number], { path: string; policy: string }>(
    `with recursive above (id, depth) as (
       select ?, 0
       union all select parent_id, depth + 1 from above join categories on categories.id = above.id)
     select path, policy from above join categories on categories.id = above.id where policy <> '{}' order by depth`,
  )
  const anyPolicy = database.prepare(`select 1 from categories where policy <> '{}' limit 1`).pluck()
  const ofJob = database.prepare<[string]>('select category_id from jobs where id = ?').pluck()
  const below = database.prepare<[{ path: string }], { id: number; path: string }>(
    `select id, path from categories where path = :path or ${BELOW} order by length(path)`,
  )
  const parentOf = database.prepare<[number]>('select parent_id from categories where id = ?').pluck()
  const giveJobs = database.prepare('update jobs set category_id = ? where category_id = ?')
  const remove = database.prepare('delete from categories where id = ?')

  /** The id of the category at `a/b/c`; every category on the way that is missing is made. */
  function getOrCreate(path: string, now: number): number {
    const names = namesOf(path)
    let parent: number | null = null
    for (let depth = 1; depth <= names.length; depth++) {
      const at = names.slice(0, depth).join('/')
      const known = find.get(at) as number | undefined
      parent = known ?? Number(insert.run(parent, at, fold(at), names[depth - 1], now).lastInsertRowid)
    }
    return parent!
  }

  return {
    getOrCreate,

    /** The id of the category at the path, or undefined. */
    idOf: (path: string) => find.get(normalPath(path)) as number | undefined,
    get: (id: number): Category => toCategory(get.get(id)!),
    list: (): Category[] => list.all().map(toCategory),

    /** What is undefined stays as it is. */
    update(id: number, { policy, ...values }: CategoryValues): void {
      const columns = { ...values, ...(policy && { policy: JSON.stringify(policy) }) }
      const given = Object.values(columns).some((value) => value !== undefined)
      if (given) orm.update(categories).set(columns).where(eq(categories.id, id)).run()
      if (policy) changes.job() // whatever is below it inherits it
    },

    /** The category of a job, or null. */
    ofJob: (jobId: string) => ofJob.get(jobId) as number | null,

    /** The policies of a category and of those above it, without those that set nothing. */
    policiesOf(id: number | null): { path: string; policy: Policy }[] {
      if (id === null || anyPolicy.get() === undefined) return []
      return above.all(id).map(({ path, policy }) => ({ path, policy: JSON.parse(policy) as Policy }))
    },

    /** Gives a category, with all below it, another path, where there is no other yet. */
    move(id: number, to: string, now: number): void {
      const from = get.get(id)!.path
      const names = namesOf(to)
      const path = names.join('/')
      changes.job() // those in it have another path
      const parentId = names.length > 1 ? getOrCreate(names.slice(0, -1).join('/'), now) : null
      for (const row of below.all({ path: from })) {
        const moved = path + row.path.slice(from.length)
        const name = moved.slice(moved.lastIndexOf('/') + 1)
        const parent = row.id === id ? { parentId } : {}
        orm
          .update(categories)
          .set({ path: moved, search: fold(moved), name, ...parent })
          .where(eq(categories.id, row.id))
          .run()
      }
    },

    /** Removes a category with those below it; their jobs go to the one above. */
    remove(id: number): void {
      const parent = parentOf.get(id) as number | null
      for (const row of below.all({ path: get.get(id)!.path }).toReversed()) {
        if (giveJobs.run(parent, row.id).changes > 0) changes.job()
        remove.run(row.id)
      }
    },
  }
}

const toCategory = ({ policy, ...row }: CategoryRow): Category => ({
  ...row,
  policy: JSON.parse(policy) as Category['policy'],
})
