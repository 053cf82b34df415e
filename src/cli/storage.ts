/** Commands about the storage of a deck: what is kept of it, copies of it, and putting one back. */
import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { SweepReport } from '../shared/contract.ts'
import { Fault } from '../shared/fault.ts'
import { listBackups, putBack } from '../core/backup.ts'
import { foldersOf } from '../core/folders.ts'
import { createEngine } from '../core/engine.ts'
import { deckFile, withDeck, type GlobalOptions } from './deck.ts'
import { bytes, counted, print, printJson, printNote } from './terminal.ts'

export interface CleanOptions extends GlobalOptions {
  dryRun?: boolean
  removed?: boolean
}

/** `jobdeck clean`: deletes what need not be kept, at once. */
export function clean({ dryRun = false, removed = false, ...options }: CleanOptions): Promise<void> {
  return withDeck(options, 'command', async (client) => {
    const report: SweepReport = await client.request('deck.clean', { dryRun, removed })
    if (options.json) return printJson(report)
    const { surplusRuns, oldestRuns, oldestFiles, removedJobs, sizeBefore, sizeAfter } = report
    const runs = surplusRuns + oldestRuns
    const what = [
      runs > 0 && `${counted(runs, 'run')} that need not be kept`,
      oldestFiles > 0 && `the files kept with ${counted(oldestFiles, 'run')}`,
      removedJobs > 0 && `${counted(removedJobs, 'removed job')} that cannot be brought back then`,
    ].filter(Boolean)
    const text = what.length > 0 ? what.join(', and ') : 'nothing'
    if (dryRun) return print(`Would delete ${text}. The deck has ${bytes(sizeBefore)}.`)
    print(
      `Deleted ${text.replace(' then', ' any more')}. The deck had ${bytes(sizeBefore)} and has ${bytes(sizeAfter)}.`,
    )
  })
}

/** `jobdeck backup`: copies the deck while it is in use; without a file, lists the automatic copies. */
export function backup({ file, ...options }: GlobalOptions & { file?: string | undefined }): Promise<void> {
  return withDeck(options, 'command', async (client) => {
    if (file !== undefined) {
      const made = await client.request('deck.backUp', { file: resolve(file) })
      return options.json ? printJson(made) : printNote(`The deck was copied to ${made.file}`)
    }
    const copies = await listBackups(foldersOf(deckFile(options)).backups)
    if (options.json) return copies.forEach((path) => printJson({ file: path }))
    if (copies.length === 0) printNote('There are no automatic copies yet. To make one: jobdeck backup FILE')
    for (const path of copies) print(path)
  })
}

/** `jobdeck restore`: puts a copy in the place of the deck, which then opens paused. */
export async function restore({ file, ...options }: GlobalOptions & { file: string }): Promise<void> {
  const database = deckFile(options)
  const copy = resolve(file)
  const found = await stat(copy).catch(() => undefined) // whether it is there is said by what reads it
  if (found && !found.isFile()) {
    const what = found.isDirectory() ? 'a folder' : 'no regular file'
    throw new Fault('invalid-input', `${copy} is ${what}: name the file that is the copy`)
  }
  const kept = await putBack(copy, database, Date.now()).catch((thrown: unknown) => {
    if (!(thrown instanceof Fault) || thrown.code !== 'database-damaged') throw thrown
    throw new Fault(thrown.code, `the copy ${copy} is damaged: choose another one. The deck is as it was`)
  })
  const engine = await createEngine({ file: database, kind: 'command' })
  try {
    await engine.pausing.restored(basename(file))
  } finally {
    await engine.close()
  }
  if (options.json) return printJson({ restored: resolve(file), kept: kept ?? null })
  if (kept) printNote(`What was there is kept as ${kept}`)
  printNote('Restored. Nothing begins by itself until: jobdeck resume --deck')
}
