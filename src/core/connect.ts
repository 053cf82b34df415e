import { connect as open } from 'node:net'
import { realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { createClient, type Client } from '../shared/client.ts'
import { Fault, type FaultData } from '../shared/fault.ts'
import { remote, type Remote } from '../shared/rpc.ts'
import { readAddress, type Address } from './address.ts'
import { foldersOf } from './folders.ts'
import { PROTOCOL, type Greeting, type Welcome } from './socket.ts'
import { socketChannel } from './wire.ts'

/** A client of a deck that another process has open. */
export interface RemoteClient extends Client {
  /** Resolves with the reason when the connection has ended. To connect again is up to who uses it. */
  readonly ended: Promise<FaultData>
  close(): void
  [Symbol.dispose](): void
}

/**
 * Connects to the process that has the deck open and listens. Paths in requests are those of that process: give
 * absolute ones.
 * @throws Fault `not-listening` where there is none
 */
export async function connect({ file }: { file: string }): Promise<RemoteClient> {
  const address = readAddress(foldersOf(realFile(file)).listen)
  if (!address) throw notListening(file)
  const bridge = await introduce(file, address)
  const { ended, close } = bridge
  return { ...createClient(bridge), ended, close, [Symbol.dispose]: close }
}

/** Says to the host at the address who this is; a bridge to it once it lets this in. */
export function introduce(file: string, { path, secret }: Address): Promise<Remote> {
  const { promise, resolve, reject } = Promise.withResolvers<Remote>()
  const socket = open(path)
  const channel = socketChannel(socket)
  channel.receive(
    (message) => {
      const answer = message as Welcome | { type: 'reply'; reply: { fault: FaultData } }
      if (answer.type === 'welcome') return resolve(remote(channel, warn))
      socket.destroy()
      const { code, message: text } = answer.reply.fault
      reject(new Fault(code, text))
    },
    ({ message }) => reject(notListening(file, message)),
  )
  const greeting: Greeting = { id: 0, type: 'hello', protocol: PROTOCOL, secret }
  channel.send(greeting)
  return promise
}

const warn = (thrown: unknown) =>
  process.emitWarning(thrown instanceof Error ? thrown : String(thrown), { code: 'JOBDECK_LISTENER' })

const notListening = (file: string, why?: string) =>
  new Fault(
    'not-listening',
    `no program that has ${file} open listens${why ? ` (${why})` : ''}: open the deck itself, or start one that listens`,
  )

/** The deck's file as the host knows it, with links followed. */
function realFile(file: string): string {
  const absolute = resolve(file)
  try {
    return join(realpathSync(dirname(absolute)), basename(absolute))
  } catch {
    return absolute
  }
}
