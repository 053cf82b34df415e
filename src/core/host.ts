import { readdirSync, rmSync, existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { customAlphabet } from 'nanoid'
import { makeFolder } from './disk.ts'
import { identify, lives } from './executors/tree.ts'
import { holdLock, isLocked, tryLock, type Lock } from './store/lock.ts'
import type { HostRow } from './store/hosts.ts'
import type { HostKind } from './store/schema.ts'
import { version } from './version.ts'

/** Short and random; without letters and digits that are mistaken for one another. */
export const createId = customAlphabet('23456789abcdefghjkmnpqrstvwxyz', 10)

/** A process that has a deck open, and the lock that proves that it lives. */
export interface Host {
  row: HostRow
  lock: Lock
}

const lockFile = (folder: string, id: string) => join(folder, `${id}.lock`)

/**
 * Takes the lock of a new host. The operating system frees it when the process dies, however it dies, and not while
 * it is merely slow or stopped: so no heartbeats and no time-outs are needed.
 */
export function createHost(folder: string, kind: HostKind, now: number): Host {
  makeFolder(folder)
  const id = createId()
  const started = identify(process.pid)?.started ?? null
  const row: HostRow = {
    id,
    kind,
    machine: hostname(),
    processId: process.pid,
    processStarted: started,
    version,
    openedAt: now,
    closedAt: null,
  }
  return { row, lock: holdLock(lockFile(folder, id)) }
}

export function releaseHost(folder: string, { row, lock }: Host): void {
  lock.release()
  rmSync(lockFile(folder, row.id), { force: true })
}

/** Whether the host lives. Where its lock file is gone (a copied deck, a cleaned folder), its process is looked for. */
export function hostLives(folder: string, row: HostRow): boolean {
  const file = lockFile(folder, row.id)
  if (existsSync(file)) return isLocked(file)
  return row.machine === hostname() && lives({ pid: row.processId, started: row.processStarted })
}

export function forgetHost(folder: string, id: string): void {
  rmSync(lockFile(folder, id), { force: true })
}

const plannerFile = (folder: string) => join(folder, 'planner.lock')

/** The lock of the one host that runs what belongs to nobody, or undefined while another holds it. */
export const takePlannerLock = (folder: string): Lock | undefined => tryLock(plannerFile(folder))

/** Whether some host is the planner. */
export const hasPlanner = (folder: string): boolean =>
  existsSync(plannerFile(folder)) && isLocked(plannerFile(folder))

/** The ids of the hosts that have a lock file, and of those that have left theirs behind. */
const lockIds = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.lock'))
        .map((name) => name.slice(0, -'.lock'.length))
    : []

/** The ids of the hosts that live, from their lock files alone: for when the database cannot be asked. */
export const livingHosts = (folder: string): string[] =>
  lockIds(folder).filter((id) => isLocked(lockFile(folder, id)))

/** Removes the lock files that nobody removed: whoever was about to died right before. */
export function sweepLocks(folder: string, closed: (ids: string[]) => string[]): void {
  for (const id of closed(lockIds(folder))) if (!isLocked(lockFile(folder, id))) forgetHost(folder, id)
}
