/** Which Python a script is run with. */
import { posix, win32 } from 'node:path'
import type { Choice } from './interpreter.ts'
import type { Surroundings } from './surroundings.ts'

export interface PythonWishes {
  /** The name of a conda environment. */
  conda?: string | undefined
  /** Whether the script lists its packages as PEP 723 has it. */
  hasDependencies?: boolean | undefined
}

/**
 * What is named goes before what is found: the conda environment, the nearest `.venv`, `uv` where it has packages to
 * bring, the Python on the PATH.
 */
export async function choosePython(
  file: string,
  { conda, hasDependencies = false }: PythonWishes,
  around: Surroundings,
): Promise<Choice> {
  if (conda !== undefined) return inConda(conda, around)
  const venv = await nearestVenv(file, around)
  if (venv)
    return { command: [venv.python], from: `the virtual environment ${venv.folder}`, venv: venv.folder }
  if (hasDependencies && (await around.findAll('uv')).length > 0)
    return { command: ['uv', 'run', '--script'], from: 'uv, which brings the packages that the script lists' }
  return onPath(around)
}

export async function inConda(name: string, around: Surroundings): Promise<Choice> {
  const from = `the conda environment ${name}`
  const rest = ['run', '--no-capture-output', '-n', name, 'python']
  if ((await around.findAll('conda')).length > 0) return { command: ['conda', ...rest], from }
  for (const path of usualCondas(around))
    if (await around.isProgram(path)) return { command: [path, ...rest], from }
  // It streams by itself.
  if ((await around.findAll('micromamba')).length > 0)
    return { command: ['micromamba', 'run', '-n', name, 'python'], from }
  const missing = 'conda is neither on the PATH nor where its installers put it'
  return { command: ['conda', ...rest], from, missing, mend: 'Install conda, or put it on the PATH.' }
}

/** Installers of conda leave the PATH alone, and put it into the folder of the user. */
function usualCondas({ platform, environment }: Surroundings): string[] {
  const isWindows = platform === 'win32'
  const { join } = isWindows ? win32 : posix
  const home = isWindows ? environment.USERPROFILE : environment.HOME
  const names = ['miniforge3', 'miniconda3', 'anaconda3']
  const inHome = home ? names.map((name) => join(home, name)) : []
  const shared = isWindows
    ? names.map((name) => `C:\\ProgramData\\${name}`)
    : ['/opt/conda', '/opt/miniconda3']
  const program = isWindows ? ['Scripts', 'conda.exe'] : ['bin', 'conda']
  const paths = [...inHome, ...shared].map((folder) => join(folder, ...program))
  return environment.CONDA_EXE ? [environment.CONDA_EXE, ...paths] : paths
}

/**
 * From the folder of the file upwards. `venv` is as common as `.venv`, but a folder of that name may be anything:
 * `pyvenv.cfg` tells (PEP 405).
 */
async function nearestVenv(file: string, around: Surroundings) {
  const isWindows = around.platform === 'win32'
  const { dirname, join } = isWindows ? win32 : posix
  const program = isWindows ? ['Scripts', 'python.exe'] : ['bin', 'python']
  for (let at = dirname(file); ; at = dirname(at)) {
    for (const name of ['.venv', 'venv']) {
      const folder = join(at, name)
      const python = join(folder, ...program)
      if (name === 'venv' && !(await around.exists(join(folder, 'pyvenv.cfg')))) continue
      if (await around.isProgram(python)) return { folder, python }
    }
    if (at === dirname(at)) return undefined
  }
}

/** What Windows puts on the PATH in the place of a Python that is not installed: it opens the store, and nothing runs. */
const isStoreStub = (path: string): boolean => /\\Microsoft\\WindowsApps\\python[\d.]*\.exe$/i.test(path)

async function onPath(around: Surroundings): Promise<Choice> {
  const names = ['python3', 'python']
  let hasStub = false
  for (const name of names) {
    const found = await around.findAll(name)
    const real = found.find((path) => around.platform !== 'win32' || !isStoreStub(path))
    hasStub ||= found.length > 0
    if (real === undefined) continue
    // Only where the first of that name is another one the path must say which is meant.
    return { command: [real === found[0] ? name : real], from: 'the PATH' }
  }
  if (around.platform === 'win32' && (await around.findAll('py')).length > 0)
    return { command: ['py', '-3'], from: 'the launcher of Python for Windows' }
  return {
    command: [around.platform === 'win32' ? 'py' : 'python3'],
    from: 'the PATH',
    missing: hasStub
      ? 'there is no Python on the PATH: what Windows has there in its place only opens the store'
      : 'there is no Python on the PATH',
    mend: 'Install Python from python.org or by the package manager of this system.',
  }
}
