import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openTestDeck } from '../../src/core/testing/index.ts'
import { foldersOf } from '../../src/core/folders.ts'
import { freeName, keyOf, safeName } from '../../src/core/dispatch/artifact-name.ts'
import type { AnyHandler, Deck, Execution, JobData, Mode } from '../../src/core/index.ts'
import { collect, gate, openDeck, temporaryFolder, writeFile } from '../support/deck.ts'
import { rows } from '../support/store.ts'

const shell = (body: string, folder = temporaryFolder()) =>
  writeFile(folder, 'handler.sh', `#!/bin/sh\n${body}\n`, 0o755)
const module = (body: string) =>
  writeFile(temporaryFolder(), 'handler.mjs', `export default async (run) => { ${body} }`)

async function run(deck: Deck, mode: Mode, handler: AnyHandler, data: Partial<JobData> = {}) {
  const [execution] = await deck
    .once(mode, { name: 'keeps', ...data })
    .add(1, handler)
    .start()
  const ended = await execution!.finished()
  return { ended, ...(await left(deck, execution!)) }
}

/** What a run left: names and contents of its files, and warnings. */
async function left(deck: Deck, execution: Execution) {
  const artifacts = await deck.client.request('artifacts.list', { execution: execution.id })
  const log = await collect(execution.logs({ level: 'warn' }))
  return {
    artifacts,
    kept: Object.fromEntries(artifacts.map(({ name, path }) => [name, readFileSync(path, 'utf8')])),
    warnings: log.map(({ message }) => message),
  }
}
const folderOf = (deck: { file: string }, id: number) => join(foldersOf(deck.file).artifacts, String(id))

describe('a file that a run attaches is kept', () => {
  test('by a script, from its working directory, under its own name or another; its end waits for that', async () => {
    const deck = await openDeck()
    const folder = temporaryFolder()
    const file = shell(
      `mkdir out; echo one > out/a.txt; echo '::artifact::out/a.txt'; echo "::artifact name=second.txt::$PWD/out/a.txt"`,
      folder,
    )
    const { ended, kept, artifacts } = await run(deck, 'process', { file }, { directory: folder })
    expect(ended.status).toBe('completed')
    expect(kept).toEqual({ 'a.txt': 'one\n', 'second.txt': 'one\n' })
    expect(artifacts[0]).toMatchObject({ size: 4, path: join(folderOf(deck, ended.id), 'a.txt') })
    expect(Math.abs(artifacts[0]!.keptAt - Date.now())).toBeLessThan(60_000)
  })

  const body = `const { writeFileSync, rmSync } = await import('node:fs')
    const file = run.tempDir + '/report.csv'
    writeFileSync(file, 'a,b')
    const kept = await run.attach(file)
    rmSync(file)
    const missing = await run.attach(file)
    writeFileSync(file, 'c,d')
    void run.attach(file, 'last.csv')
    return [kept, missing]`

  test.each([
    ['thread', 'in-process', () => ({ file: module(body) })],
    ['child', 'process', () => ({ file: module(body) })],
    [
      'function',
      'in-process',
      () => async (run) => {
        const file = join(run.tempDir, 'report.csv')
        writeFileSync(file, 'a,b')
        const kept = await run.attach(file)
        truncateSync(file)
        const missing = await run.attach(`${file}.not`)
        writeFileSync(file, 'c,d')
        void run.attach(file, 'last.csv')
        return [kept, missing]
      },
    ],
  ] as [string, Mode, () => AnyHandler][])(
    'by a %s, which can wait for it and is told whether it is; the run waits for what it does not',
    async (_, mode, handler) => {
      const deck = await openDeck()
      const { ended, kept, warnings } = await run(deck, mode, handler())
      expect(ended).toMatchObject({ status: 'completed', result: [true, false] })
      expect(kept).toEqual({ 'report.csv': 'a,b', 'last.csv': 'c,d' })
      expect(warnings).toEqual([
        expect.stringMatching(/^the file .*report\.csv.* was not kept: it does not exist$/),
      ])
    },
  )

  test('for its owner alone, though the original is open to all', async () => {
    const deck = await openDeck()
    const { ended, artifacts } = await run(deck, 'process', {
      file: shell(`umask 0; echo x > "$JOBDECK_TEMP_DIR/a"; echo "::artifact::$JOBDECK_TEMP_DIR/a"`),
    })
    expect(statSync(artifacts[0]!.path).mode & 0o777).toBe(0o600)
    expect(statSync(folderOf(deck, ended.id)).mode & 0o777).toBe(0o700)
  })

  test('where the run fails, is stopped, or its host closes', async () => {
    const deck = await openDeck()
    const attach = `echo x > "$JOBDECK_TEMP_DIR/a"; echo "::artifact::$JOBDECK_TEMP_DIR/a"`
    const failed = await run(deck, 'process', { file: shell(`${attach}; exit 3`) })
    expect(failed).toMatchObject({ ended: { status: 'failed' }, kept: { a: 'x\n' } })
    const file = writeFile(temporaryFolder(), 'a', 'y')
    const { handler, begun, end } = gate()
    const [open] = await deck.once('in-process', { name: 'open' }).add(1, handler).start()
    const attached = (await begun).attach(file)
    end(attached)
    await deck.close()
    const again = await openDeck({ file: deck.file })
    const [kept] = await again.client.request('artifacts.list', { execution: open!.id })
    expect(readFileSync(kept!.path, 'utf8')).toBe('y')
  })

  test('twice under one name with a number, also where only the case differs', async () => {
    const deck = await openDeck()
    const file = writeFile(temporaryFolder(), 'a.tar.gz', '')
    const { artifacts } = await run(deck, 'in-process', async ({ attach }) => {
      for (const name of ['a.tar.gz', 'a.tar.gz', 'A.TAR.GZ', '.partial', 'noending'])
        await attach(file, name)
      await attach(file, 'noending')
    })
    expect(artifacts.map(({ name }) => name)).toEqual([
      'a.tar.gz',
      'a.tar (2).gz',
      'A.TAR (3).GZ',
      '.partial (2)',
      'noending',
      'noending (2)',
    ])
  })

  test('in its order, also where all are kept in one millisecond', async () => {
    const deck = await openTestDeck()
    const file = writeFile(temporaryFolder(), 'any', '')
    const names = ['c', 'a (2)', 'b', 'a', 'B2']
    const [open] = await deck
      .once('in-process', { name: 'keeps' })
      .add(1, async ({ attach }) => {
        for (const name of names) await attach(file, name)
      })
      .start()
    await open!.finished()
    const kept = await deck.client.request('artifacts.list', { execution: open!.id })
    expect(kept.map(({ name }) => name)).toEqual(names)
    await deck.close()
  })

  test('with secrets taken out of its name', async () => {
    const deck = await openDeck()
    const { kept, warnings } = await run(deck, 'process', {
      file: shell(`echo '::add-mask::s3cret'; cd "$JOBDECK_TEMP_DIR"; echo x > s3cret.txt
        echo "::artifact::$PWD/s3cret.txt"; echo "::artifact::$PWD/no-s3cret"`),
    })
    expect(Object.keys(kept)).toEqual(['***.txt'.replaceAll('*', '_')])
    expect(warnings).toEqual([expect.stringMatching(/no-\*\*\* was not kept/)])
  })
})

describe('a kept file', () => {
  /** Of a run that keeps a file of so many bytes. */
  async function keep(bytes: number) {
    const deck = await openDeck()
    const content = randomBytes(bytes)
    const file = writeFile(temporaryFolder(), 'data.bin', content)
    const { ended, artifacts } = await run(deck, 'in-process', ({ attach }) => attach(file))
    const read = (name: string, offset?: number) =>
      deck.client.request('artifacts.read', {
        execution: ended.id,
        name,
        ...(offset !== undefined && { offset }),
      })
    return { content, read, path: artifacts[0]!.path }
  }

  test('of any length is read piece by piece', async () => {
    // Would catch: a piece that is cut, doubled or larger than one message may be.
    const { content, read } = await keep(2_500_000)
    const pieces: Buffer[] = []
    for (let offset = 0; offset < content.length; offset += pieces.at(-1)!.length) {
      const { data, size } = await read('data.bin', offset)
      expect(size).toBe(content.length)
      pieces.push(Buffer.from(data, 'base64'))
      expect(pieces.at(-1)!.length).toBeLessThanOrEqual(1024 * 1024)
    }
    expect(Buffer.concat(pieces).equals(content)).toBe(true)
    expect(await read('data.bin', content.length + 5)).toEqual({ data: '', size: content.length })
  })

  test('is read by the name that is listed, and by no other', async () => {
    const { read, path } = await keep(10)
    for (const name of ['other.bin', '../1/data.bin', '../../../jobs.db', path, '', '.'])
      await expect(read(name), name).rejects.toMatchObject({
        code: 'not-found',
        message: expect.stringContaining('keeps no file'),
      })
  })

  test('that somebody removed is told to be gone', async () => {
    const { read, path } = await keep(10)
    rmSync(path)
    await expect(read('data.bin')).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringMatching(/data\.bin is there no more/),
    })
  })
})

describe('what is not kept is told in the log, with the reason, and fails nothing', () => {
  const ROOT = process.getuid?.() === 0
  test.each<[string, (folder: string) => string, string]>([
    ['what is not there', (folder) => join(folder, 'none'), 'it does not exist'],
    ['a folder', (folder) => folder, 'it is a folder'],
    ['a device', () => '/dev/zero', 'it is no regular file'],
    [
      'a file of 2 GiB',
      (folder) => {
        const file = writeFile(folder, 'large', '')
        truncateSync(file, 2 * 1024 ** 3)
        return file
      },
      'it has 2 GiB, and of the 1 GiB that a run keeps 1 GiB are left',
    ],
  ])('%s', async (_, make, reason) => {
    const deck = await openDeck()
    const path = make(temporaryFolder())
    const { ended, warnings, artifacts } = await run(deck, 'in-process', ({ attach }) => attach(path))
    expect(ended).toMatchObject({ status: 'completed', result: false })
    expect(warnings).toEqual([`the file ${path} was not kept: ${reason}`])
    expect(artifacts).toEqual([])
  })

  test.skipIf(ROOT)('a file that may not be read (for root there is none)', async () => {
    const deck = await openDeck()
    const path = writeFile(temporaryFolder(), 'a', 'x')
    chmodSync(path, 0)
    const { warnings } = await run(deck, 'in-process', ({ attach }) => attach(path))
    expect(warnings).toEqual([`the file ${path} was not kept: it may not be read`])
  })

  test('the 101st file; one that is missing takes no place', async () => {
    const deck = await openDeck()
    const path = writeFile(temporaryFolder(), 'a', 'x')
    const { artifacts, warnings } = await run(deck, 'in-process', async ({ attach }) => {
      await attach('/nowhere/at/all')
      for (let count = 0; count < 102; count++) await attach(path)
    })
    expect(artifacts).toHaveLength(100)
    expect(warnings.slice(1)).toEqual(
      Array(2).fill(`the file ${path} was not kept: a run keeps at most 100 files`),
    )
  })

  test('what is no path is refused where it is asked', async () => {
    const deck = await openDeck()
    const { ended } = await run(deck, 'in-process', ({ attach }) => attach(3 as unknown as string))
    expect(ended.error).toMatchObject({
      name: 'TypeError',
      message: 'attach: wants the path of a file, got 3',
    })
  })

  test('commands are text where they are off', async () => {
    const deck = await openDeck()
    const { artifacts } = await run(deck, 'process', { shell: `echo '::artifact::/etc/hostname'` })
    expect(artifacts).toEqual([])
  })
})

describe('kept files go with their runs', () => {
  async function keepTwice() {
    const deck = await openDeck()
    const path = writeFile(temporaryFolder(), 'a', 'x'.repeat(1000))
    const job = deck.once('in-process', { name: 'keeps', keepRuns: 1 }).add(1, ({ attach }) => attach(path))
    for (let time = 0; time < 2; time++) {
      await job.start()
      await job.finished()
    }
    return { deck, job, sizes: () => deck.client.request('deck.sizes', {}) }
  }
  const tables = (file: string) =>
    rows<{ id: number }>(file, 'select execution_id as id from artifacts').map(({ id }) => id)

  test('when too many runs are kept, when they are removed, and when their job is; the sizes follow', async () => {
    const { deck, sizes } = await keepTwice()
    expect(await sizes()).toMatchObject({ artifacts: 2000, jobs: [{ artifactBytes: 2000 }] })
    await deck.client.request('deck.clean', {})
    expect(tables(deck.file)).toEqual([2])
    expect(readdirSync(foldersOf(deck.file).artifacts)).toEqual(['2'])
    await deck.client.request('jobs.remove', { jobs: ['keeps'] })
    expect(existsSync(folderOf(deck, 2))).toBe(true) // it can be brought back
    await deck.client.request('deck.clean', { removed: true })
    expect(tables(deck.file)).toEqual([])
    expect(readdirSync(foldersOf(deck.file).artifacts)).toEqual([])
    expect((await sizes()).artifacts).toBe(0)
  })

  test('when they are removed by number', async () => {
    const { deck, sizes } = await keepTwice()
    await deck.client.request('executions.remove', { executions: [1] })
    expect(existsSync(folderOf(deck, 1))).toBe(false)
    expect((await sizes()).artifacts).toBe(1000)
  })

  test('and before them where they are too large together, but for those of the last run', async () => {
    const { deck } = await keepTwice()
    await deck.client.request('deck.configure', { keepSize: 2 ** 20 })
    const path = writeFile(temporaryFolder(), 'large', 'x'.repeat(2 ** 20))
    const job = deck.once('in-process', { name: 'large', keepRuns: 10 }).add(1, ({ attach }) => attach(path))
    for (let time = 0; time < 2; time++) {
      await job.start()
      await job.finished()
    }
    expect(await deck.client.request('deck.clean', {})).toMatchObject({ oldestFiles: 1, oldestRuns: 0 })
    expect(tables(deck.file)).toEqual([2, 4])
    expect(readdirSync(foldersOf(deck.file).artifacts)).toEqual(['2', '4'])
    expect(await deck.client.request('executions.get', { execution: 3 })).toMatchObject({
      status: 'completed',
    })
  })

  test('also a folder whose run is gone, and what lies in that of a run of the same number', async () => {
    const { deck, job } = await keepTwice()
    const { artifacts } = foldersOf(deck.file)
    for (const name of ['77', 'odd', '3']) mkdirSync(join(artifacts, name))
    writeFileSync(join(artifacts, '3', 'of a run before the deck was set back'), '')
    await job.start()
    await job.finished()
    expect(readdirSync(join(artifacts, '3'))).toEqual(['a'])
    await deck.client.request('deck.clean', {})
    expect(readdirSync(artifacts)).toEqual(['3'])
  })
})

describe('a name', () => {
  test.each([
    ['../../etc/passwd', '.._.._etc_passwd'],
    ['C:\\temp\\a.txt', 'C__temp_a.txt'],
    ['..', 'file'],
    ['.', 'file'],
    ['', 'file'],
    ['  ', 'file'],
    ['.env', '.env'],
    ['a\nb\0c\x1b[31m', 'a_b_c_[31m'],
    ['con', '_con'],
    ['NUL.txt', '_NUL.txt'],
    ['com1', '_com1'],
    ['console.log', 'console.log'],
    ['ends. . ', 'ends'],
    ['a<b>c|d?e*f"g', 'a_b_c_d_e_f_g'],
    ['报告 2023.pdf', '报告 2023.pdf'],
    ['fdp.\u202Eexe', 'fdp._exe'],
    [`${'漢'.repeat(100)}.csv`, `${'漢'.repeat(65)}.csv`],
  ])('%j is kept as %j', (wanted, name) => {
    expect(safeName(wanted)).toBe(name)
  })

  test('of any text names a file within its folder, and two never name the same', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (texts) => {
        const taken = new Set<string>()
        for (const text of texts) {
          const name = freeName(safeName(text), taken)
          expect(taken).not.toContain(keyOf(name))
          taken.add(keyOf(name))
          expect(name).not.toMatch(/[/\\\0]|^\.{0,2}$/)
          expect(Buffer.byteLength(name)).toBeLessThan(255)
        }
      }),
    )
  })
})
