/** `jobdeck new script`: a script to begin with. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Fault } from '../shared/fault.ts'
import {
  isStartedItself,
  languageOf,
  templateOf,
  titleOf,
  type Language,
} from '../core/handlers/templates/index.ts'
import type { GlobalOptions } from './deck.ts'
import { print, printJson, printNote } from './terminal.ts'

export interface NewScriptOptions extends GlobalOptions {
  name: string
  lang?: Language
  folder?: string
  title?: string
}

/** Where a script goes if nobody says where. */
const usualFolder = () => process.cwd()

/** Writes the script; what is there is never overwritten. */
export function newScript({ name, lang, folder = usualFolder(), title, json }: NewScriptOptions): void {
  const { language, fileName } = namesOf(name, lang)
  const file = resolve(folder, fileName)
  const text = templateOf(language, title ?? titleOf(file.slice(dirname(file).length + 1)))
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text, { flag: 'wx', mode: isStartedItself(language) ? 0o755 : 0o644 })
  } catch (thrown) {
    const { code, syscall, message } = thrown as NodeJS.ErrnoException
    if (code === 'EEXIST' && syscall === 'open')
      throw new Fault('conflict', `${file} exists already, and is left as it is`)
    throw new Fault('invalid-input', `${file} cannot be written: ${message}`, { cause: thrown })
  }
  if (json) return printJson({ file, language })
  print(file)
  printNote(`Change it as you like, then try it: jobdeck run ${quotedForShell(file)}`)
}

/** @throws Fault `invalid-input` where the ending of the name and the language do not agree */
function namesOf(name: string, given: Language | undefined): { language: Language; fileName: string } {
  const own = languageOf(name)
  if (own !== undefined && given !== undefined && own !== given) {
    const message = `--lang: says ${given}, and the name ${JSON.stringify(name)} says ${own}: leave one of them out`
    throw new Fault('invalid-input', message)
  }
  if (/(^|[/\\])$/.test(name))
    throw new Fault('invalid-input', `${JSON.stringify(name)} is no name for a file`)
  const language = own ?? given ?? 'ts'
  return { language, fileName: own === undefined ? `${name}.${language}` : name }
}

const quotedForShell = (path: string) => (/^[\w./\\:-]+$/.test(path) ? path : JSON.stringify(path))
