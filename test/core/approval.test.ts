/** What of the scripts folder runs: what somebody approved, and nothing else. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openTestDeck } from '../../src/core/testing/index.ts'
import { temporaryFolder, writeFile } from '../support/deck.ts'
import { HELLO, GREETS as MODULE, scriptsDeck } from '../support/scripts.ts'

describe('approval', () => {
  test('lets a script run, and what was changed since waits again; the old run still shows what it ran', async () => {
    const { deck, put, approve, run, get, lines } = await scriptsDeck()
    const file = put('hello.sh', HELLO)
    await expect(run('hello.sh')).rejects.toMatchObject({
      code: 'not-approved',
      message: expect.stringContaining('is new'),
    })
    expect(await approve('hello.sh')).toMatchObject({ state: 'approved' })
    const first = await run('hello.sh')
    expect(first).toMatchObject({ status: 'completed', script: { name: 'hello.sh' } })
    expect(await lines(first.id)).toEqual([`hello from ${file}`])

    put('hello.sh', HELLO.replace('hello', 'goodbye'))
    expect(await get('hello.sh')).toMatchObject({ state: 'changed' })
    await expect(run('hello.sh')).rejects.toThrow('was changed since it was approved')
    const review = await deck.client.request('scripts.review', { script: 'hello.sh' })
    expect(review.files).toMatchObject([{ path: 'hello.sh', change: 'changed', before: HELLO }])
    await approve('hello.sh', review.script.digest!)
    const second = await run('hello.sh')
    const sourceOf = async (execution: number) =>
      (await deck.client.request('executions.source', { execution })).files[0]!.text
    expect(await sourceOf(first.id)).toBe(HELLO)
    expect(await sourceOf(second.id)).toContain('goodbye')
    // Back to what was approved before: nobody need look at it again.
    put('hello.sh', HELLO)
    expect(await get('hello.sh')).toMatchObject({ state: 'approved' })
  })

  test('is refused where the file is no longer what was looked at', async () => {
    const { put, get, approve } = await scriptsDeck()
    put('a.py', 'print(1)')
    const { digest } = await get('a.py')
    put('a.py', 'print(2)')
    await expect(approve('a.py', digest ?? '')).rejects.toMatchObject({ code: 'conflict' })
    expect(await get('a.py')).toMatchObject({ state: 'new' })
  })

  test('covers the files that a script takes in, whatever its language', async () => {
    const { put, get, approve } = await scriptsDeck()
    const cases: [string, string, string, string][] = [
      ['a.ts', `import './part.ts'\nexport default () => 1`, 'part.ts', 'export const a = '],
      ['a.py', 'from pack import inner\nimport os, more', 'pack/inner.py', 'a = '],
      ['b.py', 'import more', 'more.py', 'b = '],
      ['a.sh', '. "$(dirname "$0")/lib.sh"', 'lib.sh', 'a='],
      ['a.rb', `require_relative 'deep/er'`, 'deep/er.rb', '$a = '],
      ['a.ps1', '. "$PSScriptRoot\\part.ps1"', 'part.ps1', '$a = '],
      ['a.php', `<?php require_once __DIR__ . '/part.php';`, 'part.php', '<?php $a = '],
      ['a.pl', `require './part.pl';`, 'part.pl', '$a = '],
    ]
    for (const [name, text, part, content] of cases) {
      put(part, `${content}1\n`)
      put(name, text)
    }
    for (const [name, , part, content] of cases) {
      expect(
        (await approve(name)).parts.map(({ path }) => path),
        name,
      ).toContain(part)
      put(part, `${content}2\n`)
      expect((await get(name)).state, name).toBe('changed')
      put(part, `${content}1\n`)
    }
  })

  test('covers all files of a folder, but what is left alone in it, and the lock of what npm installed', async () => {
    const { put, get, approve } = await scriptsDeck()
    put('job/handler.sh', 'cat data.txt')
    put('job/data.txt', 'one')
    put('job/_cache/x', 'one')
    put('job/node_modules/a/index.js', 'one')
    put('job/node_modules/.package-lock.json', '{ "a": 1 }')
    await approve('job')
    put('job/_cache/x', 'two')
    put('job/node_modules/a/index.js', 'two')
    expect(await get('job')).toMatchObject({ state: 'approved' })
    put('job/data.txt', 'two')
    expect(await get('job')).toMatchObject({ state: 'changed' })
    put('job/data.txt', 'one')
    put('job/node_modules/.package-lock.json', '{ "a": 2 }')
    expect(await get('job')).toMatchObject({ state: 'changed' })
  })

  test('goes with the content when a script is renamed; jobs keep the name, and say where it went', async () => {
    const { deck, put, approve, list, folder, get, run } = await scriptsDeck()
    put('old.sh', HELLO)
    put('old.sh.job.toml', 'title = "Says hello"')
    await approve('old.sh')
    await run('old.sh')
    renameSync(join(folder, 'old.sh'), join(folder, 'new.sh'))
    renameSync(join(folder, 'old.sh.job.toml'), join(folder, 'new.sh.job.toml'))
    expect(await get('new.sh')).toMatchObject({ state: 'approved', title: 'Says hello' })
    expect(await list()).toMatchObject([
      { name: 'new.sh', jobs: [] },
      { name: 'old.sh', state: 'gone', renamedTo: 'new.sh', jobs: [{ name: 'old.sh' }] },
    ])
    await expect(deck.client.request('jobs.start', { job: 'old.sh' })).rejects.toThrow(
      'new.sh is what it was',
    )
  })

  test('of one content under two names is withdrawn with either of them', async () => {
    const { deck, put, approve, get } = await scriptsDeck()
    for (const name of ['a.sh', 'b.sh']) {
      put(name, 'echo 1')
      await approve(name)
    }
    put('b.sh', 'echo 2')
    expect(await get('b.sh')).toMatchObject({ state: 'changed' })
    await deck.client.request('scripts.withdraw', { script: 'a.sh' })
    put('b.sh', 'echo 1')
    expect(await get('b.sh')).toMatchObject({ state: 'new' })
  })

  test('does not go from one language to another with the same bytes', async () => {
    const { put, approve, get } = await scriptsDeck()
    put('a.sh', 'echo 1')
    await approve('a.sh')
    put('a.py', 'echo 1')
    expect(await get('a.py')).toMatchObject({ state: 'new' })
  })

  test('is withdrawn for every content, and what waits then does not run', async () => {
    const { deck, put, approve, run, get } = await scriptsDeck({ slots: { process: 1 } })
    put('wait.sh', 'read -r line < "$JOBDECK_PARAM_PIPE"')
    put('b.sh', 'echo b')
    await approve('b.sh')
    put('b.sh', 'echo c')
    await approve('b.sh')
    const release = writeFile(temporaryFolder(), 'pipe', '')
    rmSync(release)
    execFileSync('mkfifo', [release])
    await approve('wait.sh')
    const blocking = run('wait.sh', { pipe: release })
    await expect.poll(async () => (await deck.client.request('queue.get', {})).running).toBe(1)
    const waiting = run('b.sh')
    await expect.poll(async () => (await deck.client.request('queue.get', {})).waiting).toBe(1)
    expect(await deck.client.request('scripts.withdraw', { script: 'b.sh' })).toBe(2)
    writeFileSync(release, 'go\n')
    expect((await blocking).status).toBe('completed')
    expect(await waiting).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining('withdrawn') },
    })
    expect(await get('b.sh')).toMatchObject({ state: 'new' })
    const trail = await deck.client.request('trail.list', {})
    expect(trail.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['approved', 'approval withdrawn']),
    )
  })

  test('of a module tells what only running it can, once, in a process of its own', async () => {
    const { put, get, approve, run } = await scriptsDeck()
    put(
      'many.ts',
      `const names = ['a', 'b']\nexport const title = names.join(' and ')\n
      export const params = { properties: { which: { enum: names, default: names[0] } } }
      export default ({ params }) => params.which`,
    )
    expect(await get('many.ts')).toMatchObject({ title: null, schema: null })
    expect((await get('many.ts')).warnings.join()).toContain('params and title')
    const approved = {
      title: 'a and b',
      schema: { properties: { which: { enum: ['a', 'b'] } } },
      warnings: [],
    }
    expect(await approve('many.ts')).toMatchObject(approved)
    expect(await get('many.ts')).toMatchObject(approved)
    await expect(run('many.ts', { which: 'c' })).rejects.toThrow('"which"')
    expect(await run('many.ts')).toMatchObject({ status: 'completed', result: 'a' })
    put('throws.ts', `export const title = (() => { throw new TypeError('no') })()\nexport default () => 1`)
    const { warnings } = await approve('throws.ts')
    expect(warnings.join()).toContain('TypeError: no')
  })

  test('of a folder of ones own is given to what its owner writes, but to nothing that others could have', async () => {
    const { deck, list } = await scriptsDeck()
    const own = temporaryFolder()
    chmodSync(own, 0o755)
    writeFile(own, 'mine.sh', 'echo mine', 0o755)
    await deck.client.request('scripts.addFolder', { path: own, name: 'work', approve: 'owner' })
    const run = async (script: string) =>
      deck.client.request('jobs.run', { job: { name: script, handlers: [{ handler: { script } }] } })
    await run('@work/mine.sh')
    expect(await list()).toMatchObject([{ name: '@work/mine.sh', state: 'approved' }])
    writeFile(own, 'shared.sh', 'echo shared', 0o755)
    chmodSync(join(own, 'shared.sh'), 0o777)
    await expect(run('@work/shared.sh')).rejects.toMatchObject({ code: 'not-approved' })
  })

  test('is not asked for where the deck trusts everything', async () => {
    const { put, run, get } = await scriptsDeck({ trust: 'all' })
    put('a.ts', MODULE)
    put('b.sh', HELLO)
    expect(await run('a.ts', { who: 'all' })).toMatchObject({ status: 'completed', result: 'all' })
    expect(await run('b.sh')).toMatchObject({ status: 'completed' })
    expect(await get('a.ts')).toMatchObject({ state: 'approved' })
  })
})

describe('what runs', () => {
  test.each(['sh', 'ts'])(
    'is the approved bytes, when the file is swapped between check and use (.%s)',
    async (kind) => {
      const { deck, put, approve, folder, ended, lines } = await scriptsDeck()
      const name = `swap.${kind}`
      const text = (word: string) =>
        kind === 'sh' ? `echo ${word}` : `export default ({ info }) => info('${word}')`
      put(name, text('good'))
      await approve(name)
      const job = { name: 'swap', handlers: [{ handler: { script: name } }] }
      const [queued] = await deck.client.request('jobs.run', { job })
      // It is queued, and so was checked; nothing of it was read again yet.
      renameSync(join(folder, name), join(folder, '_away'))
      put(name, text('evil'))
      expect(await ended(queued!.id)).toMatchObject({ status: 'completed' })
      expect(await lines(queued!.id)).toEqual(['good'])
    },
  )

  test('is not what somebody did to the stored copy', async () => {
    const { put, approve, run, root } = await scriptsDeck()
    put('a.sh', 'echo good')
    const { digest } = await approve('a.sh')
    const copy = join(root, 'jobs.db-files', 'approved', digest ?? '', 'a.sh')
    expect(readFileSync(copy, 'utf8')).toBe('echo good')
    expect(statSync(copy).mode & 0o777).toBe(0o400)
    chmodSync(copy, 0o600)
    writeFileSync(copy, 'echo evil')
    expect(await run('a.sh')).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining('stored copy') },
    })
    await approve('a.sh')
    expect(await run('a.sh')).toMatchObject({ status: 'completed' })
  })

  test('works in the folder where the script lies, with its own packages and neighbours', async () => {
    const { put, approve, run, folder, lines } = await scriptsDeck()
    put('job/package.json', '{ "main": "start.ts" }')
    put(
      'job/start.ts',
      `import word from 'word'\nimport { other } from './other.ts'\n
      export default ({ info }: any) => info([word, other, process.cwd()].join(' '))`,
    )
    put('job/other.ts', `export const other: string = 'other'`)
    put('job/node_modules/word/package.json', '{ "main": "index.js" }')
    put('job/node_modules/word/index.js', `module.exports = 'word'`)
    put('py/handler.py', 'import os, helper\nprint(helper.word, os.getcwd(), os.path.exists("data.txt"))')
    put('py/helper.py', 'word = "helper"')
    put('py/data.txt', '')
    for (const [name, line] of [
      ['job', `word other ${join(folder, 'job')}`],
      ['py', `helper ${join(folder, 'py')} True`],
    ] as const) {
      await approve(name)
      const { id, status } = await run(name)
      expect(status).toBe('completed')
      expect(await lines(id)).toEqual([line])
    }
    // What was not there at the approval is not taken from the folder.
    put('py/helper.py', 'word = "evil"')
    await expect(run('py')).rejects.toMatchObject({ code: 'not-approved' })
  })

  test('is named by path in the folder as the script that it is', async () => {
    const { deck, put, folder } = await scriptsDeck()
    put('a.sh', HELLO)
    const { handlers } = await deck.client.request('jobs.save', {
      name: 'by path',
      handlers: [{ handler: { file: join(folder, 'a.sh') } }],
    })
    expect(handlers[0]!.handler).toEqual({ script: 'a.sh' })
  })

  test('is kept as long as a run names it, and no longer', async () => {
    const { deck, put, approve, run, root } = await scriptsDeck()
    put('a.sh', 'echo 1')
    await approve('a.sh')
    await run('a.sh')
    await deck.client.request('scripts.withdraw', { script: 'a.sh' })
    put('b.ts', MODULE)
    await approve('b.ts')
    const store = join(root, 'jobs.db-files', 'approved')
    const old = new Date(Date.now() - 3 * 86_400_000)
    const age = () => {
      for (const name of readdirSync(store)) utimesSync(join(store, name), old, old)
    }
    age()
    await deck.client.request('deck.clean', {})
    expect(readdirSync(store)).toHaveLength(2)
    await deck.client.request('jobs.remove', { jobs: ['a.sh'] })
    age()
    await deck.client.request('deck.clean', { removed: true })
    expect(readdirSync(store)).toHaveLength(1)
  })
})

describe('a job that runs by itself', () => {
  test('refuses a script that was not approved, says why in the ledger, and runs once it is', async () => {
    const root = temporaryFolder()
    const scripts = join(root, 'scripts')
    mkdirSync(scripts)
    writeFileSync(join(scripts, 'tick.sh'), 'echo tick')
    await using deck = await openTestDeck({ now: Date.UTC(2026, 0, 1, 0, 0, 30), scripts })
    const { client } = deck
    const handlers = [{ handler: { script: 'tick.sh' } }]
    await client.request('jobs.save', { name: 'tick', handlers, schedule: { cron: '* * * * *' } })
    await deck.advance('1m')
    await client.request('scripts.approve', { script: 'tick.sh' })
    await deck.advance('1m')
    writeFileSync(join(scripts, 'tick.sh'), 'echo tock')
    await deck.advance('1m')
    const rows = await client.request('occurrences.list', { job: 'tick' })
    expect(rows.map(({ outcome, reason, detail }) => [outcome, reason, detail])).toEqual([
      ['skipped', 'refused', expect.stringContaining('was changed since it was approved')],
      ['started', 'on-time', null],
      ['skipped', 'refused', expect.stringContaining('is new')],
    ])
  })
})

test('a program that is run where it lies is not run as another than it was queued with', async () => {
  const { deck, ended, root } = await scriptsDeck()
  const file = join(root, 'a.sh')
  // It changes itself, so that it is another by its second attempt.
  writeFileSync(file, `{ echo 'echo two' > "$0"; exit 3; }`)
  const job = {
    name: 'a',
    handlers: [{ handler: { file } }],
    retry: { attempts: 2, delay: '1ms', jitter: false },
  }
  const [queued] = await deck.client.request('jobs.run', { job })
  const first = await ended(queued!.id)
  expect(first).toMatchObject({ status: 'failed', exitCode: 3 })
  const second = await ended(first.retryId!)
  expect(second).toMatchObject({
    status: 'failed',
    error: { message: expect.stringContaining('was changed after') },
  })
})
