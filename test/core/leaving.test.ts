import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { open, type AnyHandler, type Deck, type Mode } from '../../src/core/index.ts'
import { gate, obedient, openDeck, temporaryFolder, until, writeFile } from '../support/deck.ts'
import { HostProcess } from '../support/host.ts'
import { rows } from '../support/store.ts'

const newFile = () => join(temporaryFolder(), 'jobs.db')
const declare = (deck: Deck, mode: Mode, handler: AnyHandler, maxWorkers = 1) =>
  deck.once(mode, { name: 'left', maxWorkers }).add(1, handler)
const states = (file: string) =>
  rows<{ status: string }>(file, 'select status from executions order by id').map(({ status }) => status)

const HANDLERS: [string, Mode, (folder: string) => AnyHandler][] = [
  ['a function', 'in-process', () => () => 'done'],
  ['a script in a thread', 'in-process', (folder) => ({ file: script(folder) })],
  ['a script in a process', 'process', (folder) => ({ file: script(folder) })],
  ['a command', 'process', () => ({ command: ['true'] })],
]
const script = (folder: string) => writeFile(folder, 'handler.mjs', `export default () => 'done'`)

describe('a run that was queued just before its deck is closed', () => {
  test.each(HANDLERS)(
    'has run by then, or stays queued for anybody and runs when the deck is opened again (%s)',
    async (_, mode, handlerIn) => {
      const file = newFile()
      const handler = handlerIn(temporaryFolder())
      const deck = await open({ file })
      const [run] = await declare(deck, mode, handler).start()
      await deck.close()
      const [left] = rows(file, 'select status, owner, host_id as host from executions')
      if (left!.status !== 'completed') expect(left).toEqual({ status: 'queued', owner: '', host: null })
      const again = await openDeck({ file })
      declare(again, mode, handler)
      expect((await until(again, run!.id, ({ endedAt }) => endedAt !== null)).status).toBe('completed')
    },
  )

  test.each(HANDLERS)('is run before a deck that drains is closed (%s)', async (_, mode, handlerIn) => {
    const file = newFile()
    const deck = await open({ file })
    const job = declare(deck, mode, handlerIn(temporaryFolder()))
    await job.start()
    await job.start() // waits for the first
    await deck.close({ drain: true })
    expect(states(file)).toEqual(['completed', 'completed'])
  })

  test('is interrupted where it has not ended in the time to drain; what waits behind it stays queued', async () => {
    const file = newFile()
    const deck = await open({ file })
    const quick = deck.once('in-process', { name: 'quick' }).add(1, () => 'done')
    await quick.start()
    const job = declare(deck, 'in-process', obedient)
    await job.start()
    await job.start()
    await deck.close({ drain: '50ms' })
    expect(states(file)).toEqual(['completed', 'interrupted', 'queued'])
  })
})

test('a deck that drains is closed at once when it is closed again without', async () => {
  const file = newFile()
  const deck = await open({ file })
  const began = Promise.withResolvers<void>()
  const job = declare(deck, 'in-process', (execution) => {
    began.resolve()
    return obedient(execution)
  })
  await job.start()
  await began.promise
  const drained = deck.close({ drain: true })
  await deck.close()
  await drained
  expect(states(file)).toEqual(['interrupted'])
})

test('who waits for a run is told how it ended where the close of the deck ends it', async () => {
  const deck = await open({ file: newFile() })
  const { handler, begun } = gate()
  const job = declare(deck, 'in-process', (execution) => {
    void handler(execution)
    return obedient(execution)
  })
  await job.start()
  await begun
  const [finished] = await Promise.all([job.finished(), deck.close()])
  expect(finished.status).toBe('interrupted')
})

test('a run that is queued while the deck is being closed is not left to a host that is gone', async () => {
  const file = newFile()
  const deck = await open({ file })
  const job = declare(deck, 'process', { command: ['true'] })
  await job.save()
  const started: Promise<unknown>[] = []
  // At each turn of the way out one more, until the deck takes none.
  const way = { isOver: false }
  const closing = deck.close().finally(() => (way.isOver = true))
  while (!way.isOver) {
    started.push(job.start().catch(() => 'refused'))
    await new Promise(setImmediate)
  }
  await closing
  await Promise.all(started)
  const queued = rows(file, `select owner from executions where status = 'queued'`)
  expect(queued.length).toBeGreaterThan(0)
  expect(queued.filter(({ owner }) => owner !== '')).toEqual([])
})

test('runs that a host left open though it said goodbye are settled by whoever opens the deck next', async () => {
  const file = newFile()
  const first = await open({ file })
  const job = declare(first, 'process', { command: ['true'] })
  for (let time = 0; time < 3; time++) {
    await job.start()
    await job.finished()
  }
  await first.close()
  const database = new Database(file)
  database.exec(
    `update executions set status = 'initializing', started_at = null, ended_at = null where id = 1;
     update executions set status = 'running', ended_at = null where id = 2;
     update executions set status = 'queued', ended_at = null, host_id = null, owner = 'other' where id = 3;
     insert into hosts select 'other', kind, machine, process_id, process_started, version, opened_at, closed_at from hosts;
     delete from counters;
     insert into counters (job_id, status, count) select job_id, status, 1 from executions`,
  )
  expect(database.prepare('select count(*) from hosts where closed_at is null').pluck().get()).toBe(0)
  database.close()
  const deck = await openDeck({ file })
  expect((await until(deck, 1, ({ endedAt }) => endedAt !== null)).status).toBe('completed')
  expect((await until(deck, 2, ({ endedAt }) => endedAt !== null)).status).toBe('interrupted')
  expect((await until(deck, 3, ({ endedAt }) => endedAt !== null)).status).toBe('completed')
  const { counts } = await deck.client.request('jobs.get', { job: 'left' })
  expect(counts).toMatchObject({ completed: 2, interrupted: 1 })
})

describe('a program ends by itself', () => {
  const leave = (situation: string) => {
    // Writes at once what takes hours at its rate.
    const flood = `export default () => { process.stdout.write(('x'.repeat(99) + '\\n').repeat(1e5)) }`
    return new HostProcess('leaver', [newFile(), situation, writeFile(temporaryFolder(), 'flood.mjs', flood)])
  }

  test.each([
    ['closed its deck while a pause for a time is on', 'pause'],
    ['closed its deck while another attempt is far', 'retry'],
    ['closed its deck while it waits for a run whose next attempt is far', 'retry, followed'],
    ['closed its deck while a run is slowed down for hours', 'slowed down'],
    ['waits for a run whose deck was removed', 'removed'],
  ])(
    'that %s',
    async (_, situation) => {
      const host = leave(situation)
      await host.line('done')
      expect(await host.ended).toEqual({ code: 0, signal: null, stderr: '' })
    },
    // Below the 30 s after which the alarm of the dispatcher would let it go.
    20_000,
  )

  test.each([
    ['closed', 'retry, followed'],
    ['database-replaced', 'removed'],
  ])('and is told that its deck is %s', async (code, situation) => {
    expect(await leave(situation).line('told')).toBe(`told ${code}`)
  })
})
