/** Where runtimes are kept between the runs of the tests: outside of node_modules, which `npm ci` empties. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Overrides the folder. */
const VARIABLE = 'JOBDECK_TEST_CACHE'

export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const given = environment[VARIABLE]
  if (given) return given
  // Electron is started as somebody else then, who may not look into the home of root.
  if (process.getuid?.() === 0) return '/var/cache/jobdeck-tests'
  return join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'jobdeck-tests')
}

/**
 * What `make` puts into an empty folder, once: whole or not at all.
 * @param name changes with whatever the contents depend on
 */
export async function kept(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const cache = cacheFolder()
  const folder = join(cache, name)
  if (existsSync(folder)) return folder
  mkdirSync(cache, { recursive: true, mode: 0o755 })
  const draft = mkdtempSync(join(cache, '.draft-'))
  try {
    const made = join(draft, 'made')
    mkdirSync(made)
    await make(made)
    renameSync(made, folder)
  } catch (thrown) {
    // Another run of the tests may have been quicker.
    if (!existsSync(folder)) throw thrown
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
  return folder
}

/** @throws where the file is not the one that is meant */
export function requireDigest(file: string, wanted: string): void {
  const digest = createHash('sha256').update(readFileSync(file)).digest('hex')
  if (digest !== wanted) throw new Error(`${file} has the digest ${digest}; wanted: ${wanted}`)
}
