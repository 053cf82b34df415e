/** What somebody looks at before a script is approved: each file as it is, and as it was when it was last approved. */
import { join } from 'node:path'
import type { Output } from '../../shared/contract.ts'
import { Fault } from '../../shared/fault.ts'
import { digestOf } from '../handlers/code.ts'
import { placeOf, type Part } from './content.ts'
import { readSource } from './copy.ts'
import type { Script } from './read.ts'

type Reviewed = Output<'scripts.review'>['files'][number]

/**
 * One after the other: they may be many, and long.
 * @throws Fault `conflict` where a file is no longer what it was found to be: nothing else must be shown
 */
export async function compare(
  { name, folder, parts }: Pick<Script, 'name' | 'folder' | 'parts'>,
  before: { folder: string; parts: Part[] } | undefined,
): Promise<Reviewed[]> {
  const old = new Map((before?.parts ?? []).map((part) => [part.path, part]))
  const oldText = async (path: string) =>
    (await readSource(join(before!.folder, placeOf(path)), path).catch(() => undefined))?.text ?? null
  const files: Reviewed[] = []
  for (const { path, digest } of parts) {
    const found = await readSource(join(folder, ...path.split('/')), path).catch(() => undefined)
    if (!found || (found.bytes && digestOf(found.bytes) !== digest))
      throw new Fault('conflict', `${name} is being changed: look at it again`)
    const { size, text } = found
    const was = old.get(path)
    const change = !was ? 'added' : was.digest === digest ? 'same' : 'changed'
    files.push({ path, size, text, change, before: was ? await oldText(path) : null })
  }
  const there = new Set(parts.map(({ path }) => path))
  for (const path of old.keys())
    if (!there.has(path))
      files.push({ path, size: 0, text: null, change: 'removed', before: await oldText(path) })
  return files
}
