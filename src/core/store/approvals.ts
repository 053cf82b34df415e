import { eq, or } from 'drizzle-orm'
import type { Actor } from '../../shared/contract.ts'
import type { Metadata } from '../handlers/metadata.ts'
import type { Part } from '../scripts/content.ts'
import type { Connection } from './open.ts'
import { approvals } from './schema.ts'

/** A script as it was approved: what it is made of, and what was learnt of it. */
export interface Version {
  /** The file that is run, from the folder of the script. */
  entry: string
  parts: Part[]
  /** Of the bundled code, where it is a module. */
  code?: string
  /** What a module told when it was loaded, beyond what can be read. */
  told?: Metadata
  /** Why it could not be loaded. */
  failure?: string
}

export interface Approval {
  digest: string
  name: string
  at: number
  actor: Actor
  version: Version
}

/** @returns functions over what was approved */
export function approvalTable({ orm, database }: Connection) {
  type Row = Omit<Approval, 'version'> & { version: string }
  const read = (row: Row | undefined): Approval | undefined =>
    row && { ...row, version: JSON.parse(row.version) as Version }
  const find = database.prepare<[string], Row>('select * from approvals where digest = ? limit 1')
  const has = database.prepare<[string, string]>('select 1 from approvals where digest = ? and name = ?')
  const latest = database.prepare<[string], Row>(
    'select * from approvals where name = ? order by at desc limit 1',
  )
  return {
    /** Whether just that was approved under a name. */
    has: (digest: string, name: string): boolean => has.get(digest, name) !== undefined,
    find: (digest: string): Approval | undefined => read(find.get(digest)),
    /** What was approved last under a name. */
    latest: (name: string): Approval | undefined => read(latest.get(name)),
    add({ version, ...approval }: Approval): void {
      const values = { ...approval, version: JSON.stringify(version) }
      orm
        .insert(approvals)
        .values(values)
        .onConflictDoUpdate({ target: [approvals.digest, approvals.name], set: values })
        .run()
    },
    /** Withdraws what was approved under a name, and this content whatever its name was; returns how many that were. */
    remove: (name: string, digest: string | null): number =>
      orm
        .delete(approvals)
        .where(
          digest === null
            ? eq(approvals.name, name)
            : or(eq(approvals.name, name), eq(approvals.digest, digest)),
        )
        .run().changes,
  }
}
