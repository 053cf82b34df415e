import { constants } from 'node:fs'
import { copyFile, mkdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Output } from '../shared/contract.ts'
import { Fault } from '../shared/fault.ts'
import { findRun, withDeck, type GlobalOptions } from './deck.ts'
import { bytes, counted, dateTime, oneLine, print, printJson, printNote, table } from './terminal.ts'

export type Artifact = Output<'artifacts.list'>[number]

export interface ArtifactsOptions extends GlobalOptions {
  reference: string
  save?: string
  force?: boolean
}

/** `jobdeck artifacts`: the files that are kept with a run, or copies of them. */
export function artifacts({ reference, save, force = false, ...options }: ArtifactsOptions): Promise<void> {
  if (force && save === undefined)
    throw new Fault('invalid-input', '--force: is for --save, which writes files')
  return withDeck(options, 'command', async (client) => {
    const execution = await findRun(client, reference)
    const kept = await client.request('artifacts.list', { execution })
    if (save !== undefined) {
      const saved = await saveAll(kept, resolve(save), force)
      if (options.json) return saved.forEach((path) => printJson({ file: path }))
      return printNote(`${counted(saved.length, 'file')} of run #${execution} saved in ${resolve(save)}`)
    }
    if (options.json) return kept.forEach((artifact) => printJson(artifact))
    if (kept.length === 0) return printNote(`Run #${execution} has kept no files.`)
    print(artifactTable(kept))
  })
}

/** A line for each file. */
export function artifactTable(kept: Artifact[]): string {
  const rows = kept.map(({ name, size, keptAt, path }) => [
    oneLine(name),
    bytes(size),
    dateTime(keptAt),
    oneLine(path),
  ])
  return table(['FILE', 'SIZE', 'KEPT', 'WHERE'], rows, { name: 'FILE', lesser: ['WHERE', 'KEPT'] })
}

/** Copies all of them or, where one is there and may not be written over, none. */
async function saveAll(kept: Artifact[], folder: string, force: boolean): Promise<string[]> {
  const copies = kept.map(({ name, path }) => ({ from: path, to: join(folder, name) }))
  if (!force) {
    for (const { to } of copies) {
      if (await stat(to).catch(() => undefined))
        throw new Fault(
          'conflict',
          `${to} is there already: add --force to write over it, or choose another folder`,
        )
    }
  }
  try {
    await mkdir(folder, { recursive: true })
    for (const { from, to } of copies)
      await copyFile(from, to, constants.COPYFILE_FICLONE | (force ? 0 : constants.COPYFILE_EXCL))
  } catch (thrown) {
    throw new Fault('invalid-input', `the files cannot be saved in ${folder}: ${(thrown as Error).message}`, {
      cause: thrown,
    })
  }
  return copies.map(({ to }) => to)
}
