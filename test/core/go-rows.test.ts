/** What the Go framework that Jobdeck re-creates has of data, row by row, each as the test that Jobdeck has it too. */
import { describe, expect, test } from 'vitest'
import { LEVELS } from '../../src/shared/contract.ts'
import type { Deck, Page } from '../../src/core/index.ts'
import { collect, gate, messages, obedient, openDeck, until } from '../support/deck.ts'
import { NODE } from '../support/node.ts'

const shell = [{ handler: { shell: 'true' } }]

/** All that a list has, page by page; each page must say which are its neighbours. */
async function throughPages<T>(list: (page: number) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = []
  for (let page = 1; ; page++) {
    const { data, prev, next, total, pageCount } = await list(page)
    all.push(...data)
    expect(prev).toBe(page === 1 ? null : page - 1)
    expect(next).toBe(page === pageCount ? null : page + 1)
    if (next === null) {
      expect(all).toHaveLength(total)
      return all
    }
  }
}

/** Runs a job that logs these lines; returns the number of its run. */
async function ran(deck: Deck, name: string, ...lines: string[]): Promise<number> {
  const job = deck.once('in-process', { name }).add(0, ({ info }) => lines.forEach((line) => info(line)))
  const [execution] = await job.start()
  await execution!.finished()
  return execution!.id
}

describe('Jobs, Categories, Executions, Logs: full create/read/update/delete, paged and filtered lists', () => {
  test('jobs', async () => {
    const deck = await openDeck()
    for (const name of ['e', 'd', 'c', 'b', 'a'])
      await deck.saveJob({ key: name, name, tags: name < 'c' ? ['early'] : [], handlers: shell })
    const before = await deck.getJob('c')
    const after = await deck.saveJob({ key: 'c', name: 'changed', category: 'x', handlers: shell })
    expect(after).toMatchObject({ id: before.id, name: 'changed', category: 'x' })
    expect(await deck.getJob('c')).toEqual(after)
    const all = await throughPages((page) => deck.listJobs({}, page, 2))
    expect(all.map(({ name }) => name)).toEqual(['a', 'b', 'changed', 'd', 'e'])
    const early = await throughPages((page) => deck.listJobs({ tags: ['early'] }, page, 1))
    expect(early.map(({ name }) => name)).toEqual(['a', 'b'])
    await deck.removeJobs([after.id, 'a'])
    await expect(deck.getJob(after.id)).rejects.toMatchObject({ code: 'not-found' })
    expect((await deck.listJobs()).data.map(({ name }) => name)).toEqual(['b', 'd', 'e'])
  })

  test('categories', async () => {
    const deck = await openDeck()
    const made = await deck.saveCategory({ path: 'home', description: 'All of it' })
    await deck.saveCategory({ path: 'work', maxWorkers: 3 })
    const changed = await deck.saveCategory({ path: 'home', maxWorkers: 2 })
    expect(changed).toEqual({ ...made, maxWorkers: 2 })
    expect(await deck.getCategory('home')).toEqual(changed)
    expect((await deck.listCategories()).map(({ path }) => path)).toEqual(['home', 'work'])
    await deck.removeCategories(['home'])
    await expect(deck.getCategory('home')).rejects.toMatchObject({ code: 'not-found' })
    expect((await deck.listCategories()).map(({ path }) => path)).toEqual(['work'])
  })

  test('executions', async () => {
    const deck = await openDeck()
    const job = deck.once('in-process', { name: 'job' }).add(0, ({ params }) => {
      if (params.fail) throw new Error('told to')
    })
    for (const fail of [false, true, false, true, false]) {
      await job.start({ fail })
      await job.finished()
    }
    const all = await throughPages((page) => deck.listExecutions({}, page, 2))
    expect(all.map(({ id }) => id)).toEqual([5, 4, 3, 2, 1])
    const failed = await throughPages((page) => deck.listExecutions({ statuses: ['failed'] }, page, 1))
    expect(failed.map(({ id }) => id)).toEqual([4, 2])
    expect(await deck.getExecution(2)).toMatchObject({ status: 'failed', params: { fail: true } })
    expect(await deck.removeExecutions([2, 5])).toBe(2)
    await expect(deck.getExecution(2)).rejects.toMatchObject({ code: 'not-found' })
    expect((await deck.listExecutions()).data.map(({ id }) => id)).toEqual([4, 3, 1])
  })

  test('logs', async () => {
    const deck = await openDeck()
    const [first, second] = [await ran(deck, 'one', 'a', 'b', 'c', 'd', 'e'), await ran(deck, 'two', 'other')]
    const all = await throughPages((page) => deck.listLogs(first, page, 2))
    expect(messages(all)).toEqual(['a', 'b', 'c', 'd', 'e'])
    const filtered = await deck.client.request('logs.list', { execution: first, text: 'D', level: 'info' })
    expect(messages(filtered)).toEqual(['d'])
    await deck.removeExecutions([first])
    await expect(deck.listLogs(first)).rejects.toMatchObject({ code: 'not-found' })
    expect(messages(await collect(deck.searchLogs()))).toEqual(['other'])
    expect(messages((await deck.listLogs(second)).data)).toEqual(['other'])
  })
})

test('`Once(mode, data)`, `Cron(mode, data, expression)`, `Daemon(mode, data)` (and forms that save at once)', async () => {
  const deck = await openDeck()
  const command = { command: [NODE, '--version'] }
  const schedules = {
    once: undefined,
    cron: { cron: '0 3 * * *', zone: 'Europe/Berlin' },
    every: { every: 900_000 },
  }
  const jobs = {
    once: deck.once('process', { name: 'once' }),
    cron: deck.cron('process', { name: 'cron', zone: 'Europe/Berlin' }, '0 3 * * *'),
    every: deck.every('process', { name: 'every' }, '15m'),
  }
  for (const job of Object.values(jobs)) await job.add(0, command).save()
  await deck.daemon('process', { name: 'daemon' }).save() // nothing to run yet
  for (const [name, schedule] of Object.entries(schedules)) {
    const saved = await deck.getJob(name)
    expect(saved).toMatchObject({ schedule: schedule ?? null, mode: 'process' })
    expect(saved.next !== null).toBe(schedule !== undefined)
  }
  expect(await deck.getJob('daemon')).toMatchObject({ schedule: { daemon: true }, status: 'draft' })
  const byKind = await deck.listJobs({ schedules: ['cron', 'daemon'] })
  expect(byKind.data.map(({ name }) => name)).toEqual(['cron', 'daemon'])
})

test('job.Add(priority, handler), Start(), Cancel(), GetExecutions(), SetCategory(name)', async () => {
  const deck = await openDeck()
  const order: string[] = []
  const job = deck.once('in-process', { name: 'job' })
  job.add(1, () => void order.push('low')).add(9, () => void order.push('high'))
  const started = await job.start()
  await job.finished()
  expect(order).toEqual(['high', 'low'])
  const begun = Promise.withResolvers<void>()
  job.setCategory('home/nightly').add(5, (execution) => {
    begun.resolve()
    return obedient(execution)
  })
  const again = await job.start()
  await begun.promise
  await job.cancel()
  const { status, executions } = await job.finished()
  expect(status).toBe('cancelled')
  const byPriority = executions.toSorted((one, other) => other.priority - one.priority)
  expect(byPriority.map((one) => one.status)).toEqual(['completed', 'cancelled', 'cancelled'])
  expect(order).toEqual(['high', 'low', 'high'])
  const ids = [...started, ...again].map(({ id }) => id)
  expect((await job.executions()).map(({ id }) => id)).toEqual(ids.toSorted((a, b) => b - a))
  expect(await deck.getJob('job')).toMatchObject({ category: 'home/nightly' })
})

test('progress: live, persisted, with callbacks', async () => {
  const deck = await openDeck()
  const other = await openDeck({ file: deck.file })
  const { handler, begun, end } = gate()
  const job = deck.once('in-process', { name: 'job' }).add(1, handler)
  const told: unknown[] = []
  job.onProgress(({ progress, message }) => told.push([progress, message]))
  const [execution] = await job.start()
  const context = await begun
  context.setProgress(40, 'nearly half')
  // What another process sees is what is stored, while the run goes on.
  expect(await until(other, execution!.id, ({ progress }) => progress > 0)).toMatchObject({
    status: 'running',
    progress: 40,
    progressMessage: 'nearly half',
  })
  expect(told).toEqual([[40, 'nearly half']])
  expect(await deck.getJob('job')).toMatchObject({ progress: 40 })
  context.setProgress(80, 'nearly done')
  end('done')
  await job.finished()
  expect(told.at(-1)).toEqual([80, 'nearly done'])
  expect(await other.getExecution(execution!.id)).toMatchObject({
    progress: 80,
    progressMessage: 'nearly done',
  })
})

test('log levels Trace, Debug, Info, Warn, Error, Fatal, Panic; time, sequence number, context fields; all stored', async () => {
  const deck = await openDeck()
  const before = Date.now()
  const job = deck.once('in-process', { name: 'levels' }).add(1, (execution) => {
    for (const level of LEVELS) execution[level](`in ${level}`, { level: { of: level } })
  })
  const program = deck
    .once('process', { name: 'panics' })
    .add(1, { command: ['echo', '{"level":"panic","msg":"in panic","code":7}'] })
  const ids: number[] = []
  for (const each of [job, program]) {
    ids.push((await each.start())[0]!.id)
    await each.finished()
  }
  await deck.close()
  const later = await openDeck({ file: deck.file })
  const [levels, panic] = [(await later.listLogs(ids[0]!)).data, (await later.listLogs(ids[1]!)).data]
  expect(levels.map(({ sequence, level, message, fields }) => [sequence, level, message, fields])).toEqual(
    LEVELS.map((level, index) => [index + 1, level, `in ${level}`, { level: { of: level } }]),
  )
  expect(panic).toMatchObject([{ sequence: 1, level: 'fatal', message: 'in panic', fields: { code: 7 } }])
  for (const { time } of [...levels, ...panic]) {
    expect(time).toBeGreaterThanOrEqual(before)
    expect(time).toBeLessThanOrEqual(Date.now())
  }
})

test('ListJobs(param, page, size), GetJob, SaveJob, RemoveJobs(ids), GetOrCreateCategory(name, description), and the same for the other three', async () => {
  const deck = await openDeck()
  const made = await deck.getOrCreateCategory('a/b', 'Deep')
  expect(made).toMatchObject({ path: 'a/b', description: 'Deep' })
  expect(await deck.getOrCreateCategory('a/b')).toEqual(made)
  await deck.saveCategory({ path: 'other' })
  for (const name of ['one', 'two', 'three']) await deck.saveJob({ name, category: 'a/b', handlers: shell })
  await deck.saveJob({ name: 'elsewhere', category: 'other', handlers: shell })
  const page = await deck.listJobs({ category: 'a', text: 'T' }, 1, 1)
  expect(page).toMatchObject({ data: [{ name: 'three' }], total: 2, pageCount: 2, next: 2, prev: null })
  expect(await deck.getJob('one')).toMatchObject({ key: 'one', category: 'a/b' })
  expect(await deck.getCategory('a/b')).toMatchObject({ id: made.id, jobs: 3 })
  const id = await ran(deck, 'runs', 'a', 'b', 'c')
  expect(await deck.listExecutions({ text: 'runs' }, 1, 1)).toMatchObject({
    data: [{ id }],
    total: 1,
    next: null,
  })
  expect(await deck.getExecution(id)).toMatchObject({ jobName: 'runs', status: 'completed' })
  expect(await deck.listLogs(id, 2, 2)).toMatchObject({
    data: [{ message: 'c' }],
    total: 3,
    prev: 1,
    next: null,
  })
  // Of what is removed together, nothing is where one is not there.
  const nowhere = { code: 'not-found' }
  await expect(deck.removeJobs(['one', 'nowhere'])).rejects.toMatchObject(nowhere)
  await expect(deck.removeCategories(['other', 'nowhere'])).rejects.toMatchObject(nowhere)
  await expect(deck.removeExecutions([id, 99])).rejects.toMatchObject(nowhere)
  expect([(await deck.listJobs()).total, (await deck.listCategories()).length]).toEqual([5, 3])
  expect((await deck.listLogs(id)).total).toBe(3)
  await deck.removeJobs(['one', 'elsewhere'])
  await deck.removeCategories(['other'])
  await deck.removeExecutions([id])
  expect((await deck.listJobs()).data.map(({ name }) => name)).toEqual(['runs', 'three', 'two'])
  expect((await deck.listCategories()).map(({ path }) => path)).toEqual(['a', 'a/b'])
  expect((await deck.listExecutions()).data).toEqual([])
})

test('categories created on first use, hierarchical', async () => {
  const deck = await openDeck()
  const paths = async () => (await deck.listCategories()).map(({ path }) => path)
  const job = deck.once('in-process', { name: 'deep', category: 'a/b/c' }).add(1, obedient)
  expect(await paths()).toEqual([])
  await job.save()
  await deck.once('in-process', { name: 'near', category: 'a/b' }).save()
  expect(await paths()).toEqual(['a', 'a/b', 'a/b/c'])
  expect((await deck.listJobs({ category: 'a' })).data.map(({ name }) => name)).toEqual(['deep', 'near'])
  await deck.saveCategory({ path: 'a', policy: { timeout: 20 } })
  await job.start()
  expect((await job.finished()).status).toBe('timeout')
})
