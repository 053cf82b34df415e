/** Whether a Python script parses, and finds the packages that it lists. */
import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Finding } from '../../shared/contract.ts'
import { findProgram } from '../executors/launch.ts'
import { shellQuoted } from './examine-text.ts'
import type { Choice } from './interpreter.ts'
import { askPython } from './probe.ts'
import { normalName, pythonRequirements, type Requirement } from './requirements.ts'

const PYTHON = /^(python[\d.]*|py)(\.exe)?$/i

/** @param environment of the base: only what is on its PATH is started */
export async function examinePackages(
  file: string,
  head: string,
  choice: Choice,
  environment: Record<string, string>,
): Promise<Finding[]> {
  const [program = '', ...args] = choice.command
  const brings = program === 'uv'
  const isConda = /conda|micromamba/.test(basename(program))
  const isPython = PYTHON.test(basename(program.replaceAll('\\', '/')))
  if (!isPython && !brings && !isConda) return []
  const wanted = pythonRequirements(head)
  // The one that runs it, where that is on the PATH; else one that can at least parse it.
  const own = isPython && choice.venv === undefined ? await findProgram(basename(program), environment) : null
  const python = own ?? (await findProgram('python3', environment))
  const command: [string, ...string[]] | undefined = python ? [python, ...(own ? args : [])] : undefined
  const said = command && (await askPython(command, file, own ? wanted : [], environment))
  const findings: Finding[] = []
  if (said?.syntax) {
    const { line, column, message } = said.syntax
    findings.push({
      check: 'syntax',
      state: own ? 'problem' : 'warning',
      message: `${file}:${line}:${column}: ${message}${own ? '' : ` (says Python ${said.version}, which is not the one that runs it)`}`,
      mend: 'Mend that line: the script fails there.',
    })
  }
  if (wanted.length === 0) return findings
  const names = wanted.map(({ name }) => name).join(', ')
  const ok = (message: string): Finding => ({ check: 'packages', state: 'ok', message, mend: null })
  if (brings) return [...findings, ok(`uv brings the packages that it lists: ${names}`)]
  if (isConda) return [...findings, ok(`it lists ${names}, which its conda environment must have`)]
  const missing =
    choice.venv === undefined
      ? own
        ? said?.missing
        : undefined
      : (await missingIn(choice.venv, wanted)).map(({ text }): [string, null] => [text, null])
  if (missing === undefined) {
    const message = `it lists ${names}, and whether they are there could not be found out`
    return [
      ...findings,
      { check: 'packages', state: 'warning', message, mend: installing(file, choice, wanted) },
    ]
  }
  if (missing.length === 0) return [...findings, ok(`the packages that it lists are there: ${names}`)]
  const texts = missing.map(([text, version]) => (version === null ? text : `${text} (there is ${version})`))
  const lacking = wanted.filter(({ text }) => missing.some(([one]) => one === text))
  return [
    ...findings,
    {
      check: 'packages',
      state: 'problem',
      message: `packages that it lists are missing: ${texts.join(', ')}`,
      mend: installing(file, choice, lacking),
    },
  ]
}

function installing(file: string, { venv }: Choice, wanted: Requirement[]): string {
  const packages = wanted.map(({ text }) => shellQuoted(text)).join(' ')
  const isWindows = process.platform === 'win32'
  const program = isWindows ? ['Scripts', 'python.exe'] : ['bin', 'python']
  if (venv !== undefined) return `${shellQuoted(join(venv, ...program))} -m pip install ${packages}`
  const folder = join(dirname(file), '.venv')
  const python = shellQuoted(join(folder, ...program))
  return `Install uv, which brings them by itself; or: ${isWindows ? 'py -3' : 'python3'} -m venv ${shellQuoted(folder)} && ${python} -m pip install ${packages}`
}

/**
 * What a virtual environment lacks, by the names of what it keeps of each package: its Python lies beside the script,
 * and is not started. What is wanted on some machines only is passed over.
 */
async function missingIn(venv: string, wanted: Requirement[]): Promise<Requirement[]> {
  const libraries = await readdir(join(venv, 'lib')).catch(() => [])
  const folders = [join(venv, 'Lib'), ...libraries.map((name) => join(venv, 'lib', name))]
  const lists = await Promise.all(
    folders.map((folder) => readdir(join(folder, 'site-packages')).catch(() => [])),
  )
  const there = new Set(
    lists.flat().flatMap((name) => {
      const [, distribution] = /^(.+?)(?:-[^-]+)?\.(?:dist|egg)-info$/.exec(name) ?? []
      return distribution === undefined ? [] : [normalName(distribution)]
    }),
  )
  return wanted.filter(({ name, isConditional }) => !isConditional && !there.has(normalName(name)))
}
