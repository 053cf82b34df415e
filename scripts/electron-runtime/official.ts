/** The binary that the package `electron` downloads for itself, of the version that Jobdeck ships. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from './cache.ts'
import { command } from './command.ts'

const PACKAGE = 'node_modules/electron'
/** How long the download may take, in ms. */
const LIMIT = 180_000
/** Where it could not be had, it is not tried again for so long, in ms. */
const PATIENCE = 24 * 3600_000

/** @returns the executable */
export async function officialRuntime(root: string): Promise<string> {
  const there = installed(root)
  if (there) return there
  const refused = join(cacheFolder(), 'official-refused')
  if (existsSync(refused) && Date.now() - statSync(refused).mtimeMs < PATIENCE)
    throw new Error(`${readFileSync(refused, 'utf8')} (remove ${refused} to try again)`)
  try {
    await command(process.execPath, [join(root, PACKAGE, 'install.js')], { limit: LIMIT })
    return installed(root)!
  } catch (thrown) {
    mkdirSync(cacheFolder(), { recursive: true, mode: 0o755 })
    writeFileSync(refused, (thrown as Error).message)
    throw thrown
  }
}

/** As `electron` itself finds it. */
function installed(root: string): string | undefined {
  const name = join(root, PACKAGE, 'path.txt')
  if (!existsSync(name)) return undefined
  const executable = join(root, PACKAGE, 'dist', readFileSync(name, 'utf8').trim())
  return existsSync(executable) ? executable : undefined
}
