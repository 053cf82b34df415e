import { join } from 'node:path'
import Database from 'better-sqlite3'
import { DEFAULT_POLICY, type Definition, type Lane } from '../../src/core/definition.ts'
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
