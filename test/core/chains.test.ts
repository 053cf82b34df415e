import { describe, expect, test } from 'vitest'
import { gate, openDeck, until } from '../support/deck.ts'
import { rows } from '../support/store.ts'

const retry = (attempts: number, delay: number | string = 1) => ({ attempts, delay, jitter: false })
const fails = () => Promise.reject(new Error('no'))

describe('the stop of a run that is to be tried again', () => {
  test.each(['the attempt that failed', 'the attempt that waits', 'the job'])(
    'ends its chain, asked for by %s: nothing more is tried',
    async (what) => {
      const deck = await openDeck()
      const job = deck.once('in-process', { name: 'tried', retry: retry(3, '1d') }).add(1, fails)
      const [run] = await job.start()
      const { retryId } = await until(deck, run!, ({ retryId }) => retryId !== null)
      if (what === 'the job') await job.cancel()
      else {
        const execution = what === 'the attempt that failed' ? run!.id : retryId!
        expect(await deck.client.request('executions.stop', { execution })).toMatchObject({ id: retryId })
      }
      expect(await job.finished()).toMatchObject({ status: 'cancelled', executions: [{ id: retryId }] })
      expect(await deck.client.request('executions.list', {})).toMatchObject([
        { id: retryId, status: 'cancelled', attempt: 2, startedAt: null },
        { id: run!.id, status: 'failed', attempt: 1 },
      ])
      const again = deck.client.request('executions.stop', { execution: run!.id })
      await expect(again).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('ended'),
      })
    },
  )

  test('ends the attempt that runs, asked for by the first one', async () => {
    const deck = await openDeck()
    const second = Promise.withResolvers<void>()
    const job = deck
      .once('in-process', { name: 'tried', retry: retry(3) })
      .add(1, async ({ attempt, signal }) => {
        if (attempt === 1) return fails()
        second.resolve()
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      })
    const [run] = await job.start()
    await second.promise
    await run!.stop()
    expect(await job.finished()).toMatchObject({ status: 'cancelled', executions: [{ attempt: 2 }] })
  })

  test('that is stored while it fails by itself is not lost: nothing more is tried', async () => {
    const deck = await openDeck()
    const other = await openDeck({ file: deck.file, slots: { inline: 0 } })
    const { handler, begun, end } = gate()
    const job = deck.once('in-process', { name: 'failing', retry: retry(2, '1d') }).add(1, handler)
    const [run] = await job.start()
    await begun
    // Its host has not seen it yet when the handler fails.
    await other.client.request('executions.stop', { execution: run!.id })
    end(fails())
    const { status, retryId } = await until(deck, run!, ({ endedAt }) => endedAt !== null)
    expect(['failed', 'cancelled']).toContain(status)
    expect(retryId).toBeNull()
    expect((await job.finished()).executions).toMatchObject([{ attempt: 1 }])
  })
})

describe('a job that was removed and swept', () => {
  test('is still in the trail, with its name, and its runs and versions are gone', async () => {
    const deck = await openDeck()
    const job = deck.once('in-process', { name: 'swept' }).add(1, () => 'done')
    await job.start()
    await job.finished()
    const { id } = await deck.client.request('jobs.get', { job: 'swept' })
    await deck.client.request('jobs.remove', { jobs: ['swept'] })
    expect(await deck.client.request('deck.clean', { removed: true })).toMatchObject({ removedJobs: 1 })
    expect(rows(deck.file, 'select 1 from jobs union all select 1 from executions')).toEqual([])
    const trail = await deck.client.request('trail.list', {})
    expect(trail.map(({ action, jobId, details }) => [action, jobId, details])).toEqual([
      ['removed', id, { name: 'swept' }],
      ['created', id, { after: 1 }],
    ])
  })

  test('stays in the trail when another one takes its name', async () => {
    const deck = await openDeck()
    const declare = (shell: string) => deck.once('process', { name: 'same' }).add(1, { shell }).save()
    const { id: first } = await declare('true')
    await deck.client.request('jobs.remove', { jobs: ['same'] })
    const { id: second } = await declare('false')
    await deck.client.request('deck.clean', {})
    const trail = await deck.client.request('trail.list', {})
    expect(trail.map(({ action, jobId }) => [action, jobId])).toEqual([
      ['created', second],
      ['removed', first],
      ['created', first],
    ])
    expect(await deck.client.request('trail.list', { job: 'same' })).toHaveLength(1)
  })
})
