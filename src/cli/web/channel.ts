import type { WebSocket } from 'ws'
import { Fault, type FaultData } from '../../shared/fault.ts'
import type { Channel, Message } from '../../shared/rpc.ts'
import { encode } from '../../core/wire.ts'

/** While more bytes than this wait for the other end to read them, nothing is read from it. */
const HIGH_WATER = 1024 * 1024
/** Of the protocol: what came is not of the kind that is taken here. */
const UNSUPPORTED = 1003

/** A WebSocket as a channel: each message is a text of JSON. Who does not read what it asked for is not read from. */
export function webSocketChannel(socket: WebSocket): Channel {
  let onMessage: (message: unknown) => void = () => {}
  let onEnd: (fault: FaultData) => void = () => {}
  let isHeld = false
  let reason = 'the other end closed it'

  function flow(): void {
    if (isHeld || socket.bufferedAmount > HIGH_WATER) socket.pause()
    else if (socket.isPaused) socket.resume()
  }

  function send(message: Message): void {
    const text = encode(message)
    if (socket.readyState !== socket.OPEN) return
    socket.send(text, flow)
    flow()
  }

  socket
    .on('message', (data: Buffer, isBinary) => {
      if (isBinary) return socket.close(UNSUPPORTED, 'messages are text')
      let message: unknown
      try {
        message = JSON.parse(data.toString())
      } catch {
        const fault = new Fault('invalid-input', 'the message is not understood: no JSON')
        return send({ id: 0, type: 'reply', reply: { ok: false, fault: fault.toJSON() } })
      }
      onMessage(message)
    })
    .on('error', (error) => (reason = error.message))
    .on('close', () => onEnd(new Fault('disconnected', `the connection was lost: ${reason}`).toJSON()))

  return {
    send,
    receive(message, end) {
      onMessage = message
      onEnd = end
    },
    hold(held) {
      isHeld = held
      flow()
    },
    close: () => socket.close(),
  }
}
