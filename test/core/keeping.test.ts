import {
  copyFileSync,
  existsSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { listBackups, putBack } from '../../src/core/backup.ts'
import { createEngine } from '../../src/core/engine.ts'
import { foldersOf } from '../../src/core/folders.ts'
import { sweep, DEFAULT_SETTINGS } from '../../src/core/sweep.ts'
import { systemClock } from '../../src/core/clock.ts'
import { Fault, type Deck } from '../../src/core/index.ts'
import { gate, openDeck, temporaryFolder, until } from '../support/deck.ts'

const rows = (file: string, sql: string) => {
  const database = new Database(file, { readonly: true })
  try {
    return database.prepare(sql).all() as Record<string, unknown>[]
  } finally {
    database.close()
  }
}
const numbers = async (deck: Deck) =>
  (await deck.client.request('executions.list', {})).map(({ id }) => id).toReversed()

async function runTimes(deck: Deck, name: string, times: number, data = {}) {
  const job = deck.once('in-process', { name, ...data }).add(1, ({ info }) => info('x'.repeat(100)))
  for (let time = 0; time < times; time++) {
    await job.start()
    await job.finished()
  }
  return job
}

describe('what is kept', () => {
  test('is so many runs of each job as it says; the logs and folders of the others go with them', async () => {
    const deck = await openDeck()
    await runTimes(deck, 'few', 5, { keepRuns: 2 })
    await runTimes(deck, 'all', 3)
    const planned = await deck.client.request('deck.clean', { dryRun: true })
    expect(planned).toMatchObject({ surplusRuns: 3 })
    expect(await numbers(deck)).toHaveLength(8)
    expect(await deck.client.request('deck.clean', {})).toMatchObject({ surplusRuns: 3 })
    expect(await numbers(deck)).toEqual([4, 5, 6, 7, 8])
    const logged = rows(deck.file, 'select distinct execution_id as id from logs order by 1')
    expect(logged.map(({ id }) => id)).toEqual([4, 5, 6, 7, 8])
    const job = await deck.client.request('jobs.get', { job: 'few' })
    expect(job.counts).toEqual({ completed: 2 })
  })

  test('is never less than the last run of a job, nor one that has not ended, however old', async () => {
    const deck = await openDeck()
    await runTimes(deck, 'old', 3, { keepFor: 1, keepRuns: 1 })
    const { handler, begun, end } = gate()
    const [running] = await deck
      .once('in-process', { name: 'old running', keepFor: 1 })
      .add(1, handler)
      .start()
    await begun
    await deck.client.request('deck.clean', {})
    expect(await numbers(deck)).toEqual([3, running!.id])
    end(null)
    expect((await running!.finished()).status).toBe('completed')
  })

  test('never lacks the attempt before one that is still to come', async () => {
    const deck = await openDeck()
    const retry = { attempts: 2, delay: '1h', jitter: false }
    const job = deck
      .once('in-process', { name: 'tried', keepFor: 1, retry })
      .add(1, () => Promise.reject(new Error()))
    for (let time = 0; time < 2; time++) {
      const [run] = await job.start()
      await until(deck, run!, ({ retryId }) => retryId !== null)
    }
    await deck.client.request('deck.clean', {})
    expect(await numbers(deck)).toEqual([1, 2, 3, 4])
  })

  test('is the newest where the database would grow too large, and the file shrinks', async () => {
    const deck = await openDeck()
    const job = deck.once('in-process', { name: 'wordy' }).add(1, ({ info }) => {
      for (let line = 0; line < 200; line++) info('x'.repeat(10_000))
    })
    for (let time = 0; time < 3; time++) {
      await job.start()
      await job.finished()
    }
    await deck.client.request('deck.configure', { keepSize: '3MB' })
    const { oldestRuns, sizeBefore, sizeAfter } = await deck.client.request('deck.clean', {})
    expect(oldestRuns).toBe(2)
    expect(sizeAfter).toBeLessThan(sizeBefore / 2)
    await deck.close()
    expect(statSync(deck.file).size).toBeLessThanOrEqual(sizeAfter + 4096 * 10)
  })

  test('ends between two steps when the deck is closed', async () => {
    const engine = await createEngine({ file: join(temporaryFolder(), 'jobs.db') })
    const aborted = AbortSignal.abort()
    const report = await sweep(
      { store: engine.store, clock: systemClock, folders: engine.folders },
      { keep: DEFAULT_SETTINGS, undoTime: 0, signal: aborted },
    )
    expect(report).toMatchObject({ surplusRuns: 0, removedJobs: 0 })
    await engine.close()
  })
})

describe('a removed job', () => {
  test('is gone from every list, its waiting runs are cancelled, and all of it can be brought back', async () => {
    const deck = await openDeck()
    const job = await runTimes(deck, 'gone', 2)
    const { id } = await deck.client.request('jobs.get', { job: 'gone' })
    await deck.client.request('jobs.remove', { jobs: ['gone'] })
    expect(await deck.client.request('jobs.list', {})).toEqual([])
    expect(await numbers(deck)).toEqual([])
    expect(await deck.client.request('executions.count', {})).toEqual({ count: 0, exact: true })
    await expect(deck.client.request('jobs.get', { job: id })).rejects.toThrow(/there is no job/)
    await expect(deck.client.request('executions.get', { execution: 1 })).rejects.toThrow(
      'there is no run #1',
    )
    expect(await deck.client.request('jobs.bringBack', { job: 'gone' })).toMatchObject({ id, name: 'gone' })
    expect(await numbers(deck)).toEqual([1, 2])
    await job.start()
    expect((await job.finished()).status).toBe('completed')
  })

  test('makes its name free; it cannot come back beside the new one, and says so', async () => {
    const deck = await openDeck()
    await runTimes(deck, 'same', 1)
    const before = await deck.client.request('jobs.get', { job: 'same' })
    await deck.client.request('jobs.remove', { jobs: ['same'] })
    await runTimes(deck, 'same', 1)
    const after = await deck.client.request('jobs.get', { job: 'same' })
    expect(after.id).not.toBe(before.id)
    expect(after.counts).toEqual({ completed: 1 })
    await expect(deck.client.request('jobs.bringBack', { job: before.id })).rejects.toThrow(
      'another job has the same key by now: rename or remove that one first',
    )
  })

  test('is refused while it runs; nothing of the others is removed then', async () => {
    const deck = await openDeck()
    const { handler, begun, end } = gate()
    await deck.once('in-process', { name: 'busy' }).add(1, handler).start()
    await begun
    await runTimes(deck, 'idle', 1)
    await expect(deck.client.request('jobs.remove', { jobs: ['idle', 'busy'] })).rejects.toThrow(
      '"busy" is running (#1): stop it first',
    )
    expect(await deck.client.request('jobs.list', {})).toHaveLength(2)
    end(null)
  })

  test('is swept with everything of it, and what nobody refers to any more', async () => {
    const deck = await openDeck()
    await runTimes(deck, 'swept', 2, { environment: { ONLY: 'here' } })
    await runTimes(deck, 'kept', 1)
    await deck.client.request('jobs.remove', { jobs: ['swept'] })
    expect(await deck.client.request('deck.clean', {})).toMatchObject({ removedJobs: 0 })
    expect(await deck.client.request('deck.clean', { removed: true })).toMatchObject({ removedJobs: 1 })
    expect(rows(deck.file, 'select name from jobs')).toEqual([{ name: 'kept' }])
    expect(rows(deck.file, 'select distinct job_id as id from executions')).toHaveLength(1)
    expect(rows(deck.file, `select 1 from snapshots where body like '%ONLY%'`)).toEqual([])
    await runTimes(deck, 'kept', 1)
    expect(rows(deck.file, 'pragma foreign_key_check')).toEqual([])
  })
})

describe('the trail', () => {
  test('has every edit with a version that can be looked at and restored; an equal save is none', async () => {
    const deck = await openDeck()
    const declare = (name: string, shell: string) =>
      deck.once('process', { key: 'k', name, category: 'a' }).add(1, { shell }).save()
    await declare('one', 'true')
    await declare('one', 'true')
    await declare('two', 'false')
    const versions = await deck.client.request('versions.list', { job: 'k' })
    expect(versions.map(({ number, name }) => [number, name])).toEqual([
      [2, 'two'],
      [1, 'one'],
    ])
    const restored = await deck.client.request('versions.restore', { job: 'k', number: 1 })
    expect(restored).toMatchObject({ name: 'one', category: 'a', handlers: [{ handler: { shell: 'true' } }] })
    const trail = await deck.client.request('trail.list', { job: 'k' })
    expect(trail.map(({ action, actor, details }) => [action, actor, details])).toEqual([
      ['edited', 'program', { before: 2, after: 3 }],
      ['edited', 'program', { before: 1, after: 2 }],
      ['created', 'program', { after: 1 }],
    ])
    await expect(deck.client.request('versions.restore', { job: 'k', number: 9 })).rejects.toThrow(
      'there is no version 9 of this job',
    )
  })
})

describe('a copy', () => {
  test('is made while runs go on, is whole, and is never written over', async () => {
    const deck = await openDeck()
    await runTimes(deck, 'copied', 3)
    const { handler, begun, end } = gate()
    const [running] = await deck.once('in-process', { name: 'running' }).add(1, handler).start()
    await begun
    const target = join(temporaryFolder(), 'copy.db')
    expect(await deck.client.request('deck.backUp', { file: target })).toEqual({ file: target })
    end(null)
    expect((await running!.finished()).status).toBe('completed')
    expect(readdirSync(join(target, '..'))).toEqual(['copy.db'])
    expect(rows(target, 'select status, count(*) as n from executions group by 1 order by 1')).toEqual([
      { status: 'completed', n: 3 },
      { status: 'running', n: 1 },
    ])
    const before = readFileSync(target)
    await expect(deck.client.request('deck.backUp', { file: target })).rejects.toThrow(/exists already/)
    expect(readFileSync(target).equals(before)).toBe(true)
  })

  test('is put back only while nobody has the deck open; what was there is kept, and the deck opens paused', async () => {
    const deck = await openDeck()
    await runTimes(deck, 'before', 1)
    const copy = join(temporaryFolder(), 'copy.db')
    await deck.client.request('deck.backUp', { file: copy })
    await runTimes(deck, 'after', 1)
    await expect(putBack(copy, deck.file, Date.now())).rejects.toThrow(/open in another program/)
    await deck.close()
    const kept = await putBack(copy, deck.file, Date.now())
    expect(rows(kept!, 'select name from jobs')).toHaveLength(2)
    expect(await listBackups(foldersOf(deck.file).backups)).toEqual([kept])

    // Also without the command that restores: whoever copies a file by hand gets the same care.
    const again = await openDeck({ file: deck.file })
    expect((await again.client.request('jobs.list', {})).map(({ name }) => name)).toEqual(['before'])
    const { pauses } = await again.client.request('queue.get', {})
    expect(pauses).toMatchObject([{ target: 'deck', reason: 'the deck was set back to an earlier state' }])
  })

  test.each([
    ['text', Buffer.from('no database\n'.repeat(100)), /is not a database/],
    ['a damaged one', undefined, /is damaged/],
  ])('that is none is refused, and nothing is touched (%s)', async (_, bytes, message) => {
    const deck = await openDeck()
    await runTimes(deck, 'safe', 20)
    const copy = join(temporaryFolder(), 'copy.db')
    await deck.client.request('deck.backUp', { file: copy })
    await deck.close()
    const damaged = readFileSync(copy)
    damaged.fill(0xaa, 3 * 4096, 12 * 4096)
    writeFileSync(copy, bytes ?? damaged)
    const before = readFileSync(deck.file)
    await expect(putBack(copy, deck.file, Date.now())).rejects.toThrow(message)
    expect(readFileSync(deck.file).equals(before)).toBe(true)
  })

  test('to where no folder can be made is refused, rather than tried for ever', async () => {
    const deck = await openDeck()
    for (const file of ['/proc/none/copy.db', '/dev/null/copy.db']) {
      const copy = deck.client.request('deck.backUp', { file })
      await expect(copy).rejects.toMatchObject({ code: 'database-permission' })
    }
  })
})

describe('a database under an open deck', () => {
  test.each(['removed', 'replaced by another'])(
    'that is %s is noticed: nothing more is run or stored',
    async (how) => {
      const deck = await openDeck()
      const { handler, begun } = gate()
      const [running] = await deck
        .once('in-process', { name: 'running' })
        .add(1, (execution) => {
          void handler(execution)
          return new Promise((_, reject) => execution.signal.addEventListener('abort', reject))
        })
        .start()
      const { signal } = await begun
      const closed = new Promise<string>((done) => deck.on('closed', ({ fault }) => done(fault.message)))
      if (how === 'removed') rmSync(deck.file)
      else {
        const other = join(temporaryFolder(), 'other.db')
        copyFileSync(deck.file, other)
        renameSync(other, deck.file)
      }
      expect(await closed).toContain(`${deck.file} was ${how} while it was open`)
      if (!signal.aborted) await new Promise((done) => signal.addEventListener('abort', done))
      const refused = deck.client.request('jobs.list', {})
      await expect(refused).rejects.toThrow(Fault)
      await expect(running!.get()).rejects.toMatchObject({ code: 'database-replaced' })
      await deck.close()
      expect(existsSync(deck.file)).toBe(how !== 'removed')
    },
  )
})
