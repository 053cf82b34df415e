/** What somebody means by the FILE of a command line: a path, or the name of a script in a scripts folder. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Client } from '../shared/client.ts'
import type { Handler, Parameters } from '../shared/contract.ts'
import { Fault } from '../shared/fault.ts'
import { checkParameters } from '../core/handlers/parameters.ts'
import { quoted } from './scripts.ts'
import { printNote } from './terminal.ts'

export interface TypedFile {
  handler: Handler
  /** The file itself, or the name of the script. */
  name: string
  title?: string | undefined
  description?: string | undefined
  schema?: Record<string, unknown> | undefined
}

/**
 * A file that is there is meant before a script of that name. Tells what of it is not understood.
 * @param asCommand how it would be given if it were a command: for who forgot the `--`
 */
export async function readTypedFile(client: Client, typed: string, asCommand: string): Promise<TypedFile> {
  const file = resolve(typed)
  const script = existsSync(file) ? undefined : await scriptNamed(client, typed)
  if (script) {
    const { name, title, description, schema, warnings, state } = script
    for (const warning of warnings) printNote(`${name}: ${warning}`)
    if (state === 'new' || state === 'changed')
      printNote(
        `${name} waits to be looked at and approved, and does not run before: jobdeck trust ${quoted(name)}`,
      )
    return {
      handler: { script: name },
      name,
      title: title ?? undefined,
      description: description ?? undefined,
      schema: schema ?? undefined,
    }
  }
  const described = await client.request('handlers.describe', { file }).catch((fault: Fault) => {
    const isWord = fault.code === 'handler-missing' && !typed.includes('/')
    throw isWord
      ? new Fault(
          fault.code,
          `${fault.message}, and no script in the scripts folder is called so; for a command: ${asCommand}`,
        )
      : fault
  })
  for (const warning of described.warnings) printNote(`${file}: ${warning}`)
  return { ...described, handler: { file }, name: file }
}

const scriptNamed = (client: Client, name: string) =>
  client.request('scripts.get', { script: name }).catch(() => undefined) // then it is meant as a path

/** Parameters in the types that the script wants, and none that were not given: its defaults may change. */
export async function typedParameters(
  schema: Record<string, unknown> | undefined,
  params: Parameters,
  from: 'text' | 'json',
): Promise<Parameters> {
  const checked = await checkParameters(schema, params, from)
  return Object.fromEntries(Object.entries(checked).filter(([name]) => name in params))
}
