/** What somebody looks at before a script is approved: each file as it is, and as it was when it was last approved. */
import { join } from 'node:path'
import type { Output } from '../../shared/contract.ts'
import { placeOf, type Part } from './content.ts'
import { readSource } from './copy.ts'
import type { Script } from './read.ts'

type Reviewed = Output<'scripts.review'>['files'][number]

export async function compare(
  { folder, parts }: Pick<Script, 'folder' | 'parts'>,
  before: { folder: string; parts: Part[] } | undefined,
): Promise<Reviewed[]> {
  const old = new Map((before?.parts ?? []).map((part) => [part.path, part]))
  const oldText = async (path: string) =>
    (await readSource(join(before!.folder, placeOf(path)), path).catch(() => undefined))?.text ?? null
  const now = await Promise.all(
    parts.map(async ({ path, digest }): Promise<Reviewed> => {
      const source = await readSource(join(folder, ...path.split('/')), path)
      const was = old.get(path)
      const change = !was ? 'added' : was.digest === digest ? 'same' : 'changed'
      return { ...source, change, before: was ? await oldText(path) : null }
    }),
  )
  const there = new Set(parts.map(({ path }) => path))
  const removed = [...old.keys()].filter((path) => !there.has(path))
  const gone = await Promise.all(
    removed.map(async (path): Promise<Reviewed> => ({
      path,
      size: 0,
      text: null,
      change: 'removed',
      before: await oldText(path),
    })),
  )
  return [...now, ...gone]
}
