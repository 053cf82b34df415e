import { expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { settleDeadHosts } from '../../src/core/dispatch/settle.ts'
import { foldersOf } from '../../src/core/folders.ts'
import { openStore } from '../../src/core/store/store.ts'
import { declareWork } from '../fixtures/work.ts'
import { openDeck, until } from '../support/deck.ts'
import { ONCE, die, workplace, type Workplace } from '../support/workplace.ts'

/** Settles as an opener does that is held up, for what `meanwhile` does, between looking and writing. */
async function settleSlowly(
  { file }: Workplace,
  meanwhile: (store: Awaited<ReturnType<typeof openStore>>) => Promise<unknown>,
) {
  const store = await openStore(file)
  const slow: typeof store = {
    ...store,
    async write(work, options) {
      await meanwhile(store)
      return store.write(work, options)
    },
  }
  const markOf = (id: number) => `${store.deckId}/${id}`
  const found = await settleDeadHosts({
    store: slow,
    folder: foldersOf(file).hosts,
    markOf,
    clock: systemClock,
  })
  store.close()
  return found
}

test('a slow opener does not take a run back that a faster one has settled and a living host has claimed', async () => {
  const place = workplace()
  await die(place, 'child', 'initializing')
  place.calm()
  const deck = Promise.withResolvers<Awaited<ReturnType<typeof openDeck>>>()
  const found = await settleSlowly(place, async () => {
    const heir = await openDeck({ file: place.file })
    deck.resolve(heir)
    await until(heir, 1, ({ status }) => status === 'initializing')
  })
  expect(found).toEqual([])
  const run = await until(await deck.promise, 1, ({ endedAt }) => endedAt !== null)
  expect(run).toMatchObject({ status: 'completed' })
  expect(place.evidence(1)).toEqual(ONCE)
})

test('a stop that is stored while a dead host is being settled is kept', async () => {
  const place = workplace()
  await die(place, 'function', 'begun')
  await settleSlowly(place, (store) =>
    store.write(() => store.executions.requestStop(1, 'cancelled', false, Date.now())),
  )
  const deck = await openDeck({ file: place.file })
  declareWork(deck, 'function', place.folder)
  expect(await deck.client.request('executions.get', { execution: 1 })).toMatchObject({ status: 'cancelled' })
})
