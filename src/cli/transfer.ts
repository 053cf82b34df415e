/** `jobdeck export` and `jobdeck import`: jobs and categories out of the deck into a file, and back. */
import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { DeckDocument, Input } from '../shared/contract.ts'
import { readableDocument } from '../shared/document.ts'
import { Fault } from '../shared/fault.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import { printReport } from './changes.ts'
import { placed, readDocument } from './documents.ts'
import { formatOf, writeText, type Format } from './text.ts'
import { counted, printJson, printNote } from './terminal.ts'

export interface ExportOptions extends GlobalOptions {
  jobs: string[]
  format?: Format
  output?: string
}

/** `jobdeck export`: jobs and categories as JSON or TOML. */
export function exportJobs({ jobs, output, format, ...options }: ExportOptions): Promise<void> {
  return withDeck(options, 'command', async (client) => {
    const document = await client.request('deck.export', jobs.length > 0 ? { jobs } : {})
    warnOfFunctions(document.jobs)
    const value = readableDocument(document)
    if (output === undefined && options.json) return printJson(value)
    const text = writeText(value, format ?? formatOf(output ?? ''))
    if (output === undefined) return void process.stdout.write(text)
    const file = resolve(output)
    await writeWhole(file, text)
    const made = { file, jobs: document.jobs.length, categories: document.categories.length }
    if (options.json) printJson(made)
    else {
      const what = `${counted(made.jobs, 'job')} and ${made.categories === 1 ? '1 category' : `${made.categories} categories`}`
      printNote(`${what} written to ${file}`)
    }
  })
}

/** A function lives in the program that declares it, and not in the file. */
export function warnOfFunctions(jobs: DeckDocument['jobs']): void {
  for (const { name, handlers } of jobs) {
    const functions = handlers.flatMap(({ handler }) => ('function' in handler ? [handler.function] : []))
    if (functions.length > 0) {
      const names = functions.map((one) => JSON.stringify(one)).join(', ')
      printNote(
        `${JSON.stringify(name)} runs a function of a program (${names}): elsewhere it waits until a program declares it`,
      )
    }
  }
}

/** The file is as it was, or all of it is new. */
async function writeWhole(file: string, text: string): Promise<void> {
  const found = await stat(file).catch(() => undefined)
  try {
    if (found && !found.isFile()) return await writeFile(file, text) // a pipe or a device
    const draft = join(dirname(file), `.${basename(file)}.${process.pid}.part`)
    try {
      await writeFile(draft, text, found && { mode: found.mode })
      await rename(draft, file)
    } finally {
      await rm(draft, { force: true })
    }
  } catch (thrown) {
    throw new Fault('disk-error', `--output: ${file} cannot be written: ${(thrown as Error).message}`)
  }
}

export interface ImportOptions extends GlobalOptions {
  file: string
  dryRun?: boolean
  /** Jobs that are new run by themselves at once, if the file says so. */
  enable?: boolean
}

/** `jobdeck import`: creates and updates jobs and categories; all of it or nothing. */
export async function importJobs({
  file,
  dryRun = false,
  enable = false,
  ...options
}: ImportOptions): Promise<void> {
  const part = await readDocument(file)
  return withDeck(options, 'command', async (client) => {
    const input = { document: part.document, dryRun, newDisabled: !enable } as Input<'deck.import'>
    const done = await client.request('deck.import', input).catch((fault: Fault) => {
      throw placed(fault, [part])
    })
    if (!dryRun) warnOfFunctions(input.document.jobs as DeckDocument['jobs'])
    if (options.json) done.forEach(printJson)
    else printReport(done, { dryRun })
    const made = done.filter(({ kind, outcome }) => kind === 'job' && outcome === 'created').length
    if (made > 0 && !enable && !options.json)
      printNote(
        `${made === 1 ? 'The new job is' : `The ${made} new jobs are`} disabled until you enable ${made === 1 ? 'it' : 'them'}: jobdeck enable JOB, or import with --enable`,
      )
  })
}
