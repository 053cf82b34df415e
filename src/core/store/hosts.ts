import { and, eq, inArray, isNotNull, isNull, or, sql } from 'drizzle-orm'
import type { Connection } from './open.ts'
import { executions, hosts } from './schema.ts'

export type HostRow = typeof hosts.$inferSelect

/** @returns functions over the processes that have, or had, the deck open */
export function hostTable({ orm }: Connection) {
  const runners = orm
    .select({ id: executions.hostId })
    .from(executions)
    .where(sql`${executions.status} in ('initializing', 'running')`)
  return {
    add: (row: HostRow) => orm.insert(hosts).values(row).run(),
    /** Those that did not say goodbye: they live, or they died. */
    open: () => orm.select().from(hosts).where(isNull(hosts.closedAt)).all(),
    /** Those, and any that went and still has open executions. */
    unsettled: () =>
      orm
        .select()
        .from(hosts)
        .where(or(isNull(hosts.closedAt), inArray(hosts.id, runners)))
        .all(),
    /** Of these, those that have gone. */
    closed: (ids: string[]) =>
      orm
        .select({ id: hosts.id })
        .from(hosts)
        .where(and(inArray(hosts.id, ids), isNotNull(hosts.closedAt)))
        .all()
        .map(({ id }) => id),
    /** All that are open belonged to the file that this one is a copy of. */
    closeAll: (now: number) => orm.update(hosts).set({ closedAt: now }).where(isNull(hosts.closedAt)).run(),
    close: (id: string, now: number) =>
      orm.update(hosts).set({ closedAt: now }).where(eq(hosts.id, id)).run(),
  }
}
