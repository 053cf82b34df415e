import type { Level } from '../../shared/contract.ts'
import type { Sink } from '../dispatch/record.ts'
import type { Stream } from '../store/logs.ts'
import { readableFields } from './readable.ts'

/**
 * What one line of a program's output means.
 * @see https://docs.github.com/actions/reference/workflow-commands-for-github-actions for the commands
 */
export type Meaning =
  | { kind: 'entry'; level: Level; message: string; fields?: Record<string, unknown>; time?: number }
  | { kind: 'progress'; value: number; message: string | null }
  | { kind: 'mask'; secret: string }
  | { kind: 'stop-commands'; token: string }

const COMMAND = /^::([a-z][a-z-]*)(?: ([^:]*(?::(?!:)[^:]*)*))?::(.*)$/s
const LEVEL_OF_COMMAND = new Map<string, Level>([
  ['debug', 'debug'],
  ['notice', 'info'],
  ['warning', 'warn'],
  ['error', 'error'],
])

/** A workflow command, or undefined for a line that is none that we know. */
export function readCommand(line: string): Meaning | undefined {
  const [, name = '', properties = '', data = ''] = COMMAND.exec(line.trimStart()) ?? []
  const message = unescapeData(data)
  const level = LEVEL_OF_COMMAND.get(name)
  if (level) {
    const fields = readProperties(properties)
    return { kind: 'entry', level, message, ...(fields && { fields }) }
  }
  switch (name) {
    case 'group':
      return { kind: 'entry', level: 'info', message, fields: { group: 'start' } }
    case 'endgroup':
      return { kind: 'entry', level: 'info', message: '', fields: { group: 'end' } }
    case 'add-mask':
      return { kind: 'mask', secret: message }
    case 'stop-commands':
      return { kind: 'stop-commands', token: message }
    case 'progress': {
      const [, value, text] = /^\s*(\d+(?:\.\d+)?)\s*%?\s*(.*)$/s.exec(message) ?? []
      if (value === undefined) return undefined
      return { kind: 'progress', value: Number(value), message: text || null }
    }
    default:
      return undefined
  }
}

const unescapeData = (text: string) =>
  text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%')

function readProperties(text: string): Record<string, unknown> | undefined {
  const pairs = text
    .split(',')
    .map((pair) => pair.split(/=(.*)/s))
    .filter(([name, value]) => name?.trim() && value !== undefined)
    .map(([name, value]) => [
      name!.trim(),
      unescapeData(value!.replaceAll('%3A', ':').replaceAll('%2C', ',')),
    ])
  return pairs.length > 0 ? (Object.fromEntries(pairs) as Record<string, unknown>) : undefined
}

const LEVEL_OF_NAME = new Map<string, Level>(
  Object.entries({
    trace: 'trace',
    silly: 'trace',
    verbose: 'debug',
    debug: 'debug',
    http: 'info',
    info: 'info',
    information: 'info',
    notice: 'info',
    warn: 'warn',
    warning: 'warn',
    error: 'error',
    err: 'error',
    critical: 'fatal',
    alert: 'fatal',
    emergency: 'fatal',
    dpanic: 'fatal',
    panic: 'fatal',
    fatal: 'fatal',
  }),
)

const first = (entry: Record<string, unknown>, names: string[]) =>
  names.find((name) => entry[name] !== undefined)

/** A JSON line as pino, bunyan, winston, zap, slog, zerolog and structlog write them, or undefined. */
export function readJsonLine(line: string): Meaning | undefined {
  if (!/^\s*\{.*\}\s*$/s.test(line)) return undefined
  let entry: Record<string, unknown>
  try {
    entry = JSON.parse(line) as Record<string, unknown>
  } catch {
    return undefined
  }
  const levelName = first(entry, ['level', 'severity', 'lvl', 'levelname', 'log.level'])
  const messageName = first(entry, ['msg', 'message', 'event'])
  const level = levelName && readLevel(entry[levelName])
  const message = messageName && entry[messageName]
  if (!level || typeof message !== 'string') return undefined
  const timeName = first(entry, ['time', 'timestamp', 'ts', '@timestamp', 'asctime'])
  const time = timeName ? readTime(entry[timeName]) : undefined
  const taken = new Set([levelName, messageName, time === undefined ? undefined : timeName])
  const rest = Object.entries(entry).filter(([name]) => !taken.has(name))
  return {
    kind: 'entry',
    level,
    message,
    ...(rest.length > 0 && { fields: Object.fromEntries(rest) }),
    ...(time !== undefined && { time }),
  }
}

/** A name in any case, slog's `INFO+2`, or the number that pino and bunyan write. */
function readLevel(value: unknown): Level | undefined {
  if (typeof value === 'string') return LEVEL_OF_NAME.get(value.toLowerCase().replace(/[+-]\d+$/, ''))
  if (typeof value !== 'number' || value < 10 || value > 100) return undefined
  const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
  return levels[Math.min(5, Math.floor(value / 10) - 1)]
}

const YEAR_2001 = 978_307_200

/** ISO text, or a number of seconds, milliseconds, microseconds or nanoseconds, told apart by its size. */
function readTime(value: unknown): number | undefined {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d[T ]/.test(value)) {
    const time = Date.parse(value.replace(' ', 'T').replace(/,(\d+)$/, '.$1'))
    return Number.isNaN(time) ? undefined : time
  }
  if (typeof value !== 'number' || !(value > YEAR_2001)) return undefined
  for (const perMillisecond of [0.001, 1, 1000, 1_000_000]) {
    const time = value / perMillisecond
    if (time < 1e14 / 10) return Math.round(time)
  }
  return undefined
}

/** Reads the lines of one program into a sink. Its streams share the state of `stop-commands`. */
export function outputReader(
  sink: Pick<Sink, 'log' | 'mask'>,
  progress: (value: number, message: string | null) => void,
  commandsAreRead: boolean,
): (line: string, stream: Stream) => void {
  let token: string | undefined
  const readAsCommand = (line: string): Meaning | undefined => {
    if (!commandsAreRead || !line.includes('::')) return undefined
    if (token === undefined) return readCommand(line)
    if (line.trim() === `::${token}::`) {
      token = undefined
      return { kind: 'entry', level: 'debug', message: 'workflow commands are read again' }
    }
    return undefined
  }
  return (line, stream) => {
    const meaning = readAsCommand(line) ??
      readJsonLine(line) ?? { kind: 'entry', level: 'info', message: line }
    switch (meaning.kind) {
      case 'progress':
        return progress(meaning.value, meaning.message)
      case 'mask':
        return sink.mask(meaning.secret)
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
