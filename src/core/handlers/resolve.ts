import { dirname, isAbsolute, resolve } from 'node:path'
import type { Handler, Mode, Policy } from '../../shared/contract.ts'
import { Fault } from '../../shared/fault.ts'
import { DEFAULT_POLICY, mergePolicies, type Definition, type Target } from '../definition.ts'
import type * as Describing from './describe.ts'

/** Kept: to ask again for what is loaded takes a turn of its own. */
let describing: typeof Describing | undefined

/**
 * Finds out what exactly a handler is and makes the copy of it that an execution keeps.
 * @param policy of the job; what it leaves open is taken from the file, then from the defaults
 * @throws Fault `handler-missing`, `handler-unsuitable`, `handler-syntax`
 */
export async function resolveHandler(
  handler: Handler,
  policy: Policy,
  codeFolder: string,
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
  const file = isAbsolute(handler.file) ? handler.file : resolve(handler.file)
  describing ??= await import('./describe.ts')
  const { describeFile, digestOfFile } = describing
  const { file: how, schema, defaults } = await describeFile(file, codeFolder)
  const beside = dirname(file)
  const { environmentFiles: named } = defaults
  const files = named && { environmentFiles: named.map((path) => resolve(beside, path)) }
  const merged = mergePolicies({ directory: beside }, defaults, files ?? {}, policy)
  if (how.kind === 'program') {
    requireMode(merged.mode, 'process', `${file} is a program, which`, '')
    const digest = await digestOfFile(file)
    const command = handler.interpreter ? [...handler.interpreter, file] : how.command
    return { ...complete(handler, { kind: 'script', file, digest, command }, merged, 'process'), schema }
  }
  const target: Target = { kind: 'module', file, digest: how.digest }
  return { ...complete(handler, target, merged, merged.mode ?? 'process'), schema }
}

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
