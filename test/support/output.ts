import type { Line } from '../../src/core/dispatch/record.ts'
import { LineSplitter } from '../../src/core/executors/lines.ts'
import { outputReader } from '../../src/core/executors/output.ts'

/** What a splitter makes of the chunks. */
export function split(chunks: (Buffer | string)[], encoding = 'utf-8') {
  const lines: string[] = []
  const progress: number[] = []
  const splitter = new LineSplitter(
    encoding,
    (line) => lines.push(line),
    (percent) => progress.push(percent),
  )
  for (const chunk of chunks) splitter.push(Buffer.from(chunk))
  splitter.end()
  return { lines, progress }
}

/** What a program's lines become: entries, progress, masks and kept files. */
export function read(lines: string[], commandsAreRead = true) {
  const entries: Line[] = []
  const progress: unknown[] = []
  const masks: string[] = []
  const attached: unknown[] = []
  const sink = { log: (line: Line) => void entries.push(line), mask: (text: string) => void masks.push(text) }
  const reader = outputReader({
    sink,
    progress: (...report) => void progress.push(report),
    attach: (...report) => void attached.push(report),
    commandsAreRead,
  })
  for (const line of lines) reader(line, 'stdout')
  return { entries, progress, masks, attached, messages: entries.map(({ message }) => message) }
}

/** The one entry that a line becomes, with its fields as an object. */
export function entryOf(
  line: string,
): Omit<Line, 'stream' | 'fields'> & { fields?: Record<string, unknown> } {
  const { stream: _, fields, ...entry } = read([line]).entries[0]!
  return fields ? { ...entry, fields: JSON.parse(fields) as Record<string, unknown> } : entry
}
