import { copyFileSync, cpSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { putBack } from '../../src/core/backup.ts'
import { createEngine } from '../../src/core/engine.ts'
import { open, type Deck } from '../../src/core/index.ts'
import { messages, openDeck, temporaryFolder, until } from '../support/deck.ts'
import { rows } from '../support/store.ts'

const TABLES = ['jobs', 'executions', 'logs', 'trail', 'versions', 'snapshots']
const rowCounts = (file: string) =>
  Object.fromEntries(TABLES.map((table) => [table, rows(file, `select count(*) as n from ${table}`)[0]!.n]))

async function runTimes(deck: Deck, name: string, times: number) {
  const job = deck.once('in-process', { name }).add(1, ({ info }) => info('a line'))
  for (let time = 0; time < times; time++) {
    await job.start()
    await job.finished()
  }
}

/** The files of a deck as they are while it is open, as a copy by hand takes them, or a crash leaves them. */
async function liveFiles(name: string, times: number): Promise<string> {
  const deck = await openDeck()
  await runTimes(deck, name, times)
  const file = join(temporaryFolder(), 'live.db')
  for (const part of ['', '-wal']) copyFileSync(`${deck.file}${part}`, `${file}${part}`)
  await deck.close()
  return file
}

/** A copy of a deck in one file. */
async function backUp(name: string, times: number): Promise<string> {
  const deck = await openDeck()
  await runTimes(deck, name, times)
  const file = join(temporaryFolder(), 'copy.db')
  await deck.client.request('deck.backUp', { file })
  await deck.close()
  return file
}

describe('a copy that is put back', () => {
  test('is not mixed with the write-ahead log of a database that is gone', async () => {
    const copy = await backUp('kept', 2)
    const file = await liveFiles('gone', 5)
    rmSync(file)
    expect(existsSync(`${file}-wal`)).toBe(true)
    expect(await putBack(copy, file, Date.now())).toBeUndefined()
    expect(readdirSync(dirname(copy))).toEqual(['copy.db'])
    expect(existsSync(`${file}-wal`)).toBe(false)
    expect(rows(file, 'pragma integrity_check')).toEqual([{ integrity_check: 'ok' }])
    expect(rowCounts(file)).toEqual(rowCounts(copy))
    expect(rows(file, 'select name from jobs')).toEqual([{ name: 'kept' }])
  })

  test('is put back with what its own write-ahead log holds', async () => {
    const copy = await liveFiles('copied', 5)
    const whole = { ...rowCounts(copy) }
    expect(whole).toMatchObject({ jobs: 1, executions: 5, logs: 5 })
    const file = await backUp('old', 1)
    await putBack(copy, file, Date.now())
    expect(rowCounts(file)).toEqual(whole)
    const deck = await openDeck({ file })
    expect((await deck.client.request('jobs.list', {})).map(({ name }) => name)).toEqual(['copied'])
  })

  test('is not mixed with what an earlier try to put one back has left', async () => {
    const file = await backUp('old', 1)
    const left = await liveFiles('left', 3)
    for (const part of ['', '-wal']) copyFileSync(`${left}${part}`, `${file}.restoring${part}`)
    const copy = await backUp('kept', 2)
    await putBack(copy, file, Date.now())
    expect(rowCounts(file)).toEqual(rowCounts(copy))
  })

  test('leaves what it replaces whole, though that was never closed: it can be put back in turn', async () => {
    const file = await liveFiles('replaced', 4)
    const before = rowCounts(file)
    const copy = await backUp('newer', 1)
    const replaced = await putBack(copy, file, Date.now())
    expect(basename(replaced!)).toMatch(/^replaced-/)
    expect(rowCounts(file)).toEqual(rowCounts(copy))
    await putBack(replaced!, file, Date.now() + 1)
    expect(rowCounts(file)).toEqual(before)
    expect(rows(file, 'select name from jobs')).toEqual([{ name: 'replaced' }])
  })
})

/** A deck in which one run goes on until it is let go, and one waits behind it. */
async function liveDeck() {
  const folder = temporaryFolder()
  const deck = await openDeck({ file: join(folder, 'jobs.db') })
  const go = join(temporaryFolder(), 'go')
  const shell = `echo begun; until [ -e '${go}' ]; do sleep 0.02; done; echo done`
  const job = deck.once('process', { name: 'lasting' }).add(1, { shell })
  const [run] = await job.start()
  const [waiting] = await job.start()
  for await (const { message } of run!.logs({ follow: true })) if (message === 'begun') break
  return { deck, folder, run: run!, waiting: waiting!, letGo: () => writeFileSync(go, '') }
}
type LiveDeck = Awaited<ReturnType<typeof liveDeck>>

async function expectUnharmed({ deck, run, letGo }: LiveDeck) {
  expect((await run.get()).status).toBe('running')
  letGo()
  expect(await run.finished()).toMatchObject({ status: 'completed', exitSignal: null })
  expect(messages(await deck.client.request('logs.list', { execution: run.id }))).toEqual(['begun', 'done'])
}

describe('a copy of a deck that is at work', () => {
  const copyFolder = ({ folder }: LiveDeck) => {
    const copy = join(temporaryFolder(), 'copy')
    cpSync(folder, copy, { recursive: true })
    return join(copy, 'jobs.db')
  }
  const restored = async ({ deck }: LiveDeck) => {
    const backup = join(temporaryFolder(), 'backup.db')
    await deck.client.request('deck.backUp', { file: backup })
    const file = join(temporaryFolder(), 'other.db')
    await putBack(backup, file, Date.now())
    return file
  }
  const copyFile = async ({ deck }: LiveDeck) => {
    const file = join(temporaryFolder(), 'copy.db')
    for (const part of ['', '-wal']) copyFileSync(`${deck.file}${part}`, `${file}${part}`)
    return file
  }

  test.each([
    ['made of its folder', copyFolder],
    ['made of its files', copyFile],
    ['put back under another name', restored],
  ])('(%s) interrupts the run as its own and leaves the process of the original alone', async (_, make) => {
    const original = await liveDeck()
    const copy = await openDeck({ file: await make(original), slots: { process: 0 } })
    const detail = await copy.client.request('executions.get', { execution: original.run.id })
    expect(detail.status).toBe('interrupted')
    await expectUnharmed(original)
  })

  test('is settled by a command that only looks, which ends nothing of the original', async () => {
    const original = await liveDeck()
    const engine = await createEngine({ file: copyFolder(original), kind: 'command' })
    onTestFinished(() => engine.close())
    expect(engine.store.executions.status(original.run.id)!.status).toBe('interrupted')
    await engine.close()
    await expectUnharmed(original)
  })

  test('runs what waited in the original, whose host is none of its own', async () => {
    const original = await liveDeck()
    const copy = await openDeck({ file: copyFolder(original) })
    original.letGo()
    const ended = await until(copy, original.waiting.id, ({ endedAt }) => endedAt !== null)
    expect(ended.status).toBe('completed')
    expect((await original.waiting.finished()).status).toBe('completed')
  })

  test('runs what waits in the original, though nothing ever ran there', async () => {
    const folder = temporaryFolder()
    const original = await openDeck({ file: join(folder, 'jobs.db'), slots: { process: 0 } })
    const [waiting] = await original
      .once('process', { name: 'waiting' })
      .add(1, { command: ['true'] })
      .start()
    const copied = join(temporaryFolder(), 'copy')
    cpSync(folder, copied, { recursive: true })
    const copy = await openDeck({ file: join(copied, 'jobs.db') })
    expect((await until(copy, waiting!.id, ({ endedAt }) => endedAt !== null)).status).toBe('completed')
    expect((await waiting!.get()).status).toBe('queued')
  })

  test('can be put back over the original once that is closed, and then ends nothing of others', async () => {
    const original = await liveDeck()
    const other = await liveDeck()
    const backup = join(temporaryFolder(), 'backup.db')
    await other.deck.client.request('deck.backUp', { file: backup })
    original.letGo()
    await original.deck.close({ drain: true })
    await putBack(backup, original.deck.file, Date.now())
    const deck = await open({ file: original.deck.file })
    onTestFinished(() => deck.close())
    expect((await until(deck, other.run.id, ({ endedAt }) => endedAt !== null)).status).toBe('interrupted')
    await expectUnharmed(other)
  })
})
