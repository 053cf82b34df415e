import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readAddress } from '../../src/core/address.ts'
import { foldersOf } from '../../src/core/folders.ts'
import { followLogs, whenFinal } from '../../src/core/follow.ts'
import { connect, open, type Deck, type RemoteClient } from '../../src/core/index.ts'
import { gate, openDeck, temporaryFolder } from '../support/deck.ts'
import { HostProcess } from '../support/host.ts'

const isRoot = process.getuid?.() === 0

async function client(file: string): Promise<RemoteClient> {
  const connected = await connect({ file })
  onTestFinished(() => connected.close())
  return connected
}

const modeOf = (path: string) => statSync(path).mode & 0o777
const addressOf = ({ file }: { file: string }) => readAddress(foldersOf(file).listen)!

/** A folder whose name alone is longer than a socket's path may be. */
function deepFolder(): string {
  const folder = join(temporaryFolder(), 'd'.repeat(120))
  mkdirSync(folder)
  return folder
}

describe('the socket of a deck', () => {
  test('is there where it was asked for, and gone with the deck', async () => {
    const silent = await openDeck()
    await expect(connect({ file: silent.file })).rejects.toMatchObject({ code: 'not-listening' })
    const file = join(temporaryFolder(), 'jobs.db')
    const deck = await open({ file, listen: true })
    expect(await (await client(file)).request('jobs.list', {})).toEqual([])
    const { path } = addressOf({ file })
    await deck.close()
    expect(existsSync(path)).toBe(false)
    await expect(connect({ file })).rejects.toMatchObject({ code: 'not-listening' })
  })

  test('lets in its owner alone, also where its folder was open to all before', async () => {
    const file = join(temporaryFolder(), 'jobs.db')
    const folder = foldersOf(file).listen
    mkdirSync(folder, { recursive: true })
    chmodSync(folder, 0o777)
    await openDeck({ file, listen: true })
    expect([folder, addressOf({ file }).path, join(folder, 'address.json')].map(modeOf)).toEqual([
      0o700, 0o600, 0o600,
    ])
  })

  test.skipIf(!isRoot)(
    'cannot be opened by another user (needs the rights of an administrator)',
    async () => {
      const deck = await openDeck({ listen: true })
      const code = `require('node:net').connect(${JSON.stringify(addressOf(deck).path)})
      .on('error', ({ code }) => console.log(code)).on('connect', () => process.exit(1))`
      chmodSync(dirname(deck.file), 0o755)
      const other = spawnSync(process.execPath, ['-e', code], {
        uid: 65534,
        gid: 65534,
        encoding: 'utf8',
        cwd: '/',
      })
      expect(other.stdout.trim()).toBe('EACCES')
    },
  )

  test('is not made in a folder that is a link, which somebody else may own', async () => {
    const file = join(temporaryFolder(), 'jobs.db')
    mkdirSync(dirname(foldersOf(file).listen), { recursive: true })
    symlinkSync(temporaryFolder(), foldersOf(file).listen)
    const warned = once(process, 'warning')
    await openDeck({ file, listen: true })
    expect(String((await warned)[0])).toContain('is not a folder of this user')
    await expect(connect({ file })).rejects.toMatchObject({ code: 'not-listening' })
  })

  test('lies elsewhere where its path would be too long, as private, and leaves nothing there', async () => {
    const file = join(deepFolder(), 'jobs.db')
    const deck = await open({ file, listen: true })
    const { path } = addressOf({ file })
    expect(path.length).toBeLessThan(104)
    expect([dirname(path), path].map(modeOf)).toEqual([0o700, 0o600])
    expect(await (await client(file)).request('jobs.list', {})).toEqual([])
    await deck.close()
    expect(existsSync(dirname(path))).toBe(false)
  })

  test('replaces what a dead host left, and removes what it left elsewhere', async () => {
    for (const file of [join(temporaryFolder(), 'jobs.db'), join(deepFolder(), 'jobs.db')]) {
      const host = new HostProcess('listener', [file])
      await host.line('ready')
      const dead = addressOf({ file }).path
      await host.kill()
      expect(existsSync(dead)).toBe(true)
      await expect(connect({ file })).rejects.toMatchObject({ code: 'not-listening' })
      await openDeck({ file, listen: true })
      expect(addressOf({ file }).path === dead || !existsSync(dirname(dead))).toBe(true)
      expect(await (await client(file)).request('jobs.list', {})).toMatchObject([{ name: 'chatty' }])
    }
  })

  test('is taken over by the host that becomes the planner', async () => {
    const file = join(temporaryFolder(), 'jobs.db')
    const first = await open({ file, listen: true })
    const second = await openDeck({ file, listen: true })
    const connected = await client(file)
    await first.close()
    expect((await connected.ended).code).toBe('disconnected')
    const reach = () =>
      connect({ file }).then(
        (found) => (found.close(), 'reached'),
        (fault: { code: string }) => fault.code,
      )
    await expect.poll(reach, { timeout: 10_000 }).toBe('reached')
    expect((await second.client.request('queue.get', {})).planner).toBe(true)
  })

  test('of something that is no deck is told as that', async () => {
    const file = join(temporaryFolder(), 'jobs.db')
    const path = join(temporaryFolder(), 'socket')
    const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(path)
    onTestFinished(() => void server.close())
    mkdirSync(foldersOf(file).listen, { recursive: true })
    writeFileSync(join(foldersOf(file).listen, 'address.json'), JSON.stringify({ path, secret: 'x' }))
    await once(server, 'listening')
    await expect(connect({ file })).rejects.toMatchObject({ code: 'not-listening' })
    writeFileSync(join(foldersOf(file).listen, 'address.json'), '{"path":')
    await expect(connect({ file })).rejects.toMatchObject({ code: 'not-listening' })
  })
})

describe('a client of another process', () => {
  test('asks, watches, follows a log to its end, and stops a run there', async () => {
    const file = join(temporaryFolder(), 'jobs.db')
    await new HostProcess('listener', [file]).line('ready')
    const far = await client(file)
    const statuses: string[] = []
    const progress = Promise.withResolvers<number>()
    const [run] = await far.request('jobs.start', { job: 'chatty' })
    far.watch({ execution: run!.id }, (batch) => {
      statuses.push(...batch.executions.map(({ status }) => status))
      for (const each of batch.progress) progress.resolve(each.executionId)
    })
    expect(await progress.promise).toBe(run!.id)
    let lines = 0
    for await (const { sequence } of followLogs(far, run!.id)) {
      expect(sequence).toBe(++lines)
      if (lines === 50) await far.request('executions.stop', { execution: run!.id })
    }
    expect(lines).toBeGreaterThanOrEqual(50)
    const [ended] = await whenFinal(far, [run!.id])
    expect(ended).toMatchObject({ logCount: lines })
    await expect.poll(() => statuses.at(-1)).toBe(ended!.status)
  })

  test('that is killed in the middle harms nobody', async () => {
    const deck = await openDeck({ listen: true })
    await deck
      .once('in-process', { name: 'chatty' })
      .add(1, async ({ info, signal }) => {
        for (; !signal.aborted; await new Promise(setImmediate)) info('a line')
      })
      .start()
    const watchers = Array.from({ length: 3 }, () => new HostProcess('watcher', [deck.file]))
    await Promise.all(watchers.map((watcher) => watcher.line('watching')))
    await Promise.all(watchers.map((watcher) => watcher.kill()))
    expect(await (await client(deck.file)).request('jobs.list', {})).toMatchObject([{ status: 'running' }])
  })

  test('learns that the host was killed, and what it had asked for is refused', async () => {
    const file = join(temporaryFolder(), 'jobs.db')
    const host = new HostProcess('listener', [file])
    await host.line('ready')
    const far = await client(file)
    const [run] = await far.request('jobs.start', { job: 'chatty' })
    const told = new Promise((resolve) => far.watch({ all: true }, ({ closed }) => closed && resolve(closed)))
    const final = expect(whenFinal(far, [run!.id])).rejects.toMatchObject({ code: 'disconnected' })
    await host.kill()
    expect(await told).toMatchObject({ code: 'disconnected' })
    expect(await far.ended).toMatchObject({ code: 'disconnected' })
    await expect(far.request('jobs.list', {})).rejects.toMatchObject({ code: 'disconnected' })
    await final
  })

  test('is told that the deck was closed, and gets its last answers', async () => {
    const file = join(temporaryFolder(), 'jobs.db')
    const deck = await open({ file, listen: true })
    const far = await client(file)
    const closed = new Promise((resolve) => far.on('closed', ({ fault }) => resolve(fault.code)))
    const requests = Array.from({ length: 200 }, (_, index) =>
      far.request('jobs.save', { name: `job ${index}`, handlers: [] }).then(
        ({ name }) => name,
        (fault: { code: string }) => fault.code,
      ),
    )
    await far.request('jobs.list', {})
    await deck.close()
    expect(await closed).toBe('closed')
    const answers = await Promise.all(requests)
    expect(answers.every((answer) => /^job |^closed$|^disconnected$/.test(answer))).toBe(true)
    const again = await openDeck({ file })
    const saved = new Set((await again.client.request('jobs.list', {})).map(({ name }) => name))
    expect(answers.filter((answer) => answer.startsWith('job ') && !saved.has(answer))).toEqual([])
  })

  test('that takes nothing for a while is sent one merged batch, however much happens', async () => {
    const deck = await openDeck({ listen: true })
    const { handler, begun } = gate()
    const [run] = await deck.once('in-process', { name: 'flood' }).add(1, handler).start()
    const far = await client(deck.file)
    const batches: number[] = []
    const taken = Promise.withResolvers<void>()
    const first = Promise.withResolvers<void>()
    far.watch({ execution: run!.id }, ({ logs }) => {
      batches.push(...logs.map(({ through }) => through))
      first.resolve()
      return taken.promise
    })
    const { info } = await begun
    for (let line = 0; line < 20_000; line++) info('x'.repeat(100))
    await first.promise
    await expect
      .poll(async () => (await far.request('executions.status', { execution: run!.id })).logCount)
      .toBe(20_000)
    expect(batches).toHaveLength(1)
    taken.resolve()
    await expect.poll(() => batches.at(-1)).toBe(20_000)
    expect(batches.length).toBeLessThanOrEqual(3)
  })
})

describe('a change of a job', () => {
  /** What is told of jobs while something is done. */
  async function told(deck: Deck, work: () => Promise<unknown>): Promise<(string[] | null)[]> {
    const events: (string[] | null)[] = []
    const stop = deck.on('jobs', ({ ids }) => events.push(ids))
    await work()
    stop()
    return events
  }

  test('is told once, whatever was done to it, and only when it was done', async () => {
    const deck = await openDeck()
    const ask = deck.client.request
    const save = (name: string) => ask('jobs.save', { name, category: 'a/b', handlers: [] })
    const { id } = await save('one')
    expect(await told(deck, () => save('one'))).toEqual([[id]])
    expect(await told(deck, () => ask('pauses.set', { target: { job: id } }))).toEqual([[id]])
    expect(await told(deck, () => ask('pauses.end', { target: { job: id } }))).toEqual([[id]])
    expect(await told(deck, () => ask('pauses.end', { target: { job: id } }))).toEqual([])
    expect(await told(deck, () => ask('pauses.set', { target: { category: 'a' } }))).toEqual([null])
    expect(await told(deck, () => ask('pauses.end', { target: { category: 'a' } }))).toEqual([null])
    expect(await told(deck, () => ask('jobs.enable', { job: id, enabled: false }))).toEqual([[id]])
    expect(await told(deck, () => ask('categories.move', { path: 'a', to: 'c' }))).toEqual([null])
    expect(await told(deck, () => ask('categories.save', { path: 'c', policy: { grace: '1s' } }))).toEqual([
      null,
    ])
    expect(await told(deck, () => ask('categories.remove', { paths: ['c/b'] }))).toEqual([null])
    expect(await told(deck, () => ask('categories.remove', { paths: ['c'] }))).toEqual([null])
    expect(await told(deck, () => ask('jobs.remove', { jobs: [id] }))).toEqual([[id]])
    expect(await told(deck, () => ask('jobs.bringBack', { job: id }))).toEqual([[id]])
    expect(await told(deck, () => ask('versions.restore', { job: id, number: 1 }))).toEqual([[id]])
    const failed = () => ask('versions.restore', { job: id, number: 99 }).catch(() => {})
    expect(await told(deck, failed)).toEqual([])
  })
})
