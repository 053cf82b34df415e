import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DeckDocument, Input } from '../../src/core/index.ts'
import { readableDocument } from '../../src/shared/document.ts'
import { contract } from '../../src/shared/contract.ts'
import { readText, writeText } from '../../src/cli/text.ts'
import { openDeck, until } from '../support/deck.ts'

const text = (maxLength: number) =>
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength })
    .filter((value) => /\S/.test(value) && !/\p{Cc}/u.test(value) && value.length <= maxLength)
const name = text(30)
const categoryName = text(10).map((value) => value.replaceAll('/', '-').trim())
const path = fc.array(categoryName, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'))
const span = fc.integer({ min: 1, max: 365 * 86_400_000 })
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const json = (withNull: boolean) =>
  fc
    .jsonValue({ maxDepth: 3 })
    .filter(
      (value) =>
        !JSON.stringify(value).includes('__proto__') && (withNull || !JSON.stringify(value).includes('null')),
    )
const policy = {
  mode: maybe(fc.constantFrom('in-process' as const, 'process' as const)),
  timeout: maybe(span),
  grace: maybe(fc.constantFrom(0.5, 1500, 60_000)),
  maxWorkers: maybe(fc.integer({ min: 1, max: 1000 })),
  retry: maybe(
    fc.record(
      { attempts: fc.integer({ min: 1, max: 1000 }), delay: span, jitter: fc.boolean() },
      { requiredKeys: ['attempts'] },
    ),
  ),
  environment: maybe(fc.dictionary(fc.stringMatching(/^[A-Z_]{1,8}$/), text(20))),
  successCodes: maybe(fc.array(fc.nat(255), { maxLength: 3 })),
  memoryLimit: maybe(fc.integer({ min: 2 ** 20, max: 2 ** 50 })),
  logBytes: maybe(fc.constantFrom(1024, 1025, 2 ** 30, 3 * 2 ** 20)),
}
const instant = fc.integer({ min: 0, max: Date.UTC(9999, 0, 1) })
const time = fc
  .tuple(fc.nat(23), fc.nat(59))
  .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'))
const date = fc.constantFrom('2026-12-24', '2024-02-29', '2000-01-01')
const day = fc.constantFrom('mon' as const, 'sat' as const, 'sun' as const)
const bounds = {
  zone: maybe(fc.constantFrom('local', 'UTC', 'Europe/Berlin', 'Australia/Lord_Howe')),
  quiet: maybe(
    fc.array(fc.record({ from: time, to: time, days: maybe(fc.uniqueArray(day, { minLength: 1 })) }), {
      maxLength: 3,
    }),
  ),
  skip: maybe(fc.array(date, { maxLength: 3 })),
}
/** The beginning lies before the end. */
const window = fc
  .tuple(maybe(instant), maybe(instant))
  .map(([a, b]) =>
    a === undefined || b === undefined
      ? { from: a, until: b }
      : { from: Math.min(a, b), until: Math.max(a, b) },
  )
const schedule = fc.oneof(
  fc
    .record({
      cron: fc.constantFrom(
        '0 3 * * *',
        '*/30 * * * * *',
        '@daily',
        '@reboot',
        '0 0 L * MON#2',
        '5,10 4 1-7 jan *',
      ),
      jitter: maybe(fc.constantFrom(1, 999)),
      ...bounds,
    })
    .chain((cron) => window.map((times) => ({ ...cron, ...times })))
    .filter(({ cron, jitter }) => jitter === undefined || cron !== '@reboot'),
  fc
    .record({
      every: fc.integer({ min: 1000, max: 365 * 86_400_000 }),
      anchor: maybe(instant),
      jitter: maybe(fc.integer({ min: 1, max: 999 })),
      ...bounds,
    })
    .chain((every) => window.map((times) => ({ ...every, ...times }))),
  fc.record({ at: instant }),
  fc.constant({ daemon: true as const }),
)
const handler = fc.oneof(
  fc.record({ shell: text(50) }),
  fc.record({ command: fc.array(text(10), { minLength: 1, maxLength: 3 }) }),
  fc.record({ file: fc.constantFrom('/a/b c.sh', '/文件.ts') }),
  fc.record({ function: name }),
)
const job = (withNull: boolean) =>
  fc.record({
    key: maybe(name),
    name,
    description: maybe(fc.string({ unit: 'grapheme', maxLength: 50 })),
    category: maybe(path),
    tags: maybe(fc.array(text(10), { maxLength: 3 })),
    enabled: maybe(fc.boolean()),
    params: maybe(
      fc.dictionary(
        text(8).filter((key) => key !== '__proto__'),
        json(withNull),
        { maxKeys: 4 },
      ),
    ),
    handlers: fc.array(fc.record({ priority: fc.integer({ min: -1000, max: 1000 }), handler }), {
      maxLength: 3,
    }),
    schedule: maybe(schedule),
    missed: maybe(fc.constantFrom('skip' as const, 'latest' as const, 'all' as const, 'ask' as const)),
    missedWindow: maybe(span),
    overlap: maybe(fc.constantFrom('queue' as const, 'replace' as const)),
    restart: maybe(fc.constantFrom('always' as const, 'on-failure' as const)),
    ...policy,
  })
const document = (withNull: boolean) =>
  fc.record({
    jobdeck: fc.constant(1 as const),
    categories: fc.uniqueArray(
      fc.record({
        path,
        description: maybe(text(30)),
        maxWorkers: maybe(fc.integer({ min: 1, max: 1000 })),
        policy: maybe(fc.record(policy)),
      }),
      { maxLength: 4, selector: ({ path }) => path },
    ),
    jobs: fc.uniqueArray(job(withNull), { maxLength: 5, selector: ({ key, name }) => (key ?? name).trim() }),
  })

/** Without fields that are undefined: as it would come over any transport. */
const sent = (value: object) => JSON.parse(JSON.stringify(value)) as Input<'deck.import'>['document']
const outcomes = (done: { outcome: string }[]) => new Set(done.map(({ outcome }) => outcome))

test.each(['json', 'toml'] as const)(
  'any jobs and categories that are imported, exported as %s, and imported into an empty deck, are the same to the byte',
  async (format) => {
    const property = fc.asyncProperty(document(format === 'json'), async (given) => {
      const [first, second] = [await openDeck(), await openDeck()]
      await first.importJobs(sent(given))
      const exported = await first.exportJobs()
      const written = writeText(readableDocument(exported), format)
      const read = readText(written, format, 'it') as DeckDocument
      const planned = await second.importJobs(read, { dryRun: true })
      expect(await second.exportJobs()).toEqual({ jobdeck: 1, categories: [], jobs: [] })
      expect(await second.importJobs(read)).toEqual(planned)
      expect(planned.every(({ outcome }) => outcome === 'created')).toBe(true)
      const again = await second.exportJobs()
      expect(writeText(readableDocument(again), format)).toBe(written)
      expect(contract['deck.export'].output.parse(again)).toEqual(exported)
      // What is as it is said to be is not touched.
      const before = await second.client.request('trail.list', {})
      expect(outcomes(await second.importJobs(read))).toEqual(
        new Set(planned.length > 0 ? ['unchanged'] : []),
      )
      expect(await second.client.request('trail.list', {})).toEqual(before)
      await Promise.all([first.close(), second.close()])
    })
    await fc.assert(property, { numRuns: 25 })
  },
)

test('an import that fails in its middle leaves nothing behind', async () => {
  const deck = await openDeck()
  const handlers = [{ handler: { shell: 'true' } }]
  const document = {
    jobdeck: 1 as const,
    categories: [{ path: 'new' }],
    jobs: [
      { name: 'one', category: 'made/on/the/way', handlers },
      { name: 'two', handlers, timeout: 'soon' },
    ],
  }
  await expect(deck.importJobs(document)).rejects.toThrow('document.jobs.1.timeout')
  expect(await deck.exportJobs()).toEqual({ jobdeck: 1, categories: [], jobs: [] })
})

test('a job keeps its state of being enabled where the document does not say, and takes it where it does', async () => {
  const deck = await openDeck()
  const entry = { name: 'job', handlers: [] }
  const imported = async (enabled?: boolean) => {
    const [done] = await deck.importJobs({
      jobdeck: 1,
      jobs: [{ ...entry, ...(enabled !== undefined && { enabled }) }],
    })
    return `${done!.outcome} ${(await deck.getJob('job')).enabled}`
  }
  expect(await imported(false)).toBe('created false')
  expect(await imported()).toBe('unchanged false')
  expect(await imported(true)).toBe('updated true')
})

describe('a source', () => {
  const job = (name: string, more: object = {}) => ({
    name,
    handlers: [{ handler: { shell: 'true' } }],
    ...more,
  })
  const outcomesOf = (done: { name: string; outcome: string }[]) =>
    done.map(({ name, outcome }) => `${name} ${outcome}`)

  test('manages its jobs; what differs is told by field, and a second time nothing does', async () => {
    const deck = await openDeck()
    const first = { jobdeck: 1 as const, jobs: [job('one', { timeout: '1h', environment: { A: '1' } })] }
    expect(await deck.importJobs(first, { source: '/conf' })).toMatchObject([
      { outcome: 'created', changes: [] },
    ])
    expect((await deck.getJob('one')).managedBy).toBe('/conf')
    const trail = await deck.client.request('trail.list', {})
    expect(await deck.importJobs(first, { source: '/conf', prune: true })).toMatchObject([
      { outcome: 'unchanged', changes: [] },
    ])
    expect(await deck.client.request('trail.list', {})).toEqual(trail)
    const second = { jobdeck: 1 as const, jobs: [job('one', { environment: { A: '2' }, tags: ['x'] })] }
    const [done] = await deck.importJobs(second, { source: '/conf' })
    expect(done!.changes).toEqual([
      { field: 'timeout', before: 3_600_000, after: null },
      { field: 'environment', before: { A: '1' }, after: { A: '2' } },
      { field: 'tags', before: null, after: ['x'] },
    ])
  })

  test('is kept by what is edited or imported elsewhere, and taken over by another source', async () => {
    const deck = await openDeck()
    const document = { jobdeck: 1 as const, jobs: [job('one')] }
    await deck.importJobs(document, { source: '/a' })
    await deck.saveJob({ ...job('one'), timeout: '5m' })
    await deck.importJobs({ jobdeck: 1, jobs: [job('one', { timeout: '6m' })] })
    expect((await deck.getJob('one')).managedBy).toBe('/a')
    const [done] = await deck.importJobs(document, { source: '/b' })
    expect(done!.changes.map(({ field, after }) => [field, after])).toEqual([
      ['timeout', null],
      ['managedBy', '/b'],
    ])
  })

  test('removes with prune what it managed and no longer names, and nothing else', async () => {
    const deck = await openDeck()
    await deck.saveJob(job('own'))
    await deck.importJobs({ jobdeck: 1, jobs: [job('other')] }, { source: '/b' })
    await deck.importJobs({ jobdeck: 1, jobs: [job('one'), job('two')] }, { source: '/a' })
    const less = { jobdeck: 1 as const, jobs: [job('one')] }
    expect(outcomesOf(await deck.importJobs(less, { source: '/a' }))).toEqual(['one unchanged'])
    const pruned = ['one unchanged', 'two removed']
    expect(outcomesOf(await deck.importJobs(less, { source: '/a', prune: true, dryRun: true }))).toEqual(
      pruned,
    )
    expect(outcomesOf(await deck.importJobs(less, { source: '/a', prune: true }))).toEqual(pruned)
    expect((await deck.listJobs()).data.map(({ name }) => name)).toEqual(['one', 'other', 'own'])
    await expect(deck.importJobs(less, { prune: true })).rejects.toThrow('prune: wants a source')
  })

  test('does nothing at all while one of those that it would remove is running, and names all of them', async () => {
    const deck = await openDeck()
    const jobs = [job('one'), job('two'), job('three')]
    for (const one of jobs) one.handlers = [{ handler: { shell: 'sleep 60' } }]
    await deck.importJobs({ jobdeck: 1, jobs }, { source: '/a' })
    for (const name of ['two', 'three']) {
      const [run] = await deck.client.request('jobs.start', { job: name })
      await until(deck, run!.id, ({ status }) => status === 'running')
    }
    const less = { jobdeck: 1 as const, categories: [{ path: 'new' }], jobs: [job('one')] }
    for (const dryRun of [true, false]) {
      await expect(deck.importJobs(less, { source: '/a', prune: true, dryRun })).rejects.toThrow(
        /^"three" \(#2\), "two" \(#1\) are running and would be removed: stop them first/,
      )
    }
    expect(await deck.listCategories()).toEqual([])
    expect((await deck.getJob('one')).handlers).toMatchObject([{ handler: { shell: 'sleep 60' } }])
  })

  test('cannot say that a job runs after a while: that would begin anew each time', async () => {
    const deck = await openDeck()
    const document = { jobdeck: 1 as const, jobs: [job('a'), job('b', { schedule: { in: '1h' } })] }
    await expect(deck.importJobs(document, { source: '/a' })).rejects.toThrow('document.jobs.1.schedule.in: ')
    expect((await deck.listJobs()).total).toBe(0)
  })
})

test('a schedule that cannot be kept is refused with its place in the document', async () => {
  const deck = await openDeck()
  const jobs = [
    { name: 'good', handlers: [] },
    { name: 'bad', handlers: [], schedule: { cron: '0 25 * * *' } },
  ]
  await expect(deck.importJobs({ jobdeck: 1, jobs })).rejects.toThrow(
    /^document\.jobs\.1\.schedule\.cron: hour "25"/,
  )
  expect((await deck.listJobs()).total).toBe(0)
})
