/** What is found out about a script before it runs. */
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { examineScript, type Examined } from '../../src/core/handlers/examine.ts'
import { examineText, shellQuoted } from '../../src/core/handlers/examine-text.ts'
import { ask } from '../../src/core/handlers/probe.ts'
import { parseRequirement, pythonRequirements } from '../../src/core/handlers/requirements.ts'
import { openDeck, temporaryFolder, writeFile } from '../support/deck.ts'

const environment = { PATH: process.env.PATH! }

/** The findings of a script with that text, by what was looked at; without those that are well, if wanted. */
async function examine(
  name: string,
  text: string,
  options: Partial<Examined> & { mode?: number; folder?: string } = {},
) {
  const { mode, folder = temporaryFolder(), ...given } = options
  const file = writeFile(folder, name, text, mode)
  const all = await examineScript({ file, environment, ...given })
  const by = (check: string) => all.find((finding) => finding.check === check)
  return { file, folder, all, by, bad: all.filter(({ state }) => state !== 'ok') }
}

describe('a script that is well', () => {
  test.each([
    ['a.sh', '#!/bin/sh\necho hello\n'],
    ['a.py', '#!/usr/bin/env python3\nprint("hello")\n'],
    ['a.ts', 'import { join } from "node:path"\nexport default (): string => join("a", "b")\n'],
  ])('%s: nothing is wrong with it', async (name, text) => {
    // Would catch: a warning about what is as it should be, after which nobody reads the next one.
    const { bad, by, folder } = await examine(name, text)
    expect(bad).toEqual([])
    expect(by('directory')).toMatchObject({ message: `it runs in ${folder}` })
    expect(by('path')!.message).toBe(`the PATH is that of this process: ${environment.PATH}`)
  })

  test('tells which interpreter it is, where, and its version', async () => {
    const { by } = await examine('a.py', 'print()')
    expect(by('interpreter')!.message).toMatch(
      /^it is run by python3 \(\/.*python3, version 3\.\d+\.\d+\), named by the PATH$/,
    )
  })

  test('is not run: neither it, nor what lies beside it', async () => {
    // Would catch: a planted .venv, or an interpreter of the metadata, that runs before anybody approved the script.
    const folder = temporaryFolder()
    const trap = join(folder, 'sprung')
    const bin = join(folder, '.venv/bin')
    mkdirSync(bin, { recursive: true })
    writeFile(bin, 'python', `#!/bin/sh\necho > ${trap}\n`, 0o755)
    writeFile(folder, 'json.py', `open(${JSON.stringify(trap)}, "w")\n`)
    const block = `# /// script\n# dependencies = ["httpx"]\n# ///\nopen(${JSON.stringify(trap)}, "w")\n`
    await examine('a.py', block, { folder })
    await examine('b.py', block, { folder, interpreter: [join(bin, 'python')] })
    await examine(
      'c.sh',
      `# /// script\n# [tool.jobdeck]\n# environment = { PATH = "${bin}" }\n# interpreter = "python"\n# ///\necho > ${trap}\n`,
      { folder },
    )
    await examine(
      'd.js',
      `import fs from "fs"; fs.writeFileSync(${JSON.stringify(trap)}, ""); export default 1\n`,
      { folder },
    )
    expect(existsSync(trap)).toBe(false)
  })
})

describe('what stands in the way', () => {
  test.each<
    [what: string, name: string, text: string, check: string, state: string, message: RegExp, mend: RegExp]
  >([
    [
      'an interpreter of the #! line',
      'a',
      '#!/no/such/ruby -w\n',
      'interpreter',
      'problem',
      /\/no\/such\/ruby does not exist/,
      /#!\/usr\/bin\/env ruby/,
    ],
    [
      'one that env looks for',
      'a',
      '#!/usr/bin/env no-such-program\n',
      'interpreter',
      'problem',
      /there is no no-such-program on the PATH/,
      /Install no-such-program/,
    ],
    [
      'CR LF in a shell script',
      'a.sh',
      '#!/bin/bash\r\necho\r\n',
      'text',
      'problem',
      /CR LF/,
      /perl -pi -e 's\/\\r\$\/\/' /,
    ],
    [
      'CR LF behind #!',
      'a.py',
      '#!/usr/bin/env python3\r\nprint()\r\n',
      'text',
      'warning',
      /env: 'python3\\r': No such file/,
      /perl/,
    ],
    [
      'a byte order mark',
      'a.py',
      '\uFEFF#!/usr/bin/env python3\nprint()\n',
      'text',
      'warning',
      /byte order mark/,
      /sed -i/,
    ],
    [
      'a syntax error of Python',
      'a.py',
      'x = 1\nif x\n  pass\n',
      'syntax',
      'problem',
      /a\.py:2:\d+: /,
      /Mend that line/,
    ],
    [
      'one of sh',
      'a.sh',
      'if true; then\necho\n',
      'syntax',
      'problem',
      /a\.sh.*\b[23]\b.*[Ss]yntax error/,
      /Mend that line/,
    ],
    [
      'one of TypeScript',
      'a.ts',
      'export default () => {\n  let = = 1\n}\n',
      'syntax',
      'problem',
      /a\.ts:2:\d+: /,
      /Mend that line/,
    ],
    [
      'a file that is not there',
      'a.js',
      'import "./gone.js"\nexport default 1\n',
      'syntax',
      'problem',
      /a\.js:1:8: Could not resolve "\.\/gone\.js"/,
      /Mend/,
    ],
    [
      'no default export',
      'a.js',
      'export const a = 1\n',
      'script',
      'problem',
      /no default export/,
      /export default/,
    ],
    [
      'packages of a module',
      'a.js',
      'import a from "@no/such/thing"\nimport "no-such"\nexport default a\n',
      'packages',
      'problem',
      /@no\/such, no-such/,
      /^cd .* && npm install @no\/such no-such$/,
    ],
    [
      'one that is imported later',
      'a.js',
      'export default () => import("no-such")\n',
      'packages',
      'warning',
      /no-such/,
      /npm install no-such/,
    ],
    [
      'a block that is no TOML',
      'a.sh',
      '# /// script\n# a = = b\n# ///\n',
      'script',
      'problem',
      /not valid TOML/,
      /Mend that line/,
    ],
    [
      'what is not understood',
      'a.sh',
      '# /// script\n# [tool.jobdeck]\n# timeout = "soon"\n# ///\n',
      'script',
      'warning',
      /timeout is not valid/,
      /Mend or remove/,
    ],
    [
      'no ending, no #!, no permission',
      'tool',
      '\u007FELF',
      'permissions',
      'problem',
      /no script that Jobdeck knows/,
      /chmod \+x .*tool$/,
    ],
  ])('%s', async (_, name, text, check, state, message, mend) => {
    // Would catch: a run in the night that fails for what could be seen in the evening.
    const { by, bad } = await examine(name, text)
    expect(by(check), JSON.stringify(bad)).toMatchObject({
      state,
      message: expect.stringMatching(message),
      mend: expect.stringMatching(mend),
    })
  })

  test('a folder that is not there, and a PATH without a folder', async () => {
    const { by } = await examine('a.sh', '', { directory: '/no/where', environment: { PATH: '' } })
    expect(by('directory')).toMatchObject({
      state: 'problem',
      mend: expect.stringContaining('mkdir -p /no/where'),
    })
    expect(by('path')).toMatchObject({ state: 'problem' })
    expect(by('interpreter')).toMatchObject({ state: 'problem' })
  })

  test('a file that does not exist, and a folder', async () => {
    const folder = temporaryFolder()
    for (const file of [folder, join(folder, 'gone.py')])
      expect(await examineScript({ file, environment })).toMatchObject([
        { check: 'script', state: 'problem' },
      ])
  })

  test('a folder with a list of packages that were not installed', async () => {
    const folder = temporaryFolder()
    writeFile(folder, 'package.json', '{ "dependencies": { "a": "1", "no-such": "1" } }')
    mkdirSync(join(folder, 'src'))
    const unused = await examine('src/a.js', 'export default 1\n', { folder })
    expect(unused.by('packages')).toMatchObject({ state: 'warning', mend: `cd ${folder} && npm install` })
    const used = await examine('src/b.js', 'import "no-such"\nexport default 1\n', { folder })
    expect(used.by('packages')).toMatchObject({ state: 'problem', mend: `cd ${folder} && npm install` })
  })
})

describe('the packages of a Python script', () => {
  const listing = (...packages: string[]) =>
    `# /// script\n# dependencies = ${JSON.stringify(packages)}\n# ///\nprint()\n`

  test('that the Python on the PATH lacks, or has too old, and how to get them', async () => {
    // Would catch: ModuleNotFoundError at night; and a warning for a package that is only wanted on Windows.
    const text = listing('no-such-thing[extra]>=1', 'pip', 'pip>=9999', 'other; sys_platform == "win32"')
    const { by } = await examine('a.py', text, { environment: withoutUv() })
    expect(by('packages')).toMatchObject({
      state: 'problem',
      message: expect.stringMatching(
        /^packages that it lists are missing: no-such-thing\[extra\]>=1, pip>=9999 \(there is [\d.]+\)$/,
      ),
      mend: expect.stringMatching(
        /Install uv.*; or: python3 -m venv .*\.venv && .*pip install 'no-such-thing\[extra\]>=1' 'pip>=9999'$/,
      ),
    })
  })

  test('that a virtual environment lacks, without starting what lies in it', async () => {
    const folder = temporaryFolder()
    const site = join(folder, '.venv/lib/python3.12/site-packages')
    mkdirSync(join(site, 'Ruamel_Yaml-1.2.dist-info'), { recursive: true })
    mkdirSync(join(folder, '.venv/bin'))
    writeFile(folder, '.venv/bin/python', '#!/bin/sh\n', 0o755)
    const all = await examine('a.py', listing('ruamel.yaml', 'httpx'), { folder })
    expect(all.by('packages')).toMatchObject({
      state: 'problem',
      message: 'packages that it lists are missing: httpx',
      mend: `${folder}/.venv/bin/python -m pip install httpx`,
    })
    const none = await examine('b.py', listing('ruamel-YAML>=1'), { folder })
    expect(none.by('packages')).toMatchObject({ state: 'ok' })
  })

  test('that uv brings', async () => {
    const bin = temporaryFolder()
    writeFile(bin, 'uv', '#!/bin/sh\necho uv 0.9.1\n', 0o755)
    const { by } = await examine('a.py', listing('httpx'), {
      environment: { PATH: `${bin}:${environment.PATH}` },
    })
    expect(by('packages')).toMatchObject({ state: 'ok', message: expect.stringContaining('uv brings') })
    expect(by('interpreter')!.message).toContain('version 0.9.1')
  })

  /** A PATH with a Python, and nothing else that brings packages. */
  const withoutUv = () => ({
    ...environment,
    PATH: environment.PATH.split(':')
      .filter((folder) => !existsSync(join(folder, 'uv')))
      .join(':'),
  })
})

test.each([
  ['httpx', 'httpx', false],
  ['A.b_c-d[x, y] >= 1.0 , < 2', 'A.b_c-d', false],
  ['requests~=2.0; python_version < "3.9"', 'requests', true],
  ['name(>1)', 'name', false],
  ['pip @ https://host/pip.zip;a=b', 'pip', false],
  ['pip @ https://host/pip.zip ; os_name=="nt"', 'pip', true],
])('a requirement: %s', (text, name, isConditional) =>
  expect(parseRequirement(text)).toEqual({ text, name, isConditional }),
)

test.each(['', '-x', 'a b', './a.whl', 'é'])('no requirement: %j', (text) =>
  expect(parseRequirement(text)).toBeUndefined(),
)

test('requirements of a block that is not valid are none', () => {
  expect(pythonRequirements('# /// script\n# dependencies = [\n# ///\n')).toEqual([])
  expect(
    pythonRequirements('# /// script\r\n# dependencies = [\r\n#   "a",\r\n# ]\r\n# ///\r\n'),
  ).toMatchObject([{ name: 'a' }])
})

test('a text in UTF-16 is said to be that', () => {
  const head = Buffer.from('\uFEFFecho\n', 'utf16le').toString('utf8')
  expect(examineText('/a.sh', head, true)).toMatchObject([
    { state: 'problem', message: expect.stringContaining('UTF-16') },
  ])
})

test('a word for a shell is in quotes where it must be', () => {
  expect([shellQuoted('/a/b.c'), shellQuoted("it's")]).toEqual(['/a/b.c', String.raw`'it'\''s'`])
})

test('a program that does not answer is not waited for', async () => {
  expect(await ask('/bin/sh', ['-c', 'exec sleep 1000'], environment, 200)).toBeUndefined()
  expect(await ask('/no/such', [], environment)).toBeUndefined()
})

test('a client can ask for it', async () => {
  const deck = await openDeck()
  const file = writeFile(temporaryFolder(), 'a.sh', 'echo\n')
  const found = await deck.client.request('handlers.examine', { file })
  expect(found.map(({ check, state }) => `${check} ${state}`)).toEqual([
    'script ok',
    'interpreter ok',
    'directory ok',
    'path ok',
  ])
})
