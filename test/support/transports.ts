import { onTestFinished } from 'vitest'
import { createClient, type Bridge, type Client } from '../../src/shared/client.ts'
import { memoryChannels } from '../../src/shared/memory.ts'
import { remote, serve, type Remote } from '../../src/shared/rpc.ts'
import { introduce } from '../../src/core/connect.ts'
import { listen } from '../../src/core/socket.ts'
import { readAddress } from '../../src/core/address.ts'
import { webSocketChannel } from '../../src/cli/web/channel.ts'
import { temporaryFolder } from './deck.ts'
import { WebClient } from './web.ts'

const fail = (thrown: unknown) => {
  throw thrown
}

/** The bridge, as it is seen through cloned messages. */
export function throughMemory(bridge: Bridge): Remote {
  const [near, far] = memoryChannels()
  serve(far, bridge)
  return remote(near, fail)
}

/** The bridge, as it is seen through a real socket. */
export async function throughSocket(bridge: Bridge): Promise<Remote> {
  const folder = temporaryFolder()
  const listening = await listen(folder, bridge)
  onTestFinished(() => listening.end())
  return introduce('the deck', readAddress(folder)!)
}

/** The bridge, as it is seen from a page of the web host. */
export async function throughWeb(bridge: Bridge): Promise<Remote> {
  const web = await WebClient.open(bridge)
  return remote(webSocketChannel(await web.socket({ cookie: await web.cookie() })), fail)
}

/** A bridge that answers as it is told, for what is not about the deck. */
export function fakeBridge(parts: Partial<Bridge> = {}): Bridge {
  return {
    request: async (_, input) => ({ ok: true, data: input }),
    subscribe: () => () => {},
    watch: () => () => {},
    ...parts,
  }
}

export const clientOf = (bridge: Bridge): Client => createClient(bridge)
