/** The files that are kept with runs, as they are listed and read. */
import { open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Output } from '../shared/contract.ts'
import { Fault } from '../shared/fault.ts'
import { diskFault } from './disk.ts'
import type { Engine } from './engine.ts'

/** One answer holds so many bytes at most. */
const PIECE = 1024 * 1024

type Deck = Pick<Engine, 'store' | 'folders'>

export const listArtifacts = ({ store, folders }: Deck, execution: number): Output<'artifacts.list'> =>
  store.artifacts
    .list(execution)
    .map((artifact) => ({ ...artifact, path: join(folders.artifacts, String(execution), artifact.name) }))

/**
 * A piece of a file that is kept, from an offset in bytes on.
 * @throws Fault `not-found` where the run has no file of that name, or somebody removed it; `disk-error`
 */
export async function readArtifact(
  deck: Deck,
  execution: number,
  name: string,
  offset: number,
): Promise<Output<'artifacts.read'>> {
  // Only what is listed is read: a name leads nowhere else.
  const known = listArtifacts(deck, execution).find((artifact) => artifact.name === name)
  if (!known) throw new Fault('not-found', `run #${execution} keeps no file ${JSON.stringify(name)}`)
  let file: FileHandle | undefined
  try {
    file = await open(known.path)
    const { size } = await file.stat()
    const { bytesRead, buffer } = await file.read(Buffer.alloc(PIECE), 0, PIECE, offset)
    return { data: buffer.toString('base64', 0, bytesRead), size }
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT')
      throw new Fault('not-found', `${known.path} is there no more: somebody removed it`)
    throw diskFault(thrown, `${known.path} cannot be read`)
  } finally {
    await file?.close()
  }
}
