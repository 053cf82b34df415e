/** How the values of secrets are encrypted, and where the key for that lies: apart from the database. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { Fault } from '../shared/fault.ts'
import { diskFault, makeFolder } from './disk.ts'

/** Wraps the key before it is written, and unwraps it, as by the keychain of a desktop. */
export interface Keeper {
  protect(key: Buffer): Buffer | Promise<Buffer>
  unprotect(bytes: Buffer): Buffer | Promise<Buffer>
}

/** The key is written as it is: the permissions of its file protect it. */
const PLAIN: Keeper = { protect: (key) => key, unprotect: (bytes) => bytes }

const CIPHER = 'aes-256-gcm'
const KEY_LENGTH = 32
const NONCE_LENGTH = 12
const TAG_LENGTH = 16

/** @param name is bound to the value: what is stored for one secret cannot be passed off as another */
export function seal(key: Buffer, name: string, value: string): Buffer {
  const nonce = randomBytes(NONCE_LENGTH)
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_LENGTH }).setAAD(Buffer.from(name))
  const sealed = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed])
}

/** @returns undefined where it was sealed with another key, or damaged */
export function unseal(key: Buffer, name: string, bytes: Buffer): string | undefined {
  const tag = bytes.subarray(NONCE_LENGTH, NONCE_LENGTH + TAG_LENGTH)
  try {
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_LENGTH), {
      authTagLength: TAG_LENGTH,
    })
    decipher.setAAD(Buffer.from(name)).setAuthTag(tag)
    const text = decipher.update(bytes.subarray(NONCE_LENGTH + TAG_LENGTH))
    return Buffer.concat([text, decipher.final()]).toString('utf8')
  } catch {
    return undefined
  }
}

/** The key of a deck, in a file of its own. It is read anew each time: another process may have made or removed it. */
export function keyFile(file: string, keeper = PLAIN) {
  let known: { bytes: Buffer; key: Buffer } | undefined

  /** @returns undefined where there is none */
  async function read(): Promise<Buffer | undefined> {
    let bytes: Buffer
    try {
      bytes = readFileSync(file)
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw diskFault(thrown, `the key of the secrets, ${file}, cannot be read`)
    }
    if (known?.bytes.equals(bytes)) return known.key
    const key = await Promise.resolve(keeper.unprotect(bytes)).catch((thrown: unknown) => {
      throw unusable(file, thrown)
    })
    if (key.length !== KEY_LENGTH) throw unusable(file)
    known = { bytes, key }
    return key
  }

  return {
    read,
    /** The key, made where there is none; of several who make one at once, all get the first. */
    async make(): Promise<Buffer> {
      const there = await read()
      if (there) return there
      const bytes = await keeper.protect(randomBytes(KEY_LENGTH))
      try {
        makeFolder(dirname(file))
        writeOnce(file, bytes)
      } catch (thrown) {
        throw diskFault(thrown, `the key of the secrets, ${file}, cannot be written`)
      }
      return (await read())!
    },
  }
}

const unusable = (file: string, cause?: unknown) =>
  new Fault(
    'secret-missing',
    `the key of the secrets, ${file}, cannot be used: remove it and set the secrets again, or bring the right one back`,
    { cause },
  )

/** Whole and for its owner alone, or not at all; nothing where the file is there already. */
function writeOnce(file: string, bytes: Buffer): void {
  const draft = `${file}.${process.pid}.${randomBytes(6).toString('hex')}`
  try {
    writeSafely(draft, bytes)
    linkSync(draft, file)
  } catch (thrown) {
    const { code = '' } = thrown as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    // Some file systems have no links.
    if (!['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK'].includes(code)) throw thrown
    try {
      writeSafely(file, bytes)
    } catch (second) {
      if ((second as NodeJS.ErrnoException).code !== 'EEXIST') throw second
    }
  } finally {
    rmSync(draft, { force: true })
  }
}

function writeSafely(file: string, bytes: Buffer): void {
  const descriptor = openSync(file, 'wx', 0o600)
  try {
    writeSync(descriptor, bytes)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
