/** What of the system the runtime and its making need, and how a Debian gets it. */
import { existsSync } from 'node:fs'
import which from 'which'
import { command } from './command.ts'

const mayInstall = () => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')

async function install(packages: string[]): Promise<void> {
  await command('apt-get', ['update'], { limit: 120_000 })
  await command('apt-get', ['install', '-y', '--no-install-recommends', ...packages], { limit: 400_000 })
}

/**
 * Makes sure of programs; each comes in the package of its own name.
 * @throws Error that names those that are missing
 */
export async function requirePrograms(...programs: string[]): Promise<void> {
  const missing = () => programs.filter((name) => !which.sync(name, { nothrow: true }))
  if (missing().length > 0 && mayInstall()) await install(missing())
  if (missing().length > 0) throw new Error(`${missing().join(' and ')} must be installed for that`)
}

/**
 * Makes sure of the libraries that an Electron is linked with: Debian's Chromium wants the same.
 * @throws Error that names those that are missing
 */
export async function requireLibraries(executable: string): Promise<void> {
  if (process.platform !== 'linux') return
  if ((await missingLibraries(executable)).length > 0 && mayInstall()) await install(['chromium'])
  const missing = await missingLibraries(executable)
  if (missing.length > 0) throw new Error(`it wants libraries that are not installed: ${missing.join(', ')}`)
}

async function missingLibraries(executable: string): Promise<string[]> {
  const text = await command('ldd', [executable])
  return [...text.matchAll(/^\s*(\S+) => not found$/gm)].map(([, name]) => name!)
}
