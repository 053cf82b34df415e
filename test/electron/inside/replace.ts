/** Puts modules of this folder in the place of others, for whoever imports those but the replacements themselves. */
import { join, resolve } from 'node:path'
import type { Plugin } from 'vite'

const ROOT = resolve(import.meta.dirname, '../../..')
const REPLACED = ['engine.ts', 'entry.ts']

export const replaceModules = (): Plugin => ({
  name: 'replace-modules',
  enforce: 'pre',
  async resolveId(source, importer, options) {
    if (source === 'electron') return join(import.meta.dirname, 'electron.ts')
    const found = await this.resolve(source, importer, { ...options, skipSelf: true })
    const name = REPLACED.find((each) => found?.id === join(ROOT, 'src/core', each))
    if (name === undefined) return found
    // The query makes it another module than the one that is replaced, also when it is asked for by its address.
    return importer?.startsWith(import.meta.dirname)
      ? `${found!.id}?original`
      : join(import.meta.dirname, name)
  },
})
