import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { NonRetryable, type Deck, type Execution, type JobData } from '../../src/core/index.ts'
import { openDeck, temporaryFolder, until, writeFile } from '../support/deck.ts'
import { NODE } from '../support/node.ts'

/** No waiting between attempts. */
const AT_ONCE = { delay: 1, jitter: false }

/** The attempts of a run, oldest first, as [attempt, status]. */
async function chain(deck: Deck, first: Execution): Promise<[number, string][]> {
  await first.finished()
  const all = await deck.client.request('executions.list', {})
  return all.toReversed().map(({ attempt, status }) => [attempt, status])
}

async function run(
  deck: Deck,
  data: Partial<JobData>,
  handler: Parameters<ReturnType<Deck['once']>['add']>[1],
) {
  const mode = typeof handler === 'function' ? 'in-process' : 'process'
  const [first] = await deck
    .once(mode, { name: 'tried', ...data })
    .add(1, handler)
    .start()
  return { first: first!, attempts: await chain(deck, first!) }
}

describe('a run that fails is tried again', () => {
  test('as often as its policy says, each attempt in a row of its own that points to the one before', async () => {
    const deck = await openDeck()
    const seen: number[] = []
    const { first, attempts } = await run(
      deck,
      { retry: { attempts: 3, ...AT_ONCE } },
      ({ attempt, params }) => {
        seen.push(attempt)
        throw new Error(`no ${JSON.stringify(params)}`)
      },
    )
    expect(attempts).toEqual([
      [1, 'failed'],
      [2, 'failed'],
      [3, 'failed'],
    ])
    expect(seen).toEqual([1, 2, 3])
    const all = (await deck.client.request('executions.list', {})).toReversed()
    expect(all.map(({ parentId, retryId }) => [parentId, retryId])).toEqual([
      [null, first.id + 1],
      [first.id, first.id + 2],
      [first.id + 1, null],
    ])
    expect(all.map(({ trigger }) => trigger)).toEqual(['api', 'retry', 'retry'])
  })

  test('until it completes; `finished` waits for that', async () => {
    const deck = await openDeck()
    const job = deck.once('in-process', { name: 'third time', retry: { attempts: 5, ...AT_ONCE } })
    job.add(1, ({ attempt }) => {
      if (attempt < 3) throw new Error('not yet')
      return 'lucky'
    })
    await job.start()
    expect(await job.finished()).toMatchObject({ status: 'completed', result: 'lucky' })
  })

  test('with what it was queued with, whatever the job is by then', async () => {
    const deck = await openDeck()
    const declare = (shell: string) =>
      deck.once('process', { name: 'edited', retry: { attempts: 2, ...AT_ONCE } }).add(1, { shell })
    const folder = temporaryFolder()
    const job = declare(`test -e ${folder}/again || { touch ${folder}/again; exit 1; }; echo old`)
    const [first] = await job.start()
    await declare('echo new').save()
    await first!.finished()
    const [last] = await deck.client.request('executions.list', {})
    const logged = await deck.client.request('logs.list', { execution: last!.id })
    expect(logged.map(({ message }) => message)).toEqual(['old'])
  })

  test('after the ends that are named, and no other', async () => {
    const deck = await openDeck()
    const slow = { shell: 'sleep 1000' }
    const plain = { timeout: 50, grace: 10_000, retry: { attempts: 2, ...AT_ONCE } }
    expect((await run(deck, plain, slow)).attempts).toEqual([[1, 'timeout']])
    const other = await openDeck()
    const named = { ...plain, retry: { attempts: 2, ...AT_ONCE, on: ['timeout' as const] } }
    expect((await run(other, named, slow)).attempts).toEqual([
      [1, 'timeout'],
      [2, 'timeout'],
    ])
  })
})

describe('a run is not tried again', () => {
  test.each(['library', 'script'])('when its handler says that it is of no use (%s)', async (kind) => {
    const deck = await openDeck()
    const script = `export default () => { throw Object.assign(new Error('never'), { name: 'NonRetryable' }) }`
    const handler =
      kind === 'library'
        ? () => {
            throw new NonRetryable('never')
          }
        : { file: writeFile(temporaryFolder(), 'never.mjs', script) }
    const { attempts } = await run(deck, { retry: { attempts: 3, ...AT_ONCE } }, handler)
    expect(attempts).toEqual([[1, 'failed']])
  })

  test('after an exit code that says so', async () => {
    const deck = await openDeck()
    const retry = { attempts: 3, ...AT_ONCE, nonRetryableCodes: [64] }
    expect((await run(deck, { retry }, { shell: 'exit 64' })).attempts).toEqual([[1, 'failed']])
  })

  test('when it was cancelled, nor when it waits for its next attempt', async () => {
    const deck = await openDeck()
    const job = deck.once('in-process', {
      name: 'patient',
      retry: { attempts: 3, delay: '1h', jitter: false },
    })
    const [first] = await job.add(1, () => Promise.reject(new Error('no'))).start()
    const { retryId } = await until(deck, first!, ({ retryId: next }) => next !== null)
    await job.cancel()
    expect((await until(deck, retryId!, ({ status }) => status === 'cancelled')).startedAt).toBeNull()
    expect(await job.finished()).toMatchObject({ status: 'cancelled' })
  })
})

describe('a run whose host died', () => {
  const endless = `console.log('begun'); setInterval(() => {}, 1000)`

  /** Starts a host that runs the job, and kills it while the job runs. */
  async function die(file: string, script: string, retry: object | null): Promise<void> {
    const source = `
      import { open } from '${resolve('src/core/index.ts')}'
      const deck = await open({ file: ${JSON.stringify(file)} })
      const job = deck.once('process', { name: 'deadly', ...${JSON.stringify(retry ? { retry } : {})} })
      job.add(1, { file: ${JSON.stringify(script)} })
      const open_ = await deck.client.request('executions.list', { statuses: ['queued', 'initializing', 'running'] })
      let id = open_[0]?.id ?? (await job.start())[0].id
      deck.on('logs', ({ executionId }) => executionId === id && process.stdout.write('begun\\n'))
      setInterval(() => {}, 1000)`
    const host = spawn(NODE, ['--input-type=module', '-e', source], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void host.kill('SIGKILL'))
    await once(host.stdout, 'data')
    host.kill('SIGKILL')
    await once(host, 'exit')
  }
  const scriptIn = (folder: string) =>
    writeFile(folder, 'endless.mjs', `export default () => new Promise(() => { ${endless} })`)

  test('is interrupted, and tried again only where its policy says so', async () => {
    for (const [on, expected] of [
      [['failed'], ['interrupted']],
      [['interrupted'], ['interrupted', 'running']],
    ] as const) {
      const folder = temporaryFolder()
      const file = join(folder, 'jobs.db')
      await die(file, scriptIn(folder), { attempts: 2, delay: 1, jitter: false, on })
      const deck = await openDeck({ file })
      const first = await deck.client.request('executions.get', { execution: 1 })
      expect(first).toMatchObject({ status: 'interrupted', error: { name: 'HostDied' } })
      if (first.retryId !== null) await until(deck, first.retryId, ({ status }) => status === 'running')
      const all = await deck.client.request('executions.list', {})
      expect(all.toReversed().map(({ status }) => status)).toEqual(expected)
      await deck.close()
    }
  })

  test('for the third time in a row is set aside: its job is paused, and says why', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'jobs.db')
    const retry = { attempts: 10, delay: 1, jitter: false, on: ['interrupted'] }
    for (let death = 1; death <= 3; death++) await die(file, scriptIn(folder), retry)
    const deck = await openDeck({ file })
    const job = await deck.client.request('jobs.get', { job: 'deadly' })
    expect(job.pause?.reason).toBe('it was running at 3 deaths of its host in a row')
    const [waiting] = await deck.client.request('executions.list', {})
    expect(waiting).toMatchObject({
      status: 'queued',
      attempt: 4,
      waitingFor: { what: 'job-resumed', reason: 'it was running at 3 deaths of its host in a row' },
    })
    const [entry] = await deck.client.request('trail.list', { job: 'deadly' })
    expect(entry).toMatchObject({ actor: 'engine', action: 'paused' })
  })
})
