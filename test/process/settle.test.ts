import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { settleDeadHosts } from '../../src/core/dispatch/settle.ts'
import { createEngine } from '../../src/core/engine.ts'
import { foldersOf } from '../../src/core/folders.ts'
import { isLocked } from '../../src/core/store/lock.ts'
import { openStore } from '../../src/core/store/store.ts'
import { EXECUTORS, declareWork } from '../fixtures/work.ts'
import { openDeck, until } from '../support/deck.ts'
import { HostProcess, carriers } from '../support/host.ts'
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
  const found = await settleDeadHosts({
    store: slow,
    folder: foldersOf(file).hosts,
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

test('a lock that a settler left behind, because it died right before it removed it, is removed by the next', async () => {
  const place = workplace()
  await die(place, 'function', 'begun')
  const { hosts } = foldersOf(place.file)
  const locks = () => readdirSync(hosts).filter((each) => each.endsWith('.lock') && each !== 'planner.lock')
  const [name] = locks()
  const lock = join(hosts, name!)
  const before = readFileSync(lock)
  await settleSlowly(place, async () => {})
  expect(locks()).toEqual([])
  writeFileSync(lock, before)
  await settleSlowly(place, async () => {})
  expect(locks()).toEqual([])
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

/** A host whose run goes on; stopped by the system when it tells so. */
async function frozenHost(place: Workplace, executor: (typeof EXECUTORS)[number]): Promise<HostProcess> {
  const host = new HostProcess('steady', [place.file, place.folder, executor], place)
  await host.line('begun')
  for (;;) {
    host.child.kill('SIGSTOP')
    if (!isLocked(place.file)) return host
    host.child.kill('SIGCONT') // it was writing: nobody could write while it is stopped
  }
}

test.each(EXECUTORS)(
  'a stop that another process asked for stands when the host crashes before it could act (%s)',
  async (executor) => {
    const place = workplace()
    const host = await frozenHost(place, executor)
    const deck = await openDeck({ file: place.file })
    await deck.client.request('executions.stop', { execution: 1 })
    expect(await deck.client.request('executions.get', { execution: 1 })).toMatchObject({ status: 'running' })
    await host.kill()
    await deck.close()
    const next = await openDeck({ file: place.file })
    expect(await next.client.request('executions.get', { execution: 1 })).toMatchObject({
      status: 'cancelled',
      error: null,
      retryId: null,
    })
    await expect.poll(() => carriers(place.folder)).toEqual([])
  },
)

test.each(EXECUTORS)(
  'a host that is stopped by the system is not taken for dead, however often that is asked; it goes on (%s)',
  async (executor) => {
    const place = workplace()
    const host = await frozenHost(place, executor)
    const planner = await createEngine({ file: place.file })
    onTestFinished(() => planner.close())
    const parts = {
      store: planner.store,
      folder: planner.folders.hosts,
      clock: systemClock,
    }
    for (let time = 0; time < 500; time++) expect(await settleDeadHosts(parts)).toEqual([])
    for (const kind of ['library', 'run', 'command'] as const) {
      const opener = await createEngine({ file: place.file, kind })
      expect(opener.store.executions.find(1)).toMatchObject({ status: 'running' })
      await opener.close()
    }
    expect(planner.queue().hosts).toHaveLength(2)
    host.child.kill('SIGCONT')
    place.calm()
    await host.line('#1 completed')
    expect(planner.store.executions.find(1)).toMatchObject({ status: 'completed' })
    expect(place.evidence(1)).toEqual(ONCE)
  },
)
