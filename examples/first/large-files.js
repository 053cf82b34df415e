/** Finds the ten largest files in the folder of downloads, or in the home folder where there is none. */
import { readdir, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

export const title = 'Largest downloads'

const SHOWN = 10
const MIB = 2 ** 20

export default async function largeFiles({ signal, setProgress, info, warn }) {
  const folder = await firstThere([join(homedir(), 'Downloads'), homedir()])
  info(`Looking through ${folder}`)
  const entries = await readdir(folder, { withFileTypes: true })
  const files = []
  for (const [index, entry] of entries.entries()) {
    signal.throwIfAborted()
    setProgress((index / entries.length) * 100, entry.name)
    if (!entry.isFile()) continue
    const found = await stat(join(folder, entry.name)).catch(({ message }) => void warn(message))
    if (found) files.push({ name: entry.name, size: found.size })
  }
  const largest = files.toSorted((a, b) => b.size - a.size).slice(0, SHOWN)
  for (const { name, size } of largest) info(`${(size / MIB).toFixed(1).padStart(9)} MiB  ${name}`)
  return { folder, files: files.length }
}

async function firstThere(folders) {
  for (const folder of folders) if (await stat(folder).catch(() => undefined)) return folder
  throw new Error('the home folder is not there')
}
