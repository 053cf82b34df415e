/** `jobdeck export` and `jobdeck import`: jobs and categories out of the deck into a file, and back. */
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { text as readStream } from 'node:stream/consumers'
import type { DeckDocument, Imported, Input } from '../shared/contract.ts'
import { readableDocument } from '../shared/document.ts'
import { Fault } from '../shared/fault.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import { formatOf, readText, writeText, type Format } from './text.ts'
import { counted, oneLine, print, printJson, printNote, styled } from './terminal.ts'

/** A file may be this long, in bytes. */
const FILE_LIMIT = 64 * 1024 * 1024

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
function warnOfFunctions(jobs: DeckDocument['jobs']): void {
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
}

/** `jobdeck import`: creates and updates jobs and categories; all of it or nothing. */
export async function importJobs({ file, dryRun = false, ...options }: ImportOptions): Promise<void> {
  const isInput = file === '-'
  const source = isInput ? 'standard input' : file
  const text = isInput ? await readStream(process.stdin) : await readBounded(file)
  const value = readText(text, formatOf(file, text), source)
  const document = withAbsolutePaths(value, isInput ? process.cwd() : dirname(resolve(file)))
  return withDeck(options, 'command', async (client) => {
    const input = { document, dryRun } as Input<'deck.import'>
    const done = await client.request('deck.import', input).catch((fault: Fault) => {
      throw placed(fault, value, source)
    })
    if (!dryRun) warnOfFunctions(input.document.jobs as DeckDocument['jobs'])
    if (options.json) return done.forEach(printJson)
    for (const one of done) print(outcomeText(one))
    printNote(summary(done, dryRun))
  })
}

const SIGN = { created: '+', updated: '~', unchanged: '=' } as const

function outcomeText({ kind, name, outcome }: Imported): string {
  const text = `${SIGN[outcome]} ${outcome.padEnd('unchanged'.length)}  ${kind} ${oneLine(name)}`
  return outcome === 'unchanged' ? styled('dim', text) : text
}

function summary(done: Imported[], dryRun: boolean): string {
  const count = (outcome: Imported['outcome']) => done.filter((one) => one.outcome === outcome).length
  const numbers = `${count('created')} created, ${count('updated')} updated, ${count('unchanged')} unchanged`
  return dryRun ? `Nothing was done; it would be: ${numbers}` : numbers
}

/** @throws Fault `invalid-input` for what is no file, which might never end, and for one that is too large */
async function readBounded(file: string): Promise<string> {
  const refuse = (why: string) => new Fault('invalid-input', `FILE: ${file} ${why}`)
  const found = await stat(file).catch((thrown: Error) => {
    throw refuse(`cannot be read: ${thrown.message}`)
  })
  if (!found.isFile()) throw refuse(found.isDirectory() ? 'is a folder' : 'is not a regular file')
  if (found.size > FILE_LIMIT)
    throw refuse(
      `has ${found.size.toLocaleString('en')} bytes; it may have ${FILE_LIMIT.toLocaleString('en')}`,
    )
  return readFile(file, 'utf8').catch((thrown: Error) => {
    throw refuse(`cannot be read: ${thrown.message}`)
  })
}

type Tree = Record<string, unknown>
const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Paths in a file are meant from where the file lies. What is not of the right form is left for the check. */
function withAbsolutePaths(document: unknown, folder: string): unknown {
  const absolute = (path: unknown) =>
    typeof path === 'string' && path !== '' && !isAbsolute(path) ? resolve(folder, path) : path
  const ofHandler = (entry: unknown) =>
    isTree(entry) && isTree(entry.handler) && 'file' in entry.handler
      ? { ...entry, handler: { ...entry.handler, file: absolute(entry.handler.file) } }
      : entry
  const ofEntry = (entry: Tree): Tree => ({
    ...entry,
    ...('directory' in entry && { directory: absolute(entry.directory) }),
    ...(Array.isArray(entry.handlers) && { handlers: entry.handlers.map(ofHandler) }),
  })
  if (!isTree(document)) return document
  const { jobs, categories } = document
  return {
    ...document,
    ...(Array.isArray(categories) && {
      categories: categories.map((entry: unknown) =>
        isTree(entry) && isTree(entry.policy) ? { ...entry, policy: ofEntry(entry.policy) } : entry,
      ),
    }),
    ...(Array.isArray(jobs) && {
      jobs: jobs.map((entry: unknown) => (isTree(entry) ? ofEntry(entry) : entry)),
    }),
  }
}

/** The fault with each place in the file as people find it: `job 4 ("Backup"): timeout`. */
function placed(fault: Fault, document: unknown, source: string): Fault {
  const issues = fault.data?.issues as { field: string; message: string }[] | undefined
  if (!issues) return fault
  const lines = issues.map(({ field, message }) => {
    const [, list, index, ...rest] = field.split('.')
    if (index === undefined) return list === undefined ? message : `${list}: ${message}`
    const entries = (document as Record<string, unknown>)[list!]
    const entry: unknown = Array.isArray(entries) ? entries[Number(index)] : undefined
    const name = isTree(entry) ? (entry.name ?? entry.path) : undefined
    const kind = list === 'jobs' ? 'job' : 'category'
    const which = `${kind} ${Number(index) + 1}${typeof name === 'string' ? ` (${JSON.stringify(name)})` : ''}`
    return rest.length > 0 ? `${which}: ${rest.join('.')}: ${message}` : `${which}: ${message}`
  })
  return new Fault(fault.code, `${source}: ${lines.join('\n')}`)
}
