import { dirname, isAbsolute, resolve } from 'node:path'
import type { Handler, Mode, Policy } from '../../shared/contract.ts'
import { Fault } from '../../shared/fault.ts'
import { DEFAULT_POLICY } from '../../shared/policy.ts'
import { mergePolicies, type Definition, type Target } from '../definition.ts'
import { plainVariables } from '../executors/environment.ts'
import type { Runnable, Scripts } from '../scripts/scripts.ts'
import { digestOfFile } from './code.ts'
import { programCommand } from './kind.ts'
import type { Metadata } from './metadata.ts'
import type * as Describing from './describe.ts'

export interface ResolveParts {
  codeFolder: string
  /** The environment of every run: the interpreter of a script is looked for on its PATH. */
  base: Record<string, string>
  scripts: Pick<Scripts, 'runnable' | 'nameOf'>
}

/** Kept: to ask again for what is loaded takes a turn of its own. */
let describing: typeof Describing | undefined

/**
 * Finds out what exactly a handler is and makes the copy of it that an execution keeps.
 * @param policy of the job; what it leaves open is taken from the file, then from the defaults
 * @throws Fault `handler-missing`, `handler-unsuitable`, `handler-syntax`, `not-approved`
 */
export async function resolveHandler(
  handler: Handler,
  policy: Policy,
  { codeFolder, base, scripts }: ResolveParts,
): Promise<Definition> {
  if ('function' in handler) {
    requireMode(
      policy.mode,
      'in-process',
      `the function ${JSON.stringify(handler.function)}`,
      FUNCTION_ADVICE,
    )
    return functionDefinition(handler, policy)
  }
  if ('command' in handler || 'shell' in handler) {
    requireMode(policy.mode, 'process', 'a command', '')
    const target: Target =
      'shell' in handler
        ? { kind: 'shell', line: handler.shell }
        : { kind: 'command', command: handler.command }
    return complete(handler, target, policy, 'process')
  }
  if ('script' in handler)
    return scriptDefinition(handler, policy, base, await scripts.runnable(handler.script))
  const file = isAbsolute(handler.file) ? handler.file : resolve(handler.file)
  // It may lie in a folder that became a scripts folder since.
  const script = scripts.nameOf(file)
  if (script !== undefined) return scriptDefinition(handler, policy, base, await scripts.runnable(script))
  describing ??= await import('./describe.ts')
  const { describeFile } = describing
  const { file: how, ...metadata } = await describeFile(file, codeFolder)
  const { schema, defaults } = metadata
  const merged = mergedPolicy(dirname(file), defaults, policy)
  if (how.kind === 'module') {
    const target: Target = { kind: 'module', file, digest: how.digest }
    return { ...complete(handler, target, merged, merged.mode ?? 'process'), schema }
  }
  requireMode(merged.mode, 'process', `${file} is a program, which`, '')
  const digest = await digestOfFile(file)
  const command = handler.interpreter
    ? [...handler.interpreter, file]
    : await commandOf(file, metadata, merged, base)
  return { ...complete(handler, { kind: 'script', file, digest, command }, merged, 'process'), schema }
}

/** Its approved copy is what runs, in the folder where it lies. */
async function scriptDefinition(
  handler: Handler,
  policy: Policy,
  base: Record<string, string>,
  { name, digest, entry, entryPath, folder, isFolder, copyOf, code, metadata }: Runnable,
): Promise<Definition> {
  const { schema, defaults } = metadata
  const script = { name, digest, entry: entryPath, isFolder }
  const merged = mergedPolicy(folder, defaults, policy)
  if (code !== undefined) {
    const target: Target = { kind: 'module', file: entry, digest: code }
    return { ...complete(handler, target, merged, merged.mode ?? 'process'), schema, script }
  }
  requireMode(merged.mode, 'process', `${name} is a program, which`, '')
  // What runs it is chosen by where it lies: a virtual environment is not copied.
  const options = { ...metadata, readFrom: copyOf(entry) }
  const command = (await commandOf(entry, options, { ...merged, directory: folder }, base)).map(copyOf)
  const target: Target = { kind: 'script', file: entry, digest, command }
  return { ...complete(handler, target, merged, 'process'), schema, script }
}

/** The policy of a job over what its script sets; paths in that go from where the script lies. */
function mergedPolicy(folder: string, { environmentFiles, ...defaults }: Policy, policy: Policy): Policy {
  const files = environmentFiles && {
    environmentFiles: environmentFiles.map((path) => resolve(folder, path)),
  }
  return mergePolicies({ directory: folder }, defaults, files ?? {}, policy)
}

const commandOf = (
  file: string,
  { interpreter, conda, hasDependencies, readFrom }: Metadata & { readFrom?: string },
  { environment, directory }: Policy,
  base: Record<string, string>,
): Promise<string[]> =>
  programCommand(file, {
    interpreter,
    conda,
    hasDependencies,
    readFrom,
    directory,
    environment: { ...base, ...plainVariables(environment) },
  })

/** What functions run with, by the stored job that has them: they are started most often, and nothing of them changes. */
const functionDefinitions = new WeakMap<Handler, { policy: Policy; definition: Definition }>()

function functionDefinition(handler: Extract<Handler, { function: string }>, policy: Policy): Definition {
  const known = functionDefinitions.get(handler)
  if (known?.policy === policy) return known.definition
  const target: Target = { kind: 'function', name: handler.function }
  const definition = Object.freeze(complete(handler, target, policy, 'in-process'))
  if (Object.isFrozen(handler) && Object.isFrozen(policy))
    functionDefinitions.set(handler, { policy, definition })
  return definition
}

const FUNCTION_ADVICE =
  ': a function of this program cannot run in a process of its own. Put it into a file and add that: { file: "./handler.ts" }'

/** @throws Fault `handler-unsuitable` */
export function requireMode(given: Mode | undefined, possible: Mode, subject: string, advice: string): void {
  if (given === undefined || given === possible) return
  throw new Fault('handler-unsuitable', `${subject} runs in mode "${possible}" only, not "${given}"${advice}`)
}

function complete(handler: Handler, target: Target, policy: Policy, mode: Mode): Definition {
  return { ...DEFAULT_POLICY, ...mergePolicies(policy), handler, target, mode }
}
