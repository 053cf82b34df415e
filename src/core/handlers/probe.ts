/** What programs of this machine say about a script. None of the script is run. */
import { execFile } from 'node:child_process'
import { parse } from 'node:path'
import type { Requirement } from './requirements.ts'

const LIMIT = 5000

export interface Said {
  code: number | string | null
  output: string
  errors: string
}

/**
 * Starts a program for a short answer; it never stands in the folder of the script, from where it might load code.
 * @returns undefined where it could not be started, or took too long
 */
export function ask(
  file: string,
  args: string[],
  environment: Record<string, string>,
  limit = LIMIT,
): Promise<Said | undefined> {
  const { promise, resolve } = Promise.withResolvers<Said | undefined>()
  const options = {
    cwd: parse(process.execPath).root,
    env: environment,
    timeout: limit,
    killSignal: 'SIGKILL',
  } as const
  const child = execFile(file, args, { ...options, windowsHide: true }, (error, output, errors) => {
    if (error && (error.killed || typeof error.code === 'string')) resolve(undefined)
    else resolve({ code: error?.code ?? 0, output, errors })
  })
  child.stdin?.end()
  return promise
}

const KNOWS_VERSION =
  /^(python[\d.]*|pypy3?|py|uv|ruby|perl|php|bash|zsh|pwsh|node|deno|bun|conda|micromamba)$/

/** The version of a program, where it is one that is known to tell it. */
export async function versionOf(
  path: string,
  name: string,
  environment: Record<string, string>,
): Promise<string | undefined> {
  if (!KNOWS_VERSION.test(name)) return undefined
  const said = await ask(path, ['--version'], environment)
  return said && /\d+(\.\d+)+/.exec(said.output || said.errors)?.[0]
}

export interface PythonSaid {
  version: string
  syntax: { line: number; column: number; message: string } | null
  /** Of the requirements, what is not met, and the version that is there. */
  missing: [text: string, version: string | null][]
}

/** What is asked of a Python: it parses the file, and looks for the packages. pip brings a copy of `packaging`. */
const QUESTION = `
import sys
sys.path = [place for place in sys.path if place]
import ast, json, platform
question = json.loads(sys.argv[1])
syntax = None
try:
    with open(question["file"], "rb") as file:
        ast.parse(file.read(), question["file"])
except SyntaxError as error:
    syntax = {"line": error.lineno or 1, "column": error.offset or 1, "message": error.msg}
except ValueError as error:
    syntax = {"line": 1, "column": 1, "message": str(error)}
missing = []
if question["requirements"]:
    from importlib import metadata
    try:
        from packaging.requirements import Requirement
    except ImportError:
        try:
            from pip._vendor.packaging.requirements import Requirement
        except ImportError:
            Requirement = None
    for wanted in question["requirements"]:
        specifier = None
        if Requirement is not None:
            try:
                parsed = Requirement(wanted["text"])
                if parsed.marker is not None and not parsed.marker.evaluate({"extra": ""}):
                    continue
                specifier = parsed.specifier
            except Exception:
                continue
        elif wanted["isConditional"]:
            continue
        try:
            version = metadata.version(wanted["name"])
        except metadata.PackageNotFoundError:
            missing.append([wanted["text"], None])
            continue
        if specifier is not None and not specifier.contains(version, prereleases=True):
            missing.append([wanted["text"], version])
print(json.dumps({"version": platform.python_version(), "syntax": syntax, "missing": missing}))
`

/** @param args what comes before, as `-3` of the launcher of Windows */
export async function askPython(
  [python, ...args]: [string, ...string[]],
  file: string,
  requirements: Requirement[],
  environment: Record<string, string>,
): Promise<PythonSaid | undefined> {
  const question = JSON.stringify({ file, requirements })
  const said = await ask(python, [...args, '-c', QUESTION, question], environment)
  if (said?.code !== 0) return undefined
  try {
    return JSON.parse(said.output) as PythonSaid
  } catch {
    return undefined // it is no Python 3, or says something else first
  }
}

/** By which argument a program only checks a script. Perl is not among them: it runs a part of it for that. */
const CHECKS: Record<string, string> = {
  sh: '-n',
  dash: '-n',
  bash: '-n',
  ksh: '-n',
  zsh: '-n',
  ruby: '-c',
  php: '-l',
}

/** What the program objects to, in one line; null where it has no objection, undefined where it cannot be asked. */
export async function objectionOf(
  path: string,
  name: string,
  file: string,
  environment: Record<string, string>,
): Promise<string | null | undefined> {
  const flag = CHECKS[name]
  if (flag === undefined) return undefined
  const said = await ask(path, [flag, file], environment)
  if (!said) return undefined
  if (said.code === 0) return null
  const first = `${said.errors}\n${said.output}`.split('\n').find((line) => line.trim() !== '')
  return first?.trim() ?? 'it is not accepted'
}
