import { finished, type Readable } from 'node:stream'
import type { Sink } from '../dispatch/record.ts'
import { LineSplitter } from './lines.ts'

/** After its process has ended, a pipe is read on for so long without hearing anything, in ms. */
const SILENCE = 1000
/** And for so long in all: a grandchild may hold it open, and write, for ever. */
const DRAIN_TIME = 5000

export interface Pipe {
  readonly stream: Readable
  readonly closed: Promise<void>
  /** When something came last, on a monotonic clock. */
  lastData(): number
}

/** Reads a pipe and leaves it unread while the sink has no room, so that whoever writes to it waits. */
export function readWithBackPressure(stream: Readable, sink: Pick<Sink, 'room'>, reader: OutputReader): Pipe {
  let last = performance.now()
  const closed = Promise.withResolvers<void>()
  stream.on('data', (chunk: Buffer) => {
    last = performance.now()
    reader.push(chunk)
    const room = sink.room()
    if (!room) return
    stream.pause()
    void room.then(() => {
      last = performance.now()
      stream.resume()
    })
  })
  finished(stream, () => {
    reader.end()
    closed.resolve()
  })
  return { stream, closed: closed.promise, lastData: () => last }
}

/** For what a module writes past its log: each line becomes an entry. */
export function textReader(name: 'stdout' | 'stderr', sink: Sink): OutputReader {
  const lines = new LineSplitter(
    'utf-8',
    (message) => sink.log({ level: 'info', message, stream: name }),
    (percent) => sink.progress(percent, null),
  )
  return counted(lines, sink)
}

/** What is read is counted against the limit of the run, whatever becomes of it. */
export const counted = (reader: OutputReader, sink: Pick<Sink, 'count'>): OutputReader => ({
  push(chunk) {
    sink.count(chunk.length)
    reader.push(chunk)
  },
  end: () => reader.end(),
})

/** Takes output as it comes. */
export interface OutputReader {
  push(chunk: Buffer): void
  end(): void
}

/** Resolves when all pipes are read to their end, or have been read for long enough; then they are closed. */
export async function drained(pipes: Pipe[]): Promise<void> {
  const all = Promise.all(pipes.map(({ closed }) => closed))
  const started = performance.now()
  const given = Promise.withResolvers<void>()
  const timer = setInterval(() => {
    const now = performance.now()
    const isSilent = pipes.every((pipe) => now - pipe.lastData() > SILENCE)
    if (now - started > SILENCE && (isSilent || now - started > DRAIN_TIME)) given.resolve()
  }, 100)
  await Promise.race([all, given.promise])
  clearInterval(timer)
  for (const { stream } of pipes) stream.destroy()
  await all
}
