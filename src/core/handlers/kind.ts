import { constants, createReadStream } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import which from 'which'
import { Fault } from '../../shared/fault.ts'

const MODULES = new Set(['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'])

/** Interpreters by file ending; the first of several that is there. The file follows. */
const INTERPRETERS: Record<string, string[][]> = {
  '.py': [['python3'], ['python']],
  '.sh': [['sh']],
  '.bash': [['bash']],
  '.rb': [['ruby']],
  '.pl': [['perl']],
  '.php': [['php']],
  '.ps1': [
    ['pwsh', '-NoProfile', '-ExecutionPolicy', 'Bypass', '-File'],
    ['powershell', '-NoProfile', '-ExecutionPolicy', 'Bypass', '-File'],
  ],
  '.bat': [['cmd.exe', '/d', '/c']],
  '.cmd': [['cmd.exe', '/d', '/c']],
}

/** How far a file is read for its first line, in bytes; Linux reads 256. */
const FIRST_LINE = 1024

/** Whether the file is a module of JavaScript or TypeScript, by its ending. */
export const isModule = (file: string): boolean => MODULES.has(extname(file).toLowerCase())

/**
 * How a file that is no module is run: the command, of which the file is the last word.
 * @param interpreter the one its metadata names
 * @param hasDependencies whether it lists its packages as PEP 723 has it, which `uv run` installs
 * @throws Fault `handler-unsuitable` for a file that is no program
 */
export async function programCommand(
  file: string,
  interpreter?: string[],
  hasDependencies = false,
): Promise<string[]> {
  if (interpreter) return [...interpreter, file]
  const extension = extname(file).toLowerCase()
  if (extension === '.py') {
    const venv = await nearestVenv(file)
    if (venv) return [venv, file]
    if (hasDependencies && (await onPath('uv'))) return ['uv', 'run', '--script', file]
  }
  const shebang = readShebang(await firstLine(file))
  if (shebang) return [...shebang, file]
  const choices = INTERPRETERS[extension]
  if (choices) {
    for (const choice of choices) if (await onPath(choice[0]!)) return [...choice, file]
    // None is there now; the run says so, and by then there may be one.
    return [...choices[0]!, file]
  }
  if (await isExecutable(file)) return [file]
  throw new Fault(
    'handler-unsuitable',
    `${file} is no script that Jobdeck knows: it wants a known ending (${[...MODULES, ...Object.keys(INTERPRETERS)].join(' ')}), a first line that begins with #!, or execute permission`,
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

/** The command of a `#!` line. `env` is left out, and with `-S` its argument split, as env(1) does. */
export function readShebang(line: string): string[] | undefined {
  const [, rest] = /^#!\s*(\S.*)$/.exec(line) ?? []
  if (!rest) return undefined
  const words = rest.trim().split(/\s+/)
  if (!/(^|\/)env$/.test(words[0]!)) {
    // The kernel passes all that follows the interpreter as one argument.
    return words.length > 1 ? [words[0]!, words.slice(1).join(' ')] : words
  }
  const command = words.slice(1).filter((word, index) => !(index === 0 && /^(-S|--split-string)$/.test(word)))
  return command.length > 0 ? command : undefined
}

const firstLine = async (file: string) => (await readHead(file, FIRST_LINE)).split(/\r?\n/, 1)[0]!

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

/** The Python of the nearest `.venv`, from the file's folder upwards. */
async function nearestVenv(file: string): Promise<string | undefined> {
  const inVenv = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const python = join(folder, '.venv', ...inVenv)
    if (await isExecutable(python)) return python
    if (folder === dirname(folder)) return undefined
  }
}

const onPath = async (name: string) => (await which(name, { nothrow: true })) !== null

async function isExecutable(file: string): Promise<boolean> {
  if (process.platform === 'win32' && !/\.(exe|com)$/i.test(file)) return false
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  )
}
