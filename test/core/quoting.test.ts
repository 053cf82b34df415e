/** What `cmd.exe` makes of a command line: by its rules, as far as they matter here. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { programLaunch } from '../../src/core/executors/launch.ts'
import { batchArguments } from '../../src/core/executors/quoting.ts'

/** Of the prompt: `%NAME%` and `%NAME:~…%` become the value where there is one, and stay where there is none. */
const expand = (line: string, variables: Record<string, string>) =>
  line.replaceAll(/%([^%:]+)(:[^%]*)?%/g, (all, name: string, part?: string) => {
    const value = variables[name.toLowerCase()]
    if (value === undefined) return all
    return part === undefined ? value : '' // `:~,` is the part of no characters
  })

/** The characters outside of quotes: there cmd.exe acts on some of them. */
function outside(line: string): string {
  let isQuoted = false
  let found = ''
  for (const character of line) {
    if (character === '"') isQuoted = !isQuoted
    else if (!isQuoted) found += character
  }
  return found
}

/** Words as the programs read them that a batch file passes them to (the rules of the C runtime since 2008). */
function words(line: string): string[] {
  const found: string[] = []
  let word: string | undefined
  let isQuoted = false
  for (let at = 0; at < line.length; at++) {
    const slashes = /^\\*/.exec(line.slice(at))![0].length
    const after = line[at + slashes]
    if (slashes > 0) {
      word = (word ?? '') + '\\'.repeat(after === '"' ? Math.floor(slashes / 2) : slashes)
      at += slashes - 1
      if (after === '"' && slashes % 2 === 1) word += line[++at]
    } else if (line[at] === '"') {
      word ??= ''
      if (isQuoted && line[at + 1] === '"') word += line[++at]
      else isQuoted = !isQuoted
    } else if (line[at] === ' ' && !isQuoted) {
      if (word !== undefined) found.push(word)
      word = undefined
    } else word = (word ?? '') + line[at]
  }
  return word === undefined ? found : [...found, word]
}

const VARIABLES = { path: 'x" & calc & "', cd: 'C:\\a & b', a: 'evil', '~': 'evil' }
const nasty = fc.string({
  unit: fc.constantFrom(
    '"',
    '\\',
    '%',
    ' ',
    '&',
    '|',
    '^',
    '<',
    '>',
    '(',
    ')',
    '!',
    'a',
    'cd',
    'PATH',
    ':~,',
    'ä',
    ';',
    ',',
    '=',
  ),
  maxLength: 12,
})

describe('a batch file', () => {
  test('gets each argument as it was given, and cmd.exe none of them to act on', () => {
    // Would catch: CVE-2024-24576 and its like, an argument that is run as a command.
    const property = fc.property(fc.array(fc.oneof(nasty, fc.string()), { maxLength: 4 }), (args) => {
      fc.pre(!args.some((argument) => /[\0\r\n]/.test(argument)))
      const line = batchArguments('C:\\my files\\a&b.bat', args).at(-1)!
      expect(line).toMatch(/^".*"$/s)
      const expanded = expand(line.slice(1, -1), VARIABLES)
      expect(outside(expanded)).not.toMatch(/[&|<>^()!%;,=\t]/)
      expect(words(expanded)).toEqual(['C:\\my files\\a&b.bat', ...args])
    })
    fc.assert(property, { numRuns: 2000 })
  })

  test.each(['a\nb', 'a\rb', 'a\0b'])('refuses %j, which no command line can hold', (argument) => {
    expect(() => batchArguments('a.bat', [argument])).toThrow('cannot be given to a batch file')
  })

  test('is run by cmd.exe on Windows alone, other programs as they are', () => {
    const environment = { ComSpec: 'C:\\Windows\\system32\\cmd.exe' }
    expect(programLaunch('C:\\t\\npm.CMD', ['run', 'a b'], environment, 'win32')).toEqual({
      file: environment.ComSpec,
      args: ['/e:ON', '/v:OFF', '/d', '/s', '/c', '""C:\\t\\npm.CMD" run "a b""'],
      isVerbatim: true,
    })
    expect(programLaunch('C:\\t\\a.exe', ['a b'], environment, 'win32')).toMatchObject({ isVerbatim: false })
    expect(programLaunch('/t/a.bat', [], {}, 'linux')).toMatchObject({ file: '/t/a.bat', isVerbatim: false })
  })
})
