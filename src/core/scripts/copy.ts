/** The copies of scripts that were approved. */
import { readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Output } from '../../shared/contract.ts'
import { digestOfParts, pathIn } from './content.ts'
import { partOf } from './read.ts'

export type SourceFile = Output<'executions.source'>['files'][number]

/** Longer texts are not shown, in bytes. */
const TEXT_LIMIT = 1024 * 1024

async function filesOfCopy(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
}

/** Whether a copy is just what its digest says. */
export async function isIntact(
  store: string,
  { digest, entry, isFolder }: { digest: string; entry: string; isFolder: boolean },
): Promise<boolean> {
  const folder = join(store, digest)
  const parts = await Promise.all((await filesOfCopy(folder)).map((file) => partOf(folder, file)))
  return digestOfParts(entry, parts, isFolder) === digest
}

export async function readCopy(folder: string): Promise<SourceFile[]> {
  const files: SourceFile[] = []
  for (const file of await filesOfCopy(folder)) {
    const { path, size, text } = await readSource(file, pathIn(folder, file))
    files.push({ path, size, text })
  }
  return files
}

/** A file as it is shown; a long one, or one that is no text, without its text. */
export async function readSource(file: string, path: string): Promise<SourceFile & { bytes?: Buffer }> {
  const { size } = await stat(file)
  if (size > TEXT_LIMIT) return { path, size, text: null }
  const bytes = await readFile(file)
  return { path, size: bytes.length, text: bytes.includes(0) ? null : bytes.toString('utf8'), bytes }
}
