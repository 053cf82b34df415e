import { asc, eq } from 'drizzle-orm'
import type { Secret } from '../../shared/secrets.ts'
import type { Connection } from './open.ts'
import { secrets } from './schema.ts'

/** @returns functions over the table of secrets, whose values are encrypted before they come here */
export function secretTable({ database, orm }: Connection) {
  const valueOf = database.prepare<[string], Buffer>('select value from secrets where name = ?').pluck()
  // What is stored is JSON without spaces, in which a quote within a text is escaped: it can be nothing else.
  const jobsWith = database.prepare<[string], { id: string; name: string }>(
    `select jobs.id, jobs.name from jobs join snapshots on snapshots.id = definition_id
     where deleted_at is null and instr(body, ?) > 0 order by jobs.name`,
  )
  const categoriesWith = database
    .prepare<[string], string>('select path from categories where instr(policy, ?) > 0 order by path')
    .pluck()

  return {
    /** Its encrypted value. */
    valueOf: (name: string): Buffer | undefined => valueOf.get(name),
    has: (name: string): boolean => valueOf.get(name) !== undefined,
    set(name: string, value: Buffer, updatedAt: number): void {
      orm
        .insert(secrets)
        .values({ name, value, updatedAt })
        .onConflictDoUpdate({ target: secrets.name, set: { value, updatedAt } })
        .run()
    },
    remove: (name: string): void => void orm.delete(secrets).where(eq(secrets.name, name)).run(),
    /** By name, with what refers to each. */
    list(): Secret[] {
      const rows = orm
        .select({ name: secrets.name, updatedAt: secrets.updatedAt })
        .from(secrets)
        .orderBy(asc(secrets.name))
        .all()
      return rows.map((row) => {
        const reference = JSON.stringify({ secret: row.name })
        return {
          ...row,
          jobs: jobsWith.all(reference),
          categories: categoriesWith.all(reference),
        }
      })
    },
  }
}
