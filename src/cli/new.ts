/** `jobdeck new script`: a script to begin with. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { Fault } from '../shared/fault.ts'
import { isStartedItself, languageOf, templateOf, titleOf, type Language } from '../shared/templates/index.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import { quoted } from './scripts.ts'
import { print, printJson, printNote } from './terminal.ts'

export interface NewScriptOptions extends GlobalOptions {
  name: string
  lang?: Language
  folder?: string
  title?: string
}

/** Writes the script into the scripts folder, where it is approved with that, or into another; what is there is never overwritten. */
export async function newScript({ name, lang, folder, title, ...options }: NewScriptOptions): Promise<void> {
  const { language, fileName } = namesOf(name, lang)
  const text = templateOf(language, title ?? titleOf(basename(fileName)))
  if (folder === undefined) return intoScripts(fileName, text, language, options)
  const file = resolve(folder, fileName)
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text, { flag: 'wx', mode: isStartedItself(language) ? 0o755 : 0o644 })
  } catch (thrown) {
    const { code, syscall, message } = thrown as NodeJS.ErrnoException
    if (code === 'EEXIST' && syscall === 'open')
      throw new Fault('conflict', `${file} exists already, and is left as it is`)
    throw new Fault('invalid-input', `${file} cannot be written: ${message}`, { cause: thrown })
  }
  if (options.json) return printJson({ file, language })
  print(file)
  printNote(`Change it as you like, then try it: jobdeck run ${quoted(file)}`)
}

const intoScripts = (
  script: string,
  text: string,
  language: Language,
  options: GlobalOptions,
): Promise<void> =>
  withDeck(options, 'command', async (client) => {
    const isExecutable = isStartedItself(language)
    const { name, path } = await client.request('scripts.write', { script, text, isNew: true, isExecutable })
    if (options.json) return printJson({ file: path, language, script: name })
    print(path!)
    printNote(
      `It is approved as it is: jobdeck run ${quoted(name)}. What you change waits for: jobdeck trust ${quoted(name)}`,
    )
  })

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
