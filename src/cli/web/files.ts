import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { extname, join } from 'node:path'
import { Fault } from '../../shared/fault.ts'

export interface WebFile {
  type: string
  content: Buffer
  etag: string
  /** Its name has a digest of its content: what was loaded once need not be asked for again. */
  isLasting: boolean
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
}

/**
 * The files of the window by their paths in addresses, read once: what is asked for is looked up and never becomes a
 * path of this machine, and an update underneath does not mix two builds. Links are left out.
 * @throws Fault `not-found` where the window was not built
 */
export function readFiles(folder: string): Map<string, WebFile> {
  const files = new Map(filesIn(folder, ''))
  const page = files.get('/index.html')
  if (!page) throw notBuilt(folder)
  return files.set('/', page)
}

/** Goes through folders by itself: with `recursive`, Node follows links to folders. */
function* filesIn(folder: string, address: string): Generator<[string, WebFile]> {
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name)
    const name = `${address}/${entry.name}`
    const type = TYPES[extname(entry.name)]
    if (entry.isDirectory()) yield* filesIn(path, name)
    if (!entry.isFile() || type === undefined) continue
    const content = readFileSync(path)
    const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`
    yield [name, { type, content, etag, isLasting: name.startsWith('/assets/') }]
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    throw notBuilt(folder)
  }
}

const notBuilt = (folder: string) =>
  new Fault('not-found', `the window is not there (${folder}): build it with npm run build`)
