/** The deck in a browser: the window's files over HTTP and the contract over a WebSocket, on this machine only. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Bridge } from '../../shared/client.ts'
import { Fault } from '../../shared/fault.ts'
import { serve } from '../../shared/rpc.ts'
import { version } from '../../core/version.ts'
import { MESSAGE_LIMIT } from '../../core/wire.ts'
import { webSocketChannel } from './channel.ts'
import type { WebFile } from './files.ts'
import { refusalOf } from './guard.ts'
import { announce, createToken, digestOf, issueLink, redeem, withdraw } from './links.ts'

const PORT = 4680
/** How many ports after that are tried, where none was asked for; then the system chooses. */
const TRIES = 20
const MOST_CONNECTIONS = 250
const MOST_WINDOWS = 100
const MOST_SESSIONS = 100
/** A window that does not answer for so long has gone, as through a tunnel that broke; in ms. */
const PULSE = 30_000
/** How long windows may take to read their last answers, in ms. */
const FAREWELL_TIME = 1000
const GOING_AWAY = 1001

const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
}

export interface WebOptions {
  bridge: Bridge
  /** Of the deck, where links are issued. */
  folder: string
  files: Map<string, WebFile>
  /** The usual one or the next that is free, if not given. */
  port?: number | undefined
}

export interface WebHost {
  readonly port: number
  /** A link that lets one browser in. */
  link(): string
  /** Sends the last answers and closes every connection. */
  end(): Promise<void>
}

/** @throws Fault `conflict` where the port that was asked for is taken */
export async function openWeb({ bridge, folder, files, port }: WebOptions): Promise<WebHost> {
  const instance = createToken()
  const sessions = new Set<string>()
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE_LIMIT,
    perMessageDeflate: false,
  })
  const servers = await bindBoth(port)
  const own = portOf(servers[0]!)
  const cookie = `jobdeck-${own}` // browsers send cookies to all ports: two decks must not take each other's

  const isKnown = (request: IncomingMessage) => sessions.has(digestOf(cookieOf(request, cookie) ?? ''))

  function open(token: string, response: ServerResponse): void {
    if (!redeem(folder, token))
      return answer(response, 403, 'This link was used before, or is too old. A new one: jobdeck open')
    const session = createToken()
    if (sessions.size >= MOST_SESSIONS) sessions.delete(sessions.values().next().value!)
    sessions.add(digestOf(session))
    response.setHeader('Set-Cookie', `${cookie}=${session}; HttpOnly; SameSite=Strict; Path=/`)
    response.writeHead(303, { Location: '/' }).end()
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
    const refusal = refusalOf(askedBy(request, false))
    if (refusal) {
      if (refusal.status === 405) response.setHeader('Allow', 'GET, HEAD')
      return answer(response, refusal.status, refusal.message)
    }
    const [path, query] = (request.url ?? '/').split('?', 2) as [string, string?]
    const file = files.get(path)
    if (file) return send(file, request, response)
    response.setHeader('Cache-Control', 'no-store')
    if (path === '/session')
      return isKnown(request)
        ? answer(response, 200, version)
        : answer(response, 401, 'A new link is needed: jobdeck open')
    // What looks at an address before a person does must not use it up.
    const isLook = request.method === 'HEAD' || request.headers['sec-purpose'] !== undefined
    if (path === '/open' && !isLook) return open(new URLSearchParams(query).get('token') ?? '', response)
    // `jobdeck open` sees by this that it is still this program.
    if (path === '/open') response.setHeader('X-Jobdeck-Instance', digestOf(instance))
    answer(response, path === '/open' ? 204 : 404, 'There is nothing at this address.')
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => {}) // it has gone: nobody is left to tell
    const refusal = refusalOf(askedBy(request, true))
    if (refusal) return reject(socket, refusal.status)
    if (request.url !== '/deck') return reject(socket, 404)
    if (!isKnown(request)) return reject(socket, 401)
    if (sockets.clients.size >= MOST_WINDOWS) return reject(socket, 503)
    sockets.handleUpgrade(request, socket, head, (window) => {
      serve(webSocketChannel(window), bridge)
      watchOver(window)
    })
  }

  for (const server of servers) server.on('request', handle).on('upgrade', upgrade)
  const address = { port: own, instance }
  announce(folder, address)
  return {
    port: own,
    link: () => issueLink(folder, own),
    async end() {
      withdraw(folder, address)
      for (const server of servers) server.close()
      await Promise.all(Array.from(sockets.clients, bidFarewell))
      for (const server of servers) server.closeAllConnections()
    },
  }
}

/** The one on IPv4, and where the machine has it, the same port on IPv6. */
async function bindBoth(port: number | undefined): Promise<Server[]> {
  const first = port === undefined ? await bindFree() : await bind(port, '127.0.0.1')
  const second = await bind(portOf(first), '::1').catch(() => undefined)
  return second ? [first, second] : [first]
}

async function bindFree(): Promise<Server> {
  for (let port = PORT; port < PORT + TRIES; port++) {
    const server = await bind(port, '127.0.0.1').catch(() => undefined)
    if (server) return server
  }
  return bind(0, '127.0.0.1')
}

async function bind(port: number, host: string): Promise<Server> {
  const server = createServer({ maxHeaderSize: 16_384, requestTimeout: 30_000 })
  server.maxConnections = MOST_CONNECTIONS
  try {
    server.listen({ port, host, ipv6Only: true })
    await once(server, 'listening')
    return server
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException
    const why = code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used (${message})`
    const mend = 'name another one with --port, or none, and a free one is chosen'
    throw new Fault('conflict', `the port ${port} ${why}: ${mend}`, { cause: thrown })
  }
}

const portOf = (server: Server) => (server.address() as { port: number }).port

const askedBy = ({ method = '', headers: { host, origin } }: IncomingMessage, isWebSocket: boolean) => ({
  method,
  host,
  origin,
  isWebSocket,
})

function cookieOf({ headers }: IncomingMessage, name: string): string | undefined {
  const found = headers.cookie?.split(';').find((pair) => pair.trim().startsWith(`${name}=`))
  return found?.trim().slice(name.length + 1)
}

function send(file: WebFile, request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Cache-Control', file.isLasting ? 'max-age=31536000, immutable' : 'no-cache')
  response.setHeader('ETag', file.etag)
  if (request.headers['if-none-match'] === file.etag) return void response.writeHead(304).end()
  response.setHeader('Content-Type', file.type)
  response.setHeader('Content-Length', file.content.length)
  response.end(request.method === 'HEAD' ? undefined : file.content)
}

const answer = (response: ServerResponse, status: number, text: string) =>
  void response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(text)

const reject = (socket: Duplex, status: number) =>
  void socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)

/** Ends the connection of a window that has gone without saying so. */
function watchOver(window: WebSocket): void {
  let isThere = true
  const pulse = setInterval(() => {
    if (window.isPaused) return // its answer would not be read
    if (!isThere) return window.terminate()
    isThere = false
    window.ping()
  }, PULSE).unref()
  window.on('pong', () => (isThere = true)).on('close', () => clearInterval(pulse))
}

async function bidFarewell(window: WebSocket): Promise<void> {
  const closed = once(window, 'close')
  const late = setTimeout(() => window.terminate(), FAREWELL_TIME)
  window.resume() // or its own goodbye would not be read
  window.close(GOING_AWAY)
  await closed
  clearTimeout(late)
}
