/** What the Go framework that Jobdeck re-creates is known to do wrong, each as the test that it must not come back. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { createEngine } from '../../src/core/engine.ts'
import { sweep } from '../../src/core/sweep.ts'
import { open, type Deck } from '../../src/core/index.ts'
import { openTestDeck } from '../../src/core/testing/index.ts'
import { uniqueSeconds } from '../support/cli.ts'
import { collect, gate, obedient, openDeck, temporaryFolder, until, writeFile } from '../support/deck.ts'
import { NODE } from '../support/node.ts'
import { rows } from '../support/store.ts'

const AT_ONCE = { delay: 1, jitter: false }

const statusOfJob = async (deck: Deck, job: string) => (await deck.client.request('jobs.get', { job })).status

test('stopping a job that another caller started stops it', async () => {
  const deck = await openDeck()
  const [execution] = await deck.once('in-process', { name: 'theirs' }).add(1, obedient).start()
  await until(deck, execution!, ({ status }) => status === 'running')
  const other = await openDeck({ file: deck.file })
  await other.client.request('jobs.stop', { job: 'theirs' })
  expect(await execution!.finished()).toMatchObject({ status: 'cancelled' })
})

test('cron fires, though nobody starts the job', async () => {
  await using deck = await openTestDeck({ now: Date.UTC(2026, 0, 1, 0, 0, 30) })
  const times: string[] = []
  const job = deck.cron('in-process', { name: 'hourly' }, '0 * * * *')
  job.add(1, () => void times.push(new Date(deck.clock.now()).toISOString()))
  await job.save()
  await deck.advance('2h')
  expect(times).toEqual(['2026-01-01T01:00:00.000Z', '2026-01-01T02:00:00.000Z'])
  const runs = await deck.client.request('executions.list', { job: 'hourly' })
  expect(runs.map(({ trigger, status }) => [trigger, status])).toEqual([
    ['scheduled', 'completed'],
    ['scheduled', 'completed'],
  ])
})

test('daemons are started again', async () => {
  await using deck = await openTestDeck()
  let starts = 0
  const daemon = deck.daemon('in-process', { name: 'daemon' })
  daemon.add(1, async (execution) => {
    if (++starts < 3) throw new Error('it crashed')
    await new Promise((resolve) => execution.signal.addEventListener('abort', resolve))
  })
  await daemon.save()
  await deck.advance('10s')
  expect(starts).toBe(3)
  expect(await deck.getJob('daemon')).toMatchObject({ status: 'running', counts: { failed: 2, running: 1 } })
})

test('retries are made', async () => {
  const deck = await openDeck()
  const attempts: number[] = []
  const job = deck.once('in-process', { name: 'flaky', retry: { attempts: 3, ...AT_ONCE } })
  job.add(1, ({ attempt }) => {
    attempts.push(attempt)
    if (attempt < 3) throw new Error('not yet')
  })
  await job.start()
  expect((await job.finished()).status).toBe('completed')
  expect(attempts).toEqual([1, 2, 3])
})

test('process mode is reachable: the handler runs in a process of its own', async () => {
  const deck = await openDeck()
  const file = writeFile(temporaryFolder(), 'where.mjs', 'export default () => process.pid')
  const job = deck.once('process', { name: 'elsewhere' }).add(1, { file })
  const [execution] = await job.start()
  const { status, result } = await job.finished()
  expect(status).toBe('completed')
  expect(result).toEqual(expect.any(Number))
  expect(result).not.toBe(process.pid)
  expect(await execution!.get()).toMatchObject({ mode: 'process' })
})

test('a failed one-time job does not end completed, whichever of its handlers failed', async () => {
  const deck = await openDeck()
  for (const failing of [1, 2, 3]) {
    const name = `fails at ${failing}`
    const job = deck.once('in-process', { name })
    for (const place of [1, 2, 3])
      job.add(-place, () => (place === failing ? Promise.reject(new Error('no')) : 'fine'))
    await job.start()
    expect((await job.finished()).status).toBe('failed')
    expect(await statusOfJob(deck, name)).toBe('failed')
  }
})

test('cancelled and timed-out runs do not end failed, nor do their jobs count as completed', async () => {
  const deck = await openDeck()
  const cancelled = deck.once('in-process', { name: 'cancelled' }).add(1, obedient)
  const [first] = await cancelled.start()
  await until(deck, first!, ({ status }) => status === 'running')
  await cancelled.cancel()
  expect((await cancelled.finished()).status).toBe('cancelled')
  const late = deck.once('in-process', { name: 'late', timeout: 20 }).add(1, obedient)
  await late.start()
  expect((await late.finished()).status).toBe('timeout')
  expect(await statusOfJob(deck, 'cancelled')).toBe('cancelled')
  expect(await statusOfJob(deck, 'late')).toBe('failed')
})

test('starting a job again does not re-run finished executions in the same row', async () => {
  const deck = await openDeck()
  let runs = 0
  const job = deck.once('in-process', { name: 'again' }).add(1, ({ info }) => info(`run ${++runs}`))
  for (let count = 0; count < 3; count++) {
    await job.start()
    await job.finished()
  }
  expect(runs).toBe(3)
  const executions = (await job.executions()).toReversed()
  const logs = await Promise.all(executions.map((execution) => collect(execution.logs())))
  expect(logs.map((log) => log.map(({ message }) => message))).toEqual([['run 1'], ['run 2'], ['run 3']])
})

test('lists and sweeps do not stop at 100 rows', async () => {
  const deck = await openDeck()
  const many = deck.once('in-process', { name: 'many', maxWorkers: 100 })
  for (let count = 0; count < 100; count++)
    many.add(0, ({ info }) => {
      for (let line = 0; line < 3; line++) info('line')
    })
  for (let count = 0; count < 3; count++) {
    await many.start()
    await many.finished()
  }
  const wordy = deck.once('in-process', { name: 'wordy' }).add(1, ({ info }) => {
    for (let line = 0; line < 250; line++) info('line')
  })
  const [execution] = await wordy.start()
  await wordy.finished()
  for (let count = 0; count < 150; count++)
    await deck
      .once('process', { name: `job ${count}`, category: `c${count}` })
      .add(1, { shell: 'true' })
      .save()
  const request = deck.client.request.bind(deck.client)
  expect(await request('executions.list', {})).toHaveLength(301)
  expect(await many.executions()).toHaveLength(300)
  expect(await request('jobs.list', {})).toHaveLength(152)
  expect(await request('categories.list', {})).toHaveLength(150)
  expect(await collect(execution!.logs())).toHaveLength(250)
  await request('deck.configure', { keepRuns: 1 })
  expect(await request('deck.clean', {})).toMatchObject({ surplusRuns: 299 })
  expect(await request('executions.list', {})).toHaveLength(2)
  await request('jobs.remove', { jobs: (await request('jobs.list', {})).map(({ id }) => id) })
  expect(await request('deck.clean', { removed: true })).toMatchObject({ removedJobs: 152 })
})

test('the sweep never deletes live rows, however little may be kept', async () => {
  const engine = await createEngine({ file: join(temporaryFolder(), 'jobs.db') })
  onTestFinished(() => engine.close())
  const { store, clock, folders } = engine
  const deck = await openDeck({ file: store.file })
  const gates = [gate(), gate(), gate()]
  const running = deck.once('in-process', { name: 'running', maxWorkers: 2 })
  for (const { handler } of gates) running.add(1, handler)
  await running.start()
  await Promise.all(gates.slice(0, 2).map(({ begun }) => begun))
  const retry = { attempts: 2, delay: '1h', jitter: false }
  const waiting = deck.once('in-process', { name: 'waits for its next attempt', retry })
  waiting.add(1, () => Promise.reject(new Error('no')))
  for (let count = 0; count < 2; count++) {
    const [failed] = await waiting.start()
    await until(deck, failed!, ({ retryId }) => retryId !== null)
  }
  const before = rows<{ status: string }>(
    store.file,
    'select id, status, parent_id from executions order by id',
  )
  const statuses = ['running', 'running', 'queued', 'failed', 'queued', 'failed', 'queued']
  expect(before.map(({ status }) => status)).toEqual(statuses)
  const future = { ...systemClock, now: () => clock.now() + 1e12 }
  await sweep(
    { store, clock: future, folders },
    { keep: { keepRuns: 0, keepFor: 0, keepSize: 0 }, undoTime: 0 },
  )
  expect(rows(store.file, 'select id, status, parent_id from executions order by id')).toEqual(before)
  for (const { end } of gates) end('whole')
  expect((await running.finished()).status).toBe('completed')
})

/** A process that has the deck open, and runs a function and a command. */
async function otherHost(file: string) {
  const child = spawn(NODE, [resolve('test/fixtures/host.ts'), file, uniqueSeconds()], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child
}

test("a second process on the same database does not fail the first one's runs", async () => {
  const file = join(temporaryFolder(), 'jobs.db')
  const first = await otherHost(file)
  const deck = await openDeck({ file })
  const own = deck.once('in-process', { name: 'own' }).add(1, () => 'done')
  await own.start()
  expect((await own.finished()).status).toBe('completed')
  const statuses = async () =>
    (await deck.client.request('executions.list', {})).toReversed().map(({ status }) => status)
  expect(await statuses()).toEqual(['running', 'running', 'completed'])
  first.kill('SIGKILL')
  await once(first, 'exit')
  await openDeck({ file }) // settles what the dead one left
  expect(await statuses()).toEqual(['interrupted', 'interrupted', 'completed'])
})

test('queued work is not lost on restart, nor is it run twice', async () => {
  const file = join(temporaryFolder(), 'jobs.db')
  const ran: unknown[] = []
  const declare = (deck: Deck) =>
    deck.once('in-process', { name: 'work' }).add(1, ({ params }) => void ran.push(params.number))
  // Its function is not registered here: it waits.
  const first = await open({ file })
  await first.client.request('jobs.save', {
    name: 'work',
    mode: 'in-process',
    handlers: [{ handler: { function: 'work/1' } }],
  })
  for (let number = 0; number < 150; number++)
    await first.client.request('jobs.start', { job: 'work', params: { number } })
  await first.close()
  const second = await openDeck({ file })
  const [last] = await declare(second).executions()
  expect((await last!.finished()).status).toBe('completed')
  expect(ran).toEqual(Array.from({ length: 150 }, (_, number) => number))
})

test('sequence numbers count from 1 and times have milliseconds', async () => {
  const deck = await openDeck()
  const job = deck.once('in-process', { name: 'counts' }).add(1, ({ info }) => {
    for (let line = 0; line < 5; line++) info(`${Date.now()}`)
  })
  const [execution] = await job.start()
  const detail = await execution!.finished()
  const log = await collect(execution!.logs())
  expect(log.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5])
  // Cut to seconds, a time would be up to a second before the one that was logged beside it.
  for (const { time, message } of log) {
    expect(time).toBeGreaterThanOrEqual(Number(message))
    expect(time).toBeLessThan(Number(message) + 1000)
  }
  const { queuedAt, startedAt, endedAt } = detail
  expect([queuedAt, startedAt!, log[0]!.time, endedAt!]).toEqual(
    [queuedAt, startedAt!, log[0]!.time, endedAt!].toSorted((a, b) => a - b),
  )
})
