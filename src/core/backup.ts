/** Copies of a deck: made while it is open, and put back while it is not. */
import { existsSync } from 'node:fs'
import { copyFile, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '../shared/fault.ts'
import { makeFolder } from './disk.ts'
import { foldersOf } from './folders.ts'
import { livingHosts } from './host.ts'
import { makeOneFile, verify } from './store/backup.ts'
import type { Store } from './store/store.ts'

/** Of each kind of automatic copy so many are kept. */
const KEPT = 7

/** An SQLite database that was not closed is more than one file. */
const PARTS = ['-wal', '-shm', '']

/** Makes the copy of this day if there is none, and removes the oldest beyond seven. Returns its path, if made. */
export async function backUpDaily(store: Store, folder: string, now: number): Promise<string | undefined> {
  const file = join(folder, `daily-${new Date(now).toISOString().slice(0, 10)}.db`)
  if (existsSync(file)) return undefined
  await store.backUp(file)
  await removeOldest(folder, 'daily-')
  return file
}

async function removeOldest(folder: string, prefix: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(prefix) && name.endsWith('.db'))
  for (const name of names.toSorted().slice(0, -KEPT)) {
    for (const part of PARTS) await rm(join(folder, `${name}${part}`), { force: true })
  }
}

/** The automatic copies, newest first. */
export async function listBackups(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names
    .filter((name) => name.endsWith('.db') && !name.startsWith('.'))
    .toSorted((a, b) => dateIn(b).localeCompare(dateIn(a)))
    .map((name) => join(folder, name))
}

const dateIn = (name: string) => /\d{4}-\d\d-\d\d.*/.exec(name)?.[0] ?? name

/** Reading a copy makes files beside it, even if it is only read: what was not there is taken away. */
async function verifyOnly(copy: string): Promise<void> {
  const added = PARTS.map((part) => `${copy}${part}`).filter((path) => !existsSync(path))
  try {
    await verify(copy)
  } finally {
    for (const path of added) await rm(path, { force: true })
  }
}

/**
 * Puts a copy in the place of a deck's database. What was there is kept beside the automatic copies.
 * @returns where what was there is now, if something was
 * @throws Fault `conflict` while the deck is open anywhere; `database-damaged`, `database-foreign`, `not-found`
 */
export async function putBack(copy: string, database: string, now: number): Promise<string | undefined> {
  const folders = foldersOf(database)
  await verifyOnly(copy)
  if (livingHosts(folders.hosts).length > 0) {
    throw new Fault('conflict', 'the deck is open in another program: close it first, then restore')
  }
  makeFolder(folders.backups)
  // The copy is brought onto the disk of the database first: what can fail there fails before anything is moved.
  const draft = `${database}.restoring`
  for (const part of PARTS) await rm(`${draft}${part}`, { force: true })
  for (const part of ['-wal', ''])
    if (existsSync(`${copy}${part}`)) await copyFile(`${copy}${part}`, `${draft}${part}`)
  makeOneFile(draft)
  const kept = existsSync(database)
    ? join(folders.backups, `replaced-${new Date(now).toISOString().replaceAll(':', '')}.db`)
    : undefined
  for (const part of PARTS) {
    const path = `${database}${part}`
    // A write-ahead log whose database is gone would be replayed into the copy.
    if (kept === undefined) await rm(path, { force: true })
    else if (existsSync(path)) await rename(path, `${kept}${part}`)
  }
  await rename(draft, database)
  await removeOldest(folders.backups, 'replaced-')
  return kept
}
