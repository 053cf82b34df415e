/** Files of variables, `NAME=value` a line, as `node --env-file` reads them. */
import { readFile, stat } from 'node:fs/promises'
import { parseEnv } from 'node:util'
import { Fault } from '../../shared/fault.ts'

/** In bytes; a longer one is none that somebody wrote. */
const FILE_LIMIT = 1024 * 1024

/**
 * The variables of several files; later ones count more.
 * @throws Fault `env-file` that names the file which cannot be used
 */
export async function readEnvFiles(files: readonly string[]): Promise<Record<string, string>> {
  const variables: [string, string][] = []
  for (const file of files) variables.push(...Object.entries(await readEnvFile(file)))
  return Object.fromEntries(variables)
}

async function readEnvFile(file: string): Promise<Record<string, string>> {
  const unfit = (reason: string, cause?: unknown) =>
    new Fault('env-file', `the file of variables ${file} ${reason}`, { cause })
  const found = await stat(file).catch((thrown: NodeJS.ErrnoException) => {
    throw unfit(thrown.code === 'ENOENT' ? 'does not exist' : `cannot be read: ${thrown.message}`, thrown)
  })
  // What is no file might never end.
  if (!found.isFile()) throw unfit('is not a regular file')
  if (found.size > FILE_LIMIT)
    throw unfit(`has ${found.size.toLocaleString('en')} bytes; ${FILE_LIMIT.toLocaleString('en')} fit`)
  const text = await readFile(file, 'utf8').catch((thrown: Error) => {
    throw unfit(`cannot be read: ${thrown.message}`, thrown)
  })
  const variables = parseEnv(text.replace(/^\uFEFF/, '')) as Record<string, string>
  for (const [name, value] of Object.entries(variables))
    if (`${name}${value}`.includes('\0'))
      throw unfit(
        `has a NUL character in ${JSON.stringify(name.replaceAll('\0', ''))}, which no variable can hold`,
      )
  return variables
}
