/** The bundled code of handlers, each file named by the digest of what is in it. */
import { createHash } from 'node:crypto'
import { readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { diskFault, makeFolder } from '../disk.ts'
import { Fault } from '../../shared/fault.ts'

/** Where the bundled code with this digest lies. */
const codeFile = (codeFolder: string, digest: string) => join(codeFolder, `${digest}.mjs`)

export const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Whether code is there; says that somebody wants it, so that the sweep leaves it alone for now. */
export function touchCode(codeFolder: string, digest: string): Promise<boolean> {
  const now = new Date()
  return utimes(codeFile(codeFolder, digest), now, now).then(
    () => true,
    () => false,
  )
}

/**
 * Keeps code; written beside and renamed, so that no other process ever sees half of it.
 * @returns its digest
 * @throws Fault `disk-full`, `disk-error`, `database-permission`
 */
export async function keepCode(codeFolder: string, code: Uint8Array): Promise<string> {
  const digest = digestOf(code)
  if (await touchCode(codeFolder, digest)) return digest
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
 * Whether the stored code is what its name says.
 * @throws Fault `handler-missing`, `handler-unsuitable`
 */
export async function checkCode(codeFolder: string, digest: string): Promise<string> {
  const path = codeFile(codeFolder, digest)
  const code = await readFile(path).catch((thrown: unknown) => {
    throw new Fault('handler-missing', `the stored code of the script is gone: ${path}`, { cause: thrown })
  })
  if (digestOf(code) === digest) return path
  throw new Fault('handler-unsuitable', `the stored code of the script was changed: ${path}`)
}
