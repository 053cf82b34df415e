import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { Deck, Mode, Parameters } from '../../src/core/index.ts'
import { collect, messages, openDeck, temporaryFolder, writeFile } from '../support/deck.ts'
import { NODE } from '../support/node.ts'

const example = (name: string) => resolve(import.meta.dirname, '../../examples', name)

async function run(deck: Deck, mode: Mode, file: string, params: Parameters) {
  const job = deck.once(mode, { name: file }).add(1, { file: example(file) })
  const progress: number[] = []
  job.onProgress((event) => progress.push(event.progress))
  const [execution] = await job.start(params)
  const { status, result } = await job.finished()
  const { error, progress: last } = await execution!.get()
  return { status, result, error, progress, last, log: await collect(execution!.logs()) }
}

/** A folder with three files, two of them the same. */
function someFiles(): string {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'deeper'))
  writeFile(folder, 'one.txt', 'same content')
  writeFile(folder, 'deeper/two.txt', 'same content')
  writeFile(folder, '三 three.txt', 'another')
  return folder
}

test('library.ts runs word for word against the built package', async () => {
  const file = join(temporaryFolder(), 'jobs.db')
  const { stdout } = await promisify(execFile)(NODE, [example('library.ts'), file])
  expect(stdout).toContain('50 % In progress…\n')
  expect(stdout).toContain('info: Job started\n')
  expect(stdout).toContain('completed with {"rows":12}\n')
  expect(stdout.trimEnd()).toMatch(/\t\.\ncompleted$/)
})

test.each(['in-process', 'process'] as const)(
  'checksum.ts in mode %s writes a list that is right',
  async (mode) => {
    const folder = someFiles()
    const list = join(temporaryFolder(), 'list')
    const { status, result, error, last, progress } = await run(await openDeck(), mode, 'checksum.ts', {
      folder,
      list,
    })
    expect({ status, error, last }).toEqual({ status: 'completed', error: null, last: 100 })
    expect(result).toEqual({ files: 3, bytes: 31, unreadable: 0, list })
    expect(progress.length).toBeGreaterThan(0)
    const digest = createHash('sha256').update('same content').digest('hex')
    expect(readFileSync(list, 'utf8').trim().split('\n').toSorted()).toEqual(
      expect.arrayContaining([`${digest}  one.txt`, `${digest}  deeper/two.txt`]),
    )
  },
)

test('duplicates.js finds the files that are the same, and only those', async () => {
  const folder = someFiles()
  const { status, result, log } = await run(await openDeck(), 'process', 'duplicates.js', { folder })
  expect({ status, result }).toEqual({ status: 'completed', result: { groups: 1, wastedBytes: 12 } })
  const paths = log.find(({ fields }) => fields?.paths)!.fields!.paths as string[]
  expect(paths.toSorted()).toEqual([join(folder, 'deeper/two.txt'), join(folder, 'one.txt')])
})

test('backup.sh packs a folder, and keeps only the newest archives', async () => {
  const source = someFiles()
  const target = temporaryFolder()
  const deck = await openDeck()
  for (let count = 0; count < 3; count++) {
    const { status, result, error, last } = await run(deck, 'process', 'backup.sh', {
      source,
      target,
      keep: 2,
    })
    expect({ status, error, last }).toEqual({ status: 'completed', error: null, last: 100 })
    const { archive } = result as { archive: string }
    const { stdout } = await promisify(execFile)('tar', ['-tzf', archive])
    expect(stdout).toContain('deeper/two.txt')
  }
  expect(readdirSync(target)).toHaveLength(2)
})

test('backup.sh leaves nothing half-done where the source is missing', async () => {
  const target = temporaryFolder()
  const { status, log } = await run(await openDeck(), 'process', 'backup.sh', {
    source: '/nowhere',
    target,
    keep: 1,
  })
  expect(status).toBe('failed')
  expect(log).toContainEqual(expect.objectContaining({ level: 'error', message: '/nowhere is not a folder' }))
  expect(readdirSync(target)).toEqual([])
})

test('report.py summarises a CSV file, and warns of lines that do not fit', async () => {
  const file = writeFile(temporaryFolder(), 'data.csv', 'name,amount\na,1\nb,2.5\nc\n"d, e",x\n')
  const { status, result, log } = await run(await openDeck(), 'process', 'report.py', { file })
  expect(status).toBe('completed')
  expect(result).toMatchObject({
    rows: 4,
    oddRows: 1,
    columns: { amount: { filled: 3, numbers: 2, mean: 1.75 } },
  })
  expect(messages(log.filter(({ level }) => level === 'warn'))).toEqual(['Line 4 has 1 fields instead of 2'])
})

test.each([
  ['checksum.ts', 'parameter "folder" is missing'],
  ['duplicates.js', 'parameter "folder" is missing'],
  ['backup.sh', 'parameter "source" is missing'],
  ['report.py', 'parameter "file" is missing'],
])('%s refuses to start without its parameters', async (file, message) => {
  await expect(run(await openDeck(), 'process', file, {})).rejects.toThrow(message)
})
