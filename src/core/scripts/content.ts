/**
 * What a script is made of, and the digest by which that is known: the same bytes have the same digest wherever they
 * lie and whatever the script is called.
 */
import { createHash } from 'node:crypto'
import { constants, createReadStream, createWriteStream } from 'node:fs'
import { chmod, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, extname, join, relative, sep } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Fault } from '../../shared/fault.ts'
import { readDigest } from '../handlers/code.ts'
import { diskFault, makeFolder } from '../disk.ts'
import { isInner, isLeftAlone, sidecarNames } from './names.ts'

/** One of the files that a script is made of. */
export interface Part {
  /** From the folder of the script, with slashes. */
  path: string
  /** Of its bytes. */
  digest: string
  size: number
}

/** A folder of a script may hold so many files, and so many bytes. */
const MOST_FILES = 5000
const MOST_BYTES = 2 * 1024 ** 3
/** What npm writes of the packages that it installed. */
const INSTALLED = 'node_modules/.package-lock.json'

/**
 * The digest of a script that is made of these files.
 * @param entry the path of the one that is run. In a folder of its own each name counts; else the name of the entry, and
 *   of what is said of it, counts for its ending alone, so that a renamed script stays itself
 */
export function digestOfParts(entry: string, parts: Part[], isFolder: boolean): string {
  const sidecars = new Set(sidecarNames(entry).map((name) => join(dirname(entry), name)))
  const named = ({ path, digest }: Part) => {
    if (path === entry) return [digest, 'entry', isFolder ? path : extname(path).toLowerCase()]
    return !isFolder && sidecars.has(path) ? [digest, 'sidecar', extname(path)] : [digest, 'part', path]
  }
  const lines = parts.map((part) => JSON.stringify(named(part))).toSorted()
  return createHash('sha256').update(JSON.stringify(lines)).digest('hex')
}

/** All files of a folder that is a script, but for what is left alone in it. */
export async function filesIn(folder: string): Promise<string[]> {
  const found: string[] = []
  let bytes = 0
  const waiting = [folder]
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const entry of await readdir(at, { withFileTypes: true })) {
      if (isLeftAlone(entry.name) && !isInner(entry.name)) continue
      const path = join(at, entry.name)
      if (entry.isDirectory()) waiting.push(path)
      else if (entry.isSymbolicLink())
        throw new Fault(
          'handler-unsuitable',
          `${path} is a link, which a script in a folder may not have: copy what it leads to`,
        )
      else if (entry.isFile()) {
        found.push(path)
        bytes += (await stat(path)).size
      }
      if (found.length > MOST_FILES || bytes > MOST_BYTES)
        throw new Fault(
          'handler-unsuitable',
          `${folder} holds more than ${MOST_FILES.toLocaleString('en')} files or 2 GiB: keep what is no part of the script elsewhere, or in a folder whose name begins with _`,
        )
    }
  }
  const installed = join(folder, INSTALLED)
  if (await stat(installed).catch(() => undefined)) found.push(installed)
  return found.toSorted()
}

/** Reads a file as it is now. @throws Fault `handler-missing` */
export async function readPart(folder: string, file: string): Promise<Part> {
  const read = await readDigest(file).catch((thrown: Error) => {
    throw new Fault('handler-missing', `${file} cannot be read: ${thrown.message}`, { cause: thrown })
  })
  return { path: pathIn(folder, file), ...read }
}

export const pathIn = (folder: string, file: string): string => relative(folder, file).replaceAll(sep, '/')

/** Where a part lies in the copy of a script; what lies above its folder is kept in it too. */
export const placeOf = (path: string): string =>
  join(...path.split('/').map((name) => (name === '..' ? '__' : name)))

/**
 * Copies what a script is made of into the store of what was approved, and makes sure that just that was copied.
 * Written beside and renamed: nobody ever sees half of it.
 * @throws Fault `conflict` where a file was changed meanwhile; `disk-full`, `disk-error`
 */
export async function keepParts(store: string, digest: string, folder: string, parts: Part[]): Promise<void> {
  const kept = join(store, digest)
  const draft = join(store, `.${digest}.${process.pid}.${Math.random().toString(36).slice(2)}`)
  try {
    makeFolder(draft)
    for (const part of parts)
      await copyPart(join(folder, ...part.path.split('/')), join(draft, placeOf(part.path)), part)
    await rm(kept, { recursive: true, force: true })
    await rename(draft, kept)
  } catch (thrown) {
    throw thrown instanceof Fault ? thrown : diskFault(thrown, `${kept} cannot be written`)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

async function copyPart(from: string, to: string, part: Part): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 })
  const hash = createHash('sha256')
  const listen = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk)
      done(null, chunk)
    },
  })
  const { mode } = await stat(from).catch(() => ({ mode: 0 }))
  try {
    await pipeline(createReadStream(from), listen, createWriteStream(to, { mode: 0o600, flags: 'wx' }))
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown
    throw changed(from)
  }
  if (hash.digest('hex') !== part.digest) throw changed(from)
  await chmod(to, mode & constants.S_IXUSR ? 0o500 : 0o400)
}

const changed = (file: string) =>
  new Fault('conflict', `${basename(file)} was changed meanwhile: look at it again`)
