import { mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { HELLO, GREETS as MODULE, scriptsDeck } from '../support/scripts.ts'

/** What each handler of the design's table is, by the smallest of its kind. */
const KINDS: Record<string, [string, string, number?]> = {
  'a.js': ['module', 'export default () => 1'],
  'b.mjs': ['module', 'export default () => 1'],
  'c.cjs': ['module', 'module.exports = () => 1'],
  'd.ts': ['module', 'export default (x: unknown): number => 1'],
  'e.mts': ['module', 'export default (): number => 1'],
  'f.cts': ['module', 'export default (): number => 1'],
  'g.py': ['program', 'print(1)'],
  'h.sh': ['program', 'echo 1'],
  'i.bash': ['program', 'echo 1'],
  'j.ps1': ['program', 'Write-Output 1'],
  'k.rb': ['program', 'puts 1'],
  'l.pl': ['program', 'print 1'],
  'm.php': ['program', '<?php echo 1;'],
  'n.bat': ['program', 'echo 1'],
  'o.cmd': ['program', 'echo 1'],
  p: ['program', '#!/bin/sh\necho 1'],
  q: ['program', '\x7fELF', 0o755],
}

describe('what is listed', () => {
  test('is every kind of script, with its kind, and new until somebody approved it', async () => {
    const { put, list } = await scriptsDeck()
    for (const [name, [, text, mode]] of Object.entries(KINDS)) put(name, text, mode)
    const found = await list()
    expect(found.map(({ name, kind, state }) => [name, kind, state])).toEqual(
      Object.entries(KINDS).map(([name, [kind]]) => [name, kind, 'new']),
    )
  })

  test('is nothing that is to be left alone: hidden files, data, what editors leave, what others only import', async () => {
    const { put, list } = await scriptsDeck()
    for (const name of [
      '_draft.py',
      '.hidden.sh',
      'notes.txt',
      'data.json',
      'run.sh~',
      '.run.sh.swp',
      '#run.sh#',
      'run.sh.part',
      'types.d.ts',
      'node_modules/x/index.js',
      '__pycache__/x.py',
      '_private/x.py',
      'plain',
    ])
      put(name, 'echo')
    put('table.csv', 'a,b', 0o755)
    put('tool.ts', `import { twice } from './lib/twice.ts'\nexport default () => twice(2)`)
    put('lib/twice.ts', 'export const twice = (n: number) => n * 2')
    put('tell.py', 'import helper\nprint(helper.word)')
    put('helper.py', 'word = "x"')
    expect((await list()).map(({ name }) => name)).toEqual(['tell.py', 'tool.ts'])
  })

  test('tells what a script says of itself without running it', async () => {
    const { put, get, root } = await scriptsDeck()
    put(
      'greet.ts',
      `import { writeFileSync } from 'node:fs'\nwriteFileSync(${JSON.stringify(join(root, 'ran'))}, '')\n/** x */${MODULE}
       export const defaults = { timeout: '30m' }`,
    )
    put('back.py', '# /// script\n# [tool.jobdeck]\n# title = "Back up"\n# timeout = "1h"\n# ///\nprint(1)')
    put('tool', '#!/bin/sh\necho 1')
    put('tool.job.toml', 'title = "A tool"\n[params.properties.depth]\ntype = "integer"')
    expect(await get('greet.ts')).toMatchObject({
      title: 'Greets',
      schema: { type: 'object', properties: { who: { default: 'you' } } },
      defaults: { timeout: 1_800_000 },
    })
    expect(await get('back.py')).toMatchObject({ title: 'Back up', defaults: { timeout: 3_600_000 } })
    expect(await get('tool')).toMatchObject({
      title: 'A tool',
      schema: { properties: { depth: { type: 'integer' } } },
      parts: [{ path: 'tool' }, { path: 'tool.job.toml' }],
    })
    expect(statSync(join(root, 'ran'), { throwIfNoEntry: false })).toBeUndefined()
  })

  test('tells what is broken, with its line and column', async () => {
    const { put, get, approve } = await scriptsDeck()
    put('broken.ts', 'export default () => {\n  const a = ;\n}')
    put('lost.ts', `import { a } from './missing.ts'\nexport default () => a`)
    put('none.js', 'export const a = 1')
    put('bad.py', '# /// script\n# [tool\n# ///\n')
    put('bad.sh', 'echo')
    put('bad.sh.job.json', '{')
    expect(await get('broken.ts')).toMatchObject({ state: 'broken', problem: { line: 2, column: 13 } })
    expect((await get('lost.ts')).problem!.message).toContain('missing.ts')
    expect((await get('none.js')).problem!.message).toContain('no default export')
    expect((await get('bad.py')).problem!.message).toContain('not valid TOML')
    expect((await get('bad.sh')).problem!.message).toContain('bad.sh.job.json is not valid JSON')
    await expect(approve('broken.ts')).rejects.toMatchObject({ code: 'handler-syntax' })
  })

  test('is a folder with a package.json or a handler as one script, others only for what is in them', async () => {
    const { put, list } = await scriptsDeck()
    put('photos/package.json', '{ "main": "src/start.js", "type": "module" }')
    put('photos/src/start.js', 'export default () => 1')
    put('photos/other.sh', 'echo')
    put('sync/handler.py', 'print(1)')
    put('plain/package.json', '{ "main": "index.js", "dependencies": {} }')
    put('plain/one.sh', 'echo')
    put('lost/package.json', '{ "main": "gone.js" }')
    put('two/handler.py', '')
    put('two/handler.sh', '')
    const found = await list()
    expect(found.map(({ name, isFolder, state }) => [name, isFolder, state])).toEqual([
      ['lost', true, 'broken'],
      ['photos', true, 'new'],
      ['plain/one.sh', false, 'new'],
      ['sync', true, 'new'],
      ['two', true, 'broken'],
    ])
    expect(found[1]!.parts.map(({ path }) => path)).toEqual(['other.sh', 'package.json', 'src/start.js'])
  })

  test('refuses links that lead out of the folder, and follows those that stay in it', async () => {
    const { put, link, list, approve, root } = await scriptsDeck()
    writeFileSync(join(root, 'evil.sh'), 'echo', { mode: 0o755 })
    mkdirSync(join(root, 'elsewhere'))
    writeFileSync(join(root, 'elsewhere', 'handler.sh'), 'echo')
    put('real.sh', HELLO)
    link(join(root, 'evil.sh'), 'out.sh')
    link(join(root, 'elsewhere'), 'away')
    link('real.sh', 'in.sh')
    link('nowhere', 'lost.sh')
    const found = await list()
    expect(found.map(({ name, state }) => [name, state])).toEqual([
      ['away', 'broken'],
      ['in.sh', 'new'],
      ['out.sh', 'broken'],
      ['real.sh', 'new'],
    ])
    expect(found[2]!.problem!.message).toContain('outside of the scripts folder')
    await expect(approve('out.sh')).rejects.toMatchObject({ code: 'handler-unsuitable' })
  })
})

test('what is dropped into the folder is told within a second, and so is each change of it', async () => {
  const { deck, put, remove, folder, approve } = await scriptsDeck()
  const told: string[] = []
  let news = Promise.withResolvers<void>()
  deck.on('scripts', ({ names }) => {
    told.push(...names)
    news.resolve()
  })
  const hears = async (name: string, work: () => unknown) => {
    news = Promise.withResolvers()
    told.length = 0
    await work()
    while (!told.includes(name)) {
      await news.promise
      news = Promise.withResolvers()
    }
  }
  await hears('a.sh', () => put('a.sh', HELLO))
  await hears('a.sh', () => put('a.sh', 'echo 2'))
  // As an editor saves: beside it, and then in its place.
  await hears('a.sh', () => renameSync(put('_a.sh.new', 'echo 3'), join(folder, 'a.sh')))
  await hears('deep/er/b.py', () => put('deep/er/b.py', 'print(1)'))
  await hears('a.sh', () => approve('a.sh'))
  await hears('a.sh', () => remove('a.sh'))
})

test('names that lead out of the folder are refused', async () => {
  const { get } = await scriptsDeck()
  for (const name of ['../x.sh', '/etc/passwd', 'a/../../x', '', 'a//b', 'a\0b'])
    await expect(get(name), name).rejects.toMatchObject({ code: 'invalid-input' })
  await expect(get('nothing.sh')).rejects.toMatchObject({ code: 'handler-missing' })
  await expect(get('@nowhere/a.sh')).rejects.toThrow('no scripts folder "nowhere"')
})

test('a script is written whole, over nothing that is to stay, and not through a link out of the folder', async () => {
  const { deck, root, folder, link, get } = await scriptsDeck()
  const write = (script: string, text: string, isNew = true) =>
    deck.client.request('scripts.write', { script, text, isNew })
  expect(await write('new/a.sh', 'echo 1')).toMatchObject({ state: 'approved' })
  await expect(write('new/a.sh', 'echo 2')).rejects.toMatchObject({ code: 'conflict' })
  expect(await write('new/a.sh', 'echo 2', false)).toMatchObject({ state: 'approved' })
  await expect(write('new', 'echo', false)).rejects.toMatchObject({ code: 'conflict' })
  mkdirSync(join(root, 'outside'))
  link(join(root, 'outside'), 'way')
  await expect(write('way/a.sh', 'echo')).rejects.toMatchObject({ code: 'conflict' })
  expect(readdirSync(join(root, 'outside'))).toEqual([])
  expect(readdirSync(join(folder, 'new'))).toEqual(['a.sh'])
  await expect(get('way/a.sh')).rejects.toMatchObject({ code: 'handler-missing' })
})
