/** What a script is: what it is made of, what it says of itself, and what keeps it from being run. Nothing of it is run. */
import { dirname, join, relative } from 'node:path'
import { stat } from 'node:fs/promises'
import { LRUCache } from 'lru-cache'
import { toFault, type FaultData } from '../../shared/fault.ts'
import { COARSEST_TIME, describeFile, stampOf, type Description } from '../handlers/describe.ts'
import { digestOfParts, filesIn, pathIn, readPart, type Part } from './content.ts'
import type { Found } from './find.ts'
import { sidecarNames } from './names.ts'
import { neighboursOf } from './neighbours.ts'

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

export async function readScript(found: Found, name: string, codeFolder: string): Promise<Script> {
  const { folder, entry, problem } = found
  const nothing = { ...found, name, entryPath: pathIn(folder, entry), parts: [] }
  if (problem) return nothing
  try {
    for (let attempt = 1; ; attempt++) {
      const told = await describeFile(entry, codeFolder).catch((thrown: unknown) => toFault(thrown).toJSON())
      const description = 'code' in told ? undefined : told
      const files = new Set([
        ...(found.isFolder ? await filesIn(folder) : []),
        ...(await filesOf(entry, description)),
      ])
      const parts = await Promise.all([...files].toSorted().map((file) => partOf(folder, file)))
      if (attempt < ATTEMPTS && !agree(folder, parts, description)) continue
      const digest = digestOfParts(nothing.entryPath, parts)
      return {
        ...nothing,
        parts,
        digest,
        ...(description ? { description } : { problem: told as FaultData }),
      }
    }
  } catch (thrown) {
    return { ...nothing, problem: toFault(thrown).toJSON() }
  }
}

/** The entry, what it takes in, and what is said of it beside it. */
async function filesOf(entry: string, description: Description | undefined): Promise<string[]> {
  const sidecars = sidecarNames(entry).map((name) => join(dirname(entry), name))
  const [sidecar] = (
    await Promise.all(
      sidecars.map(async (file) => ((await stat(file).catch(() => undefined))?.isFile() ? [file] : [])),
    )
  ).flat()
  const own =
    description?.file.kind === 'module'
      ? [...description.file.inputs.keys()]
      : [entry, ...(await neighboursOf(entry))]
  return [...own, ...(sidecar === undefined ? [] : [sidecar])]
}

/** Whether what was bundled is what was read besides. */
function agree(folder: string, parts: Part[], description: Description | undefined): boolean {
  if (description?.file.kind !== 'module') return true
  const read = new Map(parts.map(({ path, digest }) => [path, digest]))
  return [...description.file.inputs].every(([file, { digest }]) => {
    const known = read.get(relative(folder, file).replaceAll('\\', '/'))
    return known === undefined || known === digest
  })
}
