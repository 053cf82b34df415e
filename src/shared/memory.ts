import { Fault, invalidInput, toFault, type FaultData } from './fault.ts'
import type { Channel, Message } from './rpc.ts'

/**
 * Two ends of a channel within one process. Messages are cloned as between processes and arrive later, so that what
 * works here works over IPC.
 */
export function memoryChannels(): [Channel, Channel] {
  let isOpen = true
  const ends = [listening(), listening()] as const
  const channel = (own: 0 | 1): Channel => ({
    send(message) {
      if (!isOpen) return
      const clone = cloneOf(message)
      void Promise.resolve().then(() => ends[1 - own]!.onMessage(clone))
    },
    receive: (onMessage, onEnd) => Object.assign(ends[own], { onMessage, onEnd }),
    close() {
      if (!isOpen) return
      isOpen = false
      const fault = new Fault('disconnected', 'the connection was closed').toJSON()
      void Promise.resolve().then(() => ends.forEach(({ onEnd }) => onEnd(fault)))
    },
  })
  return [channel(0), channel(1)]
}

interface Listener {
  onMessage(message: unknown): void
  onEnd(fault: FaultData): void
}
const listening = (): Listener => ({ onMessage() {}, onEnd() {} })

function cloneOf(message: Message): Message {
  try {
    return structuredClone(message)
  } catch (thrown) {
    throw invalidInput('input', `cannot be sent: ${toFault(thrown).message}`)
  }
}
