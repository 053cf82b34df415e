/** How a process that runs a module reaches its host: one that Node has forked, or one that Electron has. */
import { writeSync } from 'node:fs'
import { framesOf } from './frames.ts'
import { REPORT_PIPE } from './protocol.ts'

/** What Electron calls the channel to the process that started this one. */
interface ParentPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): void
}

export const parentPort = (process as unknown as { parentPort?: ParentPort | null }).parentPort ?? undefined

const STDOUT = 1
/** How long a full pipe is waited for before it is tried again, in ms. */
const FULL_PIPE = 1
/** Most reports are short: they need no memory of their own. */
const scratch = Buffer.allocUnsafe(16 * 1024)
const bell = new Int32Array(new SharedArrayBuffer(4))

/** Writes a report, a text without line ends, synchronously: it has left this process when this returns. */
export const writeReport: (text: string) => void = parentPort ? writeFrames : writeLine

function writeLine(report: string): void {
  const text = `${report}\n`
  // A character takes at most three bytes.
  const isShort = text.length * 3 <= scratch.length
  const bytes = isShort ? scratch : Buffer.from(text)
  writeWhole(REPORT_PIPE, bytes, isShort ? scratch.write(text) : bytes.length)
}

function writeFrames(report: string): void {
  const mark = `\0${process.argv[2]}`
  for (const frame of framesOf(mark, report)) writeWhole(STDOUT, frame, frame.length)
}

function writeWhole(descriptor: number, bytes: Buffer, length: number): void {
  for (let written = 0; written < length;) {
    try {
      written += writeSync(descriptor, bytes, written, length - written)
    } catch (thrown) {
      // What a handler starts with the same pipe may have set it so that it does not wait.
      if ((thrown as NodeJS.ErrnoException).code !== 'EAGAIN') throw thrown
      Atomics.wait(bell, 0, 0, FULL_PIPE)
    }
  }
}

/** Calls back with each message of the host; once that is gone this process ends, as nobody would store what comes. */
export function receiveMessages(listener: (message: unknown) => void): void {
  // Electron ends its processes with itself.
  if (parentPort) return parentPort.on('message', ({ data }) => listener(data))
  process.on('message', listener)
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
  if (!process.connected) process.kill(process.pid, 'SIGKILL') // and be it before this was asked
}

/** Sends one message, and then ends. */
export function sendLast(message: unknown): void {
  if (!parentPort) return void process.send!(message, () => process.exit())
  parentPort.postMessage(message)
}
