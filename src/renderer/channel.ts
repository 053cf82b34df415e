import { Fault, type FaultData } from '../shared/fault.ts'
import type { Channel } from '../shared/rpc.ts'

/** Of a message, in bytes, as at the other end: what is longer would end the connection. */
const MESSAGE_LIMIT = 16 * 1024 * 1024

/** A WebSocket of the browser, once it is open, as a channel. */
export function browserChannel(socket: WebSocket): Channel {
  let take: (message: unknown) => void = () => {}
  let end: (fault: FaultData) => void = () => {}
  socket.addEventListener('message', ({ data }) => take(JSON.parse(String(data))))
  socket.addEventListener('close', () => end({ code: 'disconnected', message: 'the connection was lost' }))
  return {
    send(message) {
      const text = JSON.stringify(message)
      // One UTF-16 unit is three bytes of UTF-8 at most: only what may be too long is measured.
      if (text.length * 3 > MESSAGE_LIMIT && new Blob([text]).size > MESSAGE_LIMIT)
        throw new Fault('too-large', 'it is too long for one message')
      if (socket.readyState === WebSocket.OPEN) socket.send(text)
    },
    receive(onMessage, onEnd) {
      take = onMessage
      end = onEnd
    },
    close: () => socket.close(),
  }
}
