import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DeckDocument, Input } from '../../src/core/index.ts'
import { readableDocument } from '../../src/shared/document.ts'
import { contract } from '../../src/shared/contract.ts'
import { readText, writeText } from '../../src/cli/text.ts'
import { openDeck } from '../support/deck.ts'

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
