/** Messages as lines of JSON over a stream. */
import type { Socket } from 'node:net'
import { Fault, invalidInput, toFault, type FaultData } from '../shared/fault.ts'
import type { Channel } from '../shared/rpc.ts'

/** A message may be so many bytes long. */
export const MESSAGE_LIMIT = 16 * 1024 * 1024
/** While more bytes than this wait for the other end to read them, nothing is read from it. */
const HIGH_WATER = 1024 * 1024
const NEWLINE = 0x0a

/**
 * @throws Fault `too-large`, or `invalid-input` for what JSON cannot hold
 */
export function encode(message: unknown): string {
  let line: string
  try {
    line = JSON.stringify(message)
  } catch (thrown) {
    throw invalidInput('input', `cannot be sent: ${toFault(thrown).message}`)
  }
  const bytes = Buffer.byteLength(line)
  if (bytes <= MESSAGE_LIMIT) return `${line}\n`
  throw tooLarge(`it is ${bytes.toLocaleString('en')} bytes long`)
}

/**
 * Cuts a stream into lines. Of one that is too long, only its beginning is kept, and told when the limit is passed;
 * the rest of it is skipped, whatever its length.
 */
export function createLines(
  onLine: (line: Buffer) => void,
  onTooLong: (beginning: Buffer) => void,
  limit = MESSAGE_LIMIT,
): (chunk: Buffer) => void {
  let parts: Buffer[] = []
  let length = 0

  function add(part: Buffer): void {
    const wasWithin = length <= limit
    length += part.length
    if (length <= limit) parts.push(part)
    else if (wasWithin) {
      onTooLong(Buffer.concat([...parts, part]).subarray(0, limit))
      parts = []
    }
  }

  return (chunk) => {
    let from = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      add(chunk.subarray(from, end))
      const line = length <= limit ? Buffer.concat(parts) : undefined
      parts = []
      length = 0
      from = end + 1
      if (line) onLine(line)
    }
    if (from < chunk.length) add(chunk.subarray(from))
  }
}

/** Says more than what belongs to a conversation. */
export interface SocketChannel extends Channel {
  send(message: object): void
}

/** A socket as a channel. What cannot be read is answered; an error of the socket only ends it. */
export function socketChannel(socket: Socket): SocketChannel {
  let onMessage: (message: unknown) => void = () => {}
  let onEnd: (fault: FaultData) => void = () => {}
  let isHeld = false
  let reason = 'the other end closed it'

  /** Who does not read what it asked for is not read from either. */
  function flow(): void {
    if (isHeld || socket.writableLength > HIGH_WATER) socket.pause()
    else if (socket.isPaused()) socket.resume()
  }

  function send(message: object): void {
    const line = encode(message)
    if (!socket.writable) return
    socket.write(line)
    flow()
  }

  const refuse = (id: number, fault: Fault) =>
    send({ id, type: 'reply', reply: { ok: false, fault: fault.toJSON() } })

  const lines = createLines(
    (line) => {
      let message: unknown
      try {
        message = JSON.parse(line.toString())
      } catch {
        return refuse(idOf(line), new Fault('invalid-input', 'the message is not understood: no JSON'))
      }
      onMessage(message)
    },
    (beginning) => refuse(idOf(beginning), tooLarge('it is longer')),
  )

  socket
    .on('data', lines)
    .on('drain', flow)
    .on('error', (error) => (reason = error.message))
    .on('close', () => {
      onEnd(new Fault('disconnected', `the connection was lost: ${reason}`).toJSON())
    })

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
    close: () => void socket.end(),
  }
}

/** The conversation that a message belongs to which cannot be read: its id comes first. */
const idOf = (beginning: Buffer): number =>
  Number(/^\{"id":(\d{1,15})\D/.exec(beginning.toString('latin1', 0, 64))?.[1] ?? 0)

const tooLarge = (what: string) =>
  new Fault('too-large', `${what}, and a message holds ${MESSAGE_LIMIT.toLocaleString('en')} bytes at most`)
