import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const PACKAGE = resolve(import.meta.dirname, '../../node_modules/electron')
/** It is some 100 MB, once. Where the network does not let it through, nobody waits for longer than this, in ms. */
const PATIENCE = 120_000

/**
 * The program of Electron: the one that ELECTRON_OVERRIDE_DIST_PATH names, else that of the package, which is fetched
 * where it is missing.
 */
export function findElectron(): { program: string } | { missing: string } {
  const chosen = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (chosen !== undefined) {
    const program = join(chosen, readText('path.txt') ?? usualName())
    return existsSync(program)
      ? { program }
      : { missing: `ELECTRON_OVERRIDE_DIST_PATH has no Electron (${program})` }
  }
  if (!existsSync(PACKAGE)) return { missing: 'the package electron is not installed' }
  const there = installed()
  if (there) return { program: there }
  console.error('Fetching Electron, once …')
  const options = { stdio: 'ignore', timeout: PATIENCE, killSignal: 'SIGKILL' } as const
  spawnSync(process.execPath, [join(PACKAGE, 'install.js')], options)
  const program = installed()
  return program ? { program } : { missing: 'Electron could not be fetched (npx install-electron says why)' }
}

function installed(): string | undefined {
  const name = readText('path.txt')
  const program = name && join(PACKAGE, 'dist', name)
  return program && existsSync(program) ? program : undefined
}

function readText(name: string): string | undefined {
  try {
    return readFileSync(join(PACKAGE, name), 'utf8').trim()
  } catch {
    return undefined
  }
}

function usualName(): string {
  if (process.platform === 'win32') return 'electron.exe'
  return process.platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : 'electron'
}
