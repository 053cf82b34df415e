/** Finds files with the same content below a folder: first by size, then by checksum. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

export const title = 'Find duplicate files'
export const params = {
  type: 'object',
  required: ['folder'],
  additionalProperties: false,
  properties: {
    folder: { type: 'string', format: 'directory', description: 'The folder to look in' },
    minimum: { type: 'integer', minimum: 1, default: 1, description: 'Smaller files are left out, in bytes' },
  },
}

export default async function duplicates({ params, signal, setProgress, info, warn }) {
  const bySize = new Map()
  for (const entry of await readdir(params.folder, { recursive: true, withFileTypes: true })) {
    signal.throwIfAborted()
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const { size } = await stat(path)
    if (size >= params.minimum) bySize.set(size, [...(bySize.get(size) ?? []), path])
  }
  const candidates = [...bySize].filter(([, paths]) => paths.length > 1)
  const count = candidates.reduce((sum, [, paths]) => sum + paths.length, 0)
  info(`${count} files share their size with another`)

  const byContent = new Map()
  let done = 0
  for (const [size, paths] of candidates) {
    for (const path of paths) {
      const hash = createHash('sha256')
      try {
        await pipeline(createReadStream(path), hash, { signal })
        const key = `${size} ${hash.digest('hex')}`
        byContent.set(key, [...(byContent.get(key) ?? []), path])
      } catch (error) {
        signal.throwIfAborted()
        warn(`Cannot read ${path}`, { error })
      }
      setProgress((++done / count) * 100, `${done} of ${count} files`)
    }
  }
  setProgress(100)

  const groups = [...byContent].filter(([, paths]) => paths.length > 1)
  let wasted = 0
  for (const [key, paths] of groups) {
    const size = Number(key.split(' ')[0])
    wasted += size * (paths.length - 1)
    info(`${paths.length} times the same ${size} bytes`, { paths })
  }
  return { groups: groups.length, wastedBytes: wasted }
}
