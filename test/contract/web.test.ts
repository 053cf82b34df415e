import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { browserCommand, type Desktop } from '../../src/cli/web/browser.ts'
import { refusalOf } from '../../src/cli/web/guard.ts'
import { LINK_TIME, issueLink, readWebAddress, redeem } from '../../src/cli/web/links.ts'
import { readFiles } from '../../src/cli/web/files.ts'
import { openWeb } from '../../src/cli/web/server.ts'
import { MESSAGE_LIMIT } from '../../src/core/wire.ts'
import { temporaryFolder, writeFile } from '../support/deck.ts'
import { fakeBridge } from '../support/transports.ts'
import { WebClient, refused } from '../support/web.ts'

const pathOf = (link: string) => link.slice(link.indexOf('/open'))
const tokenOf = (link: string) => link.slice(link.indexOf('=') + 1)
const next = async (socket: Awaited<ReturnType<WebClient['socket']>>) =>
  JSON.parse(String((await once(socket, 'message'))[0])) as unknown

describe('a request is heard', () => {
  const page = { method: 'GET', host: '127.0.0.1:4680', origin: undefined, isWebSocket: false }
  const own = 'http://127.0.0.1:4680'

  test.each([
    ['of the page itself', page, undefined],
    ['by another name of this machine', { ...page, host: 'localhost:4680' }, undefined],
    ['over IPv6', { ...page, host: '[::1]:4680' }, undefined],
    ['from the other end of a tunnel with another port', { ...page, host: 'localhost:9000' }, undefined],
    [
      'whatever the case of letters',
      { ...page, host: 'LocalHost:1', origin: 'http://LOCALHOST:1' },
      undefined,
    ],
    ['only by names of this machine', { ...page, host: 'evil.example' }, 421],
    ['only by a whole name', { ...page, host: 'localhost.evil:4680' }, 421],
    ['only by a name that ends there', { ...page, host: '127.0.0.1.evil.example' }, 421],
    ['only by a name that begins there', { ...page, host: 'evil.localhost:4680' }, 421],
    ['not by an address of the network', { ...page, host: '192.168.1.2:4680' }, 421],
    ['not without a name', { ...page, host: undefined }, 421],
    ['not to change something', { ...page, method: 'POST', origin: own }, 405],
    ['not from another page', { ...page, origin: 'http://evil.example' }, 403],
    ['not from a page of another port', { ...page, origin: 'http://127.0.0.1:3000' }, 403],
    ['not from a page without an origin of its own', { ...page, origin: 'null' }, 403],
    ['as a WebSocket of the page', { ...page, origin: own, isWebSocket: true }, undefined],
    ['not as a WebSocket of nobody', { ...page, isWebSocket: true }, 403],
    ['not as a WebSocket over https', { ...page, origin: 'https://127.0.0.1:4680', isWebSocket: true }, 403],
  ])('%s', (_, asked, status) => {
    expect(refusalOf(asked)?.status).toBe(status)
  })
})

describe('a link', () => {
  test('lets in once, by a cookie that no script and no other site gets', async () => {
    const web = await WebClient.open(fakeBridge())
    const link = web.host.link()
    expect(tokenOf(link)).toMatch(/^[\w-]{43}$/)
    const first = await web.get(pathOf(link))
    expect(first).toMatchObject({ status: 303, headers: { location: '/', 'cache-control': 'no-store' } })
    expect(first.headers['set-cookie']![0]).toMatch(
      new RegExp(`^jobdeck-${web.host.port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`),
    )
    const second = await web.get(pathOf(link))
    expect(second).toMatchObject({ status: 403, text: expect.stringContaining('jobdeck open') })
    expect(second.headers['set-cookie']).toBeUndefined()
  })

  test('lets in one of many who use it at the same moment', async () => {
    const web = await WebClient.open(fakeBridge())
    const link = pathOf(web.host.link())
    const answers = await Promise.all(Array.from({ length: 20 }, () => web.get(link)))
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1)
  })

  test('ends after five minutes, and is then removed with the next one', async () => {
    const { folder, host } = await WebClient.open(fakeBridge())
    const links = join(folder, 'links')
    const now = Date.now()
    expect(redeem(folder, tokenOf(issueLink(folder, 1)), now + LINK_TIME + 1000)).toBe(false)
    expect(redeem(folder, tokenOf(issueLink(folder, 1)), now + LINK_TIME - 1000)).toBe(true)
    host.link()
    for (const name of readdirSync(links))
      utimesSync(join(links, name), now / 1000, (now - LINK_TIME) / 1000 - 1)
    host.link()
    expect(readdirSync(links)).toHaveLength(1)
  })

  test('is not used up by what looks at it before its person does', async () => {
    const web = await WebClient.open(fakeBridge())
    const link = pathOf(web.host.link())
    await web.get(link, { method: 'HEAD' })
    await web.get(link, { headers: { 'sec-purpose': 'prefetch' } })
    expect((await web.get(link)).status).toBe(303)
  })

  test.each([
    '',
    '?token=',
    '?token=..',
    '?token=%2e%2e%2faddress.json',
    `?token=${'x'.repeat(8000)}`,
    '?token=%00',
  ])('that was made up is refused: %.30s', async (query) => {
    const web = await WebClient.open(fakeBridge())
    expect((await web.get(`/open${query}`)).status).toBe(403)
    expect(readWebAddress(web.folder)).toBeDefined()
  })

  test('stands nowhere but in its own text, and only its owner can make one', async () => {
    const { folder, host } = await WebClient.open(fakeBridge())
    const token = tokenOf(host.link())
    expect(readdirSync(join(folder, 'links')).join()).not.toContain(token)
    const modes = [folder, join(folder, 'links'), join(folder, 'address.json')].map(
      (path) => statSync(path).mode & 0o777,
    )
    expect(modes).toEqual([0o700, 0o700, 0o600])
    await host.end()
    expect(existsSync(join(folder, 'links'))).toBe(false)
  })

  test('lets in to a host that comes after, only if that made it', async () => {
    const folder = temporaryFolder()
    const files = readFiles(join(writeFile(temporaryFolder(), 'index.html', ''), '..'))
    const before = await openWeb({ bridge: fakeBridge(), folder, files })
    const old = tokenOf(before.link())
    const after = await openWeb({ bridge: fakeBridge(), folder, files })
    onTestFinished(() => after.end())
    expect(redeem(folder, old)).toBe(false)
    await before.end()
    expect(readWebAddress(folder)?.port).toBe(after.port)
  })
})

describe('the host', () => {
  test('sends with everything what keeps pages from being misused', async () => {
    const web = await WebClient.open(fakeBridge())
    for (const path of ['/', '/nothing', '/session', '/open?token=x']) {
      const { headers } = await web.get(path)
      const policy = String(headers['content-security-policy'])
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toMatch(/unsafe|\*|https?:/)
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([])
    }
  })

  test('answers to its own names alone, and to pages of its own', async () => {
    const web = await WebClient.open(fakeBridge())
    const cookie = await web.cookie()
    const ask = async (headers: Record<string, string>) =>
      (await web.get('/session', { headers: { cookie, ...headers } })).status
    expect(await ask({})).toBe(200)
    for (const host of ['evil.example', 'localhost.evil', '127.0.0.1@evil.example'])
      expect(await ask({ host }), host).toBe(421)
    expect(await ask({ origin: 'http://evil.example' })).toBe(403)
    expect(await ask({ cookie: `${cookie}x` })).toBe(401)
    expect((await web.get('/session')).status).toBe(401)
  })

  test('changes nothing by HTTP, whatever the method', async () => {
    const web = await WebClient.open(fakeBridge())
    const cookie = await web.cookie()
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])
      for (const path of ['/', '/session', '/open?token=x', '/deck'])
        expect(await web.get(path, { method, headers: { cookie } })).toMatchObject({
          status: 405,
          headers: { allow: 'GET, HEAD' },
        })
  })

  test('has no files but those that were built, whatever is written for their path', async () => {
    const outside = temporaryFolder()
    const pages = join(outside, 'pages')
    mkdirSync(join(pages, 'assets'), { recursive: true })
    writeFile(outside, 'secret.txt', 'a secret')
    writeFile(pages, 'index.html', '<p>Jobdeck</p>')
    writeFile(join(pages, 'assets'), 'main-1234.js', 'run()')
    symlinkSync(join(outside, 'secret.txt'), join(pages, 'link.txt'))
    symlinkSync(outside, join(pages, 'up'))
    const web = await WebClient.open(fakeBridge(), { pages })
    for (const path of [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/..%5csecret.txt',
      '/..\\secret.txt',
      '/assets/../../secret.txt',
      '/assets/..%252f..%252fsecret.txt',
      '//secret.txt',
      '/link.txt',
      '/up/secret.txt',
      '/%00',
      '/index.html%00.txt',
      '/assets',
      '/__proto__',
    ]) {
      const { status, text } = await web.get(path)
      expect([path, status, text.includes('a secret')]).toEqual([path, 404, false])
    }
    expect(await web.get('/')).toMatchObject({
      status: 200,
      text: '<p>Jobdeck</p>',
      headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' },
    })
    const script = await web.get('/assets/main-1234.js')
    expect(script.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'max-age=31536000, immutable',
    })
    const again = await web.get('/assets/main-1234.js', {
      headers: { 'if-none-match': script.headers.etag! },
    })
    expect(again).toMatchObject({ status: 304, text: '' })
    expect(await web.get('/', { method: 'HEAD' })).toMatchObject({
      status: 200,
      text: '',
      headers: { 'content-length': '14' },
    })
  })

  test('says so where the window was not built', () => {
    expect(() => readFiles(temporaryFolder())).toThrow('npm run build')
    expect(() => readFiles('/nowhere/at/all')).toThrow('npm run build')
  })

  test('takes the next free port where none was asked for, and otherwise says that it is taken', async () => {
    const busy = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void busy.close())
    await once(busy, 'listening')
    const { port } = busy.address() as { port: number }
    await expect(WebClient.open(fakeBridge(), { port })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`the port ${port} is taken by another program`),
    })
    const [one, two] = [await WebClient.open(fakeBridge()), await WebClient.open(fakeBridge())]
    expect(one.host.port).not.toBe(two.host.port)
    expect((await one.get('/session', { headers: { cookie: await two.cookie() } })).status).toBe(401)
  })

  test('is not to be reached from the network', async () => {
    const web = await WebClient.open(fakeBridge())
    const socket = connect({ port: web.host.port, host: '127.0.0.2' }) // another address of this machine
    const [error] = await once(socket, 'error')
    expect(error).toMatchObject({ code: 'ECONNREFUSED' })
  })
})

describe('a WebSocket', () => {
  test('is for those who came by a link, from a page of the host', async () => {
    const web = await WebClient.open(fakeBridge())
    const cookie = await web.cookie()
    expect(await refused(web.socket({ cookie }))).toBe(101)
    expect(await refused(web.socket({}))).toBe(401)
    expect(await refused(web.socket({ cookie: `${cookie}x` }))).toBe(401)
    expect(await refused(web.socket({ cookie, Origin: undefined }))).toBe(403)
    expect(await refused(web.socket({ cookie, Origin: 'http://evil.example' }))).toBe(403)
    expect(await refused(web.socket({ cookie, Origin: `http://localhost:${web.host.port}` }))).toBe(403)
    expect(await refused(web.socket({ cookie, Host: 'evil.example', Origin: 'http://evil.example' }))).toBe(
      421,
    )
  })

  test('that says nonsense is answered, and goes on', async () => {
    const web = await WebClient.open(fakeBridge())
    const socket = await web.socket({ cookie: await web.cookie() })
    for (const text of ['nonsense', 'null', '[]', '{"id":"x"}', '', '\u0000', '['.repeat(100_000)]) {
      socket.send(text)
      expect(await next(socket)).toMatchObject({
        id: 0,
        reply: { ok: false, fault: { code: 'invalid-input' } },
      })
    }
    socket.send('{"id":6,"type":"request","name":"a","input":1}')
    expect(await next(socket)).toEqual({ id: 6, type: 'reply', reply: { ok: true, data: 1 } })
  })

  test('that breaks the protocol is closed, and the others go on', async () => {
    const web = await WebClient.open(fakeBridge())
    const cookie = await web.cookie()
    const good = await web.socket({ cookie })
    const binary = await web.socket({ cookie })
    const large = await web.socket({ cookie })
    const broken = await web.socket({ cookie })
    for (const socket of [large, broken]) socket.on('error', () => {})
    const codes = [binary, large, broken].map(async (socket) => (await once(socket, 'close'))[0] as number)
    binary.send(Buffer.from([0, 1, 2]))
    large.send('x'.repeat(MESSAGE_LIMIT + 1))
    // Not masked and of a kind that is not there: no client may send that.
    ;(broken as unknown as { _socket: { write(bytes: Buffer): void } })._socket.write(
      Buffer.from([0xff, 0x7f, 1, 2, 3]),
    )
    expect(await Promise.all(codes)).toEqual([1003, 1009, 1002])
    good.send('{"id":1,"type":"request","name":"a","input":1}')
    expect(await next(good)).toMatchObject({ id: 1, reply: { ok: true } })
  })

  test('is refused when there are too many, and not for ever', async () => {
    const web = await WebClient.open(fakeBridge())
    const cookie = await web.cookie()
    const opened = await Promise.allSettled(Array.from({ length: 300 }, () => web.socket({ cookie })))
    const there = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    expect(there).toHaveLength(100)
    await Promise.all(there.map((socket) => (socket.close(), once(socket, 'close'))))
    await expect.poll(() => refused(web.socket({ cookie }))).toBe(101)
  })

  test('that does not read is not read from, and takes no memory without end', async () => {
    const REQUESTS = 200
    let asked = 0
    const data = 'x'.repeat(512 * 1024)
    const bridge = fakeBridge({ request: async () => (asked++, { ok: true, data }) })
    const web = await WebClient.open(bridge)
    const cookie = await web.cookie()
    const slow = await web.socket({ cookie })
    slow.pause()
    const input = 'x'.repeat(64 * 1024) // so that what comes at once is a few of them
    for (let id = 1; id <= REQUESTS; id++)
      slow.send(JSON.stringify({ id, type: 'request', name: 'a', input }))
    const other = await web.socket({ cookie })
    for (let turn = 1; turn <= 20; turn++) {
      other.send(JSON.stringify({ id: turn, type: 'request', name: 'a', input: null }))
      await next(other)
    }
    expect(asked - 20).toBeLessThan(REQUESTS / 2)
    let got = 0
    const all = new Promise<void>((resolve) => slow.on('message', () => ++got === REQUESTS && resolve()))
    slow.resume()
    await all
  })

  test('is told that the host ends', async () => {
    const web = await WebClient.open(fakeBridge())
    const socket = await web.socket({ cookie: await web.cookie() })
    const closed = once(socket, 'close')
    await web.host.end()
    expect((await closed)[0]).toBe(1001)
  })
})

describe('a browser is opened', () => {
  const yes = () => true
  const desktops: [string, Desktop, string[] | undefined][] = [
    ['linux with X', { platform: 'linux', environment: { DISPLAY: ':0' }, has: yes }, ['xdg-open', 'A']],
    [
      'linux with Wayland',
      { platform: 'linux', environment: { WAYLAND_DISPLAY: 'w' }, has: yes },
      ['xdg-open', 'A'],
    ],
    ['linux without a display', { platform: 'linux', environment: { DISPLAY: '' }, has: yes }, undefined],
    [
      'linux without xdg-open',
      { platform: 'linux', environment: { DISPLAY: ':0' }, has: () => false },
      undefined,
    ],
    ['macOS', { platform: 'darwin', environment: {}, has: yes }, ['open', 'A']],
    ['macOS from afar', { platform: 'darwin', environment: { SSH_CONNECTION: 'x' }, has: yes }, undefined],
    [
      'Windows',
      { platform: 'win32', environment: {}, has: yes },
      ['rundll32', 'url.dll,FileProtocolHandler', 'A'],
    ],
  ]
  test.each(desktops)('on %s', (_, desktop, command) => {
    expect(browserCommand(desktop, 'A')).toEqual(command)
  })
})
