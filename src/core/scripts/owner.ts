import { join } from 'node:path'
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
  return [scriptsFolder, folder, ...files].every((path) => {
    const found = statusOf(path)
    return found !== undefined && found.uid === me && (found.mode & BY_OTHERS) === 0
  })
}
