import { join } from 'node:path'
import Database from 'better-sqlite3'
import { DEFAULT_POLICY } from '../../src/shared/policy.ts'
import type { Definition, Lane } from '../../src/core/definition.ts'
import { openStore, type Store } from '../../src/core/store/store.ts'
import { temporaryFolder } from './deck.ts'

/** The rows of a query, read by a connection of its own. */
export function rows<T = Record<string, unknown>>(file: string, sql: string): T[] {
  const database = new Database(file, { readonly: true })
  try {
    return database.prepare<[], T>(sql).all()
  } finally {
    database.close()
  }
}

/** Brings a closed deck to so many executions, copies of those it has: one a minute from 1970 on, and their numbers. */
export function manyRuns(file: string, count: number): void {
  const database = new Database(file)
  const own: Record<string, string> = {
    id: 'i',
    status: `case when i % 7 = 0 then 'failed' else 'completed' end`,
    trigger: `case when i % 100 = 0 then 'retry' else 'api' end`,
    queued_at: 'i * 60000',
    started_at: 'i * 60000 + i * 77 % 90000',
    ended_at: 'i * 60000 + i * 77 % 90000 + i * 7919 % 1000',
    duration_ms: 'i * 7919 % 1000',
  }
  const known = database.pragma('table_info(executions)') as { name: string }[]
  const columns = known.map(({ name }) => name)
  database.exec(`
    with recursive n (i) as (select max(id) + 1 from executions union all select i + 1 from n where i < ${count})
    insert into executions (${columns.join(', ')})
    select ${columns.map((name) => own[name] ?? `run.${name}`).join(', ')}
    from n join executions as run on run.id = i % (select count(*) from jobs) + 1;
    delete from counters;
    insert into counters (job_id, status, count, last_at)
    select job_id, status, count(*), max(ended_at) from executions group by job_id, status`)
  database.close()
}

/** What an execution of this lane runs with; nothing of it is ever run. */
export function definitionOf(lane: Lane, policy: Partial<Definition> = {}): Definition {
  const parts = {
    inline: {
      mode: 'in-process',
      handler: { function: 'none' },
      target: { kind: 'function', name: 'none' },
    },
    thread: {
      mode: 'in-process',
      handler: { file: '/none.mjs' },
      target: { kind: 'module', file: '/none.mjs', digest: 'none' },
    },
    process: { mode: 'process', handler: { shell: 'true' }, target: { kind: 'shell', line: 'true' } },
  } as const
  return { ...DEFAULT_POLICY, ...parts[lane], ...policy }
}

/** Calls back with a real store in a folder of its own, and closes it. */
export async function withStore<T>(use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(join(temporaryFolder(), 'jobs.db'))
  try {
    return await use(store)
  } finally {
    store.close()
  }
}

/** Adds a job without handlers; its runs are queued one by one. Inside a transaction. */
export function addJob(store: Store, id: string, categoryId: number | null = null): string {
  const definition = { handlers: [], params: {}, policy: {} }
  return store.jobs.save({
    id,
    key: id,
    name: id,
    description: null,
    tags: [],
    categoryId,
    definition,
    now: 0,
  })
}

/** A host that never ran: executions refer to it. Inside a transaction. */
export function addHost(store: Store, id: string): string {
  store.hosts.add({
    id,
    kind: 'library',
    machine: 'none',
    processId: 0,
    processStarted: null,
    version: '0',
    openedAt: 0,
    closedAt: null,
  })
  return id
}

/** How an execution ended, where only its status matters. */
export const ending = {
  at: 0,
  durationMs: 0,
  forced: false,
  warned: false,
  result: null,
  error: null,
  exitCode: null,
  exitSignal: null,
} as const
