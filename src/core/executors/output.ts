import type { Sink } from '../dispatch/record.ts'
import type { Stream } from '../store/logs.ts'
import { readJsonLine, type JsonEntry } from './json-lines.ts'
import { readableFields } from './readable.ts'
import { isEndOf, readCommand } from './workflow-commands.ts'

/** What one line of a program's output means. */
export type Meaning =
  | JsonEntry
  | { kind: 'progress'; value: number; message: string | null }
  | { kind: 'mask'; secret: string }
  | { kind: 'stop-commands'; token: string }
  | { kind: 'artifact'; path: string; name: string | undefined }

/** What lines are told to. */
export interface OutputParts {
  sink: Pick<Sink, 'log' | 'mask'>
  progress(value: number, message: string | null): void
  /** Keeps a file with the run. */
  attach(path: string, name: string | undefined): void
  /** Whether workflow commands are read: the output of a plain command may be anybody's text. */
  commandsAreRead: boolean
}

/** Reads the lines of one program into a sink. Its streams share the state of `stop-commands`. */
export function outputReader({
  sink,
  progress,
  attach,
  commandsAreRead,
}: OutputParts): (line: string, stream: Stream) => void {
  let token: string | undefined
  const readAsCommand = (line: string): Meaning | undefined => {
    if (token === undefined) return readCommand(line)
    if (!isEndOf(token, line)) return undefined
    token = undefined
    return { kind: 'entry', level: 'debug', message: 'workflow commands are read again' }
  }
  return (line, stream) => {
    const asCommand = commandsAreRead && line.includes('::') ? readAsCommand(line) : undefined
    const meaning = asCommand ?? readJsonLine(line)
    if (!meaning) return sink.log({ level: 'info', message: line, fields: null, stream })
    switch (meaning.kind) {
      case 'progress':
        return progress(meaning.value, meaning.message)
      case 'mask':
        return sink.mask(meaning.secret)
      case 'artifact':
        return attach(meaning.path, meaning.name)
      case 'stop-commands':
        token = meaning.token
        return
      case 'entry': {
        const { level, message, fields, time } = meaning
        // However deep they are nested: a line is anybody's text.
        const json = readableFields(fields)
        return sink.log({ level, message, fields: json, stream, ...(time !== undefined && { time }) })
      }
    }
  }
}
