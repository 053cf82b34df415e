import { dirname, join } from 'node:path'
import { statusOf } from '../disk.ts'
import type { Script } from './read.ts'

/** May be written by others than the owner. */
const BY_OTHERS = 0o022

/** Whether only the user that Jobdeck runs as can have written a script: where that counts as approval, it is approved. */
export function mayApprove(
  { folder, parts }: Pick<Script, 'folder' | 'parts'>,
  scriptsFolder: string,
): boolean {
  const me = process.getuid?.()
  // Windows tells of no owner here: nobody is taken for one.
  if (me === undefined) return false
  const files = parts.map(({ path }) => join(folder, ...path.split('/')))
  const folders = [...new Set(files.flatMap((file) => foldersTo(file, scriptsFolder)))]
  return [scriptsFolder, folder, ...folders, ...files].every((path) => {
    const found = statusOf(path)
    return found !== undefined && found.uid === me && (found.mode & BY_OTHERS) === 0
  })
}

/** The folders in which a file lies, up to the root. */
function foldersTo(file: string, root: string): string[] {
  const found: string[] = []
  for (let at = dirname(file); at.length > root.length; at = dirname(at)) found.push(at)
  return found
}
