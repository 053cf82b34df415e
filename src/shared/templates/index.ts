/** Scripts to begin with: each runs as it is. */
import { javascript, typescript } from './module.ts'
import { powershell } from './powershell.ts'
import { python } from './python.ts'
import { ruby } from './ruby.ts'
import { shell } from './shell.ts'

const TEMPLATES = { ts: typescript, js: javascript, py: python, sh: shell, ps1: powershell, rb: ruby }

/** As the endings of their files. */
export type Language = keyof typeof TEMPLATES
export const LANGUAGES = Object.keys(TEMPLATES) as Language[]

/** Other endings of the same languages. */
const ALIASES: Record<string, Language> = { mts: 'ts', mjs: 'js', bash: 'sh' }

/** The language of a file by its ending. */
export function languageOf(name: string): Language | undefined {
  const [, ending = ''] = /\.(\w+)$/.exec(name.toLowerCase()) ?? []
  return LANGUAGES.find((language) => language === ending) ?? ALIASES[ending]
}

/** Whether people start files of that language by their `#!` line. */
export const isStartedItself = (language: Language): boolean => ['py', 'sh', 'rb'].includes(language)

/** A script in that language, with that title. */
export const templateOf = (language: Language, title: string): string =>
  // Whatever breaks a line would end the comment that the title stands in.
  TEMPLATES[language](title.replaceAll(/\p{C}+|[\u2028\u2029]+/gu, ' ').trim() || 'Count files')

/** A title made from the name of a file: `back-up_photos.py` becomes "Back up photos". */
export function titleOf(name: string): string {
  const words = name
    .replace(/\.\w+$/, '')
    .replaceAll(/[-_.\s]+/g, ' ')
    .trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
