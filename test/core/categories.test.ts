import { describe, expect, test } from 'vitest'
import type { Deck, Fault, PolicyInput } from '../../src/core/index.ts'
import { openDeck, temporaryFolder, until, writeFile } from '../support/deck.ts'

const paths = async (deck: Deck) => (await deck.listCategories()).map(({ path }) => path)
const declare = (deck: Deck, name: string, category: string, policy: PolicyInput = {}) =>
  deck.once('process', { name, category, ...policy }).add(1, { shell: 'echo $LEVEL-$OWN' })
const messageOf = (promise: Promise<unknown>) => promise.then(String, (fault: Fault) => fault.message)

describe('a category', () => {
  test('is moved with all below it, and its jobs stay in it', async () => {
    const deck = await openDeck()
    await declare(deck, 'inner', 'a/b/c').save()
    await declare(deck, 'near', 'a/bc').save()
    await deck.moveCategory('a/b', 'x/y')
    expect(await paths(deck)).toEqual(['a', 'a/bc', 'x', 'x/y', 'x/y/c'])
    expect(await deck.getJob('inner')).toMatchObject({ category: 'x/y/c' })
    expect(await deck.getJob('near')).toMatchObject({ category: 'a/bc' })
    expect((await deck.listJobs({ category: 'x' })).data).toHaveLength(1)
    expect((await deck.listJobs({ text: 'X/Y' })).data).toHaveLength(1)
  })

  test('is not moved below itself, onto another, nor from nowhere; then nothing has changed', async () => {
    const deck = await openDeck()
    await deck.getOrCreateCategory('a/b')
    await deck.getOrCreateCategory('c')
    expect(await messageOf(deck.moveCategory('a', 'a/b/a'))).toBe('a cannot be moved below itself')
    expect(await messageOf(deck.moveCategory('a', 'c'))).toBe('there is a category "c" already')
    expect(await messageOf(deck.moveCategory('z', 'd'))).toBe('there is no category "z"')
    expect(await messageOf(deck.moveCategory('a', ' / '))).toBe('to: must name a category')
    expect(await paths(deck)).toEqual(['a', 'a/b', 'c'])
  })

  test('that is removed gives its jobs, and those below it, to the one above', async () => {
    const deck = await openDeck()
    await declare(deck, 'deep', 'a/b/c').save()
    await declare(deck, 'top', 'z').save()
    await deck.removeCategories(['a/b', 'z', 'a/b/c'])
    expect(await paths(deck)).toEqual(['a'])
    expect(await deck.getJob('deep')).toMatchObject({ category: 'a' })
    expect(await deck.getJob('top')).toMatchObject({ category: null })
  })

  test('gives its policy to its jobs where they set none, variable by variable; the nearest counts', async () => {
    const deck = await openDeck()
    await deck.saveCategory({
      path: 'a',
      policy: { timeout: '1h', grace: '1s', environment: { LEVEL: 'a', OWN: 'a' } },
    })
    await deck.saveCategory({ path: 'a/b', policy: { timeout: '2h', environment: { LEVEL: 'b' } } })
    const job = declare(deck, 'inherits', 'a/b', { environment: { OWN: 'job' } })
    await job.start()
    const { executions } = await job.finished()
    const [entry] = (await deck.listLogs(executions[0]!.id)).data
    expect(entry!.message).toBe('b-job')
    const policy = await deck.client.request('jobs.policy', { job: 'inherits' })
    const of = (field: string) => policy.find((part) => part.field === field)
    expect(of('timeout')).toEqual({ field: 'timeout', value: 7_200_000, from: 'category a/b' })
    expect(of('grace')).toEqual({ field: 'grace', value: 1000, from: 'category a' })
    expect(of('mode')).toMatchObject({ from: 'job' })
    expect(of('maxWorkers')).toEqual({ field: 'maxWorkers', value: 1, from: 'default' })
    await deck.saveCategory({ path: 'a/b', policy: {} })
    expect(await deck.client.request('jobs.policy', { job: 'inherits' })).toContainEqual({
      field: 'timeout',
      value: 3_600_000,
      from: 'category a',
    })
  })

  test('counts more than what a script says of itself, which is shown as such', async () => {
    const deck = await openDeck()
    const file = writeFile(
      temporaryFolder(),
      'script.mjs',
      `export const defaults = { timeout: '5m', grace: '9s' }\nexport default () => {}`,
    )
    await deck.saveCategory({ path: 'a', policy: { timeout: '1h' } })
    await deck.once('process', { name: 'script', category: 'a' }).add(1, { file }).save()
    const policy = await deck.client.request('jobs.policy', { job: 'script' })
    expect(policy).toContainEqual({ field: 'timeout', value: 3_600_000, from: 'category a' })
    expect(policy).toContainEqual({ field: 'grace', value: 9000, from: 'script' })
  })
})

describe('the trail of categories', () => {
  test('has who created, edited, moved and removed which, and how; a save that changes nothing is none', async () => {
    const deck = await openDeck()
    await deck.saveCategory({ path: 'a / b', maxWorkers: 2, policy: { timeout: '1h' } })
    await deck.saveCategory({ path: 'a/b', maxWorkers: 2, policy: { timeout: '60m' } })
    await deck.getOrCreateCategory('a/b')
    await deck.saveCategory({ path: 'a/b', maxWorkers: null, description: 'Nightly' })
    await deck.moveCategory('a/b', 'c')
    await deck.moveCategory('c', 'c')
    await deck.removeCategories(['c'])
    await messageOf(deck.removeCategories(['a', 'nowhere'])) // refused as a whole
    const trail = await deck.client.request('trail.list', {})
    expect(trail.toReversed().map(({ actor, action, details }) => [actor, action, details])).toEqual([
      ['program', 'created', { category: 'a/b', after: { maxWorkers: 2, policy: { timeout: 3_600_000 } } }],
      [
        'program',
        'edited',
        {
          category: 'a/b',
          before: { maxWorkers: 2, policy: { timeout: 3_600_000 } },
          after: { description: 'Nightly', policy: { timeout: 3_600_000 } },
        },
      ],
      ['program', 'moved', { category: 'a/b', to: 'c' }],
      ['program', 'removed', { category: 'c' }],
    ])
  })

  test('names the file as who made what a document says', async () => {
    const deck = await openDeck()
    await deck.importJobs({ jobdeck: 1, categories: [{ path: 'a' }], jobs: [] })
    expect(await deck.client.request('trail.list', {})).toMatchObject([
      { actor: 'file', action: 'created', jobId: null, details: { category: 'a' } },
    ])
  })
})

describe('a job that is disabled', () => {
  test('says so, begins nothing that waits, runs when it is asked to, and goes on when it is enabled', async () => {
    const deck = await openDeck({ slots: { inline: 1 } })
    const job = deck.once('in-process', { name: 'off' }).add(1, () => 'ran')
    await job.save()
    const off = await deck.client.request('jobs.enable', { job: 'off', enabled: false })
    expect(off).toMatchObject({ status: 'disabled', enabled: false })
    const [waiting] = await deck.client.request('jobs.start', { job: 'off', trigger: 'scheduled' })
    expect(await deck.getExecution(waiting!.id)).toMatchObject({
      status: 'queued',
      waitingFor: { what: 'enabled', reason: null },
    })
    const [asked] = await deck.client.request('jobs.start', { job: 'off' })
    await until(deck, asked!.id, ({ status }) => status === 'completed')
    expect(await deck.getExecution(waiting!.id)).toMatchObject({ status: 'queued' })
    expect(await deck.client.request('pauses.list', {})).toEqual([])
    await deck.client.request('jobs.enable', { job: 'off', enabled: true })
    await until(deck, waiting!.id, ({ status }) => status === 'completed')
    const trail = await deck.client.request('trail.list', { job: 'off' })
    expect(trail.map(({ action }) => action).filter((action) => action.endsWith('abled'))).toEqual([
      'enabled',
      'disabled',
    ])
  })
})

describe('runs', () => {
  test('that have ended are removed with their logs, counted no more; one that runs is refused and nothing is removed', async () => {
    const deck = await openDeck()
    const job = deck.once('in-process', { name: 'kept', maxWorkers: 9 })
    job.add(1, ({ info, params }) => (params.hang ? new Promise(() => {}) : info('said')))
    for (let time = 0; time < 3; time++) {
      await job.start()
      await job.finished()
    }
    const [hanging] = await job.start({ hang: true })
    await until(deck, hanging!, ({ status }) => status === 'running')
    expect(await messageOf(deck.removeExecutions([1, hanging!.id]))).toBe(
      `#${hanging!.id} has not ended: stop it first`,
    )
    expect(await deck.removeExecutions([1, 2, 2])).toBe(2)
    expect((await deck.listExecutions()).data.map(({ id }) => id)).toEqual([4, 3])
    expect((await deck.getJob('kept')).counts).toEqual({ completed: 1, running: 1 })
    await expect(deck.listLogs(1)).rejects.toThrow('there is no run #1')
  })
})
