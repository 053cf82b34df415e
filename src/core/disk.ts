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
