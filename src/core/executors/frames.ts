/**
 * Reports among what a process writes to its stdout, where there is no pipe of their own for them. Each stands in
 * frames: a mark, whether it goes on, a part of it, the end of the line. A frame is written at once and so short that no
 * other process that has the same pipe can write into the midst of it.
 */
import { randomBytes } from 'node:crypto'
import type { OutputReader } from './pipe.ts'

/** What POSIX promises to be written in one piece is 512 bytes, and 4096 on Linux. */
const FRAME_SIZE = process.platform === 'linux' ? 4096 : 512
const NEWLINE = 10
const [GOES_ON, ENDS] = [Buffer.from('+'), Buffer.from('.')]
const END_OF_LINE = Buffer.from([NEWLINE])

/** Begins with a zero, which no text has, and is nobody else's. */
export const createMark = (): string => `\0${randomBytes(9).toString('base64url')}`

/** The frames of a report, a text without line ends. */
export function framesOf(mark: string, report: string): Buffer[] {
  const start = Buffer.from(mark)
  const bytes = Buffer.from(report)
  const room = FRAME_SIZE - start.length - 2
  const frames: Buffer[] = []
  let at = 0
  do {
    const part = bytes.subarray(at, (at += room))
    frames.push(Buffer.concat([start, at < bytes.length ? GOES_ON : ENDS, part, END_OF_LINE]))
  } while (at < bytes.length)
  return frames
}

/** Takes what a process writes: gives reports to the one, and what stands around them to the other. */
export function framesReader(
  mark: string,
  take: (report: string) => void,
  around: OutputReader,
): OutputReader {
  const start = Buffer.from(mark)
  let rest: Buffer = Buffer.alloc(0)
  let parts: Buffer[] = []

  function frame(bytes: Buffer): void {
    parts.push(bytes.subarray(start.length + 1))
    if (bytes[start.length] !== ENDS[0]) return
    take(Buffer.concat(parts).toString())
    parts = []
  }

  return {
    push(chunk) {
      let data = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
      for (;;) {
        const at = data.indexOf(start)
        const text = data.subarray(0, at === -1 ? data.length - beginning(data, start) : at)
        if (text.length > 0) around.push(text)
        data = data.subarray(text.length)
        const end = at === -1 ? -1 : data.indexOf(NEWLINE)
        if (end === -1) break
        frame(data.subarray(0, end))
        data = data.subarray(end + 1)
      }
      rest = Buffer.from(data)
    },
    end() {
      if (rest.length > 0) around.push(rest)
      around.end()
    },
  }
}

/** How much of the end of the data may be the beginning of a mark. */
function beginning(data: Buffer, mark: Buffer): number {
  const at = data.lastIndexOf(0)
  const length = data.length - at
  return at !== -1 && length < mark.length && data.subarray(at).equals(mark.subarray(0, length)) ? length : 0
}
