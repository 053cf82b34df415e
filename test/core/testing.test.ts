import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Fault, type HandlerContext, type JobData } from '../../src/core/index.ts'
import { createTestClock, openTestDeck, type TestDeckOptions } from '../../src/core/testing/index.ts'
import { gate, obedient, temporaryFolder, writeFile } from '../support/deck.ts'

const NEW_YEAR = Date.UTC(2026, 0, 1)
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const HOURLY = { attempts: 2, delay: '1h', maxDelay: '1h', jitter: false }

async function openDeck(options?: TestDeckOptions) {
  const deck = await openTestDeck(options)
  onTestFinished(() => deck.close())
  return deck
}
type TestDeck = Awaited<ReturnType<typeof openDeck>>

/** A job whose handler fails until it has been tried so often, and the hours at which it was tried. */
function failing(deck: TestDeck, times: number, data: Partial<JobData> = {}) {
  const hours: number[] = []
  const job = deck.once('in-process', { name: 'failing', ...data }).add(1, () => {
    hours.push((deck.clock.now() - NEW_YEAR) / HOUR)
    if (hours.length <= times) throw new Error('not yet')
  })
  return { job, hours }
}

describe('a test clock', () => {
  test('fires timers at their own times and in order, also those that a timer sets and not those cancelled', async () => {
    const clock = createTestClock({ now: new Date(NEW_YEAR) })
    const fired: [string, number, number][] = []
    const note = (name: string) => () => void fired.push([name, clock.now() - NEW_YEAR, clock.awake()])
    clock.after(30, note('third'))
    clock.after(10, () => {
      note('first')()
      clock.after(10, note('second'))
      clock.after(1000, note('later'))
    })
    clock.after(10, note('cancelled'))()
    clock.at(NEW_YEAR + 30, note('fourth'))
    await clock.advance(100)
    expect(fired).toEqual([
      ['first', 10, 10],
      ['second', 20, 20],
      ['third', 30, 30],
      ['fourth', 30, 30],
    ])
    expect([clock.now(), clock.awake()]).toEqual([NEW_YEAR + 100, 100])
  })

  test('that jumps moves the wall clock alone: a limit in awake time does not pass', async () => {
    const clock = createTestClock()
    const fired: string[] = []
    clock.after(HOUR, () => fired.push('awake'))
    clock.at(NEW_YEAR + HOUR, () => fired.push('wall'))
    await clock.jump('-1d')
    await clock.advance(HOUR - 1)
    expect(fired).toEqual([])
    await clock.advance(1)
    expect(fired).toEqual(['awake'])
    await clock.jump('1d')
    expect(fired).toEqual(['awake', 'wall'])
    expect(clock.awake()).toBe(HOUR)
  })

  test.each([-1, Number.NaN, '-1h', 'soon', ''])('refuses to advance by %j', async (time) => {
    await expect(createTestClock().advance(time)).rejects.toThrow('advance: wants a time span such as 1h30m')
  })
})

describe('time that a test lets pass', () => {
  test('begins a retry after its hour of back-off, and not before', async () => {
    const deck = await openDeck()
    const { job, hours } = failing(deck, 1, { retry: HOURLY })
    await job.start()
    await deck.advance(HOUR - 1)
    expect(hours).toEqual([0])
    await deck.advance(1)
    expect(hours).toEqual([0, 1])
    expect(await job.finished()).toMatchObject({ status: 'completed', executions: [{ attempt: 2 }] })
  })

  test('goes from retry to retry, each at its own time, however far it is advanced at once', async () => {
    const deck = await openDeck()
    const retry = { attempts: 5, delay: '1h', maxDelay: '1d', jitter: false }
    const { job, hours } = failing(deck, 4, { retry })
    await job.start()
    await deck.advance('3d')
    expect(hours).toEqual([0, 1, 3, 7, 15])
    expect((await job.finished()).executions[0]!.endedAt).toBe(NEW_YEAR + 15 * HOUR)
  })

  test('cancels what has waited for longer than expireAfter', async () => {
    const deck = await openDeck()
    const { handler, begun, end } = gate()
    const job = deck.once('in-process', { name: 'slow', expireAfter: '2h' }).add(1, handler)
    await job.start()
    await begun
    const [late] = await job.start()
    await deck.advance(2 * HOUR - 1)
    expect((await late!.get()).status).toBe('queued')
    await deck.advance(1)
    expect(await late!.get()).toMatchObject({ status: 'cancelled', error: { name: 'Expired' } })
    end(null)
  })

  test('ends what passes its timeout, and after the grace what ignores that', async () => {
    const deck = await openDeck()
    const obeys = deck.once('in-process', { name: 'obeys', timeout: '30m' }).add(1, obedient)
    const { handler, begun } = gate()
    const ignores = deck.once('in-process', { name: 'ignores', timeout: '30m', grace: '1m' }).add(1, handler)
    await Promise.all([obeys.start(), ignores.start()])
    await begun
    await deck.advance('29m')
    await deck.jump('1d') // a machine that slept times nothing out
    expect((await ignores.executions())[0]!.record.status).toBe('running')
    await deck.advance('1m')
    expect((await obeys.executions())[0]!.record).toMatchObject({
      status: 'timeout',
      durationMs: 30 * MINUTE,
    })
    expect((await ignores.executions())[0]!.record.status).toBe('running')
    await deck.advance('1m')
    expect((await ignores.executions())[0]!.record).toMatchObject({ status: 'timeout', forced: true })
  })

  test('ends a pause at its time, also when the wall clock jumps there', async () => {
    const deck = await openDeck()
    const began: number[] = []
    // The second is queued as a retry: what somebody starts runs in spite of a pause.
    const job = deck.once('in-process', { name: 'paused', retry: { attempts: 3, delay: 1, jitter: false } })
    job.add(1, async () => {
      began.push(deck.clock.now())
      await deck.client.request('pauses.set', { target: { deck: true }, for: '8h' })
      throw new Error('again')
    })
    const [run] = await job.start()
    await deck.whenStatus(run!, 'failed')
    await deck.advance('7h')
    expect(began).toHaveLength(1)
    await deck.jump('1h')
    await deck.advance('8h')
    expect(began).toEqual([NEW_YEAR, NEW_YEAR + 8 * HOUR, NEW_YEAR + 16 * HOUR])
  })

  test('deletes what is older than keepFor, as upkeep does by itself', async () => {
    const deck = await openDeck()
    const job = deck.once('in-process', { name: 'kept', keepFor: '30d' }).add(1, () => {})
    for (let day = 0; day < 4; day++) {
      await job.start()
      await job.finished()
      await deck.advance('10d')
    }
    expect((await job.executions()).map(({ record }) => (record.endedAt! - NEW_YEAR) / DAY)).toEqual([
      30, 20, 10,
    ])
    await deck.advance('365d')
    expect(await job.executions()).toHaveLength(1)
  })

  test('is the same for two decks with one clock', async () => {
    const clock = createTestClock()
    const decks = [await openDeck({ clock }), await openDeck({ clock })]
    const tries = decks.map((deck) => failing(deck, 1, { retry: HOURLY }))
    for (const { job } of tries) await job.start()
    await clock.advance('1h')
    expect(tries.map(({ hours }) => hours)).toEqual([
      [0, 1],
      [0, 1],
    ])
  })
})

describe('a test deck', () => {
  test('is a deck of files, which are gone once it is closed', async () => {
    const deck = await openTestDeck({ now: 1000 })
    expect(existsSync(deck.file)).toBe(true)
    expect(deck.clock.now()).toBe(1000)
    await deck.close()
    await deck.close()
    expect(existsSync(dirname(deck.file))).toBe(false)
  })

  test('with a file of its own keeps it, so that a test can open it again', async () => {
    const file = join(temporaryFolder(), 'jobs.db')
    for (const runs of [1, 2]) {
      await using deck = await openTestDeck({ file })
      const job = deck.once('in-process', { name: 'again' }).add(1, () => {})
      await job.start()
      await deck.drain()
      expect(await job.executions()).toHaveLength(runs)
    }
  })

  test('drains what is due, and what that starts, and leaves what comes later', async () => {
    const deck = await openDeck()
    const { job: later, hours } = failing(deck, 1, { retry: HOURLY })
    const third = deck.once('in-process', { name: 'third' }).add(1, () => {})
    const second = deck.once('in-process', { name: 'second' }).add(1, () => third.start())
    await Promise.all([later.start(), second.start()])
    await deck.drain()
    expect((await third.executions())[0]!.record.status).toBe('completed')
    expect(hours).toEqual([0])
    expect(await deck.client.request('queue.get', {})).toMatchObject({ waiting: 1, running: 0 })
  })

  test('waits for processes and threads in the time of the machine', async () => {
    const deck = await openDeck()
    const file = writeFile(temporaryFolder(), 'handler.mjs', 'export default () => 1')
    for (const mode of ['in-process', 'process'] as const) {
      const job = deck.once(mode, { name: mode, timeout: '1h' }).add(1, { file })
      await job.start()
      await deck.advance('1m') // it is begun before the time passes
      await deck.drain()
      expect((await job.executions())[0]!.record.status).toBe('completed')
    }
  })

  test('tells when a run has a status, and that it never will, instead of waiting for ever', async () => {
    const deck = await openDeck()
    const { handler, end } = gate()
    const [run] = await deck.once('in-process', { name: 'told' }).add(1, handler).start()
    expect((await deck.whenStatus(run!, 'running')).id).toBe(run!.id)
    const never = deck.whenStatus(run!, 'failed', 'timeout')
    end('done')
    expect(await deck.whenStatus(run!.id, 'completed')).toMatchObject({ result: 'done' })
    await expect(never).rejects.toThrow(
      new Fault('conflict', 'run #1 is completed, and will never be failed or timeout'),
    )
    await expect(deck.whenStatus(99, 'running')).rejects.toMatchObject({ code: 'not-found' })
  })

  test('can be closed while a handler ignores that, though nobody moves its clock', async () => {
    const deck = await openTestDeck()
    const { handler, begun } = gate()
    await deck.once('in-process', { name: 'deaf', grace: '2s' }).add(1, handler).start()
    const execution: HandlerContext = await begun
    await deck.close()
    expect(execution.signal.reason).toMatchObject({ name: 'ShuttingDown' })
    await expect(deck.whenStatus(1, 'running')).rejects.toMatchObject({ code: 'closed' })
  })
})
