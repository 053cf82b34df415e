/**
 * Which files beside it a program takes in, as far as its text says so: those are a part of it, and approved with it.
 * A module's are known exactly, from its bundling; in other languages a name may be computed, and then it is not seen.
 */
import { dirname, extname, join, sep } from 'node:path'
import { isFile } from '../disk.ts'
import { readHead } from '../handlers/kind.ts'

/** How a language takes in a file beside the one that says so. */
interface Rule {
  pattern: RegExp
  /** Where that may lie, from the folder of the file that names it; it gets the groups of the pattern. */
  places(...groups: (string | undefined)[]): string[]
}

const asItIs = (name = '') => [name]
/** The folder of a shell script, in the ways in which it is written. */
const SHELL_FOLDER = String.raw`(?:\$\(dirname "?\$\{?(?:0|BASH_SOURCE(?:\[0\])?)\}?"?\)/|\$\{(?:0|BASH_SOURCE(?:\[0\])?)%/\*\}/|\./)?`
const shell: Rule = {
  pattern: new RegExp(String.raw`^[ \t]*(?:source|\.)[ \t]+"?${SHELL_FOLDER}([\w./-]+)"?`, 'gm'),
  places: asItIs,
}
const python: Rule = {
  pattern:
    /^[ \t]*(?:from[ \t]+\.*([\w.]*)[ \t]+import[ \t]+([\w \t,(]+)|import[ \t]+([\w.]+(?:[ \t]*,[ \t]*[\w.]+)*))/gm,
  places(module = '', names = '', modules = '') {
    const wanted = modules === '' ? [module] : modules.split(',').map((name) => name.trim())
    // What is taken in by `from a import b` may be a module of its own.
    const inner = names.match(/\w+/g) ?? []
    return wanted.flatMap((name) => {
      const parts = name.split('.').filter(Boolean)
      const packages = parts.map((_, index) => join(...parts.slice(0, index + 1), '__init__.py'))
      const itself = parts.length === 0 ? [] : [`${join(...parts)}.py`]
      return [...itself, ...packages, ...inner.map((part) => join(...parts, `${part}.py`))]
    })
  },
}

const RULES: Record<string, Rule[]> = {
  '.py': [python],
  '.sh': [shell],
  '.bash': [shell],
  '.rb': [
    {
      pattern: /^[ \t]*require_relative[ \t(]+['"]([\w./-]+)['"]/gm,
      places: (name = '') => [name, `${name}.rb`],
    },
  ],
  '.pl': [{ pattern: /^[ \t]*(?:require|do)[ \t(]+['"]\.?\/?([\w./-]+)['"]/gm, places: asItIs }],
  '.php': [
    {
      pattern: /\b(?:require|include)(?:_once)?[ \t(]+(?:__DIR__[ \t]*\.[ \t]*)?['"]\.?\/?([\w./-]+)['"]/gm,
      places: asItIs,
    },
  ],
  '.ps1': [
    {
      pattern: /^[ \t]*(?:\.|Import-Module)[ \t]+"?'?(?:\$PSScriptRoot|\.)[\\/]([\w.\\/-]+)/gim,
      places: (name = '') => [name.replaceAll('\\', '/')],
    },
  ],
}

/** A program is read so far for what it takes in, in bytes. */
const SOURCE_LIMIT = 1024 * 1024

export interface Neighbours {
  files: string[]
  /** Where others would lie that are not there. */
  absent: string[]
}

/** The files that a program takes in, with those that they take in; only such as lie in its own folder or below. */
export async function neighboursOf(entry: string): Promise<Neighbours> {
  const folder = dirname(entry)
  const found = new Set<string>()
  const absent = new Set<string>()
  const waiting = [entry]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    const rules = RULES[extname(file).toLowerCase()] ?? []
    const text = rules.length > 0 ? await readHead(file, SOURCE_LIMIT).catch(() => '') : ''
    // Some languages look beside the file, others beside the one that was started.
    const beside = dirname(file)
    const places = namesIn(text, rules).flatMap((name) => [join(beside, name), join(folder, name)])
    for (const path of new Set(places)) {
      if (path === entry || found.has(path) || !path.startsWith(folder + sep)) continue
      if (!isFile(path)) absent.add(path)
      else {
        found.add(path)
        waiting.push(path)
      }
    }
  }
  return { files: [...found].toSorted(), absent: [...absent] }
}

const namesIn = (text: string, rules: Rule[]): string[] =>
  rules.flatMap(({ pattern, places }) =>
    [...text.matchAll(pattern)].flatMap(([, ...groups]) => places(...groups)),
  )
