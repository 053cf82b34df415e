/** Where a host can be reached: a socket that only its user can see, and a file that says where it is. */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  renameSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { customAlphabet } from 'nanoid'
import { Fault } from '../shared/fault.ts'

/** What it says to whoever may read it. */
export interface Address {
  /** Of the socket, or the name of the pipe. */
  path: string
  /** Whoever shows it could read this file: on Windows, the pipe itself may be opened by others. */
  secret: string
}

/** Of a socket, in bytes; `sun_path` without its last byte. */
const LONGEST_PATH = process.platform === 'linux' ? 107 : 103
const PREFIX = 'jobdeck-'
const createSecret = customAlphabet('0123456789abcdef', 32)

const addressFile = (folder: string) => join(folder, 'address.json')

/** Makes the places where a socket can be, best first, one by one; what a dead host left there is removed. */
export function* candidates(folder: string): Generator<Address> {
  const secret = createSecret()
  forgetAddress(folder)
  if (process.platform === 'win32') {
    yield { path: `\\\\.\\pipe\\${PREFIX}${createSecret()}`, secret }
    return
  }
  const beside = join(folder, 'socket')
  if (fits(beside)) yield { path: beside, secret }
  // The path is too long, or the file system has no sockets.
  for (const base of [process.env.XDG_RUNTIME_DIR, tmpdir(), '/tmp']) {
    if (!base || !fits(join(base, `${PREFIX}123456`, 'socket'))) continue
    const made = tryTo(() => mkdtempSync(join(base, PREFIX)))
    if (!made) continue
    yield { path: join(made, 'socket'), secret }
    rmdirSync(made)
  }
}

const fits = (path: string) => Buffer.byteLength(path) <= LONGEST_PATH

/**
 * Makes the folder where it is missing, for its owner alone.
 * @throws Fault `not-listening` where it belongs to somebody else, or is none
 */
export function ownFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = lstatSync(folder)
  if (!found.isDirectory() || (process.getuid && found.uid !== process.getuid())) {
    throw new Fault('not-listening', `${folder} is not a folder of this user: nobody could be let in safely`)
  }
  if (process.platform !== 'win32' && (found.mode & 0o077) !== 0) chmodSync(folder, 0o700)
}

/** Tells where the host listens. */
export function writeAddress(folder: string, address: Address): void {
  const file = addressFile(folder)
  writeFileSync(`${file}.new`, JSON.stringify(address), { mode: 0o600 })
  renameSync(`${file}.new`, file) // who reads it sees the whole of it
}

/** Where a host listens, or listened when it died; undefined where none does. */
export function readAddress(folder: string): Address | undefined {
  try {
    return JSON.parse(readFileSync(addressFile(folder), 'utf8')) as Address
  } catch (thrown) {
    if (thrown instanceof SyntaxError || (thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Fault('not-listening', `it cannot be seen who listens: ${(thrown as Error).message}`)
  }
}

/** Removes what tells that somebody listens, and the socket with the folder that was made for it. */
export function forgetAddress(folder: string): void {
  const { path } = readAddress(folder) ?? {}
  rmSync(addressFile(folder), { force: true })
  rmSync(join(folder, 'socket'), { force: true })
  const made = path && dirname(path)
  if (!made || made === folder || !basename(made).startsWith(PREFIX)) return
  tryTo(() => {
    if (lstatSync(made).uid !== process.getuid?.()) return
    rmSync(path, { force: true })
    rmdirSync(made)
  })
}

/** For what may fail without harm. */
function tryTo<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
