import { constants, createReadStream } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { Fault } from '../../shared/fault.ts'
import { PROGRAM_ENDINGS, chooseInterpreter, type Choice, type Wishes } from './interpreter.ts'
import { firstLineOf } from './shebang.ts'
import { surroundingsOf } from './surroundings.ts'

const MODULES = new Set(['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'])

/** How far a file is read for its first line, in bytes; Linux reads 256. */
const FIRST_LINE = 1024

/** Whether the file is a module of JavaScript or TypeScript, by its ending. */
export const isModule = (file: string): boolean => MODULES.has(extname(file).toLowerCase())

/** Whether the file is a program wherever it lies, by its ending. */
export const hasProgramEnding = (file: string): boolean =>
  PROGRAM_ENDINGS.includes(extname(file).toLowerCase())

export interface ProgramOptions extends Wishes {
  /** Where the bytes of the file are read, if not there: it runs where it lies, as its copy says. */
  readFrom?: string | undefined
  /** Of the run, whose PATH is searched; that of this process, if not given. */
  environment?: Record<string, string | undefined> | undefined
}

/**
 * How a file that is no module is run: the command, of which the file is the last word.
 * @throws Fault `handler-unsuitable` for a file that is no program
 */
export async function programCommand(file: string, options: ProgramOptions = {}): Promise<string[]> {
  const choice = await programChoice(file, options)
  return [...choice.command, file]
}

/**
 * The same with the reasons.
 * @throws Fault `handler-unsuitable`
 */
export async function programChoice(file: string, options: ProgramOptions): Promise<Choice> {
  const { environment = process.env, readFrom = file, ...wishes } = options
  const line = firstLineOf(await readHead(readFrom, FIRST_LINE))
  const choice = await chooseInterpreter(file, line, wishes, surroundingsOf(environment))
  if (choice) return choice
  const endings = [...MODULES, ...PROGRAM_ENDINGS].join(' ')
  const other = process.platform === 'win32' ? '' : ', or execute permission'
  throw new Fault(
    'handler-unsuitable',
    `${file} is no script that Jobdeck knows: it wants a known ending (${endings}), a first line that begins with #!${other}`,
    { data: { file } },
  )
}

/**
 * The file, as one that can be read.
 * @throws Fault `handler-missing`, `handler-unsuitable`
 */
export async function requireFile(file: string): Promise<void> {
  const found = await stat(file).catch((thrown: NodeJS.ErrnoException) => thrown)
  if (found instanceof Error) {
    const reason =
      found.code === 'ENOENT' || found.code === 'ENOTDIR'
        ? 'does not exist'
        : `cannot be read: ${found.message}`
    throw new Fault('handler-missing', `the file ${file} ${reason}`, { data: { file } })
  }
  if (found.isDirectory()) {
    throw new Fault('handler-unsuitable', `${file} is a folder; name the file in it that is to be run`, {
      data: { file },
    })
  }
  if (!found.isFile()) {
    const what = found.isFIFO() ? 'a named pipe' : found.isSocket() ? 'a socket' : 'a device'
    throw new Fault('handler-unsuitable', `${file} is ${what}; name a file with a script or a program`, {
      data: { file },
    })
  }
  await access(file, constants.R_OK).catch(() => {
    throw new Fault('handler-missing', `the file ${file} may not be read: check its permissions`, {
      data: { file },
    })
  })
}

/**
 * The beginning of a file, at most so many bytes of it, however long it is or becomes.
 * @throws Fault `handler-missing`
 */
export async function readHead(file: string, limit: number): Promise<string> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of createReadStream(file, { end: limit - 1 })) chunks.push(chunk as Buffer)
  } catch (thrown) {
    throw new Fault('handler-missing', `the file ${file} cannot be read: ${(thrown as Error).message}`, {
      cause: thrown,
      data: { file },
    })
  }
  return Buffer.concat(chunks).toString('utf8')
}
