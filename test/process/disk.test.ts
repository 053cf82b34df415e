import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { open, type Deck, type Fault } from '../../src/core/index.ts'
import { declareWork } from '../fixtures/work.ts'
import { audit } from '../support/audit.ts'
import { buildFaultyDisk, reasonNotToFail, reasonNotToMount, smallDisk } from '../support/disk.ts'
import { gate, messages, obedient, openDeck, temporaryFolder } from '../support/deck.ts'
import { HostProcess } from '../support/host.ts'
import { ONCE, workplace } from '../support/workplace.ts'

const noDisk = reasonNotToMount()
if (noDisk !== undefined) console.warn(`skipped, for no disk can be mounted: ${noDisk}`)

const noFaults = reasonNotToFail()
if (noFaults !== undefined) console.warn(`skipped, for writes cannot be made to fail: ${noFaults}`)

/** The next trouble that is told: a fault, or null when it is over. */
const nextTrouble = (deck: Deck) =>
  new Promise<Fault['code'] | null>((resolve) => {
    const stop = deck.on('trouble', ({ fault }) => {
      stop()
      resolve(fault?.code ?? null)
    })
  })

const refusal = (opening: Promise<Deck>): Promise<Fault> =>
  opening.then(
    async (deck) => {
      await deck.close()
      return expect.fail('it was opened')
    },
    (thrown: Fault) => thrown,
  )

describe.skipIf(noDisk !== undefined)('on a disk that is full', () => {
  test('what runs goes on, nothing is claimed, it is told, and everything is stored when there is space again', async () => {
    const { folder, fill } = smallDisk('4m')
    const deck = await openDeck({ file: join(folder, 'jobs.db'), slots: { inline: 1 } })
    const { handler, begun, end } = gate()
    let begunLater = false
    const first = deck.once('in-process', { name: 'first' }).add(1, handler)
    const later = deck.once('in-process', { name: 'later' }).add(1, () => void (begunLater = true))
    const [running] = await first.start()
    const [waiting] = await later.start()
    const { info, setProgress } = await begun
    const told = nextTrouble(deck)
    const empty = fill()
    const lines = Array.from({ length: 5000 }, (_, index) => `line ${index} ${'x'.repeat(200)}`)
    for (const line of lines) info(line)
    setProgress(70, 'while it is full')
    expect(await told).toBe('disk-full')

    end('in the end')
    for (let time = 0; time < 2; time++) {
      const refused = later.start()
      await expect(refused).rejects.toMatchObject({
        code: 'disk-full',
        message: expect.stringMatching(/is full: free some space$/),
      })
    }
    expect(await running!.get()).toMatchObject({ status: 'running', endedAt: null })
    expect(await waiting!.get()).toMatchObject({ status: 'queued' })
    expect(begunLater).toBe(false)

    const over = nextTrouble(deck)
    empty()
    expect(await over).toBeNull()
    expect(await running!.finished()).toMatchObject({
      status: 'completed',
      result: 'in the end',
      progress: 70,
      progressMessage: 'while it is full',
      logCount: lines.length,
    })
    const stored = await deck.client.request('logs.list', { execution: running!.id, limit: 10_000 })
    expect(messages(stored)).toEqual(lines)
    expect(await waiting!.finished()).toMatchObject({ status: 'completed' })
    expect(begunLater).toBe(true)
    // Of those that were refused nothing is left.
    expect(await deck.client.request('executions.list', {})).toHaveLength(2)
  })

  test('what fills it can still be stopped where it runs, and ends cancelled when there is space again', async () => {
    const { folder, fill } = smallDisk('4m')
    const deck = await openDeck({ file: join(folder, 'jobs.db') })
    const { handler, begun } = gate()
    const job = deck.once('in-process', { name: 'greedy' }).add(1, async (execution) => {
      void handler(execution)
      await obedient(execution)
    })
    const [running] = await job.start()
    const { info, signal } = await begun
    const told = nextTrouble(deck)
    const empty = fill()
    for (let line = 0; line < 5000; line++) info('x'.repeat(200))
    expect(await told).toBe('disk-full')
    await running!.stop()
    expect(signal.aborted).toBe(true)
    empty()
    expect(await running!.finished()).toMatchObject({ status: 'cancelled', forced: false, logCount: 5000 })
  })

  test('nobody is kept from leaving: a deck is closed, and the next to open it settles what could not be stored', async () => {
    const { folder, fill } = smallDisk('4m')
    const file = join(folder, 'jobs.db')
    const deck = await openDeck({ file })
    const { handler, begun } = gate()
    const job = deck.once('in-process', { name: 'greedy' }).add(1, async (execution) => {
      void handler(execution)
      await obedient(execution)
    })
    const [running] = await job.start()
    const { info } = await begun
    const told = nextTrouble(deck)
    const empty = fill()
    for (let line = 0; line < 5000; line++) info('x'.repeat(200))
    expect(await told).toBe('disk-full')
    await deck.close()
    empty()
    const next = await openDeck({ file })
    expect(await next.client.request('executions.get', { execution: running!.id })).toMatchObject({
      status: 'interrupted',
    })
  })

  test.each(['new', 'that exists'])('a deck %s is not opened, and says why', async (which) => {
    const { folder, fill } = smallDisk('4m')
    const file = join(folder, 'jobs.db')
    if (which !== 'new') await (await open({ file })).close()
    const empty = fill()
    const fault = await refusal(open({ file }))
    expect(fault).toMatchObject({ name: 'Fault', code: 'disk-full' })
    expect(fault.message).toContain(folder)
    empty()
    await (await open({ file })).close()
  })

  test('a script whose code cannot be stored is refused for that, and nothing half-written is left', async () => {
    const { folder, fill } = smallDisk('4m')
    const deck = await openDeck({ file: join(folder, 'jobs.db') })
    const script = join(temporaryFolder(), 'script.mjs')
    writeFileSync(script, 'export default () => {}')
    const empty = fill()
    const job = deck.once('process', { name: 'script' }).add(1, { file: script })
    await expect(job.start()).rejects.toMatchObject({ name: 'Fault', code: 'disk-full' })
    expect(readdirSync(`${deck.file}-files/code`)).toEqual([])
    empty()
    await job.start()
    expect((await job.finished()).status).toBe('completed')
  })
})

describe.skipIf(noDisk !== undefined)('on a disk that is read-only', () => {
  test.each(['new', 'that exists'])('a deck %s is not opened, and says why', async (which) => {
    const { folder, lock } = smallDisk('4m')
    const file = join(folder, 'jobs.db')
    if (which !== 'new') await (await open({ file })).close()
    lock()
    const fault = await refusal(open({ file }))
    expect(fault).toMatchObject({ name: 'Fault', code: 'database-permission' })
    expect(fault.message).toContain(folder)
  })
})

describe.skipIf(noFaults !== undefined).each(['write', 'sync'])(
  'while each %s of the database fails',
  (call) => {
    test.each([
      ['EIO', 'disk-error'],
      ['EROFS', 'disk-error'],
      ['ENOSPC', call === 'write' ? 'disk-full' : 'disk-error'],
    ] as const)(
      'with %s what runs goes on, nothing is begun, it is told as %s, and everything is stored afterwards',
      async (error, code) => {
        const place = workplace()
        const library = buildFaultyDisk(place.folder)
        const control = join(place.folder, 'control')
        const env = {
          ...place.env,
          LD_PRELOAD: library,
          FAULTY_PREFIX: place.file,
          FAULTY_CONTROL: control,
        }
        const host = new HostProcess('steady', [place.file, place.folder, 'function'], { env })
        await host.line('begun')
        writeFileSync(`${control}.new`, `${call} ${constants.errno[error as 'EIO']}`)
        renameSync(`${control}.new`, control)
        expect(await host.line('trouble')).toBe(`trouble ${code}`)
        writeFileSync(join(place.folder, 'more'), '')
        expect(await host.line('refused')).toContain(`refused ${code}: the disk that holds ${place.file} `)
        place.calm()
        await expect.poll(() => place.evidence(1).done).toBe(true)
        expect(place.evidence(2).begun).toBe(false)

        rmSync(control)
        await host.line('trouble over')
        await host.line('#1 completed')
        await host.kill()
        await (await open({ file: place.file })).close()
        const { faults, states } = audit(place.file, place.folder)
        expect(faults).toEqual([])
        expect(states).toEqual({ completed: 1 })
        expect(place.evidence(1)).toEqual(ONCE)
      },
    )
  },
)

test('a deck whose file goes while the process of a run is still to be stored does not end its program', async () => {
  const place = workplace()
  const deck = await openDeck({ file: place.file })
  const other = new Database(place.file)
  onTestFinished(() => void other.close())
  // The number of its process is the next that is written.
  deck.on('execution', ({ status }) => status === 'running' && other.exec('begin immediate'))
  const replaced = new Promise<void>((resolve) =>
    deck.on('closed', ({ fault }) => fault.code === 'database-replaced' && resolve()),
  )
  await declareWork(deck, 'program', place.folder, { grace: 1 }).start()
  await expect.poll(() => place.evidence(1).begun).toBe(true)
  rmSync(place.file)
  await replaced
  await deck.close()
})
