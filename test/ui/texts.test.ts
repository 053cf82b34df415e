import { readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FAULTS } from '../../src/shared/fault.ts'
import { JOB_STATUSES, STATUSES, TRIGGERS } from '../../src/shared/contract.ts'
import { SCRIPT_STATES } from '../../src/shared/scripts.ts'

const FOLDER = resolve(import.meta.dirname, '../../src/renderer')

/** The texts by their whole names; of those that change with a number, the one that every language has. */
function texts(language: string): Map<string, string> {
  const found = new Map<string, string>()
  const collect = (part: object, path: string) => {
    for (const [name, value] of Object.entries(part)) {
      const whole = path ? `${path}.${name}` : name
      if (typeof value === 'object') collect(value, whole)
      else if (!whole.endsWith('_one')) found.set(whole.replace(/_other$/, ''), value)
    }
  }
  for (const file of readdirSync(join(FOLDER, 'texts', language)))
    collect(JSON.parse(readFileSync(join(FOLDER, 'texts', language, file), 'utf8')) as object, '')
  return found
}

const sources = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => readFileSync(join(FOLDER, name), 'utf8'))
  .join('\n')
const named = new Set(Array.from(sources.matchAll(/\bt\(\s*'([^']+)'/g), ([, name]) => name!))
/** Those whose names are put together: what stands before and after the part that varies. */
const patterns = Array.from(sources.matchAll(/\bt\(\s*`([^`]+)`/g), ([, text]) => text!.split(/\$\{[^}]+\}/))
const fits = (name: string) =>
  patterns.some(([before, after]) => name.startsWith(before!) && name.endsWith(after!))

describe('the texts', () => {
  const [en, zh] = [texts('en'), texts('zh')]

  test('are there in both languages', () => {
    expect([...zh.keys()].toSorted()).toEqual([...en.keys()].toSorted())
  })

  test('take the same values in both, and none is empty', () => {
    const values = (text = '') =>
      Array.from(text.matchAll(/\{\{(\w+)(?:, \w+)?\}\}/g), ([, name]) => name!).toSorted((a, b) =>
        a.localeCompare(b),
      )
    for (const [name, text] of en) {
      expect([name, values(zh.get(name))]).toEqual([name, values(text)])
      expect([name, text.trim() !== '' && zh.get(name)!.trim() !== '']).toEqual([name, true])
    }
  })

  test('are all used, and none that is used is missing', () => {
    expect([...named].filter((name) => !en.has(name))).toEqual([])
    expect([...en.keys()].filter((name) => !named.has(name) && !fits(name))).toEqual([])
  })

  test('name every state, trigger and fault that there is', () => {
    const wanted = [
      ...[...STATUSES, ...JOB_STATUSES].map((name) => `status.${name}`),
      ...TRIGGERS.map((name) => `trigger.${name}`),
      ...SCRIPT_STATES.map((name) => `scriptState.${name}`),
      ...Object.keys(FAULTS).map((name) => `faults.${name}`),
    ]
    expect(wanted.filter((name) => !en.has(name))).toEqual([])
  })

  test('stand nowhere but in the catalogues', () => {
    // Would catch: a word in the code, which only those see who read English.
    const words = Array.from(sources.matchAll(/>\s*([A-Za-z][^<>{}=]*?)\s*<\//g), ([, text]) => text)
    const attributes = Array.from(
      sources.matchAll(/(?:title|placeholder|aria-label)="([^"]+)"/g),
      ([, text]) => text,
    )
    expect([...words, ...attributes].filter((text) => text !== 'jobdeck open')).toEqual([])
  })
})
