import { eq, isNull } from 'drizzle-orm'
import type { Connection } from './open.ts'
import { hosts } from './schema.ts'

export type HostRow = typeof hosts.$inferSelect

/** @returns functions over the processes that have, or had, the deck open */
export function hostTable({ orm }: Connection) {
  return {
    add: (row: HostRow) => orm.insert(hosts).values(row).run(),
    /** Those that did not say goodbye: they live, or they died. */
    open: () => orm.select().from(hosts).where(isNull(hosts.closedAt)).all(),
    close: (id: string, now: number) =>
      orm.update(hosts).set({ closedAt: now }).where(eq(hosts.id, id)).run(),
  }
}
