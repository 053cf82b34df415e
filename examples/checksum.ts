/** Computes the SHA-256 of every file below a folder, and writes them to a list that `sha256sum --check` reads. */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { HandlerContext } from 'jobdeck'

export const title = 'Checksums'
export const params = {
  type: 'object',
  required: ['folder'],
  additionalProperties: false,
  properties: {
    folder: { type: 'string', format: 'directory', description: 'The folder to read' },
    list: {
      type: 'string',
      format: 'file',
      description: 'Where to write the list; a folder of the job if not given',
    },
  },
}

interface Params {
  folder: string
  list?: string
}

export default async function checksum(execution: HandlerContext<Params>) {
  const { params, signal, setProgress, info, warn, stateDir } = execution
  info(`Looking for files in ${params.folder}`)
  const files: { path: string; size: number }[] = []
  let total = 0
  for await (const path of walk(params.folder, signal, warn)) {
    const { size } = await lstat(path)
    files.push({ path, size })
    total += size
  }
  info(`${files.length} files, ${megabytes(total)}`)

  const list = params.list ?? join(stateDir, 'checksums.txt')
  const output = createWriteStream(list)
  let bytes = 0
  let unreadable = 0
  for (const [index, { path, size }] of files.entries()) {
    signal.throwIfAborted()
    const hash = createHash('sha256')
    try {
      await pipeline(createReadStream(path), hash, { signal })
      output.write(`${hash.digest('hex')}  ${relative(params.folder, path)}\n`)
    } catch (error) {
      signal.throwIfAborted()
      unreadable++
      warn(`Cannot read ${path}`, { error })
    }
    bytes += size
    setProgress(
      total === 0 ? 100 : (bytes / total) * 100,
      `${index + 1} of ${files.length} files, ${megabytes(bytes)}`,
    )
  }
  await new Promise((resolve, reject) => output.on('error', reject).end(resolve))
  info(`The list is in ${list}`)
  return { files: files.length, bytes, unreadable, list }
}

/** Every regular file below a folder; links are not followed. */
async function* walk(
  folder: string,
  signal: AbortSignal,
  warn: HandlerContext['warn'],
): AsyncGenerator<string> {
  signal.throwIfAborted()
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    // Only what lies deeper may be unreadable; a start folder that is not there is an error.
    if (error.code !== 'EACCES') throw error
    warn(`Cannot open ${folder}`)
    return []
  })
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* walk(path, signal, warn)
    else if (entry.isFile()) yield path
  }
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
