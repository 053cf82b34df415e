import { createConnection, type Socket } from 'node:net'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readAddress } from '../../src/core/address.ts'
import { introduce } from '../../src/core/connect.ts'
import { PROTOCOL, listen } from '../../src/core/socket.ts'
import { MESSAGE_LIMIT, createLines } from '../../src/core/wire.ts'
import type { Bridge } from '../../src/shared/client.ts'
import { ending } from '../../src/shared/rpc.ts'
import { temporaryFolder } from '../support/deck.ts'
import { clientOf, fakeBridge, throughMemory, throughSocket, throughWeb } from '../support/transports.ts'

const TRANSPORTS = [
  ['memory', async (bridge: Bridge) => throughMemory(bridge)],
  ['a socket', throughSocket],
  ['a WebSocket', throughWeb],
] as const

describe.each(TRANSPORTS)('through %s', (_, through) => {
  test('each answer reaches who asked for it, however late and in whatever order', async () => {
    const waiting: (() => void)[] = []
    const bridge = await through(
      fakeBridge({
        request: (name, input) =>
          new Promise((resolve) => {
            waiting.unshift(() => resolve({ ok: true, data: { name, input } }))
            if (waiting.length === 500) for (const answer of waiting) answer()
          }),
      }),
    )
    const numbers = Array.from({ length: 500 }, (_, index) => index)
    const replies = await Promise.all(numbers.map((number) => bridge.request(`r${number}`, number)))
    expect(replies).toEqual(
      numbers.map((number) => ({ ok: true, data: { name: `r${number}`, input: number } })),
    )
  })

  test('a request that is given up is refused at once, and its handler learns of it', async () => {
    const begun = Promise.withResolvers<AbortSignal>()
    const bridge = await through(
      fakeBridge({
        request(_, __, signal) {
          begun.resolve(signal!)
          return new Promise(() => {})
        },
      }),
    )
    const controller = new AbortController()
    const request = clientOf(bridge).request('pauses.list', {}, controller.signal)
    const signal = await begun.promise
    const aborted = once(signal, 'abort')
    controller.abort()
    await expect(request).rejects.toMatchObject({ code: 'cancelled' })
    await aborted
    await expect(clientOf(bridge).request('pauses.list', {}, controller.signal)).rejects.toMatchObject({
      code: 'cancelled',
    })
  })

  test('the next batch is not sent before the listener is done with the last one', async () => {
    const sent: Promise<unknown>[] = []
    const next = Promise.withResolvers<(jobs: string[]) => void>()
    const bridge = await through(
      fakeBridge({
        watch(what, take) {
          expect(what).toEqual({ jobs: {} })
          const { closed: _, ...empty } = ending({ code: 'closed', message: '' })
          next.resolve((jobs) => sent.push(Promise.resolve(take({ ...empty, jobs }))))
          return () => {}
        },
      }),
    )
    const got = Promise.withResolvers<string[]>()
    const done = Promise.withResolvers<void>()
    bridge.watch({ jobs: {} }, ({ jobs }) => {
      got.resolve(jobs)
      return done.promise
    })
    const send = await next.promise
    send(['a'])
    expect(await got.promise).toEqual(['a'])
    let isTaken = false
    void sent[0]!.then(() => (isTaken = true))
    await bridge.request('anything', {}) // whatever was on its way has arrived
    expect(isTaken).toBe(false)
    done.resolve()
    await sent[0]
  })

  test('what has no form that can be sent is refused, and the connection goes on', async () => {
    const bridge = await through(fakeBridge())
    const cyclic: Record<string, unknown> = {}
    cyclic.self = cyclic
    for (const input of [
      { f: () => 1 },
      {
        get bad() {
          throw new Error('no')
        },
      },
      cyclic,
      1n,
    ]) {
      const reply = await bridge.request('any', input)
      if (!reply.ok)
        expect(reply.fault).toMatchObject({ code: 'invalid-input', data: { issues: [{ field: 'input' }] } })
    }
    expect(await bridge.request('any', 1)).toEqual({ ok: true, data: 1 })
  })

  test('the end of the connection ends what is asked for and watched, on both sides', async () => {
    const given = Promise.withResolvers<AbortSignal>()
    const unwatched = Promise.withResolvers<void>()
    const bridge = await through(
      fakeBridge({
        request(_, __, signal) {
          given.resolve(signal!)
          return new Promise(() => {})
        },
        watch: () => () => unwatched.resolve(),
      }),
    )
    const request = bridge.request('endless', {})
    const closed = new Promise((resolve) => bridge.watch({ all: true }, (batch) => resolve(batch.closed)))
    const signal = await given.promise
    const aborted = once(signal, 'abort')
    bridge.close()
    expect(await request).toMatchObject({ ok: false, fault: { code: 'disconnected' } })
    expect(await closed).toMatchObject({ code: 'disconnected' })
    expect(await bridge.request('later', {})).toMatchObject({ ok: false, fault: { code: 'disconnected' } })
    await Promise.all([aborted, unwatched.promise])
  })
})

/** A client that speaks as it likes. */
async function rawClient(
  bridge: Bridge,
  greeting?: object,
): Promise<{ socket: Socket; next(): Promise<unknown> }> {
  const folder = temporaryFolder()
  const listening = await listen(folder, bridge)
  onTestFinished(() => listening.end())
  const { path, secret } = readAddress(folder)!
  const socket = createConnection(path)
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  const next = async () => JSON.parse((await lines.next()).value as string) as unknown
  socket.write(`${JSON.stringify(greeting ?? { id: 0, type: 'hello', protocol: PROTOCOL, secret })}\n`)
  return { socket, next }
}

describe('the host', () => {
  test('refuses what is no message, and goes on', async () => {
    const { socket, next } = await rawClient(fakeBridge())
    expect(await next()).toMatchObject({ type: 'welcome' })
    const refused = { ok: false, fault: { code: 'invalid-input' } }
    for (const [line, id] of [
      ['{"id":3,', 3],
      ['nonsense', 0],
      ['null', 0],
      ['[]', 0],
      ['{"id":"x"}', 0],
      ['{"id":4,"type":"request"}', 4],
      ['{"id":5,"type":"__proto__"}', 5],
      ['', 0],
      ['\u0000\u0001', 0],
      ['['.repeat(1_000_000), 0],
    ] as const) {
      socket.write(`${line}\n`)
      expect(await next()).toMatchObject({ id, type: 'reply', reply: refused })
    }
    socket.write(
      `{"id":6,"type":"taken"}\n{"id":6,"type":"cancel"}\n{"id":6,"type":"request","name":"a","input":1}\n`,
    )
    expect(await next()).toEqual({ id: 6, type: 'reply', reply: { ok: true, data: 1 } })
  })

  test('refuses a message that is too large by its id, without keeping it, and goes on', async () => {
    const { socket, next } = await rawClient(fakeBridge())
    await next()
    socket.write('{"id":7,"type":"request","name":"a","input":"')
    const chunk = 'x'.repeat(1024 * 1024)
    for (let sent = 0; sent < 2 * MESSAGE_LIMIT; sent += chunk.length) {
      if (!socket.write(chunk)) await once(socket, 'drain')
    }
    socket.write('"}\n{"id":8,"type":"request","name":"a","input":1}\n')
    expect(await next()).toMatchObject({ id: 7, reply: { ok: false, fault: { code: 'too-large' } } })
    expect(await next()).toMatchObject({ id: 8, reply: { ok: true } })
  })

  test('refuses who does not know the secret, or speaks another protocol', async () => {
    for (const greeting of [
      { id: 0, type: 'hello', protocol: PROTOCOL, secret: 'a guess' },
      { id: 0, type: 'hello', protocol: PROTOCOL },
      { id: 1, type: 'request', name: 'jobs.list', input: {} },
    ]) {
      const { socket, next } = await rawClient(fakeBridge(), greeting)
      const closed = once(socket, 'close')
      expect(await next()).toMatchObject({ reply: { ok: false, fault: { code: 'not-listening' } } })
      await closed
    }
  })

  test('reads no further from who does not read its answers', async () => {
    let asked = 0
    const big = 'x'.repeat(64 * 1024)
    const folder = temporaryFolder()
    const listening = await listen(
      folder,
      fakeBridge({
        request(name) {
          if (name === 'big') asked++
          return Promise.resolve({ ok: true, data: name === 'big' ? big : null })
        },
      }),
    )
    onTestFinished(() => listening.end())
    const { path, secret } = readAddress(folder)!
    const socket = createConnection(path)
    onTestFinished(() => void socket.destroy())
    const hello = { id: 0, type: 'hello', protocol: PROTOCOL, secret }
    socket.write(`${JSON.stringify(hello)}\n`)
    const requests = 20_000
    for (let id = 1; id <= requests; id++) socket.write(`{"id":${id},"type":"request","name":"big"}\n`)
    // Who reads is served all the same; meanwhile the other one would have been answered.
    const other = await introduce('the deck', { path, secret })
    for (let round = 0; round < 2000; round++) await other.request('small', {})
    expect(asked).toBeGreaterThan(0)
    expect(asked).toBeLessThan(requests / 10)
    other.close()
  })

  test('answers what is in flight before it closes', async () => {
    const folder = temporaryFolder()
    const begun = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<void>()
    const listening = await listen(
      folder,
      fakeBridge({
        async request() {
          begun.resolve()
          await answer.promise
          return { ok: true, data: 'the last word' }
        },
      }),
    )
    const bridge = await introduce('the deck', readAddress(folder)!)
    const request = bridge.request('slow', {})
    await begun.promise
    const ended = listening.end()
    answer.resolve()
    expect(await request).toEqual({ ok: true, data: 'the last word' })
    await ended
    expect(await bridge.ended).toMatchObject({ code: 'disconnected' })
  })
})

test('lines are the same however the stream is cut', () => {
  const text = Buffer.from('one\n\ntwo\nthree is too long\nfour\nrest')
  for (let size = 1; size <= text.length; size++) {
    const lines: string[] = []
    const take = createLines(
      (line) => lines.push(line.toString()),
      (beginning) => lines.push(`${beginning.toString()}…`),
      6,
    )
    for (let from = 0; from < text.length; from += size) take(text.subarray(from, from + size))
    expect(lines).toEqual(['one', '', 'two', 'three …', 'four'])
  }
})
