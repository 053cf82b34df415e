/** Documents of jobs and categories as they lie in files: read, and what is wrong with them told by file and place. */
import { readFile, readdir, realpath, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { text as readStream } from 'node:stream/consumers'
import { check } from '../core/api.ts'
import { contract } from '../shared/contract.ts'
import { Fault } from '../shared/fault.ts'
import { formatOf, readText } from './text.ts'

/** A file may be this long, in bytes. */
const FILE_LIMIT = 64 * 1024 * 1024

/** What was read from one file. */
export interface Part {
  /** As messages name it. */
  source: string
  /** With every path absolute. */
  document: unknown
}

/**
 * @param file `-` is standard input
 * @param folder from which paths in it are meant; the one that it lies in, if not given
 */
export async function readDocument(file: string, folder = dirname(resolve(file))): Promise<Part> {
  const isInput = file === '-'
  const source = isInput ? 'standard input' : file
  const text = isInput ? await readStream(process.stdin) : await readBounded(file)
  const value = readText(text, formatOf(file, text), source)
  return { source, document: withAbsolutePaths(value, isInput ? process.cwd() : folder) }
}

/** Files of jobs in a folder: left out are hidden ones, those that begin with `_`, and what scripts say of themselves. */
const isDocument = (name: string) => /^[^._].*\.(?:toml|json)$/i.test(name) && !/\.job\.\w+$/i.test(name)

/**
 * The documents of a file, or of all files of a folder, by name.
 * @throws Fault `invalid-input` that names the file, and in it each place, that is not of the form
 */
export async function readDocuments(path: string): Promise<Part[]> {
  const found = await stat(path).catch((thrown: Error) => {
    throw new Fault('invalid-input', `DIR|FILE: ${path} cannot be read: ${thrown.message}`)
  })
  const names = found.isDirectory() ? (await readdir(path)).filter(isDocument).toSorted() : undefined
  if (names?.length === 0)
    throw new Fault('invalid-input', `DIR|FILE: no file of ${path} ends with .toml or .json`)
  // By whichever way the folder is reached, the paths in it are the same.
  const folder = await realpath(names ? path : dirname(path))
  const parts: Part[] = []
  const refusals: string[] = []
  for (const file of names ? names.map((name) => join(path, name)) : [path]) {
    try {
      const part = await readDocument(file, folder)
      checkForm(part)
      parts.push(part)
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown
      refusals.push(thrown.message)
    }
  }
  if (refusals.length > 0) throw new Fault('invalid-input', refusals.join('\n'))
  return parts
}

function checkForm(part: Part): void {
  try {
    check(contract['deck.import'].input, { document: part.document })
  } catch (thrown) {
    throw placed(thrown as Fault, [part])
  }
}

const listOf = ({ document }: Part, list: string): unknown[] => {
  const found = (document as Tree)[list]
  return Array.isArray(found) ? (found as unknown[]) : []
}

/** All of them as one. */
export const joined = (parts: Part[]) => ({
  jobdeck: 1 as const,
  categories: parts.flatMap((part) => listOf(part, 'categories')),
  jobs: parts.flatMap((part) => listOf(part, 'jobs')),
})

/** @throws Fault `invalid-input` for what is no file, which might never end, and for one that is too large */
export async function readBounded(file: string): Promise<string> {
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
    ...(Array.isArray(entry.environmentFiles) && { environmentFiles: entry.environmentFiles.map(absolute) }),
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

/** The fault with each place as people find it in what was joined: `jobs.toml: job 4 ("Backup"): timeout`. */
export function placed(fault: Fault, parts: Part[]): Fault {
  const issues = fault.data?.issues as { field: string; message: string }[] | undefined
  if (!issues) return fault
  const lines = issues.map(({ field, message }) => {
    const [, list, number, ...rest] = field.split('.')
    if (list === undefined || number === undefined)
      return `${parts[0]!.source}: ${list === undefined ? message : `${list}: ${message}`}`
    let index = Number(number)
    let part = parts[0]!
    for (const next of parts) {
      part = next
      const { length } = isTree(part.document) ? listOf(part, list) : []
      if (index < length || part === parts.at(-1)) break
      index -= length
    }
    const entry = listOf(part, list)[index]
    const name = isTree(entry) ? (entry.name ?? entry.path) : undefined
    const kind = list === 'jobs' ? 'job' : 'category'
    const which = `${kind} ${index + 1}${typeof name === 'string' ? ` (${JSON.stringify(name)})` : ''}`
    return [part.source, which, ...(rest.length > 0 ? [rest.join('.')] : []), message].join(': ')
  })
  return new Fault(fault.code, lines.join('\n'))
}
