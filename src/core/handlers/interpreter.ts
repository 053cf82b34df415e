/** Which program runs a script: a decision over what is on the machine, the same for every platform. */
import { posix, win32 } from 'node:path'
import { choosePython, inConda, type PythonWishes } from './python.ts'
import { readShebang } from './shebang.ts'
import type { Surroundings } from './surroundings.ts'

export interface Choice {
  /** The command, which the file follows; empty where the file is run itself. */
  command: string[]
  /** What named or offered it, as it stands after "by". */
  from: string
  /** Of Python, the folder of the virtual environment. */
  venv?: string
  /** Why it cannot run, where that is known already. A run says so; by then it may be there. */
  missing?: string
  mend?: string
}

export interface Wishes extends PythonWishes {
  /** The command that the metadata names. */
  interpreter?: string[] | undefined
  /** The working directory, from which a path in it goes; that of the file, if not given. */
  directory?: string | undefined
}

const POWERSHELL = ['-NoProfile', '-ExecutionPolicy', 'Bypass', '-File']

/** Programs of other languages by the ending of their files. */
const PROGRAMS: Record<string, string> = { '.rb': 'ruby', '.pl': 'perl', '.php': 'php' }

/** Endings of files that are programs wherever they lie. */
export const PROGRAM_ENDINGS = ['.py', '.sh', '.bash', '.rb', '.pl', '.php', '.ps1', '.bat', '.cmd']

/**
 * Chooses how a file is run.
 * @param firstLine of the file
 * @returns undefined for a file that is no program
 */
export async function chooseInterpreter(
  file: string,
  firstLine: string,
  wishes: Wishes,
  around: Surroundings,
): Promise<Choice | undefined> {
  const paths = around.platform === 'win32' ? win32 : posix
  if (wishes.interpreter) {
    const [program = '', ...rest] = wishes.interpreter
    const named = isPath(program) ? paths.resolve(wishes.directory ?? paths.dirname(file), program) : program
    return { command: [named, ...rest], from: 'the interpreter that its metadata names' }
  }
  const ending = paths.extname(file).toLowerCase()
  const shebang = readShebang(firstLine)
  if (shebang) {
    const found = await byShebang(file, shebang, wishes, around)
    return { ...found, from: found.from === 'the PATH' ? 'its #! line' : found.from }
  }
  return byEnding(file, ending, wishes, around)
}

const isPath = (program: string) => /[/\\]/.test(program)

async function byShebang(
  file: string,
  { command, isOpen }: NonNullable<ReturnType<typeof readShebang>>,
  wishes: Wishes,
  around: Surroundings,
): Promise<Choice> {
  const [program = '', ...rest] = command
  // No path of a `#!` line means anything on Windows; the name at its end does.
  const isWindows = around.platform === 'win32'
  if (!isOpen && !isWindows) return { command, from: 'its #! line' }
  const name = posix.basename(program.replaceAll('\\', '/')).replace(/\.exe$/i, '')
  if (/^python(3(\.\d+)?)?$/.test(name)) {
    const wantsVersion = name.includes('.') && !isWindows
    if (wantsVersion && wishes.conda === undefined) return { command, from: 'its #! line' }
    const { command: python, ...found } = await choosePython(file, wishes, around)
    const arguments_ = python[0] === 'uv' ? [] : rest
    return { ...found, command: [...python, ...arguments_] }
  }
  if (/^(pwsh|powershell)$/.test(name))
    return rest.length > 0 ? { command, from: 'its #! line' } : powershell(around)
  if (isWindows && /^(ba|da|k)?sh$/.test(name)) {
    const { command: bash, ...found } = await gitBash(around)
    return { ...found, command: [...bash, ...rest] }
  }
  return onPath(name, rest, around)
}

async function byEnding(
  file: string,
  ending: string,
  wishes: Wishes,
  around: Surroundings,
): Promise<Choice | undefined> {
  const isWindows = around.platform === 'win32'
  switch (ending) {
    case '.py':
      return choosePython(file, wishes, around)
    case '.ps1':
      return powershell(around)
    case '.sh':
    case '.bash':
      return isWindows ? gitBash(around) : onPath(ending.slice(1), [], around)
    case '.bat':
    case '.cmd':
      // Whoever starts it knows that it takes cmd.exe, whose quoting is its own.
      if (isWindows) return { command: [], from: 'its ending' }
      return {
        command: ['cmd.exe', '/d', '/c'],
        from: 'its ending',
        missing: 'batch files run on Windows only',
      }
  }
  const program = PROGRAMS[ending]
  if (program !== undefined) return onPath(program, [], around)
  if (await around.isExecutable(file)) return { command: [], from: 'itself: it may be executed' }
  return wishes.conda === undefined ? undefined : inConda(wishes.conda, around)
}

async function onPath(name: string, rest: string[], around: Surroundings): Promise<Choice> {
  const choice = { command: [name, ...rest], from: 'the PATH' }
  if ((await around.findAll(name)).length > 0) return choice
  return { ...choice, missing: `there is no ${name} on the PATH`, mend: `Install ${name}.` }
}

async function powershell(around: Surroundings): Promise<Choice> {
  const from = 'the PATH'
  for (const name of ['pwsh', 'powershell'])
    if ((await around.findAll(name)).length > 0) return { command: [name, ...POWERSHELL], from }
  const missing = 'there is no PowerShell on the PATH'
  return { command: ['pwsh', ...POWERSHELL], from, missing, mend: 'Install PowerShell: its program is pwsh.' }
}

/** Starts a Linux in which there are other folders, other programs, and none of our variables. */
const isOfLinux = (path: string): boolean =>
  /\\(Windows\\(System32|Sysnative)|Microsoft\\WindowsApps)\\bash\.exe$/i.test(path)

/** A bash for scripts on Windows: that of Git, or of whoever else has put one on the PATH; never that of WSL. */
async function gitBash(around: Surroundings): Promise<Choice> {
  const found = await around.findAll('bash')
  const real = found.find((path) => !isOfLinux(path))
  if (real !== undefined) return { command: [real], from: 'the PATH' }
  const { environment } = around
  const [git] = await around.findAll('git')
  const folders = [
    git && win32.dirname(win32.dirname(git)),
    environment.ProgramFiles && win32.join(environment.ProgramFiles, 'Git'),
    environment['ProgramFiles(x86)'] && win32.join(environment['ProgramFiles(x86)'], 'Git'),
    environment.LOCALAPPDATA && win32.join(environment.LOCALAPPDATA, 'Programs', 'Git'),
  ]
  for (const folder of folders) {
    const bash = folder && win32.join(folder, 'bin', 'bash.exe')
    if (bash && (await around.isProgram(bash))) return { command: [bash], from: 'Git for Windows' }
  }
  const hasLinux = found.length > 0
  return {
    // Not "bash": that would find the one of WSL after all.
    command: [win32.join(environment.ProgramFiles ?? 'C:\\Program Files', 'Git', 'bin', 'bash.exe')],
    from: 'the PATH',
    missing: hasLinux
      ? 'the only bash is that of WSL, which runs in a Linux of its own, with other folders and without the parameters'
      : 'there is no bash',
    mend: hasLinux
      ? 'Install Git for Windows, which brings one; or, if it is to run there, set interpreter = ["wsl.exe", "bash"] in its metadata.'
      : 'Install Git for Windows, which brings one.',
  }
}
