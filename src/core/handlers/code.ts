/** The bundled code of handlers, each file named by the digest of what is in it. */
import { createHash } from 'node:crypto'
import { createReadStream, readFileSync, utimesSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { diskFault, makeFolder } from '../disk.ts'
import { Fault } from '../../shared/fault.ts'

/** Where the bundled code with this digest lies. */
const codeFile = (codeFolder: string, digest: string) => join(codeFolder, `${digest}.mjs`)

export const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** The digest of a file and its size in bytes, read piece by piece: a program may be larger than memory. */
export async function readDigest(file: string): Promise<{ digest: string; size: number }> {
  const hash = createHash('sha256')
  const source = createReadStream(file)
  await pipeline(source, hash)
  return { digest: hash.digest('hex'), size: source.bytesRead }
}

export const digestOfFile = async (file: string): Promise<string> => (await readDigest(file)).digest

/** Whether code is there; says that somebody wants it, so that the sweep leaves it alone for now. */
export function touchCode(codeFolder: string, digest: string): boolean {
  const now = new Date()
  try {
    utimesSync(codeFile(codeFolder, digest), now, now)
    return true
  } catch {
    return false
  }
}

/**
 * Keeps code; written beside and renamed, so that no other process ever sees half of it.
 * @returns its digest
 * @throws Fault `disk-full`, `disk-error`, `database-permission`
 */
export async function keepCode(codeFolder: string, code: Uint8Array): Promise<string> {
  const digest = digestOf(code)
  if (touchCode(codeFolder, digest)) return digest
  const path = codeFile(codeFolder, digest)
  const draft = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`
  try {
    makeFolder(dirname(path))
    await writeFile(draft, code)
    await rename(draft, path)
    return digest
  } catch (thrown) {
    await rm(draft, { force: true }).catch(() => {}) // what it could not be written for matters more
    throw diskFault(thrown, `${path} cannot be written`)
  }
}

/**
 * Whether the stored code is what its name says. At once: the code is small, and a wait for a thread takes longer.
 * @returns its path
 * @throws Fault `handler-missing`, `handler-unsuitable`
 */
export function checkCode(codeFolder: string, digest: string): string {
  const path = codeFile(codeFolder, digest)
  let code: Buffer
  try {
    code = readFileSync(path)
  } catch (thrown) {
    throw new Fault('handler-missing', `the stored code of the script is gone: ${path}`, { cause: thrown })
  }
  if (digestOf(code) === digest) return path
  throw new Fault('handler-unsuitable', `the stored code of the script was changed: ${path}`)
}
