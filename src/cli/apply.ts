/** `jobdeck apply`: makes the deck what a file, or the files of a folder, say. */
import { realpath } from 'node:fs/promises'
import type { Client } from '../shared/client.ts'
import type { DeckDocument, Imported, Input } from '../shared/contract.ts'
import type { Fault } from '../shared/fault.ts'
import { printReport } from './changes.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import { joined, placed, readDocuments } from './documents.ts'
import { counted, printJson, printNote } from './terminal.ts'
import { warnOfFunctions } from './transfer.ts'

export interface ApplyOptions extends GlobalOptions {
  path: string
  dryRun?: boolean
  prune?: boolean
}

/** All of it or nothing; what is as it is said to be is left alone. */
export async function apply({
  path,
  dryRun = false,
  prune = false,
  ...options
}: ApplyOptions): Promise<void> {
  const parts = await readDocuments(path)
  // The same folder by another way is the same source.
  const source = await realpath(path)
  const document = joined(parts)
  return withDeck(options, 'command', async (client) => {
    const input = { document, source, prune, dryRun } as Input<'deck.import'>
    const done = await client.request('deck.import', input).catch((fault: Fault) => {
      throw placed(fault, parts)
    })
    if (options.json) return done.forEach(printJson)
    printReport(done, { dryRun, onlyChanges: true })
    if (!dryRun) warnOfFunctions(document.jobs as DeckDocument['jobs'])
    if (!prune) await tellOfForgotten(client, source, done)
  })
}

async function tellOfForgotten(client: Client, source: string, done: Imported[]): Promise<void> {
  const named = new Set(done.flatMap(({ key }) => key ?? []))
  const jobs = await client.request('jobs.list', {})
  const { length } = jobs.filter(({ key, managedBy }) => managedBy === source && !named.has(key))
  if (length > 0)
    printNote(
      `${counted(length, 'job')} that ${source} no longer names ${length === 1 ? 'stays' : 'stay'}: --prune removes ${length === 1 ? 'it' : 'them'}`,
    )
}

/** Who edits by hand what a file says is told that it will not last. */
export function tellOfManager({ managedBy }: { managedBy: string | null }): void {
  if (managedBy !== null) printNote(`It is managed by ${managedBy}: the next apply sets it back`)
}
