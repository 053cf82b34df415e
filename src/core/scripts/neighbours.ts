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
/** What stands before the name of a file beside a shell script: its folder, in the ways in which it is written. */
const SHELL_FOLDER = String.raw`(?:"?\$(?:\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)|\{[^}\n]*\}|\w+)"?/|"?\./)?`
const shell: Rule = {
  pattern: new RegExp(String.raw`^[ \t]*(?:source|\.)[ \t]+${SHELL_FOLDER}"?([\w./-]+)"?`, 'gm'),
  places: asItIs,
}
/** No module lies deeper than this. */
const DEPTH = 20
const python: Rule = {
  pattern:
    /(?:^|;)[ \t]*(?:from[ \t]+(\.*)[ \t]*(\w[\w.]*)?[ \t]+import[ \t]+(?:\(([^)]{0,5000})\)|([\w \t,]+))|import[ \t]+([^\n#;]+))/gm,
  places(dots = '', module = '', inner = '', names = '', modules = '') {
    const up = dots.length > 1 ? Array.from({ length: Math.min(dots.length, DEPTH) - 1 }, () => '..') : []
    const wanted = modules === '' ? [module] : modules.split(',').map((name) => name.trim().split(/\s/)[0]!)
    // What is taken in by `from a import b` may be a module of its own.
    const own = `${inner},${names}`.split(',').flatMap((name) => /\w+/.exec(name.trim())?.[0] ?? [])
    return wanted.flatMap((name) => {
      const parts = name.split('.').filter(Boolean)
      if (parts.length > DEPTH) return []
      const packages = parts.map((_, index) => join(...up, ...parts.slice(0, index + 1), '__init__.py'))
      const itself = parts.length === 0 ? [] : [`${join(...up, ...parts)}.py`]
      return [...itself, ...packages, ...own.map((part) => join(...up, ...parts, `${part}.py`))]
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

/** So many places are looked at; more are named by nobody but an attacker. */
const MOST_PLACES = 10_000

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
    for (const path of new Set(places.slice(0, MOST_PLACES))) {
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

/** Nobody writes longer lines into what he runs; to look through one may take for ever. */
const LINE_LIMIT = 2000

function namesIn(text: string, rules: Rule[]): string[] {
  const lines = text.split('\n').filter(({ length }) => length <= LINE_LIMIT)
  const looked = lines.join('\n')
  return rules.flatMap(({ pattern, places }) =>
    [...looked.matchAll(pattern)].flatMap(([, ...groups]) => places(...groups)),
  )
}
