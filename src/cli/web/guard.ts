/** Which requests of browsers are heard at all. Whatever page is open elsewhere must not reach the deck. */

/** What a request says of where it comes from and where it wants to go. */
export interface Asked {
  method: string
  host: string | undefined
  origin: string | undefined
  isWebSocket: boolean
}

export interface Refusal {
  status: number
  message: string
}

/** Names of this machine that no name server can turn into it. The port may be another one: ssh forwards from there. */
const OWN_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i

/** Why the request is refused; undefined where it is not. */
export function refusalOf({ method, host, origin, isWebSocket }: Asked): Refusal | undefined {
  // A page of evil.example may let its own name point here: then the browser takes it for the page's own host.
  if (host === undefined || !OWN_HOST.test(host))
    return {
      status: 421,
      message: 'Jobdeck answers to the names 127.0.0.1, localhost and [::1] of this machine only.',
    }
  if (method !== 'GET' && method !== 'HEAD')
    return { status: 405, message: 'Nothing is changed by HTTP here.' }
  // Browsers send cookies with a WebSocket of any page; only its origin tells which one that is.
  const isForeign = origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`
  if (isForeign || (isWebSocket && origin === undefined))
    return { status: 403, message: 'Only pages of Jobdeck itself may connect.' }
  return undefined
}
