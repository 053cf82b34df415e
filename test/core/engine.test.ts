import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Fault, open, type Execution, type HandlerContext, type Parameters } from '../../src/core/index.ts'
import { gate, messages, obedient, openDeck, temporaryFolder, writeFile } from '../support/deck.ts'
import { NODE } from '../support/node.ts'

const commandLines = () =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      } catch {
        return ''
      }
    })

describe('a job', () => {
  test('makes one execution per handler and start, higher priority first, and the worst result counts', async () => {
    const deck = await openDeck()
    const order: string[] = []
    const job = deck.once('in-process', { name: 'many' })
    job.add(1, () => void order.push('low'))
    job.add(5, () => {
      order.push('high')
      throw new Error('no')
    })
    job.add(3, () => void order.push('middle'))
    await job.start()
    const { status, executions } = await job.finished()
    expect(order).toEqual(['high', 'middle', 'low'])
    expect(status).toBe('failed')
    expect(executions.map((execution) => execution.status)).toEqual(['completed', 'failed', 'completed'])
  })

  test('that is saved again under its key is updated, not doubled', async () => {
    const deck = await openDeck()
    await deck.once('process', { key: 'k', name: 'before' }).add(1, { shell: 'true' }).save()
    const saved = await deck
      .once('process', { key: 'k', name: 'after', category: 'a/b' })
      .add(1, { shell: 'false' })
      .save()
    expect(saved).toMatchObject({
      name: 'after',
      category: 'a/b',
      handlers: [{ handler: { shell: 'false' } }],
    })
    expect(await deck.client.request('jobs.list', {})).toHaveLength(1)
  })

  test('run again makes new rows and leaves the finished ones alone', async () => {
    const deck = await openDeck()
    const job = deck.once('in-process', { name: 'twice' }).add(1, () => 'done')
    const [first] = await job.start()
    await job.finished()
    const before = await first!.get()
    const [second] = await job.start()
    await job.finished()
    expect(second!.id).toBe(first!.id + 1)
    expect(await first!.get()).toEqual(before)
  })

  test('runs one execution at a time; the others wait for their turn, and say so', async () => {
    const deck = await openDeck()
    const { handler, begun, end } = gate()
    const job = deck.once('in-process', { name: 'one by one' }).add(1, handler)
    await job.start()
    await begun
    const [waiting] = await job.start()
    expect(await waiting!.get()).toMatchObject({
      status: 'queued',
      waitingFor: { what: 'turn', reason: null },
    })
    end('first')
    expect((await job.finished()).status).toBe('completed')
  })

  test('with maxWorkers runs so many at once', async () => {
    const deck = await openDeck()
    const gates = [gate(), gate()]
    const job = deck.once('in-process', { name: 'two at once', maxWorkers: 2 })
    for (const { handler } of gates) job.add(1, handler)
    await job.start()
    await Promise.all(gates.map(({ begun }) => begun))
    for (const { end } of gates) end(1)
    expect((await job.finished()).status).toBe('completed')
  })

  test('in mode process refuses a function, and names what to give instead', async () => {
    const deck = await openDeck()
    const job = deck.once('process', { name: 'impossible' })
    expect(() => job.add(1, () => {})).toThrow(expect.objectContaining({ code: 'handler-unsuitable' }))
    expect(() => job.add(1, () => {})).toThrow(/\{ file: /)
  })

  test('without a handler cannot be started', async () => {
    const deck = await openDeck()
    await expect(deck.once('in-process', { name: 'empty' }).start()).rejects.toThrow(/nothing to run/)
  })

  test.each([
    ['name', { name: '' }, /name/],
    ['timeout', { name: 'x', timeout: 'soon' }, /timeout: .*"soon"/],
    ['maxWorkers', { name: 'x', maxWorkers: 0 }, /maxWorkers/],
    ['an unknown field', { name: 'x', tiemout: '1s' }, /tiemout/],
  ])('with a bad %s is refused by that name', async (_, data, message) => {
    const deck = await openDeck()
    const fault: Fault = await deck
      .once('in-process', data)
      .add(1, () => {})
      .start()
      .catch((thrown) => thrown)
    expect(fault).toBeInstanceOf(Fault)
    expect(fault.code).toBe('invalid-input')
    expect(fault.message).toMatch(message)
    expect(await deck.client.request('jobs.list', {})).toEqual([])
  })
})

test('parameters that are nested too deep, or contain themselves, are refused by every request', async () => {
  const deck = await openDeck()
  const nested = (depth: number) => JSON.parse(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`) as Parameters
  const cyclic: Record<string, unknown> = {}
  cyclic.first = cyclic.second = cyclic
  const job = () => deck.once('in-process', { name: 'deep' }).add(1, ({ params }) => params)
  const started = job()
  await started.start(nested(50))
  expect(await started.finished()).toMatchObject({ status: 'completed', result: nested(50) })
  for (const params of [nested(20_000), nested(101), cyclic as Parameters]) {
    const data = deck.once('in-process', { name: 'deep', params }).add(1, () => {})
    for (const refused of [started.start(params), job().start(params), data.save()]) {
      await expect(refused).rejects.toMatchObject({
        code: 'invalid-input',
        message: expect.stringMatching(/params: must not be nested more than 100 deep/),
      })
    }
  }
})

describe('an execution', () => {
  test('tells its progress and log while it runs, numbered from 1, in milliseconds', async () => {
    const deck = await openDeck()
    const before = Date.now()
    const { handler, begun, end } = gate()
    const job = deck.once('in-process', { name: 'live' }).add(1, handler)
    const progress: number[] = []
    job.onProgress((event) => progress.push(event.progress))
    const [execution] = await job.start()
    const context = await begun
    const log = execution!.logs({ follow: true })
    context.info('first', { a: 1 })
    expect((await log.next()).value).toMatchObject({
      sequence: 1,
      level: 'info',
      message: 'first',
      fields: { a: 1 },
    })
    context.fatal('second')
    const { value } = await log.next()
    expect(value).toMatchObject({ sequence: 2, level: 'fatal' })
    expect(value!.time).toBeGreaterThanOrEqual(before)
    context.setProgress(50, 'half')
    context.setProgress(75)
    end(1)
    await job.finished()
    expect((await log.next()).done).toBe(true)
    expect(progress.at(0)).toBe(50)
    expect(await execution!.get()).toMatchObject({ progress: 75, logCount: 2 })
  })

  test.each(['in-process', 'process'] as const)(
    'in mode %s that passes its time limit ends as timeout',
    async (mode) => {
      const deck = await openDeck()
      const file = writeFile(
        temporaryFolder(),
        'slow.mjs',
        `export default ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason.name)))`,
      )
      const job = deck.once(mode, { name: 'slow', timeout: 50 }).add(1, { file })
      await job.start()
      const { status, result, executions } = await job.finished()
      expect({ status, result, forced: executions[0]!.forced }).toEqual({
        status: 'timeout',
        result: 'TimedOut',
        forced: false,
      })
    },
  )

  test.each(['in-process', 'process'] as const)(
    'of CommonJS code requires packages from where that lies (in mode %s)',
    async (mode) => {
      const folder = temporaryFolder()
      mkdirSync(join(folder, 'node_modules', 'neighbour'), { recursive: true })
      writeFile(join(folder, 'node_modules', 'neighbour'), 'index.js', `module.exports = 'of its own'`)
      writeFile(folder, 'lib.cjs', `module.exports = require('neighbour')`)
      const file = writeFile(
        folder,
        'handler.mjs',
        `import found from './lib.cjs'\nexport default () => found`,
      )
      const deck = await openDeck()
      const [run] = await deck.once(mode, { name: 'common' }).add(1, { file }).start()
      expect(await run!.finished()).toMatchObject({ status: 'completed', result: 'of its own' })
    },
  )

  test.each(['in-process', 'process'] as const)(
    'may have a require of its own for the whole of it (in mode %s)',
    async (mode) => {
      const file = writeFile(
        temporaryFolder(),
        'handler.mjs',
        `globalThis.require = (name) => 'own ' + name\nexport default () => globalThis.require('name')`,
      )
      const deck = await openDeck()
      const [run] = await deck.once(mode, { name: 'own' }).add(1, { file }).start()
      expect(await run!.finished()).toMatchObject({ status: 'completed', result: 'own name' })
    },
  )

  test('that waits is cancelled at once, and never begins', async () => {
    const deck = await openDeck()
    const { handler, begun, end } = gate()
    const job = deck.once('in-process', { name: 'queue' }).add(1, handler)
    await job.start()
    await begun
    const [waiting] = await job.start()
    await waiting!.stop()
    expect(await waiting!.get()).toMatchObject({ status: 'cancelled', startedAt: null })
    await expect(waiting!.stop()).rejects.toMatchObject({ code: 'conflict' })
    end(1)
  })

  test('is stopped from another process that has the deck open', async () => {
    const deck = await openDeck()
    const [execution] = await deck.once('in-process', { name: 'here' }).add(1, obedient).start()
    const other = await openDeck({ file: deck.file })
    await other.client.request('executions.stop', { execution: execution!.id })
    expect(await execution!.finished()).toMatchObject({ status: 'cancelled', forced: false })
  })

  test.each([false, true])(
    'that is stopped before its function begins is not said to have ignored it (force: %s)',
    async (force) => {
      const deck = await openDeck()
      let hasBegun = false
      const handler = (execution: HandlerContext) => {
        hasBegun = true
        return obedient(execution)
      }
      const [run] = await deck.once('in-process', { name: 'early' }).add(1, handler).start()
      await run!.stop({ force }) // as a rule before it has begun
      const { status, logCount } = await run!.finished()
      expect(status).toBe('cancelled')
      expect(logCount).toBe(force && hasBegun ? 1 : 0)
    },
  )

  test('that is stopped does not take its siblings along; cancelling the job does', async () => {
    const deck = await openDeck()
    const job = deck.once('in-process', { name: 'siblings', maxWorkers: 3 })
    for (let count = 0; count < 3; count++) job.add(1, obedient)
    const [first, ...others] = await job.start()
    await first!.stop()
    await first!.finished()
    const states = await Promise.all(others.map((other: Execution) => other.get()))
    expect(states.every(({ endedAt }) => endedAt === null)).toBe(true)
    await job.cancel()
    expect((await job.finished()).executions.map(({ status }) => status)).toEqual([
      'cancelled',
      'cancelled',
      'cancelled',
    ])
  })

  test('that ends at once still has what it left behind in its group found and ended', async () => {
    const deck = await openDeck()
    const seconds = `${200_000 + process.pid}`
    // `env -i` takes the mark away, and the shell is gone before anybody can look at it.
    const job = deck.once('process', { name: 'hasty' }).add(1, { shell: `env -i sleep ${seconds} &` })
    await job.start()
    expect((await job.finished()).status).toBe('completed')
    await expect.poll(() => commandLines().filter((line) => line.includes(`sleep ${seconds}`))).toEqual([])
  })

  test('keeps its temporary folder after a failure only, and the folder of its job always', async () => {
    const deck = await openDeck()
    const folders: string[] = []
    const look = ({ tempDir, stateDir }: HandlerContext) => void folders.push(tempDir, stateDir)
    const good = deck.once('in-process', { name: 'good' }).add(1, look)
    const bad = deck.once('in-process', { name: 'bad' }).add(1, (context) => {
      look(context)
      throw new Error('no')
    })
    await good.start()
    await good.finished()
    await bad.start()
    await bad.finished()
    const [goodTemp, goodState, badTemp, badState] = folders
    await expect.poll(() => existsSync(goodTemp!)).toBe(false)
    expect([goodState, badTemp, badState].map((folder) => existsSync(folder!))).toEqual([true, true, true])
  })
})

describe('a deck', () => {
  test('that is closed interrupts what runs, and says why; what waits stays queued', async () => {
    const file = join(temporaryFolder(), 'jobs.db')
    const deck = await open({ file })
    const reasons: string[] = []
    const job = deck.once('in-process', { name: 'closing' }).add(1, async (execution) => {
      await obedient(execution).catch((reason: Error) => reasons.push(reason.name))
    })
    const [running] = await job.start()
    const [waiting] = await job.start()
    await expect.poll(async () => (await running!.get()).status).toBe('running')
    await deck.close()
    expect(reasons).toEqual(['ShuttingDown'])
    const again = await openDeck({ file })
    const states = await again.client.request('executions.list', {})
    expect(states.map(({ id, status }) => [id, status])).toEqual([
      [waiting!.id, 'queued'],
      [running!.id, 'interrupted'],
    ])
  })

  test('that drains waits for what runs', async () => {
    const file = join(temporaryFolder(), 'jobs.db')
    const deck = await open({ file })
    const { handler, begun, end } = gate()
    await deck.once('in-process', { name: 'draining' }).add(1, handler).start()
    await begun
    const closing = deck.close({ drain: true })
    end('done')
    await closing
    const again = await openDeck({ file })
    expect(await again.client.request('executions.get', { execution: 1 })).toMatchObject({
      status: 'completed',
      result: 'done',
    })
  })

  test('keeps what waits for a function, says so, and runs it when a program registers it', async () => {
    const file = join(temporaryFolder(), 'jobs.db')
    const first = await open({ file })
    const declare = (deck: typeof first) => deck.once('in-process', { name: 'work' })
    await declare(first).add(1, obedient).start()
    await declare(first).add(1, obedient).start()
    await first.close()

    const second = await openDeck({ file })
    expect(await second.client.request('executions.get', { execution: 2 })).toMatchObject({
      status: 'queued',
      waitingFor: { what: 'function', reason: null },
    })
    declare(second).add(1, () => 'later')
    await expect
      .poll(() => second.client.request('executions.get', { execution: 2 }))
      .toMatchObject({
        status: 'completed',
        result: 'later',
      })
  })

  test('settles what a host left that was killed, ends its processes, and leaves a living host alone', async () => {
    const file = join(temporaryFolder(), 'jobs.db')
    const living = await openDeck({ file })
    const { handler, begun, end } = gate()
    const [untouched] = await living.once('in-process', { name: 'living' }).add(1, handler).start()
    await begun

    const seconds = `${100_000 + process.pid}`
    const host = spawn(NODE, [resolve('test/fixtures/host.ts'), file, seconds], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void host.kill('SIGKILL'))
    await once(host.stdout, 'data')
    host.kill('SIGKILL')
    await once(host, 'exit')

    const next = await openDeck({ file })
    const executions = await next.client.request('executions.list', {})
    expect(executions.map(({ jobName, status }) => [jobName, status])).toEqual([
      ['command', 'interrupted'],
      ['endless', 'interrupted'],
      ['living', 'running'],
    ])
    expect(commandLines().filter((line) => line.includes(`sleep ${seconds}`))).toEqual([])
    expect(messages(await next.client.request('logs.list', { execution: 3 }))).toEqual(['begun'])
    end('unharmed')
    expect(await untouched!.finished()).toMatchObject({ status: 'completed', result: 'unharmed' })
  })
})
