import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { Fault } from '../../shared/fault.ts'
import { makeFolder } from '../disk.ts'
import { entryUrl } from '../entry.ts'

/** Pages copied before other work has its turn. */
const PAGES_PER_STEP = 100

/**
 * Copies a database that is in use to a file, and opens the copy to see that it is whole before it gets its name.
 * @throws Fault `conflict` where the file exists, `database-damaged` where the copy is not whole
 */
export async function backUp(database: Database.Database, target: string): Promise<string> {
  const file = resolve(target)
  if (existsSync(file)) throw new Fault('conflict', `${file} exists already: choose another name`)
  makeFolder(dirname(file))
  const draft = join(dirname(file), `.${basename(file)}.${process.pid}.part`)
  try {
    await database.backup(draft, { progress: () => PAGES_PER_STEP })
    await verify(draft)
    await rename(draft, file)
  } finally {
    for (const rest of ['', '-wal', '-shm', '-journal']) await rm(`${draft}${rest}`, { force: true })
  }
  return file
}

/** Brings what a write-ahead log holds into its database, which nobody else has open; then one file is all of it. */
export function makeOneFile(file: string): void {
  const database = new Database(file)
  try {
    database.pragma('journal_mode = DELETE')
  } finally {
    database.close()
  }
}

/**
 * Reads the whole of a deck's file, in a thread, to see that nothing in it is damaged.
 * @throws Fault `database-damaged`, `database-foreign`, `not-found`
 */
export async function verify(file: string): Promise<void> {
  if (!existsSync(file)) throw new Fault('not-found', `there is no file ${file}`)
  const { promise, resolve: done, reject } = Promise.withResolvers<void>()
  const worker = new Worker(entryUrl('verify'), { workerData: { file }, execArgv: [] })
  worker.on('message', (fault: { code: 'database-damaged' | 'database-foreign'; message: string } | null) =>
    fault ? reject(new Fault(fault.code, fault.message)) : done(),
  )
  worker.on('error', reject)
  worker.on('exit', () => reject(new Error('the check ended without an answer')))
  return promise
}
