import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parse as parseToml } from 'smol-toml'
import { Fault } from '../../shared/fault.ts'
import { isFile } from '../disk.ts'
import { sidecarNames } from '../scripts/names.ts'
import { metadataOf, type Metadata } from './metadata.ts'

/**
 * What a file beside a script says of it: `name.job.toml` or `name.job.json`, a table with the same fields as
 * `[tool.jobdeck]`.
 * @throws Fault `handler-syntax`
 */
export async function readSidecar(file: string): Promise<Metadata | undefined> {
  for (const name of sidecarNames(file)) {
    const path = join(dirname(file), name)
    if (!isFile(path)) continue
    const text = await readFile(path, 'utf8')
    const isJson = name.endsWith('json')
    try {
      const table: unknown = isJson ? JSON.parse(text) : parseToml(text)
      if (typeof table !== 'object' || table === null || Array.isArray(table))
        throw new Error('it wants an object')
      return metadataOf(table as Record<string, unknown>)
    } catch (thrown) {
      const reason = (thrown as Error).message
      throw new Fault('handler-syntax', `${path} is not valid ${isJson ? 'JSON' : 'TOML'}: ${reason}`, {
        cause: thrown,
        data: { file: path },
      })
    }
  }
  return undefined
}
