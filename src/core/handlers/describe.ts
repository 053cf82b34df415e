/** What a file says of itself. Loaded when the first file is met: the bundler and the parsers take memory. */
import { statSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { LRUCache } from 'lru-cache'
import { Fault } from '../../shared/fault.ts'
import { digestOf, touchCode } from './code.ts'
import { hasProgramEnding, isModule, programChoice, readHead, requireFile } from './kind.ts'
import { moduleMetadata, overlay, programMetadata, type Metadata } from './metadata.ts'
import { bundleModule, type Input } from './module.ts'
import { readSidecar } from './sidecar.ts'

export interface Description extends Metadata {
  /** A module's code is bundled under its digest; it was made of `inputs`, by their paths. */
  file: { kind: 'module'; digest: string; inputs: ReadonlyMap<string, Input> } | { kind: 'program' }
}

/** A program is read so far for what it says of itself, in bytes; it may have any length. */
const SOURCE_LIMIT = 4 * 1024 * 1024
/** A module is bundled in memory; one that is longer, in bytes, was hardly written by anybody. */
const MODULE_LIMIT = 64 * 1024 * 1024

/**
 * Reads what a file says of itself, and what a file beside it says of it, without running it.
 * @throws Fault `handler-missing`, `handler-unsuitable`, `handler-syntax`
 */
export async function describeFile(path: string, codeFolder: string): Promise<Description> {
  const file = resolve(path)
  const sidecar = await readSidecar(file)
  if (isModule(file)) return overlay(await describeModule(file, codeFolder), sidecar)
  await requireFile(file)
  const metadata = overlay(programMetadata(await readHead(file, SOURCE_LIMIT), file), sidecar)
  if (!metadata.interpreter && !hasProgramEnding(file)) await programChoice(file, {})
  return { ...metadata, file: { kind: 'program' } }
}

async function describeModule(file: string, codeFolder: string): Promise<Description> {
  const known = bundled.get(file)
  // Bundling takes longer than all else that a start does; so it is done again only after a change.
  if (known && touchCode(codeFolder, known.digest) && (await areUnchanged(known.inputs)))
    return known.description
  await requireFile(file)
  const { size } = await stat(file)
  if (size > MODULE_LIMIT) {
    const message = `${file} has ${size.toLocaleString('en')} bytes; a module may have ${MODULE_LIMIT.toLocaleString('en')}`
    throw new Fault('handler-unsuitable', message)
  }
  // Tells of syntax errors, and of imports that are not there.
  const { digest, inputs } = await bundleModule(file, codeFolder)
  const source = await readFile(file, 'utf8')
  const metadata = await moduleMetadata(source, /ts$/i.test(extname(file)) ? 'ts' : 'js')
  const description: Description = { ...metadata, file: { kind: 'module', digest, inputs } }
  const read = [...inputs].map(([input, { digest: of }]): [string, Stamped] => [input, { digest: of }])
  bundled.set(file, { inputs: new Map(read), description, digest })
  return description
}

/** What a module is made of: the digest of a file, and what the file system said of it when it was last read. */
interface Stamped {
  digest: string
  stamp?: string
}

/** Modules that were bundled, with what they were made of. */
const bundled = new LRUCache<
  string,
  { inputs: Map<string, Stamped>; description: Description; digest: string }
>({
  max: 5000,
})

/** Two changes of a file that are further apart than this, in ms, have different times on every file system. */
export const COARSEST_TIME = 3000

async function areUnchanged(inputs: Map<string, Stamped>): Promise<boolean> {
  const touched = [...inputs].filter(([path, { stamp }]) => stamp === undefined || stamp !== stampOf(path))
  const same = await Promise.all(touched.map(([path, input]) => isSame(path, input)))
  return same.every(Boolean)
}

/** Reads the file; once it is old enough that a change could not go unseen, its stamp does from then on. */
async function isSame(path: string, input: Stamped): Promise<boolean> {
  const stamp = stampOf(path, Date.now() - COARSEST_TIME)
  const bytes = await readFile(path).catch(() => undefined)
  if (!bytes || digestOf(bytes) !== input.digest) return false
  if (stamp === undefined) delete input.stamp
  else input.stamp = stamp
  return true
}

/** What changes with every change of a file; undefined where there is none, or it was changed after that time. */
export function stampOf(path: string, changedBefore = Infinity): string | undefined {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs, ctimeMs } = statSync(path, { bigint: true })
    return Number(ctimeMs) < changedBefore ? [dev, ino, size, mtimeNs, ctimeNs].join('/') : undefined
  } catch {
    return undefined
  }
}
