import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { openDeck, temporaryFolder, until, writeFile } from '../support/deck.ts'
import { HostProcess, carriers } from '../support/host.ts'
import { NODE } from '../support/node.ts'

const script = (source = `export default () => 'done'`) => writeFile(temporaryFolder(), 'handler.mjs', source)
let marks = 0

// Electron's processes heed no NODE_OPTIONS: there nothing keeps them from their first line.
describe.skipIf(process.versions.electron)('a run whose place never starts', () => {
  /** Its process waits for a debugger before its first line. */
  async function startStuck(file = join(temporaryFolder(), 'jobs.db')) {
    const mark = `stuck-${process.pid}-${marks++}`
    const deck = await openDeck({ file })
    const environment = { NODE_OPTIONS: '--inspect-brk=0', LC_MARK: mark }
    const [run] = await deck
      .once('process', { name: 'stuck', environment })
      .add(1, { file: script() })
      .start()
    await until(deck, run!, ({ status }) => status === 'initializing')
    await expect.poll(() => carriers(mark)).toHaveLength(1)
    return { deck, run: run!, mark }
  }

  test.each([false, true])(
    'is stopped all the same, and its process is ended (by force: %s)',
    async (force) => {
      const { run, mark } = await startStuck()
      await run.stop({ force })
      expect(await run.finished()).toMatchObject({ status: 'cancelled', startedAt: null, error: null })
      expect(carriers(mark)).toEqual([])
    },
  )

  test('is stopped from another process that has the deck open', async () => {
    const { deck, run, mark } = await startStuck()
    const other = await openDeck({ file: deck.file })
    await other.client.request('executions.stop', { execution: run.id })
    expect((await run.finished()).status).toBe('cancelled')
    expect(carriers(mark)).toEqual([])
  })

  test('keeps nobody from closing the deck', async () => {
    const { deck, run, mark } = await startStuck()
    await deck.close()
    expect(carriers(mark)).toEqual([])
    // It never began: whoever opens the deck next tries it.
    const again = await openDeck({ file: deck.file })
    const { status } = await again.client.request('executions.get', { execution: run.id })
    expect(['queued', 'initializing']).toContain(status)
  })
})

describe('a host without room for more open files', () => {
  test.each([
    ['a script in a process', 'process', true, 3],
    ['a script in a process', 'process', true, 8],
    ['a command', 'process', false, 3],
    ['a command', 'process', false, 5],
  ] as const)(
    'lives on, and says why it could not start %s (in mode %s, %s, with %i left)',
    async (_, mode, isScript, free) => {
      const fixture = resolve(import.meta.dirname, '../fixtures/crowded.ts')
      const file = join(temporaryFolder(), 'jobs.db')
      const args = [NODE, fixture, file, mode, isScript ? script() : '', String(free)]
      const host = spawn('sh', ['-c', 'ulimit -n 120; exec "$@"', 'sh', ...args], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const [output] = await Promise.all([text(host.stdout), once(host, 'exit')])
      expect(output).toMatch(
        /^crowded: failed, .* could not be started: this program has too many files open\n/,
      )
      expect(output).toMatch(/\nroomy: completed\n$/)
      expect(host.exitCode).toBe(0)
    },
  )
})

// In a process of its own: where it never ends, it would not let go of the test either.
test.skipIf(process.platform !== 'linux')(
  'a deck where no folder can be made is refused at once, by the name of the folder',
  async () => {
    const { code, stderr } = await new HostProcess('leaver', ['/proc/nope/x.db', 'pause']).ended
    expect(code).toBe(1)
    expect(stderr).toMatch(/Fault: the folder \/proc\/nope cannot be made: ENOENT/)
    expect(stderr).toContain(`code: 'database-permission'`)
  },
)

describe('a job that is started again', () => {
  test('is not stored again over what others have edited meanwhile; after a change of its own it is', async () => {
    const deck = await openDeck()
    const job = deck.once('in-process', { name: 'edited' }).add(1, () => 'done')
    const stored = () => deck.client.request('jobs.get', { job: 'edited' })
    await job.start()
    await job.finished()
    const { handlers } = await stored()
    const edit = { name: 'edited', mode: 'in-process', handlers } as const
    await deck.client.request('jobs.save', { ...edit, description: 'by hand', params: { a: 1 } })
    const [run] = await job.start()
    expect(await stored()).toMatchObject({ description: 'by hand', params: { a: 1 } })
    expect((await run!.finished()).params).toEqual({ a: 1 })

    job.setCategory('a/b')
    await job.start()
    expect(await stored()).toMatchObject({ description: null, params: {}, category: 'a/b' })
    await job.finished()
    job.add(2, () => 'second')
    expect(await job.start()).toHaveLength(2)
    expect((await stored()).handlers).toHaveLength(2)
    const actions = (await deck.client.request('trail.list', { job: 'edited' })).map(({ action }) => action)
    expect(actions).toEqual(['edited', 'edited', 'edited', 'created'])
  })

  test('after somebody removed it says so, and runs once it is brought back or made anew', async () => {
    const deck = await openDeck()
    const job = deck.once('in-process', { name: 'gone' }).add(1, () => 'ran')
    const { id } = await job.save()
    const remove = () => deck.removeJobs(['gone'])
    await remove()
    const refused = {
      code: 'not-found',
      message: expect.stringMatching(/^the job "gone" was removed: .*bring/),
    }
    await expect(job.start()).rejects.toMatchObject(refused)
    expect(await deck.client.request('jobs.list', {})).toEqual([])
    await deck.client.request('jobs.bringBack', { job: id })
    expect((await job.start())[0]!.record.jobId).toBe(id)
    await job.finished()
    await remove()
    await deck.client.request('deck.clean', { removed: true })
    await expect(job.start()).rejects.toMatchObject(refused)
    await job.save()
    await job.start()
    expect(await job.finished()).toMatchObject({ status: 'completed', result: 'ran' })
  })

  test('has the handler that was added while its last start was on the way', async () => {
    const deck = await openDeck()
    const job = deck.once('in-process', { name: 'growing' }).add(1, () => 'first')
    const started = job.start()
    job.add(2, () => 'second')
    expect(await started).toHaveLength(1)
    await job.finished()
    expect(await job.start()).toHaveLength(2)
    const saved = job.save()
    job.setCategory('later')
    await saved
    await job.start()
    expect((await deck.client.request('jobs.get', { job: 'growing' })).category).toBe('later')
    await job.finished()
  })

  test('tells the progress of each of its runs, retries included, once', async () => {
    const deck = await openDeck()
    const retry = { attempts: 2, delay: 1, jitter: false }
    const job = deck.once('in-process', { name: 'progress', retry }).add(1, ({ attempt, setProgress }) => {
      setProgress(attempt * 10)
      if (attempt === 1) throw new Error('once more')
    })
    const told: [number, number][] = []
    job.onProgress(({ executionId, progress }) => told.push([executionId, progress]))
    const other = deck.once('in-process', { name: 'other' }).add(1, ({ setProgress }) => setProgress(99))
    for (let time = 0; time < 2; time++) {
      await job.start()
      await other.start()
      await other.finished()
      expect((await job.finished()).status).toBe('completed')
    }
    const [first, , , second] = told
    expect(told.map(([, progress]) => progress)).toEqual([10, 20, 10, 20])
    expect(new Set(told.map(([id]) => id)).size).toBe(4)
    expect(second![0]).toBeGreaterThan(first![0])
  })
})
