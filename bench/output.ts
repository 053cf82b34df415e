/** Lines of a program's output on their way to the log, in bytes a second: splitting, decoding, reading what they mean. */
import { LineSplitter } from '../src/core/executors/lines.ts'
import { outputReader } from '../src/core/executors/output.ts'
import { inTurn, report } from './report.ts'
import { bareSplitter } from './yardsticks/bare-splitter.ts'

/** As a pipe gives it. */
const CHUNK = 64 * 1024
const CHUNKS = 1000

const KINDS: Record<string, (line: number) => string> = {
  'plain lines': (line) =>
    `2023-11-14 22:13:20 copied /home/somebody/photos/2023/IMG_${line}.jpg to the disk`,
  'lines with colours': (line) =>
    `\x1b[2m22:13:20\x1b[0m \x1b[32minfo\x1b[0m copied \x1b[1mIMG_${line}.jpg\x1b[0m to the disk, as it was not there`,
  'JSON lines': (line) =>
    JSON.stringify({
      level: 30,
      time: 1_700_000_000_000 + line,
      pid: 7,
      hostname: 'box',
      file: line,
      msg: 'copied',
    }),
  'lines in other scripts': (line) => `已复制 ${line} 个文件到磁盘，因为那里还没有它们；下一个文件是照片`,
}
/** For plain text at least a quarter of what a bare splitter reads. */
const BARS: Record<string, number> = { 'plain lines': 0.25 }

/** So many chunks of lines, cut wherever a chunk is full. */
function chunksOf(line: (number: number) => string): Buffer[] {
  const lines: string[] = []
  let length = 0
  for (let number = 0; length < 2 * CHUNK; number++) {
    lines.push(line(number))
    length += Buffer.byteLength(lines.at(-1)!) + 1
  }
  const bytes = Buffer.from(`${lines.join('\n')}\n`)
  const repeated = Buffer.concat(Array.from({ length: 20 }, () => bytes))
  const chunks: Buffer[] = []
  for (let start = 0; start + CHUNK <= repeated.length; start += CHUNK)
    chunks.push(repeated.subarray(start, start + CHUNK))
  return chunks
}

/** Megabytes a second. */
function speed(chunks: Buffer[], push: (chunk: Buffer) => void): number {
  const start = performance.now()
  for (let count = 0; count < CHUNKS; count++) push(chunks[count % chunks.length]!)
  return (CHUNKS * CHUNK) / 1000 / (performance.now() - start)
}

for (const [kind, line] of Object.entries(KINDS)) {
  const chunks = chunksOf(line)
  let entries = 0
  const read = outputReader({
    sink: { log: () => void entries++, mask: () => {} },
    progress: () => {},
    attach: () => {},
    commandsAreRead: true,
  })
  const splitter = new LineSplitter(
    'utf-8',
    (text) => read(text, 'stdout'),
    () => {},
  )
  const bare = bareSplitter(() => void entries++)
  const found = await inTurn(5, {
    engine: () => speed(chunks, (chunk) => splitter.push(chunk)),
    bare: () => speed(chunks, bare),
  })
  const bar = BARS[kind]
  report({
    name: `output parsed: ${kind}`,
    value: found.engine,
    unit: 'MB/s',
    yardstick: 'a bare splitter',
    yardstickValue: found.bare,
    ...(bar !== undefined && { bar }),
  })
}
