import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Deck, type Fault } from '../../src/core/index.ts'
import { gate, openDeck, temporaryFolder, until } from '../support/deck.ts'
import { NODE } from '../support/node.ts'

/** A job whose runs all wait at a gate; `begun` has the numbers of those that were let in. */
function crowd(deck: Deck, data: Parameters<Deck['once']>[1]) {
  const end = Promise.withResolvers<void>()
  const begun: number[] = []
  const job = deck.once('in-process', { maxWorkers: 1000, ...data }).add(1, (execution) => {
    begun.push(execution.id)
    return end.promise
  })
  return { job, begun, end: end.resolve }
}

const waitOf = async (deck: Deck, id: number) =>
  (await deck.client.request('executions.get', { execution: id })).waitingFor
const waitingFor = async (deck: Deck, id: number) => (await waitOf(deck, id))?.what

describe('what may run at once', () => {
  test('is limited by category, and by each category above it', async () => {
    const deck = await openDeck()
    await deck.client.request('categories.save', { path: 'a', maxWorkers: 2 })
    await deck.client.request('categories.save', { path: 'a/b', maxWorkers: 1 })
    const inner = crowd(deck, { name: 'inner', category: 'a/b' })
    const outer = crowd(deck, { name: 'outer', category: 'a' })
    const free = crowd(deck, { name: 'free' })
    const [first, second] = [(await inner.job.start())[0]!, (await inner.job.start())[0]!]
    const [third, fourth] = [(await outer.job.start())[0]!, (await outer.job.start())[0]!]
    const [fifth] = await free.job.start()
    for (const running of [first, third, fifth!])
      await until(deck, running, ({ status }) => status === 'running')
    // What is stored as running begins within a turn.
    await expect
      .poll(() => ({ inner: inner.begun, outer: outer.begun, free: free.begun }))
      .toEqual({ inner: [first.id], outer: [third.id], free: [fifth!.id] })
    expect(await waitingFor(deck, second.id)).toBe('category-turn')
    expect(await waitingFor(deck, fourth.id)).toBe('category-turn')
    await deck.client.request('categories.save', { path: 'a', maxWorkers: 3 })
    await until(deck, fourth, ({ status }) => status === 'running')
    await deck.client.request('categories.save', { path: 'a/b', maxWorkers: null })
    inner.end()
    outer.end()
    free.end()
    expect((await second.finished()).status).toBe('completed')
  })

  test('is set for the deck while runs wait, also from another program, and a program may say otherwise', async () => {
    // Would catch: a limit that is read once, when the deck is opened.
    const deck = await openDeck()
    const other = await openDeck({ file: deck.file })
    await deck.client.request('deck.configure', { processes: 1, threads: 3 })
    const job = deck.once('process', { name: 'long', maxWorkers: 10 }).add(1, { shell: 'exec sleep 1000' })
    const runs = await Promise.all([job.start(), job.start(), job.start()])
    const [first, second, third] = runs.map(([run]) => run!)
    await until(deck, first!, ({ status }) => status === 'running')
    expect(await waitingFor(deck, second!.id)).toBe('slot')
    await deck.client.request('deck.configure', { processes: 2 })
    await until(deck, second!, ({ status }) => status === 'running')
    expect(await waitingFor(deck, third!.id)).toBe('slot')
    await other.client.request('deck.configure', { processes: 3 })
    await until(deck, third!, ({ status }) => status === 'running')
    const { slots } = await deck.client.request('queue.get', {})
    expect(slots).toMatchObject({ process: { limit: 3, used: 3 }, thread: { limit: 3, used: 0 } })
    const strict = await openDeck({ file: deck.file, slots: { process: 7 } })
    expect((await strict.client.request('queue.get', {})).slots.process.limit).toBe(7)
    await deck.client.request('deck.configure', { processes: null })
    const usual = (await deck.client.request('queue.get', {})).slots.process.limit
    expect(usual).toBe(availableParallelism())
  })

  test.each([0, 1001, 1.5, '2'])('refuses %j as the number of runs at once', async (processes) => {
    const deck = await openDeck()
    await expect(
      deck.client.request('deck.configure', { processes: processes as number }),
    ).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('processes') })
    expect((await deck.client.request('deck.settings', {})).processes).toBe(null)
  })

  test('is limited by slots over all programs that have the deck open, and said to be', async () => {
    const first = await openDeck({ slots: { inline: 1 } })
    const second = await openDeck({ file: first.file, slots: { inline: 1 } })
    const one = crowd(first, { name: 'one' })
    const two = crowd(second, { name: 'two' })
    const [running] = await one.job.start()
    await until(first, running!, ({ status }) => status === 'running')
    const [waiting] = await two.job.start()
    expect(await waitingFor(second, waiting!.id)).toBe('slot')
    expect(await second.client.request('queue.get', {})).toMatchObject({
      waiting: 1,
      running: 1,
      slots: { inline: { limit: 1, used: 1 } },
    })
    one.end()
    await until(second, waiting!, ({ status }) => status === 'running')
    two.end()
  })

  test('begins by rank: a priority is a head start, no more', async () => {
    const deck = await openDeck({ slots: { inline: 1 } })
    const { handler, begun, end } = gate()
    await deck.once('in-process', { name: 'blocker' }).add(1, handler).start()
    await begun
    const order: string[] = []
    for (const [name, priority] of [
      ['low', -5],
      ['first', 0],
      ['second', 0],
      ['high', 5],
    ] as const) {
      await deck
        .once('in-process', { name })
        .add(priority, () => void order.push(name))
        .start()
    }
    const last = deck.once('in-process', { name: 'last' }).add(-1000, () => void order.push('last'))
    await last.start()
    end(null)
    await last.finished()
    expect(order).toEqual(['high', 'first', 'second', 'low', 'last'])
  })

  test('lets thousands in that are started at once, though they fill several commits', async () => {
    const deck = await openDeck({ slots: { inline: 5000 } })
    const all = Promise.withResolvers<void>()
    const end = Promise.withResolvers<void>()
    let begun = 0
    const jobs = ['a', 'b', 'c'].map((name) =>
      deck.once('in-process', { name, maxWorkers: 1000 }).add(1, () => {
        begun++
        if (begun === 2700) all.resolve()
        return end.promise
      }),
    )
    await Promise.all(jobs.map((job) => job.save()))
    await Promise.all(jobs.flatMap((job) => Array.from({ length: 900 }, () => job.start())))
    await all.promise // none ends before all have begun: nothing but its own start lets one in
    end.resolve()
    for (const job of jobs) expect((await job.finished()).status).toBe('completed')
  })

  test('is claimed with the commit that queues it, however many are started in one turn', async () => {
    const deck = await openDeck()
    const { job, begun, end } = crowd(deck, { name: 'crowd' })
    await job.save()
    const runs = (await Promise.all(Array.from({ length: 20 }, () => job.start()))).flat()
    // The next commit would come a turn later.
    for (const run of runs) expect((await run.get()).status).toBe('running')
    end()
    await job.finished()
    expect(begun).toHaveLength(20)
  })
})

describe('a pause', () => {
  test.each(['job', 'category', 'deck'] as const)(
    'of the %s holds what waits, not what runs nor what is asked for meanwhile',
    async (scope) => {
      const deck = await openDeck()
      const { job, begun, end } = crowd(deck, { name: 'paused', category: 'x/y', maxWorkers: 1 })
      const [running] = await job.start()
      const [held] = await job.start()
      await until(deck, running!, ({ status }) => status === 'running')
      const target = { job: { job: 'paused' }, category: { category: 'x' }, deck: { deck: true as const } }[
        scope
      ]
      await deck.client.request('pauses.set', { target, reason: 'on holiday' })
      const [asked] = await job.start()
      end()
      await until(deck, asked!, ({ status }) => status === 'completed')
      expect(begun).toEqual([running!.id, asked!.id])
      expect(await waitOf(deck, held!.id)).toEqual({ what: `${scope}-resumed`, reason: 'on holiday' })
      expect(await deck.client.request('pauses.end', { target })).toBe(true)
      expect((await held!.finished()).status).toBe('completed')
      expect(await deck.client.request('pauses.end', { target })).toBe(false)
    },
  )

  test('for a time ends by itself', async () => {
    const deck = await openDeck()
    const { job, end } = crowd(deck, { name: 'short', maxWorkers: 1 })
    const [running] = await job.start()
    const [held] = await job.start()
    await until(deck, running!, ({ status }) => status === 'running')
    const pause = await deck.client.request('pauses.set', { target: { job: 'short' }, for: '100ms' })
    end()
    const { startedAt } = await held!.finished()
    expect(startedAt).toBeGreaterThanOrEqual(pause.pausedUntil!)
    expect(await deck.client.request('pauses.list', {})).toEqual([])
  })

  test('is refused where it makes no sense, in words', async () => {
    const deck = await openDeck()
    const refuse = (input: Parameters<typeof deck.client.request<'pauses.set'>>[1]) =>
      deck.client.request('pauses.set', input).catch((fault: Fault) => fault.message)
    expect(await refuse({ target: { job: 'nobody' } })).toBe('there is no job "nobody"')
    expect(await refuse({ target: { category: 'no/where' } })).toBe('there is no category "no/where"')
    expect(await refuse({ target: { deck: true }, until: 1 })).toBe('until: lies in the past')
    expect(await refuse({ target: {} as never })).toMatch(/must be one of/)
  })
})

describe('what waits', () => {
  test('for longer than it may is cancelled, says so, and never runs', async () => {
    const deck = await openDeck({ slots: { inline: 1 } })
    const { handler, begun, end } = gate()
    await deck.once('in-process', { name: 'blocker' }).add(1, handler).start()
    await begun
    let ran = false
    const job = deck.once('in-process', { name: 'late', expireAfter: '50ms' }).add(1, () => void (ran = true))
    const [late] = await job.start()
    const detail = await late!.finished()
    expect(detail).toMatchObject({ status: 'cancelled', startedAt: null, error: { name: 'Expired' } })
    end(null)
    await deck.close({ drain: true })
    expect(ran).toBe(false)
  })

  test('for anybody is run by one planner, and by the next when that one goes', async () => {
    const file = join(temporaryFolder(), 'jobs.db')
    const seconds = `${200_000 + process.pid}`
    const host = spawn(NODE, [resolve('test/fixtures/host.ts'), file, seconds], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void host.kill('SIGKILL'))
    await once(host.stdout, 'data')

    // Queued by a program that is gone by the time its turn comes; only the heir has the function.
    const guest = await openDeck({ file, slots: { inline: 0 } })
    const [left] = await guest
      .once('in-process', { name: 'left behind' })
      .add(1, () => 'guest')
      .start()
    await guest.close()
    const heir = await openDeck({ file })
    heir.once('in-process', { name: 'left behind' }).add(1, () => 'heir')
    expect(await waitingFor(heir, left!.id)).toBe('slot')
    host.kill('SIGKILL')
    const detail = await until(heir, left!.id, ({ status }) => status === 'completed')
    expect(detail.result).toBe('heir')
  })

  test('is told for what, also by a program that cannot run it', async () => {
    const deck = await openDeck({ slots: { process: 1 } })
    const blocker = deck.once('process', { name: 'blocker' }).add(1, { shell: 'sleep 1000' })
    const [first] = await blocker.start()
    await until(deck, first!, ({ status }) => status === 'running')
    const [turn] = await blocker.start()
    const [slot] = await deck.once('process', { name: 'other' }).add(1, { shell: 'true' }).start()
    const retry = deck.once('in-process', {
      name: 'fails',
      retry: { attempts: 2, delay: '1h', jitter: false },
    })
    const [failing] = await retry.add(1, () => Promise.reject(new Error('no'))).start()
    const { retryId } = await until(deck, failing!, ({ retryId: next }) => next !== null)
    const looker = await openDeck({ file: deck.file, slots: { process: 1 } })
    expect(await waitingFor(looker, turn!.id)).toBe('turn')
    expect(await waitingFor(looker, slot!.id)).toBe('slot')
    expect(await waitingFor(looker, retryId!)).toBe('time')
  })
})

describe('limits of a run', () => {
  test('memory: a run whose whole tree takes more is killed, and says how much', async () => {
    const deck = await openDeck()
    const hungry = `${NODE} -e 'const b=[];setInterval(()=>b.push(Buffer.alloc(2**24,1)),10)' & wait`
    const job = deck.once('process', { name: 'hungry', memoryLimit: '200MB' }).add(1, { shell: hungry })
    const [run] = await job.start()
    const detail = await run!.finished()
    expect(detail).toMatchObject({ status: 'killed', forced: true, error: { name: 'MemoryLimit' } })
    expect(detail.error!.message).toMatch(/^it took [\d.]+ [MG]iB of memory; its limit is 200 MiB$/)
    const samples = await deck.client.request('executions.samples', { execution: run!.id })
    expect(samples[0]!.memory).toBeGreaterThan(0)
  })

  test('output: a run that writes more is killed; one that writes faster is slowed down, not cut', async () => {
    const deck = await openDeck()
    const flood = deck.once('process', { name: 'flood', outputLimit: '64KB' }).add(1, { command: ['yes'] })
    const [run] = await flood.start()
    expect(await run!.finished()).toMatchObject({ status: 'killed', error: { name: 'OutputLimit' } })

    const even = deck.once('process', { name: 'even', outputRate: '1MB' })
    const [slow] = await even.add(1, { shell: `yes $(printf %0999d 1) | head -3000` }).start()
    const detail = await slow!.finished()
    // 3 MB at 1 MB/s, with a second in advance; the pipe and the reader hold a little of the rest.
    expect(detail).toMatchObject({ status: 'completed', logCount: 3000 })
    expect(detail.durationMs).toBeGreaterThan(1000)
  })

  test('a stop command is run instead of SIGTERM, and knows the process', async () => {
    const deck = await openDeck()
    const job = deck.once('process', {
      name: 'asked nicely',
      stopCommand: ['sh', '-c', 'kill -USR1 $JOBDECK_PROCESS_ID'],
    })
    job.add(1, {
      shell: `trap 'echo "told by USR1"; exit 0' USR1; trap '' TERM; echo ready; while :; do sleep 0.05; done`,
    })
    const [run] = await job.start()
    for await (const entry of run!.logs({ follow: true })) if (entry.message === 'ready') break
    await run!.stop()
    const detail = await run!.finished()
    expect(detail).toMatchObject({ status: 'cancelled', forced: false, exitCode: 0 })
    const logged = await deck.client.request('logs.list', { execution: run!.id })
    expect(logged.map(({ message }) => message)).toContain('told by USR1')
  })
})
