import { finished, type Readable } from 'node:stream'
import type { Sink } from '../dispatch/record.ts'
import { LineSplitter } from './lines.ts'

/** After its process has ended, a pipe is read on for so long without hearing anything, in ms. */
const SILENCE = 1000
/** And for so long in all: a grandchild may hold it open, and write, for ever. */
const DRAIN_TIME = 5000
/** How often it is asked whether that is over, in ms. */
const LOOK_INTERVAL = 100

export interface Pipe {
  readonly stream: Readable
  readonly closed: Promise<void>
  /** When something came last, on a monotonic clock. */
  lastData(): number
  /** Whether it is left unread because what came from it cannot be stored yet. */
  isHeldBack(): boolean
}

/** Reads a pipe and leaves it unread while the sink has no room, so that whoever writes to it waits. */
export function readWithBackPressure(stream: Readable, sink: Pick<Sink, 'room'>, reader: OutputReader): Pipe {
  let last = performance.now()
  let isHeldBack = false
  const closed = Promise.withResolvers<void>()
  stream.on('data', (chunk: Buffer) => {
    last = performance.now()
    reader.push(chunk)
    const room = sink.room()
    if (!room) return
    stream.pause()
    isHeldBack = true
    void room.then(() => {
      last = performance.now()
      isHeldBack = false
      stream.resume()
    })
  })
  finished(stream, () => {
    reader.end()
    closed.resolve()
  })
  return { stream, closed: closed.promise, lastData: () => last, isHeldBack: () => isHeldBack }
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

/**
 * To be told when the process has ended. Resolves when all its pipes are read to their end, or have been read for long
 * enough; then they are closed.
 */
export async function drained(pipes: Pipe[], sink: Pick<Sink, 'release'>): Promise<void> {
  sink.release() // what is still in a pipe can slow nobody down
  const all = Promise.all(pipes.map(({ closed }) => closed))
  let before = performance.now()
  let listened = 0
  let quiet = 0
  const given = Promise.withResolvers<void>()
  const timer = setInterval(() => {
    const now = performance.now()
    // While this process was kept from its turn it could hear nothing: that is no silence.
    const since = Math.min(now - before, 2 * LOOK_INTERVAL)
    const hadNews = pipes.some((pipe) => pipe.lastData() >= before)
    const isHeldBack = pipes.some((pipe) => pipe.isHeldBack() && pipe.lastData() < before)
    before = now
    // Nor while a disk is full, when nothing is read.
    if (isHeldBack) return
    listened += since
    quiet = hadNews ? 0 : quiet + since
    if (quiet > SILENCE || listened > DRAIN_TIME) given.resolve()
  }, LOOK_INTERVAL)
  await Promise.race([all, given.promise])
  clearInterval(timer)
  for (const { stream } of pipes) stream.destroy()
  await all
}
