import { statfsSync } from 'node:fs'
import { Fault } from '../../shared/fault.ts'

/**
 * Linux `statfs` types of file systems whose locks other machines do not see; from linux/magic.h and the
 * headers of the file systems themselves.
 */
const NETWORK_TYPES: Record<number, string> = {
  0x6969: 'NFS',
  0x517b: 'SMB',
  0xff534d42: 'CIFS',
  0xfe534d42: 'SMB',
  0x01021997: '9P',
  0x00c36400: 'Ceph',
  0x5346414f: 'AFS',
  0x73757245: 'Coda',
  0x47504653: 'GPFS',
  0x0bd00bd0: 'Lustre',
}

/** The name of the network file system with this `statfs` type, or undefined for a local one. */
export function networkFilesystem(type: number): string | undefined {
  return NETWORK_TYPES[type >>> 0]
}

/**
 * SQLite's locks and shared memory do not work between machines, and damage the database there.
 * Seen are network file systems of Linux and UNC paths of Windows.
 * @throws Fault `network-share`
 */
export function refuseNetworkShare(folder: string, typeOf = (path: string) => statfsSync(path).type): void {
  const name =
    process.platform === 'linux'
      ? networkFilesystem(typeOf(folder))
      : process.platform === 'win32' && /^[\\/]{2}(?![.?][\\/])/.test(folder)
        ? 'Windows'
        : undefined
  if (!name) return
  throw new Fault(
    'network-share',
    `${folder} lies on a network share (${name}), where the database would be damaged: choose a folder on a local disk`,
  )
}
