import { mkdirSync, statSync, type Stats } from 'node:fs'
import { dirname } from 'node:path'
import { Fault, type FaultCode } from '../shared/fault.ts'

/** What the operating system says of a file that cannot be written, where it is not a matter of permissions. */
const FAULT_OF: Record<string, FaultCode> = {
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EIO: 'disk-error',
}

/**
 * What the file system refused, as a fault.
 * @param what did not succeed, as in "the folder a cannot be made"
 */
export function diskFault(thrown: unknown, what: string): Fault {
  const { code = '', message } = thrown as NodeJS.ErrnoException
  return new Fault(FAULT_OF[code] ?? 'database-permission', `${what}: ${message}`, { cause: thrown })
}

/**
 * What lies at a path; undefined where nothing does, or nothing can: a name may be too long, a link a circle. At once: a
 * wait for a thread takes longer.
 */
export function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}

export const isFile = (path: string): boolean => statusOf(path)?.isFile() ?? false
export const isFolder = (path: string): boolean => statusOf(path)?.isDirectory() ?? false

/**
 * Makes the folder and those above it that are missing, for their owner alone: logs and parameters are nobody else's.
 * One by one: where a folder can have none, as in /proc, Node's recursive way never ends.
 */
export function makeFolder(path: string): void {
  if (isFolder(path)) return
  makeFolder(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (thrown) {
    if (!isFolder(path)) throw thrown // another process may have been quicker
  }
}
