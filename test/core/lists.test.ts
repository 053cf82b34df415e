import * as fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open, type Deck, type Execution, type Input } from '../../src/core/index.ts'
import { openDeck } from '../support/deck.ts'
import { manyRuns } from '../support/store.ts'

type RunQuery = Input<'executions.list'>
type ExecutionRecord = Awaited<ReturnType<Deck['listExecutions']>>['data'][number]
type JobRecord = Awaited<ReturnType<Deck['listJobs']>>['data'][number]

let deck: Deck
let runs: ExecutionRecord[]
let jobs: JobRecord[]

const NAMES = ['Back up photos', '备份 数据库', 'Ünïcode ÄÖ', '100% _sure_', 'Emoji 🎉 party', 'plain']
const CATEGORIES = ['home', 'home/photos', 'work', undefined]

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'jobdeck-test-'))
  deck = await open({ file: join(folder, 'jobs.db') })
  for (const [index, name] of NAMES.entries()) {
    const category = CATEGORIES[index % CATEGORIES.length]
    const job = deck.once('in-process', {
      name,
      description: index === 1 ? 'Runs every night' : `number ${index}`,
      tags: index % 2 === 0 ? ['even', `n${index}`] : [`n${index}`],
      ...(category && { category }),
    })
    job.add(index, ({ params }) => {
      if (params.fail) throw new Error('told to fail')
    })
    for (let time = 0; time < 8; time++) {
      await job.start(time % 3 === index % 3 ? { fail: true } : {})
      await job.finished()
    }
  }
  await deck.client.request('pauses.set', { target: { deck: true } })
  await deck.client.request('jobs.start', { job: 'plain', trigger: 'scheduled' })
  runs = await deck.client.request('executions.list', {})
  jobs = await deck.client.request('jobs.list', {})
  return async () => {
    await deck.close()
    rmSync(folder, { recursive: true, force: true })
  }
})

const jobOf = (run: ExecutionRecord) => jobs.find(({ id }) => id === run.jobId)!
const isWithin = (category: string | null, path: string) =>
  category === path || (category?.startsWith(`${path}/`) ?? false)

/** What a filter means, said again in the plainest way. */
function fits(query: RunQuery, run: ExecutionRecord): boolean {
  const job = jobOf(run)
  const within = (value: number | null, from?: number, to?: number) =>
    (from === undefined || (value !== null && value >= from)) &&
    (to === undefined || (value !== null && value < to))
  return (
    (query.job === undefined || [job.id, job.name].includes(String(query.job))) &&
    (!query.statuses?.length || query.statuses.includes(run.status)) &&
    (!query.triggers?.length || query.triggers.includes(run.trigger)) &&
    (query.mode === undefined || run.mode === query.mode) &&
    (query.category === undefined || isWithin(job.category, query.category)) &&
    (query.tags ?? []).every((tag) => job.tags.includes(tag)) &&
    (!query.text || textOf(job).includes(query.text.toLowerCase())) &&
    within(run.queuedAt, query.from, query.to) &&
    within(run.startedAt, query.startedFrom, query.startedTo) &&
    within(run.endedAt, query.endedFrom, query.endedTo) &&
    (query.minDuration === undefined || (run.durationMs !== null && run.durationMs >= query.minDuration)) &&
    (query.maxDuration === undefined || (run.durationMs !== null && run.durationMs <= query.maxDuration))
  )
}

const textOf = ({ name, key, description, tags, category }: JobRecord) =>
  [name, key, description, ...tags, category].join('\n').toLowerCase()

const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined, freq: 2 })
const defined = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as RunQuery

describe('a list of runs', () => {
  test('has just those that fit, whatever is asked for together, and none twice', async () => {
    const times = fc.integer({ min: 0, max: runs.length - 1 }).map((index) => runs[index]!.queuedAt)
    const query = fc
      .record({
        job: maybe(fc.constantFrom(...NAMES)),
        statuses: maybe(fc.subarray(['completed', 'failed', 'queued', 'running', 'cancelled'] as const)),
        triggers: maybe(fc.subarray(['api', 'scheduled'] as const)),
        mode: maybe(fc.constantFrom('in-process', 'process')),
        category: maybe(fc.constantFrom('home', 'home/photos', 'work', 'nowhere')),
        tags: maybe(fc.subarray(['even', 'n2', 'n3'])),
        text: maybe(fc.constantFrom('PHOTOS', '备份', 'äö', '%', '_sure', '🎉', 'night', 'home', 'nothing')),
        from: maybe(times),
        to: maybe(times),
        startedFrom: maybe(times),
        endedTo: maybe(times),
        minDuration: maybe(fc.nat(2)),
        maxDuration: maybe(fc.nat(5)),
      })
      .map(defined)
    const property = fc.asyncProperty(query, async (asked) => {
      const found = await deck.client.request('executions.list', asked)
      const expected = runs.filter((run) => fits(asked, run)).map(({ id }) => id)
      expect(found.map(({ id }) => id).toSorted((a, b) => b - a)).toEqual(expected)
      expect(await deck.client.request('executions.count', asked)).toEqual({
        count: expected.length,
        exact: true,
      })
    })
    await fc.assert(property, { numRuns: 300 })
  })

  test.each(['id', 'queuedAt', 'startedAt', 'endedAt', 'durationMs'] as const)(
    'by %s is gone through by key in both directions without one twice or left out, ties and all',
    async (sort) => {
      const having = runs.filter((run) => run[sort] !== null).map(({ id }) => id)
      for (const descending of [true, false]) {
        for (const statuses of [
          undefined,
          ['completed', 'failed', 'queued'] as Execution['record']['status'][],
        ]) {
          const seen: ExecutionRecord[] = []
          for (;;) {
            const after = seen.at(-1)?.id
            const page = await deck.client.request('executions.list', {
              sort,
              descending,
              limit: 7,
              ...(statuses && { statuses }),
              ...(after && { after }),
            })
            seen.push(...page)
            if (page.length < 7) break
          }
          expect(seen.map(({ id }) => id).toSorted((a, b) => b - a)).toEqual(having)
          const values = seen.map((run) => run[sort]!)
          expect(values).toEqual(values.toSorted((a, b) => (descending ? b - a : a - b)))
        }
      }
    },
  )

  test('by page number has the page, its neighbours and the total, as the original does', async () => {
    const first = await deck.listExecutions({ statuses: ['failed', 'completed'] }, 1, 10)
    expect(first).toMatchObject({ page: 1, pageSize: 10, pageCount: 5, next: 2, prev: null, total: 48 })
    expect(first).toMatchObject({ totalIsExact: true })
    const last = await deck.listExecutions({ statuses: ['failed', 'completed'] }, 5, 10)
    expect(last).toMatchObject({ next: null, prev: 4 })
    expect(last.data).toHaveLength(8)
    expect(await deck.listExecutions({}, 99)).toMatchObject({ data: [], next: null, prev: 98 })
  })
})

describe('a list of jobs', () => {
  test.each<[Input<'jobs.list'>, (job: JobRecord) => boolean]>([
    [{ text: 'BACK' }, ({ name }) => name === 'Back up photos'],
    [{ text: '数据' }, ({ name }) => name.includes('数据')],
    [{ text: 'ÜNÏ' }, ({ name }) => name.startsWith('Ün')],
    [{ text: '%' }, ({ name }) => name.includes('%')],
    [{ text: 'photos' }, ({ name, category }) => name.includes('photos') || category === 'home/photos'],
    [{ category: 'home' }, ({ category }) => isWithin(category, 'home')],
    [{ tags: ['even', 'n2'] }, ({ tags }) => tags.includes('n2')],
    [{ mode: 'process' }, () => false],
    [{ statuses: ['queued'] }, ({ name }) => name === 'plain'],
    [{ statuses: ['paused', 'failed', 'completed'] }, ({ name }) => name !== 'plain'],
    [{ handler: 'EMOJI' }, ({ name }) => name.startsWith('Emoji')],
  ])('that fit %j has just those', async (query, test) => {
    const found = await deck.client.request('jobs.list', query)
    const names = (list: JobRecord[]) => list.map(({ name }) => name)
    expect(names(found)).toEqual(names(jobs.filter(test)))
    expect(await deck.client.request('jobs.count', query)).toEqual({ count: found.length, exact: true })
  })

  test.each(['name', 'createdAt', 'updatedAt', 'lastRun'] as const)(
    'by %s is gone through by key in both directions',
    async (sort) => {
      for (const descending of [false, true]) {
        const seen: string[] = []
        for (;;) {
          const after = seen.at(-1)
          const page = await deck.client.request('jobs.list', {
            sort,
            descending,
            limit: 2,
            ...(after && { after }),
          })
          seen.push(...page.map(({ id }) => id))
          if (page.length < 2) break
        }
        expect(new Set(seen)).toEqual(new Set(jobs.map(({ id }) => id)))
        expect(seen).toHaveLength(jobs.length)
      }
    },
  )
})

describe('totals', () => {
  test('are exact up to a thousand, and beyond say that there are more unless all are asked for', async () => {
    const own = await openDeck()
    const job = own.once('in-process', { name: 'many', maxWorkers: 100 }).add(1, () => {})
    const started = await Promise.all(Array.from({ length: 1005 }, () => job.start()))
    await Promise.all(started.flat().map((run) => run.finished()))
    const { request } = own.client
    expect(await request('executions.count', {})).toEqual({ count: 1000, exact: false })
    expect(await request('executions.count', { statuses: ['completed'] })).toEqual({
      count: 1000,
      exact: false,
    })
    expect(await request('executions.count', { exact: true })).toEqual({ count: 1005, exact: true })
    expect(await own.listExecutions({}, 20)).toMatchObject({ total: 1000, totalIsExact: false, next: 21 })
    expect(await request('executions.list', {})).toHaveLength(1005)
  })
})

describe('a list of more runs than are sorted at once', () => {
  const MINUTE = 60_000
  let many: Deck
  let all: ExecutionRecord[]

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'jobdeck-test-'))
    const file = join(folder, 'jobs.db')
    const first = await open({ file })
    for (let index = 0; index < 12; index++) {
      const job = first.once('in-process', { name: `many ${index}`, category: `group ${index % 2}` })
      job.add(index, () => {})
      await job.start()
      await job.finished()
    }
    await first.close()
    manyRuns(file, 24_000)
    many = await open({ file })
    all = await many.client.request('executions.list', {})
    return async () => {
      await many.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })

  // Whichever index it is read by: one that misses some, or does not have them in order, or gives a page too few.
  test.each<[RunQuery, (run: ExecutionRecord) => boolean]>([
    [{ text: 'many' }, () => true],
    [{ text: 'many', statuses: ['failed'] }, ({ status }) => status === 'failed'],
    [{ text: 'many 1', sort: 'durationMs' }, ({ jobName }) => jobName.startsWith('many 1')],
    [{ job: 'many 3', sort: 'durationMs' }, ({ jobName }) => jobName === 'many 3'],
    [{ job: 'many 3', sort: 'endedAt', descending: false }, ({ jobName }) => jobName === 'many 3'],
    [{ job: 'many 3', statuses: ['timeout'], sort: 'startedAt' }, () => false],
    [{ category: 'group 1' }, ({ jobName }) => Number(jobName.slice(5)) % 2 === 1],
    [{ triggers: ['retry'] }, ({ trigger }) => trigger === 'retry'],
    [{ triggers: ['api', 'retry'], mode: 'in-process' }, () => true],
    [{ triggers: ['retry'], sort: 'queuedAt' }, ({ trigger }) => trigger === 'retry'],
    [{ mode: 'in-process', minDuration: 500 }, ({ durationMs }) => durationMs! >= 500],
    [
      { startedFrom: 0, startedTo: 600 * MINUTE, sort: 'durationMs' },
      ({ startedAt }) => startedAt! < 600 * MINUTE,
    ],
    [{ endedTo: 600 * MINUTE, mode: 'in-process' }, ({ endedAt }) => endedAt! < 600 * MINUTE],
  ])('%j has the same pages as all there are', async (query, fits) => {
    const { sort = query.endedTo === undefined ? 'id' : 'endedAt', descending = true } = query
    const factor = descending ? -1 : 1
    const expected = all
      .filter((run) => fits(run))
      .toSorted((a, b) => factor * (a[sort]! - b[sort]! || a.id - b.id))
      .map(({ id }) => id)
    const { request } = many.client
    const ids = (runs: ExecutionRecord[]) => runs.map(({ id }) => id)
    expect(ids(await request('executions.list', { ...query, limit: 50 }))).toEqual(expected.slice(0, 50))
    const deep = Math.floor(expected.length / 2)
    const after = expected[deep]
    if (after !== undefined)
      expect(ids(await request('executions.list', { ...query, after, limit: 50 }))).toEqual(
        expected.slice(deep + 1, deep + 51),
      )
    expect(ids(await request('executions.list', { ...query, offset: deep, limit: 50 }))).toEqual(
      expected.slice(deep, deep + 50),
    )
    const { sort: _, descending: __, ...filter } = query
    expect(await request('executions.count', { ...filter, exact: true })).toEqual({
      count: expected.length,
      exact: true,
    })
  })
})
