/** Commands about the storage of a deck: what is kept of it, copies of it, and putting one back. */
import { basename, resolve } from 'node:path'
import type { SweepReport } from '../shared/contract.ts'
import { listBackups, putBack } from '../core/backup.ts'
import { foldersOf } from '../core/folders.ts'
import { createEngine } from '../core/engine.ts'
import { deckFile, withDeck, type GlobalOptions } from './deck.ts'
import { bytes, print, printJson, printNote } from './terminal.ts'

/** `jobdeck clean`: deletes what need not be kept, at once. */
export function clean({ dryRun = false, ...options }: GlobalOptions & { dryRun?: boolean }): Promise<void> {
  return withDeck(options, 'command', async (client) => {
    const report: SweepReport = await client.request('deck.clean', { dryRun })
    if (options.json) return printJson(report)
    const { surplusRuns, oldestRuns, removedJobs, sizeBefore, sizeAfter } = report
    const what = `${surplusRuns + oldestRuns} runs that need not be kept and ${removedJobs} removed jobs`
    if (dryRun) return print(`Would delete ${what}. The deck has ${bytes(sizeBefore)}.`)
    print(`Deleted ${what}. The deck had ${bytes(sizeBefore)} and has ${bytes(sizeAfter)}.`)
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
  const kept = await putBack(resolve(file), database, Date.now())
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
