/** The copies of scripts that were approved. */
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Output } from '../../shared/contract.ts'
import { digestOfParts } from './content.ts'
import { pathIn } from './content.ts'
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
export async function isIntact(store: string, digest: string, entry: string): Promise<boolean> {
  const folder = join(store, digest)
  const parts = await Promise.all((await filesOfCopy(folder)).map((file) => partOf(folder, file)))
  return digestOfParts(entry, parts) === digest
}

export async function readCopy(folder: string): Promise<SourceFile[]> {
  return Promise.all((await filesOfCopy(folder)).map((file) => readSource(file, pathIn(folder, file))))
}

/** A file as it is shown. */
export async function readSource(file: string, path: string): Promise<SourceFile> {
  const bytes = await readFile(file)
  const text = bytes.length <= TEXT_LIMIT && !bytes.includes(0) ? bytes.toString('utf8') : null
  return { path, size: bytes.length, text }
}
