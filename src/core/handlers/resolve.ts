import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { dirname, extname, isAbsolute, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Handler, Mode, Policy } from '../../shared/contract.ts'
import { Fault } from '../../shared/fault.ts'
import { DEFAULT_POLICY, mergePolicies, type Definition, type Target } from '../definition.ts'
import { isModule, programCommand, readHead, requireFile } from './kind.ts'
import { moduleMetadata, programMetadata, type Metadata } from './metadata.ts'
import { bundleModule } from './module.ts'

export interface Description extends Metadata {
  /** A module's code is bundled under its digest. */
  file: { kind: 'module'; digest: string } | { kind: 'program'; command: string[] }
}

/** A program is read so far for what it says of itself, in bytes; it may have any length. */
const SOURCE_LIMIT = 4 * 1024 * 1024
/** A module is bundled in memory; one that is longer, in bytes, was hardly written by anybody. */
const MODULE_LIMIT = 64 * 1024 * 1024

/**
 * Reads what a file says of itself, without running it.
 * @throws Fault `handler-missing`, `handler-unsuitable`, `handler-syntax`
 */
export async function describeFile(path: string, codeFolder: string): Promise<Description> {
  const file = resolve(path)
  await requireFile(file)
  if (isModule(file)) {
    const { size } = await stat(file)
    if (size > MODULE_LIMIT) {
      const message = `${file} has ${size.toLocaleString('en')} bytes; a module may have ${MODULE_LIMIT.toLocaleString('en')}`
      throw new Fault('handler-unsuitable', message)
    }
    const digest = await bundleModule(file, codeFolder) // tells of syntax errors, and of imports that are not there
    const source = await readFile(file, 'utf8')
    const metadata = await moduleMetadata(source, /ts$/i.test(extname(file)) ? 'ts' : 'js')
    return { ...metadata, file: { kind: 'module', digest } }
  }
  const metadata = programMetadata(await readHead(file, SOURCE_LIMIT), file)
  const command = await programCommand(file, metadata.interpreter, metadata.hasDependencies)
  return { ...metadata, file: { kind: 'program', command } }
}

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
  const { file: how, schema, defaults } = await describeFile(file, codeFolder)
  const merged = mergePolicies({ directory: dirname(file) }, defaults, policy)
  if (how.kind === 'program') {
    requireMode(merged.mode, 'process', `${file} is a program, which`, '')
    const digest = await digestOf(file)
    const command = handler.interpreter ? [...handler.interpreter, file] : how.command
    return { ...complete(handler, { kind: 'script', file, digest, command }, merged, 'process'), schema }
  }
  const target: Target = { kind: 'module', file, digest: how.digest }
  return { ...complete(handler, target, merged, merged.mode ?? 'process'), schema }
}

/** Read piece by piece: a program may be larger than memory. */
async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
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
