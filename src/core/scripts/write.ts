import { realpathSync, statSync } from 'node:fs'
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import type { CheckedInput } from '../../shared/contract.ts'
import { Fault } from '../../shared/fault.ts'
import { diskFault, makeFolder } from '../disk.ts'
import { fileOfName, type ScriptsFolder } from './folders.ts'

/**
 * Writes a script whole, or not at all.
 * @throws Fault `conflict` where it is there already and is not to be; `invalid-input`, `disk-full`, `database-permission`
 */
export async function writeScript(
  folder: ScriptsFolder,
  path: string,
  { text, isNew, isExecutable }: Omit<CheckedInput<'scripts.write'>, 'script'>,
): Promise<void> {
  const file = fileOfName(folder, path)
  const draft = join(dirname(file), `.${basename(file)}.${process.pid}`)
  const before = statSync(file, { throwIfNoEntry: false })
  if (isNew && before) throw new Fault('conflict', `${file} is there already: give another name`)
  if (before?.isDirectory()) throw new Fault('conflict', `${file} is a folder: name the file in it`)
  try {
    makeFolder(folder.path)
    await mkdir(dirname(file), { recursive: true })
    requireWithin(realpathSync(folder.path), realpathSync(dirname(file)))
    await writeFile(draft, text, { flag: 'wx' })
    await chmod(draft, before?.mode ?? (isExecutable ? 0o755 : 0o644))
    await rename(draft, file)
  } catch (thrown) {
    throw thrown instanceof Fault ? thrown : diskFault(thrown, `${file} cannot be written`)
  } finally {
    await rm(draft, { force: true })
  }
}

/** By way of a link, a name could lead anywhere. */
function requireWithin(root: string, folder: string): void {
  if (folder === root || folder.startsWith(root + sep)) return
  throw new Fault('conflict', `${folder} lies outside of the scripts folder ${root}`)
}
