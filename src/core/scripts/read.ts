/** What a script is: what it is made of, what it says of itself, and what keeps it from being run. Nothing of it is run. */
import { dirname, join, resolve, sep } from 'node:path'
import { LRUCache } from 'lru-cache'
import { Fault, toFault, type FaultData } from '../../shared/fault.ts'
import { isFile } from '../disk.ts'
import { touchCode } from '../handlers/code.ts'
import { readHead } from '../handlers/kind.ts'
import { COARSEST_TIME, describeFile, stampOf, type Description } from '../handlers/describe.ts'
import { digestOfParts, filesIn, pathIn, readPart, type Part } from './content.ts'
import type { Found } from './find.ts'
import { sidecarNames } from './names.ts'
import { neighboursOf, type Neighbours } from './neighbours.ts'

/** A script as it is now. */
export interface Script extends Found {
  name: string
  /** The entry, from the folder of the script. */
  entryPath: string
  parts: Part[]
  /** Undefined where it cannot be read. */
  digest?: string
  description?: Description
}

/** Files that were read, by what the file system says of them: one that has not changed is not read again. */
const readBefore = new LRUCache<string, { stamp: string; part: Part }>({ max: 20_000 })

export async function partOf(folder: string, file: string): Promise<Part> {
  const stamp = stampOf(file, Date.now() - COARSEST_TIME)
  const known = readBefore.get(file)
  if (known && known.stamp === stamp) return { ...known.part, path: pathIn(folder, file) }
  const part = await readPart(folder, file)
  if (stamp !== undefined && stampOf(file) === stamp) readBefore.set(file, { stamp, part })
  return part
}

/** How often it is read again when it changes while it is read. */
const ATTEMPTS = 5

/** Scripts that were read: one is read again only where a file of it is another, or one that it names has come. */
const known = new LRUCache<string, { script: Script; stamps: Map<string, string>; absent: string[] }>({
  max: 20_000,
})

export async function readScript(found: Found, name: string, codeFolder: string): Promise<Script> {
  const before = found.isFolder ? undefined : known.get(found.entry)
  if (before && isUnchanged(before, codeFolder)) return { ...before.script, ...found, name }
  const began = Date.now()
  const { script, absent } = await read(found, name, codeFolder)
  const stamps = new Map<string, string>()
  for (const { path } of script.parts) {
    const file = join(script.folder, ...path.split('/'))
    // What was changed since it was about to be read may be other than it was read.
    const stamp = stampOf(file, began - COARSEST_TIME)
    if (stamp !== undefined) stamps.set(file, stamp)
  }
  if (stamps.size > 0 && stamps.size === script.parts.length)
    known.set(found.entry, { script, stamps, absent })
  else known.delete(found.entry)
  return script
}

function isUnchanged(
  { script, stamps, absent }: { script: Script; stamps: Map<string, string>; absent: string[] },
  codeFolder: string,
): boolean {
  const file = script.description?.file
  if (file?.kind === 'module' && !touchCode(codeFolder, file.digest)) return false
  return [...stamps].every(([path, stamp]) => stampOf(path) === stamp) && !absent.some(isFile)
}

/** With where files would lie that it has not. */
async function read(
  found: Found,
  name: string,
  codeFolder: string,
): Promise<{ script: Script; absent: string[] }> {
  const { folder, entry, problem } = found
  const nothing = { ...found, name, entryPath: pathIn(folder, entry), parts: [] }
  if (problem) return { script: nothing, absent: [] }
  try {
    for (let attempt = 1; ; attempt++) {
      const told = await describeFile(entry, codeFolder).catch((thrown: unknown) => toFault(thrown).toJSON())
      const description = 'code' in told ? undefined : told
      const { files: own, absent } = await filesOf(entry, description)
      const files = new Set([...(found.isFolder ? await filesIn(folder) : []), ...own])
      const parts = await Promise.all([...files].toSorted().map((file) => partOf(folder, file)))
      if (!agree(folder, parts, description)) {
        if (attempt < ATTEMPTS) continue
        throw new Fault('conflict', `${name} is being written at this moment: look again`)
      }
      const digest = digestOfParts(nothing.entryPath, parts, found.isFolder)
      const script = {
        ...nothing,
        parts,
        digest,
        ...(description ? { description } : { problem: told as FaultData }),
      }
      return { script, absent }
    }
  } catch (thrown) {
    return { script: { ...nothing, problem: toFault(thrown).toJSON() }, absent: [] }
  }
}

/** The entry, what it takes in, and what is said of it beside it. */
async function filesOf(entry: string, description: Description | undefined): Promise<Neighbours> {
  const places = sidecarNames(entry).map((name) => join(dirname(entry), name))
  const sidecar = places.filter(isFile).slice(0, 1)
  const own =
    description?.file.kind === 'module'
      ? { files: [...description.file.inputs.keys()], absent: [] }
      : await neighboursOf(entry)
  // What it names in its folder is a part of it too: what runs it and ends it, and files of variables.
  const { environmentFiles = [], stopCommand = [] } = description?.defaults ?? {}
  const words = [
    ...(description?.interpreter ?? []),
    ...environmentFiles,
    ...stopCommand,
    ...(await shebangOf(entry)),
  ]
  const given = words.map((word) => resolve(dirname(entry), word))
  const runs = given.filter((file) => file.startsWith(dirname(entry) + sep) && isFile(file))
  const files = [entry, ...own.files, ...sidecar, ...runs]
  return { files, absent: [...own.absent, ...places.filter((place) => !sidecar.includes(place))] }
}

/** The words of its first line, where that names what runs it. */
async function shebangOf(file: string): Promise<string[]> {
  const head = await readHead(file, 256).catch(() => '')
  return head.startsWith('#!') ? head.slice(2).split('\n', 1)[0]!.trim().split(/\s+/) : []
}

/** Whether what was bundled is what was read besides. */
function agree(folder: string, parts: Part[], description: Description | undefined): boolean {
  if (description?.file.kind !== 'module') return true
  const read = new Map(parts.map(({ path, digest }) => [path, digest]))
  return [...description.file.inputs].every(([file, { digest }]) => {
    return read.get(pathIn(folder, file)) === digest
  })
}
