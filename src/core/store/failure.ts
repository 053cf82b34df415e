import { Fault, toFault, type FaultCode } from '../../shared/fault.ts'

/** SQLite's primary result codes, as faults; https://sqlite.org/rescode.html */
const FAULT_OF: Record<string, FaultCode> = {
  SQLITE_NOTADB: 'database-foreign',
  SQLITE_CORRUPT: 'database-damaged',
  SQLITE_FULL: 'disk-full',
  SQLITE_IOERR_SHMSIZE: 'disk-full', // the shared-memory file could not grow
  SQLITE_IOERR: 'disk-error',
  SQLITE_BUSY: 'database-locked',
  SQLITE_LOCKED: 'database-locked',
  SQLITE_PROTOCOL: 'database-locked',
  SQLITE_READONLY: 'database-permission',
  SQLITE_PERM: 'database-permission',
  SQLITE_CANTOPEN: 'database-permission',
}

const SENTENCE: Partial<Record<FaultCode, (file: string) => string>> = {
  'database-foreign': (file) => `${file} is not a database: choose another file`,
  'database-damaged': (file) => `${file} is damaged: put it aside and restore a copy`,
  'disk-full': (file) => `the disk that holds ${file} is full: free some space`,
  'disk-error': (file) => `the disk that holds ${file} reports an error`,
  'database-locked': (file) => `another program keeps ${file} locked: close it and try again`,
  'database-permission': (file) =>
    `${file} cannot be written: check the permissions of the file and of its folder`,
}

/** What SQLite threw, as a fault that names the file. Anything else passes as it is. */
export function storeFault(thrown: unknown, file: string): Fault {
  const sqlite = (thrown as { code?: unknown } | null)?.code
  if (thrown instanceof Fault || typeof sqlite !== 'string') return toFault(thrown)
  const code = FAULT_OF[sqlite] ?? FAULT_OF[sqlite.split('_').slice(0, 2).join('_')]
  const sentence = code && SENTENCE[code]
  if (!code || !sentence) return toFault(thrown)
  return new Fault(code, sentence(file), { cause: thrown, data: { file, sqlite } })
}

/** Faults that pass: the same write may succeed later, so nothing of it is given up. */
export const PASSING: ReadonlySet<FaultCode> = new Set([
  'database-locked',
  'disk-full',
  'disk-error',
  'database-permission',
])
