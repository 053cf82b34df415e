/** The contract over a local socket: a Unix domain socket, or a named pipe of Windows. */
import { timingSafeEqual } from 'node:crypto'
import { chmodSync } from 'node:fs'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { Bridge } from '../shared/client.ts'
import { Fault, toFault } from '../shared/fault.ts'
import { serve, type Channel, type Served } from '../shared/rpc.ts'
import { candidates, forgetAddress, ownFolder, writeAddress, type Address } from './address.ts'
import { version } from './version.ts'
import { socketChannel } from './wire.ts'

/** Raised whenever older clients would not be understood any more. */
export const PROTOCOL = 1
const MOST_CLIENTS = 250
/** How long a client may take to say who it is, in ms. */
const GREETING_TIME = 10_000
/** How long clients may take to read their last answers, in ms. */
const FAREWELL_TIME = 1000

/** The first message of a client, and the answer to it; the conversation 0. */
export interface Greeting {
  id: 0
  type: 'hello'
  protocol: number
  secret: string
}
export interface Welcome {
  id: 0
  type: 'welcome'
  version: string
}

export interface Listening {
  readonly path: string
  /** Lets nobody in any more; those who are there go on. */
  stop(): void
  /** Sends the last answers and closes every connection. */
  end(): Promise<void>
}

/**
 * Answers this user's processes over a socket, which keeps nobody alive. To be called by the one host that holds the
 * lock of the planner: what lies there is then of a dead one.
 * @throws Fault `not-listening` where there is no place for a socket
 */
export async function listen(folder: string, bridge: Bridge): Promise<Listening> {
  ownFolder(folder)
  const server = createServer()
  server.maxConnections = MOST_CLIENTS
  const address = await bind(server, folder)
  const clients = new Map<Socket, Served | undefined>()
  server.unref().on('connection', (socket: Socket) => {
    clients.set(socket.unref(), undefined)
    socket.once('close', () => clients.delete(socket))
    greet(socket, address.secret, (channel) => clients.set(socket, serve(channel, bridge)))
  })
  writeAddress(folder, address)
  let isStopped = false
  const stop = () => {
    if (isStopped) return
    isStopped = true
    server.close() // removes the socket
    forgetAddress(folder)
  }
  return {
    path: address.path,
    stop,
    async end() {
      stop()
      await Promise.all(Array.from(clients, ([socket, served]) => bidFarewell(socket, served)))
    },
  }
}

/** Listens at the first place where that is possible. */
async function bind(server: Server, folder: string): Promise<Address> {
  let failure: unknown
  for (const address of candidates(folder)) {
    try {
      server.listen(address.path)
      await once(server, 'listening')
      // Its folder lets in its owner alone already.
      if (process.platform !== 'win32') chmodSync(address.path, 0o600)
      return address
    } catch (thrown) {
      failure = thrown
    }
  }
  throw new Fault('not-listening', `there is no place for a socket: ${toFault(failure).message}`, {
    cause: failure,
  })
}

/** Lets in who knows the secret; everybody else learns why not, and is sent away. */
function greet(socket: Socket, secret: string, letIn: (channel: Channel) => void): void {
  const channel = socketChannel(socket)
  socket.setTimeout(GREETING_TIME, () => socket.destroy())
  const refuse = (fault: Fault) => {
    channel.send({ id: 0, type: 'reply', reply: { ok: false, fault: fault.toJSON() } })
    socket.end(() => socket.destroy())
  }
  channel.receive(
    (message) => {
      const { type, protocol, secret: given } = Object(message) as Record<string, unknown>
      channel.receive(
        () => {},
        () => {},
      )
      if (type !== 'hello' || !isSame(given, secret))
        return refuse(new Fault('not-listening', 'who wants to be let in must show the secret of this user'))
      if (protocol !== PROTOCOL)
        return refuse(
          new Fault(
            'not-listening',
            `the program that has the deck open runs Jobdeck ${version}, which speaks otherwise: restart it`,
          ),
        )
      socket.setTimeout(0)
      channel.send({ id: 0, type: 'welcome', version } satisfies Welcome)
      letIn(channel)
    },
    () => {},
  )
}

function isSame(given: unknown, secret: string): boolean {
  const bytes = Buffer.from(typeof given === 'string' ? given : '')
  return bytes.length === secret.length && timingSafeEqual(bytes, Buffer.from(secret))
}

async function bidFarewell(socket: Socket, served: Served | undefined): Promise<void> {
  const late = setTimeout(() => socket.destroy(), FAREWELL_TIME)
  const closed = once(socket, 'close')
  await Promise.race([served?.settled(), closed])
  served?.end()
  socket.end(() => socket.destroy())
  await closed
  clearTimeout(late)
}
