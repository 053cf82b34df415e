/** What is started for a run that is a program: the file of it, and its arguments. */
import { stat } from 'node:fs/promises'
import which from 'which'
import { Fault } from '../../shared/fault.ts'
import type { Definition } from '../definition.ts'
import { pathOf } from './environment.ts'
import { batchArguments } from './quoting.ts'

export interface Launch {
  file: string
  args: string[]
  /** Whether the arguments are quoted already, for Windows. */
  isVerbatim: boolean
}

type Environment = Record<string, string | undefined>

/** Looks for a program on the PATH that the run has. */
export const findProgram = (name: string, environment: Environment): Promise<string | null> =>
  which(name, {
    nothrow: true,
    path: pathOf(environment) ?? '',
    ...(environment.PATHEXT !== undefined && { pathExt: environment.PATHEXT }),
  })

/**
 * The program and its arguments; what is no path is looked for on the PATH that the run has.
 * @throws Fault `command-missing`, `invalid-input`
 */
export async function launchOf({ target }: Definition, environment: Environment): Promise<Launch> {
  if (target.kind === 'shell') return shellLaunch(target.line, environment)
  if (target.kind !== 'script' && target.kind !== 'command') throw new Error(`no program: ${target.kind}`)
  const [name = '', ...args] = target.command
  const found = await findProgram(name, environment)
  if (found) return programLaunch(found, args, environment)
  const asFile = await stat(name).catch(() => undefined)
  const message = name.includes('/')
    ? asFile
      ? `${name} may not be executed: give it execute permission (chmod +x)`
      : `the command ${name} does not exist`
    : `the command ${JSON.stringify(name)} was not found on the PATH: ${pathOf(environment) || 'which is empty'}`
  throw new Fault('command-missing', message)
}

/** A line for the shell of the platform. */
export function shellLaunch(
  line: string,
  environment: Environment,
  platform: NodeJS.Platform = process.platform,
): Launch {
  return platform === 'win32'
    ? { file: commandShell(environment), args: ['/d', '/s', '/c', `"${line}"`], isVerbatim: true }
    : { file: '/bin/sh', args: ['-c', line], isVerbatim: false }
}

/** A program that was found. On Windows a batch file is run by `cmd.exe`. */
export function programLaunch(
  file: string,
  args: string[],
  environment: Environment,
  platform: NodeJS.Platform = process.platform,
): Launch {
  if (platform !== 'win32' || !/\.(bat|cmd)$/i.test(file)) return { file, args, isVerbatim: false }
  return { file: commandShell(environment), args: batchArguments(file, args), isVerbatim: true }
}

const commandShell = ({ ComSpec, COMSPEC }: Environment) => ComSpec ?? COMSPEC ?? 'cmd.exe'
