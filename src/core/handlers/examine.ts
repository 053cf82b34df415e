/** What a script would get, and what stands in its way; without running any of it. */
import { stat } from 'node:fs/promises'
import { basename, delimiter, dirname, resolve } from 'node:path'
import type { Finding, Policy } from '../../shared/contract.ts'
import { Fault, toFault } from '../../shared/fault.ts'
import { pathOf, plainVariables } from '../executors/environment.ts'
import { findProgram } from '../executors/launch.ts'
import { examineModule } from './examine-module.ts'
import { examinePackages } from './examine-python.ts'
import { examineText, shellQuoted } from './examine-text.ts'
import type { Choice } from './interpreter.ts'
import { isModule, programChoice, readHead, requireFile } from './kind.ts'
import { programMetadata, type Metadata } from './metadata.ts'
import { objectionOf, versionOf } from './probe.ts'

export interface Examined {
  file: string
  /** Of a run, without what the file itself adds: programs on its PATH are asked for their version. */
  environment: Record<string, string>
  /** Where its PATH comes from, as a sentence for people. */
  pathFrom?: string | undefined
  /** The working directory of the job; else that of the file's metadata, else its folder. */
  directory?: string | undefined
  /** The command that the job names for the file; else that of its metadata. */
  interpreter?: string[] | undefined
  /** The name of a conda environment. */
  conda?: string | undefined
}

/** So much of a file is looked at, in bytes. */
const HEAD = 4 * 1024 * 1024
const SHELL = /^(ba|da|k|z)?sh$/

const well = (check: Finding['check'], message: string): Finding => ({
  check,
  state: 'ok',
  message,
  mend: null,
})

/** Never throws for what is wrong with the file. */
export async function examineScript(given: Examined): Promise<Finding[]> {
  const file = resolve(given.file)
  try {
    await requireFile(file)
  } catch (thrown) {
    return [{ check: 'script', state: 'problem', message: toFault(thrown).message, mend: null }]
  }
  if (isModule(file)) {
    const { defaults, findings } = await examineModule(file)
    return [...findings, ...(await examinePlace(file, given, defaults))]
  }
  const head = await readHead(file, HEAD)
  const { metadata, findings } = readMetadata(head, file)
  const defaults = metadata?.defaults ?? {}
  return [
    ...findings,
    ...(await examineProgram(file, head, given, metadata)),
    ...(await examinePlace(file, given, defaults)),
  ]
}

function readMetadata(head: string, file: string): { metadata?: Metadata; findings: Finding[] } {
  try {
    const metadata = programMetadata(head, file)
    const findings = metadata.warnings.map((message): Finding => ({
      check: 'script',
      state: 'warning',
      message,
      mend: 'Mend or remove it.',
    }))
    const named =
      metadata.title === undefined
        ? 'it has no title of its own'
        : `it is called ${JSON.stringify(metadata.title)}`
    return { metadata, findings: findings.length > 0 ? findings : [well('script', named)] }
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown
    const mend = 'Mend that line of the block: the script does not run until then.'
    return { findings: [{ check: 'script', state: 'problem', message: thrown.message, mend }] }
  }
}

async function examineProgram(
  file: string,
  head: string,
  { environment: base, interpreter, conda, directory }: Examined,
  metadata: Metadata | undefined,
): Promise<Finding[]> {
  const environment = { ...base, ...plainVariables(metadata?.defaults.environment) }
  let choice: Choice
  try {
    choice = await programChoice(file, {
      interpreter: interpreter ?? metadata?.interpreter,
      conda: conda ?? metadata?.conda,
      directory: directory ?? metadata?.defaults.directory,
      hasDependencies: metadata?.hasDependencies,
      environment,
    })
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.code !== 'handler-unsuitable') throw thrown
    return [...examineText(file, head, false), await unsuitable(file, thrown)]
  }
  const [program] = choice.command
  const name = program === undefined ? basename(file) : programName(program)
  const text = examineText(file, head, SHELL.test(name) || /\.(sh|bash)$/i.test(file))
  if (program === undefined) return [...text, well('interpreter', `it is run by ${choice.from}`)]
  const path = await findProgram(program, environment)
  if (choice.missing !== undefined || path === null) return [...text, missing(choice, program)]
  // What lies beside the script, or where the script says, is not started before somebody has approved the script.
  const mayAsk = path === (await findProgram(basename(program), base))
  const version = mayAsk ? await versionOf(path, name, base) : undefined
  const which = [program === path ? undefined : path, version && `version ${version}`]
    .filter(Boolean)
    .join(', ')
  const message = `it is run by ${choice.command.join(' ')}${which && ` (${which})`}, named by ${choice.from}`
  const objection = mayAsk ? await objectionOf(path, name, file, base) : undefined
  const wrong = typeof objection === 'string' ? [notParsed(objection)] : []
  return [
    ...text,
    well('interpreter', message),
    ...wrong,
    ...(await examinePackages(file, head, choice, base)),
  ]
}

const programName = (program: string) => basename(program.replaceAll('\\', '/')).replace(/\.exe$/i, '')

const notParsed = (message: string): Finding => ({
  check: 'syntax',
  state: 'problem',
  message,
  mend: 'Mend that line: the script fails there.',
})

function missing({ command, from, missing, mend }: Choice, program: string): Finding {
  const isPath = /[/\\]/.test(program)
  const why =
    missing ??
    (isPath ? `${program} does not exist or may not be executed` : `there is no ${program} on the PATH`)
  const advice = isPath
    ? `Install it there, or begin the script with: #!/usr/bin/env ${programName(program)}`
    : `Install ${program}, or name another program by interpreter in its metadata.`
  return {
    check: 'interpreter',
    state: 'problem',
    message: `it is to be run by ${command.join(' ')}, named by ${from}: ${why}`,
    mend: mend ?? advice,
  }
}

/** A program that lacks the permission, or a file that is none. */
async function unsuitable(file: string, { message }: Fault): Promise<Finding> {
  const mayRun = ((await stat(file)).mode & 0o111) !== 0
  const mend =
    process.platform === 'win32' || mayRun
      ? 'Give it a known ending, or a first line such as: #!/usr/bin/env python3'
      : `If it is a program, let it be executed: chmod +x ${shellQuoted(file)}`
  return { check: 'permissions', state: 'problem', message, mend }
}

/** Where it runs, and on which PATH. */
async function examinePlace(file: string, given: Examined, defaults: Policy): Promise<Finding[]> {
  const directory = given.directory ?? defaults.directory ?? dirname(file)
  const found = await stat(directory).catch(() => undefined)
  const where: Finding = found?.isDirectory()
    ? well('directory', `it runs in ${directory}`)
    : {
        check: 'directory',
        state: 'problem',
        message: `its working directory ${directory} ${found ? 'is not a folder' : 'does not exist'}`,
        mend: `Make it: mkdir -p ${shellQuoted(directory)}; or name another one.`,
      }
  const own = pathOf(plainVariables(defaults.environment))
  const path = own ?? pathOf(given.environment)
  const from =
    own === undefined
      ? (given.pathFrom ?? 'the PATH is that of this process')
      : 'the PATH is that of its metadata'
  if (path !== undefined && path.split(delimiter).some(Boolean))
    return [where, well('path', `${from}: ${path}`)]
  const mend = 'Set PATH in the environment of the job, or leave it out there.'
  return [where, { check: 'path', state: 'problem', message: 'its PATH is empty: no program is found', mend }]
}
