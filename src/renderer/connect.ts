import type { Channel } from '../shared/rpc.ts'
import { browserChannel } from './channel.ts'

declare global {
  interface Window {
    /** What the preload of the desktop application offers; not there in a browser. */
    jobdeck?: Channel
  }
}

/** Why nobody can be reached: a link is wanted first, or whoever serves is not there. */
export class Unreachable extends Error {
  readonly needsLink: boolean
  constructor(needsLink: boolean) {
    super(needsLink ? 'a new link is needed' : 'nobody answers')
    this.needsLink = needsLink
  }
}

/** The version that this page came with. */
let loaded: string | undefined

/** A new connection to the deck. @throws Unreachable */
export async function connect(): Promise<Channel> {
  if (window.jobdeck) return window.jobdeck
  await checkSession()
  const { protocol, host } = window.location
  const socket = new WebSocket(`${protocol === 'https:' ? 'wss' : 'ws'}://${host}/deck`)
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve())
    socket.addEventListener('close', () => reject(new Unreachable(false)))
  })
  return browserChannel(socket)
}

/** A browser does not say why it got no WebSocket: so it is asked for first whether one is to be had. */
async function checkSession(): Promise<void> {
  let answer: Response
  try {
    answer = await fetch('/session')
  } catch {
    throw new Unreachable(false)
  }
  if (!answer.ok) throw new Unreachable(answer.status === 401)
  const version = await answer.text()
  loaded ??= version
  if (version !== loaded) window.location.reload() // it was updated, and this page with it
}
