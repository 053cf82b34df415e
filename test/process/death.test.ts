import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Deck } from '../../src/core/index.ts'
import { EXECUTORS, declareWork } from '../fixtures/work.ts'
import { openDeck, until } from '../support/deck.ts'
import { HostProcess, carriers } from '../support/host.ts'
import { ONCE, die, workplace } from '../support/workplace.ts'

const get = (deck: Deck, execution = 1) => deck.client.request('executions.get', { execution })

describe.each(EXECUTORS)('a run on the executor "%s" whose host was killed', (executor) => {
  // A function runs with its claim: it is never being prepared.
  test.each(executor === 'function' ? ['queued'] : ['queued', 'initializing'])(
    'while it was %s is run by the next host, once',
    async (state) => {
      const place = workplace()
      await die(place, executor, state)
      expect(place.evidence(1).begun).toBe(false)
      place.calm()
      const deck = await openDeck({ file: place.file })
      declareWork(deck, executor, place.folder)
      const run = await until(deck, 1, ({ endedAt }) => endedAt !== null)
      expect(run).toMatchObject({ status: 'completed', attempt: 1, parentId: null, retryId: null })
      expect(place.evidence(1)).toEqual(ONCE)
    },
  )

  test.each(['running', 'begun'])(
    'while it was running is interrupted and not begun again (%s)',
    async (moment) => {
      const place = workplace()
      await die(place, executor, moment)
      const deck = await openDeck({ file: place.file })
      declareWork(deck, executor, place.folder)
      expect(await get(deck)).toMatchObject({
        status: 'interrupted',
        error: { name: 'HostDied' },
        retryId: null,
      })
      await expect.poll(() => carriers(place.folder)).toEqual([])
      expect(place.evidence(1)).toEqual({ begun: moment === 'begun', done: false, twice: false })
    },
  )

  test('in the grace of a stop is cancelled, and nothing of it lives on', async () => {
    const place = workplace()
    await die(place, executor, 'asked')
    const deck = await openDeck({ file: place.file })
    expect(await get(deck)).toMatchObject({ status: 'cancelled', error: null })
    await expect.poll(() => carriers(place.folder)).toEqual([])
  })

  test('while it waited to be tried again is tried by the next host, once', async () => {
    const place = workplace()
    await die(place, executor, 'failed')
    place.calm()
    const deck = await openDeck({ file: place.file })
    declareWork(deck, executor, place.folder)
    const { retryId, status } = await get(deck)
    expect(status).toBe('failed')
    const last = await until(deck, retryId!, ({ endedAt }) => endedAt !== null)
    expect(last).toMatchObject({ status: 'completed', attempt: 2, trigger: 'retry', retryId: null })
    expect(place.evidence(retryId!)).toEqual(ONCE)
  })
})

test('a child that spins is ended when its host dies before anything more than its beginning could be stored', async () => {
  const place = workplace()
  onTestFinished(place.calm)
  const host = new HostProcess('doomed', [place.file, place.folder, 'child', 'held'], place)
  await host.line('held')
  const other = new Database(place.file)
  onTestFinished(() => void other.close())
  other.exec('begin immediate')
  writeFileSync(join(place.folder, 'go'), '')
  await expect.poll(() => existsSync(join(place.folder, 'spins'))).toBe(true)
  await host.kill()
  other.exec('rollback')
  const deck = await openDeck({ file: place.file })
  expect(await get(deck)).toMatchObject({ status: 'interrupted' })
  await expect.poll(() => carriers(place.folder)).toEqual([])
})
