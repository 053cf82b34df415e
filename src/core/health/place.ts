/** What can be said of a deck's file without opening it: where it lies, who may write it, whether it is whole. */
import { accessSync, constants, statSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Finding } from '../../shared/contract.ts'
import { toFault } from '../../shared/fault.ts'
import { listBackups } from '../backup.ts'
import { foldersOf } from '../folders.ts'
import { verify } from '../store/backup.ts'
import { refuseNetworkShare } from '../store/filesystem.ts'
import { syncedBy } from './synced.ts'

const MEBIBYTE = 2 ** 20
/** With less free space than this nothing goes well for long. */
const LEAST_SPACE = 100 * MEBIBYTE
/** So much should be free beside a further copy of the deck. */
const GOOD_SPACE = 500 * MEBIBYTE
const DAY = 86_400_000
/** Copies are made every day while the planner runs. */
const OLD_COPY = 7 * DAY
/** A deck that is younger than this need not have a copy. */
const YOUNG = 2 * DAY

export const fine = (check: Finding['check'], message: string): Finding => ({
  check,
  state: 'ok',
  message,
  mend: null,
})

/** @param file of the database, which exists */
export async function examinePlace(file: string, now: number): Promise<Finding[]> {
  return [location(file), ...permissions(file), space(file), await integrity(file), await copies(file, now)]
}

function location(file: string): Finding {
  const folder = dirname(file)
  try {
    refuseNetworkShare(folder)
  } catch (thrown) {
    const mend = `Move ${folder} to a local disk, and name its new place by --data or JOBDECK_DATA.`
    return { check: 'place', state: 'problem', message: toFault(thrown).message, mend }
  }
  const program = syncedBy(folder)
  if (program === undefined) return fine('place', `${file} lies on a local disk, in no folder that is synced`)
  return {
    check: 'place',
    state: 'warning',
    message: `${folder} seems to be synced by ${program}, which may copy the deck half written, or put an old one back`,
    mend: `Keep the deck elsewhere, and only copies of it there: jobdeck backup ${folder}/copy.db`,
  }
}

/** Parts of the deck that must be writable; those that are not there yet are made when they are needed. */
function permissions(file: string): Finding[] {
  const folders = foldersOf(file)
  const parts = [
    dirname(file),
    file,
    `${file}-wal`,
    `${file}-shm`,
    dirname(folders.hosts),
    ...Object.values(folders),
  ]
  const refused = parts.filter((path) => exists(path) && !mayWrite(path))
  if (refused.length > 0) {
    return [
      {
        check: 'permissions',
        state: 'problem',
        message: `${refused.join(', ')} cannot be written by this user`,
        mend:
          process.platform === 'win32'
            ? 'Give this user the right to change them.'
            : `Make it yours again: sudo chown -R "$USER" ${JSON.stringify(dirname(file))} and chmod -R u+rwX ${JSON.stringify(dirname(file))}`,
      },
    ]
  }
  const open =
    process.platform === 'win32' ? [] : [dirname(file), file].filter((path) => isOpenToOthers(path, 0o022))
  if (open.length > 0) {
    return [
      {
        check: 'permissions',
        state: 'problem',
        message: `other users of this machine can change ${open.join(' and ')}, and so what runs here`,
        mend: `Keep them out: chmod -R go-w ${JSON.stringify(dirname(file))}`,
      },
    ]
  }
  if (process.platform !== 'win32' && isReadableByOthers(file)) {
    return [
      {
        check: 'permissions',
        state: 'warning',
        message:
          'other users of this machine can read the deck, with its logs and the environment of its runs',
        mend: `Keep them out: chmod 700 ${JSON.stringify(dirname(file))}`,
      },
    ]
  }
  return [fine('permissions', 'this user can write all of it, and nobody else')]
}

const exists = (path: string) => statSync(path, { throwIfNoEntry: false }) !== undefined

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** Whether others have one of these rights, in a folder that they can reach and that guards nobody's files. */
function isOpenToOthers(path: string, rights: number): boolean {
  const { mode } = statSync(path)
  return (mode & rights) !== 0 && (mode & 0o1000) === 0 && isReachable(dirname(path))
}

const isReadableByOthers = (file: string) => (statSync(file).mode & 0o044) !== 0 && isReachable(dirname(file))

/** Whether others can pass through every folder on the way. */
function isReachable(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o011) === 0) return false
    if (dirname(at) === at) return true
  }
}

function space(file: string): Finding {
  const { bavail, bsize } = statfsSync(dirname(file))
  const free = bavail * bsize
  const { size } = statSync(file)
  const message = `${amount(free)} are free on the disk`
  const mend = 'Make room on the disk; jobdeck clean deletes what need not be kept.'
  if (free < LEAST_SPACE) return { check: 'space', state: 'problem', message: `only ${message}`, mend }
  if (free < size + GOOD_SPACE)
    return {
      check: 'space',
      state: 'warning',
      message: `${message}, hardly enough for a copy of the deck`,
      mend,
    }
  return fine('space', message)
}

/** In MB or GB, as people count space. */
const amount = (bytes: number): string =>
  bytes < 1024 * MEBIBYTE
    ? `${Math.round(bytes / MEBIBYTE).toLocaleString('en')} MB`
    : `${(bytes / 1024 / MEBIBYTE).toFixed(1)} GB`

async function integrity(file: string): Promise<Finding> {
  try {
    await verify(file)
    return fine('integrity', 'the whole of the database was read, and is sound')
  } catch (thrown) {
    const [newest] = await listBackups(foldersOf(file).backups)
    const { message } = toFault(thrown)
    const mend = newest
      ? `Close all programs that have it open, then put a copy back: jobdeck restore ${newest}`
      : 'There is no copy of it. What can still be read can be had by: jobdeck export -o jobs.json'
    return { check: 'integrity', state: 'problem', message, mend }
  }
}

async function copies(file: string, now: number): Promise<Finding> {
  const found = await listBackups(foldersOf(file).backups)
  const newest = Math.max(0, ...found.map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0))
  const mend = 'Make one: jobdeck backup FILE. A program that stays open makes one every day.'
  if (newest === 0) {
    const message = 'there is no copy of the deck'
    const { birthtimeMs } = statSync(file)
    return now - birthtimeMs < YOUNG
      ? fine('copies', `${message} yet`)
      : { check: 'copies', state: 'warning', message, mend }
  }
  const message = `the newest copy is of ${new Date(newest).toISOString().slice(0, 10)}`
  return now - newest > OLD_COPY
    ? { check: 'copies', state: 'warning', message, mend }
    : fine('copies', message)
}
