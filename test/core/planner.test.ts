import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { InlineHandler, JobData } from '../../src/core/index.ts'
import { createTestClock, openTestDeck, type TestClock, type TestDeck } from '../../src/core/testing/index.ts'
import type { ScheduleInput } from '../../src/shared/schedule.ts'
import { gate, obedient, temporaryFolder } from '../support/deck.ts'
import { readLedger, told } from '../support/ledger.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const BEGIN = Date.UTC(2026, 5, 1)

/** A deck that can be closed and opened again, by the same clock. */
async function begin() {
  const clock: TestClock = createTestClock({ now: BEGIN })
  const file = join(temporaryFolder(), 'jobs.db')
  const decks: TestDeck[] = []
  onTestFinished(async () => void (await Promise.all(decks.map((deck) => deck.close()))))
  const open = async () => {
    const deck = await openTestDeck({ file, clock })
    decks.push(deck)
    return deck
  }
  const deck = await open()
  /** Saves a job with its handler. */
  const save = (
    schedule: ScheduleInput | undefined,
    rest: Partial<JobData> = {},
    handler: InlineHandler = () => {},
    where = decks.at(-1)!,
  ) =>
    where
      .once('in-process', { name: 'job', ...(schedule && { schedule }), ...rest })
      .add(0, handler)
      .save()
  /** Closes the deck, lets time pass, and opens it again. */
  async function reopen(after: number): Promise<TestDeck> {
    await decks.at(-1)!.close()
    await clock.jump(after)
    return open()
  }
  const ledger = (key = 'job') => readLedger(file, key)
  return { deck, clock, file, save, reopen, ledger, says: (key?: string) => told(ledger(key)) }
}

const triggers = ({ runs }: ReturnType<typeof readLedger>) => runs.map(({ trigger }) => trigger)

// Missed times that are dropped, or run all at once, against what the job says.
test.each([
  ['skip', {}, ['missed down 10']],
  ['latest', {}, ['missed superseded 9', 'started catch-up 1']],
  [
    'all',
    { missedLimit: 3 },
    ['missed limit 7', 'started catch-up 1', 'started catch-up 1', 'started catch-up 1'],
  ],
  ['all', { missedWindow: '90m' }, ['missed too-old 8', 'started catch-up 1', 'started catch-up 1']],
  ['ask', {}, ['held ask 10']],
] as const)('what was missed, %s %o', async (missed, more, wanted) => {
  const { save, reopen, says, clock } = await begin()
  const schedule = { cron: '0 * * * *' }
  await save(schedule, { missed, ...more })
  const deck = await reopen(10 * HOUR + 10 * MINUTE)
  await save(schedule, { missed, ...more }, undefined, deck)
  await clock.advance(0)
  expect(says()).toEqual(wanted)
})

test.each([
  [true, ['missed superseded 9', 'started answered 1'], ['catch-up']],
  [false, ['skipped answered 10'], []],
])('a person is asked, and answers %o', async (run, wanted, runs) => {
  const { deck, save, says, ledger, clock } = await begin()
  await save({ cron: '0 * * * *' }, { missed: 'ask' })
  await clock.jump(10 * HOUR + 10 * MINUTE)
  expect(says()).toEqual(['held ask 10'])
  await deck.client.request('occurrences.answer', { job: 'job', run })
  await clock.advance(0)
  expect(says()).toEqual(wanted)
  expect(triggers(ledger())).toEqual(runs)
})

test('the next time is skipped once, and comes after all when that is undone', async () => {
  const { deck, clock, save, says } = await begin()
  await save({ cron: '0 * * * *' })
  const { client } = deck
  expect(await client.request('jobs.skipNext', { job: 'job' })).toBe(BEGIN + HOUR)
  await clock.advance('2h')
  expect(says()).toEqual(['skipped snoozed 1', 'started on-time 1'])
  await client.request('jobs.skipNext', { job: 'job' })
  await client.request('jobs.skipNext', { job: 'job', undo: true })
  await clock.advance('1h')
  expect(says().at(-1)).toBe('started on-time 1')
})

test('of all that is caught up with, over the deck, two run at a time', async () => {
  const { clock, save, ledger } = await begin()
  let [now, most] = [0, 0]
  const work = async () => {
    most = Math.max(most, ++now)
    await new Promise<void>((resolve) => void clock.after(1000, resolve))
    now--
  }
  const names = ['a', 'b', 'c', 'd']
  for (const name of names) await save({ cron: '0 * * * *' }, { name, missed: 'all', maxWorkers: 5 }, work)
  await clock.jump(5 * HOUR + 10 * MINUTE)
  await clock.advance('1m')
  expect(most).toBe(2)
  expect(
    names.map((name) => ledger(name).runs.filter(({ status }) => status === 'completed').length),
  ).toEqual([5, 5, 5, 5])
})

test('a single time in a pause is held, not dropped', async () => {
  const { deck, clock, save, says } = await begin()
  await save({ at: BEGIN + HOUR })
  await deck.client.request('pauses.set', { target: { deck: true } })
  await clock.advance('2h')
  expect(says()).toEqual(['held paused 1'])
  await deck.client.request('pauses.end', { target: { deck: true } })
  await deck.client.request('occurrences.answer', { run: true })
  await clock.advance(0)
  expect(says()).toEqual(['started answered 1'])
})

test('a single time that is over means now, once', async () => {
  const { clock, save, says, ledger } = await begin()
  await save({ at: BEGIN - 30 * 24 * HOUR })
  await clock.advance('1h')
  expect(says()).toEqual(['started on-time 1'])
  await save({ at: BEGIN - 30 * 24 * HOUR })
  await clock.advance('1h')
  expect(ledger().runs.length).toBe(1)
})

test('what came due under a schedule is settled by it before it is edited', async () => {
  const { clock, save, reopen, says } = await begin()
  await save({ cron: '0 * * * *' }, { missed: 'skip' })
  const deck = await reopen(5 * HOUR + 10 * MINUTE)
  await save({ cron: '*/10 * * * *' }, { missed: 'skip' }, undefined, deck)
  await clock.advance('10m')
  expect(says()).toEqual(['missed down 5', 'started on-time 1'])
})

test('@reboot runs once with each start of the planner', async () => {
  const { clock, save, reopen, ledger } = await begin()
  await save({ cron: '@reboot' })
  await clock.advance('1h')
  expect(ledger().runs).toEqual([])
  for (const count of [1, 2]) {
    const deck = await reopen(HOUR)
    await save({ cron: '@reboot' }, {}, undefined, deck)
    await clock.advance('1h')
    expect(ledger().runs.length).toBe(count)
  }
})

test('what is disabled owes nothing', async () => {
  const { deck, clock, save, says } = await begin()
  await save({ cron: '0 * * * *' }, { missed: 'all' })
  await deck.client.request('jobs.enable', { job: 'job', enabled: false })
  await clock.advance('3h')
  await clock.jump('3h')
  await deck.client.request('jobs.enable', { job: 'job', enabled: true })
  await clock.advance('1h')
  expect(says()).toEqual(['skipped disabled 6', 'started on-time 1'])
})

test('in quiet times and on skipped days nothing runs', async () => {
  const { clock, save, says } = await begin()
  await save({
    cron: '0 * * * *',
    zone: 'UTC',
    quiet: [{ from: '22:00', to: '02:00' }],
    skip: ['2026-06-02'],
  })
  await clock.advance('48h')
  const started = (count: number) => Array.from({ length: count }, () => 'started on-time 1')
  expect(says()).toEqual([
    'skipped quiet 1',
    ...started(20),
    'skipped quiet 2',
    'skipped skip-list 24',
    'skipped quiet 1',
  ])
})

test('times that did not run are made up for, in the middle of a row too, and not twice', async () => {
  const { deck, clock, save, says } = await begin()
  await save({ cron: '0 * * * *' }, { missed: 'skip' })
  await clock.jump(9 * HOUR + 10 * MINUTE)
  const times = { job: 'job', from: BEGIN + 3 * HOUR, to: BEGIN + 4 * HOUR }
  expect(await deck.client.request('jobs.backfill', { ...times, dryRun: true })).toHaveLength(2)
  expect(await deck.client.request('jobs.backfill', times)).toHaveLength(2)
  expect(await deck.client.request('jobs.backfill', times)).toEqual([])
  await clock.advance('1m')
  expect(says()).toEqual(['missed down 2', 'started backfill 1', 'started backfill 1', 'missed down 5'])
})

test('a clock that was once set to 2030 silences nothing, and does not run again what it ran', async () => {
  const { deck, clock, save, ledger, says } = await begin()
  await deck.client.request('deck.configure', { keepFor: '365d' })
  await save({ cron: '0 * * * *' }, { missed: 'skip' })
  await save({ daemon: true }, { name: 'daemon' }, () => {})
  const leap = Date.UTC(2030) - BEGIN
  await clock.jump(leap)
  await save({ every: '1h' }, { name: 'set then' })
  await clock.jump(-leap)
  await clock.advance('90m')
  expect(says().slice(0, 1)).toEqual(['started on-time 1'])
  expect(says('set then')).toEqual(['started on-time 1'])
  expect(ledger('daemon').runs.at(-1)!.queuedAt).toBeLessThan(BEGIN + 2 * HOUR)
  expect(ledger('daemon').runs.at(-1)!.queuedAt).toBeGreaterThan(BEGIN + HOUR)
})

test('a pause lasts through a clock that is set back', async () => {
  const { deck, clock, save, ledger } = await begin()
  await save({ every: '5s' })
  await deck.client.request('pauses.set', { target: { deck: true } })
  await clock.jump('-1h')
  await clock.advance('30m')
  expect(ledger().runs).toEqual([])
})

test('more jobs than are kept in memory can be settled at once', async () => {
  const { deck, clock, save } = await begin()
  for (let index = 0; index < 1100; index++)
    await save({ at: BEGIN + HOUR }, { name: `job ${index}`, description: `${index}`, params: { index } })
  await clock.jump('2h')
  await deck.client.request('pauses.set', { target: { deck: true } })
  expect(readLedger(deck.file, 'job 1099').rows).toHaveLength(1)
})

/** A daemon that crashes at once. */
const crash = () => {
  throw new Error('it went wrong')
}

test('a daemon that crashes is started again later and later, and ends when it keeps crashing', async () => {
  const { deck, clock, save, ledger } = await begin()
  await save({ daemon: true }, {}, crash)
  await clock.advance('2h')
  const { runs, plan } = ledger()
  const gaps = runs.slice(1).map((run, index) => run.queuedAt - runs[index]!.endedAt!)
  expect(runs.length).toBe(11)
  for (const [index, gap] of gaps.entries()) {
    const backoff = Math.min(5 * MINUTE, 1000 * 2 ** index)
    expect(gap).toBeGreaterThanOrEqual(backoff)
    expect(gap).toBeLessThanOrEqual(backoff * 1.1 + 1)
  }
  expect(plan!.stopped).toBe('keeps-crashing')
  const [job] = await deck.client.request('jobs.list', {})
  expect(job!.status).toBe('failed')
})

test('after a minute of health the back-off of a daemon begins anew', async () => {
  const { clock, save, ledger } = await begin()
  let count = 0
  await save({ daemon: true }, {}, async ({ signal }) => {
    if (++count === 6)
      await new Promise((resolve) => {
        clock.after(61_000, () => resolve(undefined))
        signal.addEventListener('abort', resolve)
      })
    if (count >= 8) return obediently(signal)
    crash()
  })
  await clock.advance('10m')
  const { runs } = ledger()
  const [sixth, seventh] = [runs[5]!, runs[6]!]
  expect(sixth.endedAt! - sixth.startedAt!).toBe(61_000)
  expect(seventh.queuedAt - sixth.endedAt!).toBeLessThanOrEqual(1101)
})

const obediently = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))

test('a daemon that was stopped stays so through a restart of its host, until it is restarted', async () => {
  const { deck, clock, save, reopen, ledger } = await begin()
  await save({ daemon: true }, {}, obedient)
  await clock.advance('1m')
  await deck.client.request('jobs.stop', { job: 'job' })
  await clock.advance('1h')
  const again = await reopen(HOUR)
  await save({ daemon: true }, {}, obedient, again)
  await clock.advance('1h')
  expect(ledger().runs.map(({ status }) => status)).toEqual(['cancelled'])
  await again.client.request('jobs.restart', { job: 'job' })
  await clock.advance('1m')
  expect(ledger().runs.map(({ status }) => status)).toEqual(['cancelled', 'running'])
})

test('a daemon that is to be restarted on failure completes with a good end', async () => {
  const { deck, clock, save, ledger } = await begin()
  let count = 0
  await save({ daemon: true }, { restart: 'on-failure' }, () => (++count === 1 ? crash() : undefined))
  await clock.advance('1h')
  expect(ledger().runs.map(({ status }) => status)).toEqual(['failed', 'completed'])
  const [job] = await deck.client.request('jobs.list', {})
  expect(job!.status).toBe('completed')
})

test('a daemon whose host closes is interrupted, and starts with the next planner at once', async () => {
  const { clock, save, reopen, ledger } = await begin()
  const first = gate()
  await save({ daemon: true }, {}, (execution) =>
    Promise.race([first.handler(execution), obedient(execution)]),
  )
  await first.begun
  const deck = await reopen(0)
  const second = gate()
  await save(
    { daemon: true },
    {},
    (execution) => Promise.race([second.handler(execution), obedient(execution)]),
    deck,
  )
  await clock.advance(0)
  await second.begun
  const { runs } = ledger()
  expect(runs.map(({ status }) => status)).toEqual(['interrupted', 'running'])
  expect(runs[1]!.startedAt).toBe(clock.now())
})

test('of a daemon the last hundred runs are kept, and the ledger goes with the runs', async () => {
  const { deck, clock, save, ledger } = await begin()
  await save(
    { daemon: true },
    {},
    () => new Promise((resolve) => void clock.after(70_000, () => resolve(undefined))),
  )
  await save({ cron: '* * * * *' }, { name: 'minutely', keepRuns: 10 })
  await clock.advance('3h')
  expect(ledger().runs.at(-1)!.id).toBeGreaterThan(100) // it was swept each hour meanwhile
  await deck.client.request('deck.clean', {})
  expect(ledger().runs.filter(({ endedAt }) => endedAt !== null).length).toBe(100)
  const minutely = ledger('minutely')
  expect(minutely.runs.length).toBe(10)
  expect(minutely.rows.length).toBe(10)
})

test('what a person answers runs though its job is disabled meanwhile, as a run by hand does', async () => {
  await using deck = await openTestDeck({ now: Date.UTC(2026, 0, 1, 0, 0, 30) })
  let runs = 0
  const job = deck.cron('in-process', { name: 'asks', missed: 'ask' }, '0 * * * *').add(0, () => void runs++)
  await job.save()
  await deck.jump('3h')
  await deck.advance('31s')
  await deck.client.request('jobs.enable', { job: 'asks', enabled: false })
  const [queued] = await deck.client.request('occurrences.answer', { job: 'asks', run: true })
  await deck.drain()
  expect(runs).toBe(1)
  expect(await deck.getExecution(queued!.id)).toMatchObject({ status: 'completed', trigger: 'catch-up' })
})

test('a disabled job that was removed and is brought back does not begin to run by itself', async () => {
  await using deck = await openTestDeck({ now: Date.UTC(2026, 0, 1, 0, 0, 30) })
  let runs = 0
  await deck
    .cron('in-process', { name: 'off' }, '0 * * * *')
    .add(0, () => void runs++)
    .save()
  await deck.client.request('jobs.enable', { job: 'off', enabled: false })
  const [{ id } = { id: '' }] = await deck.removeJobs(['off'])
  await deck.client.request('jobs.bringBack', { job: id })
  await deck.advance('2h')
  expect(runs).toBe(0)
  expect(await deck.getJob('off')).toMatchObject({ status: 'disabled', enabled: false })
})

test('lists of jobs and of runs are narrowed down by the kind of schedule', async () => {
  await using deck = await openTestDeck({ now: Date.UTC(2026, 0, 1, 0, 0, 30) })
  const none = () => {}
  await deck.once('in-process', { name: 'by hand' }).add(0, none).start()
  await deck.cron('in-process', { name: 'by cron' }, '* * * * *').add(0, none).save()
  await deck.every('in-process', { name: 'by rate' }, '1m').add(0, none).save()
  await deck.advance('65s')
  for (const [kind, name] of [
    ['once', 'by hand'],
    ['cron', 'by cron'],
    ['every', 'by rate'],
  ] as const) {
    const jobs = await deck.listJobs({ schedules: [kind] })
    expect(jobs.data.map((job) => job.name)).toEqual([name])
    const runs = await deck.listExecutions({ schedules: [kind], exact: true })
    expect([...new Set(runs.data.map(({ jobName }) => jobName))]).toEqual([name])
    expect(runs.total).toBe(runs.data.length)
  }
  expect((await deck.listExecutions({ schedules: ['daemon'] })).total).toBe(0)
})
