import type { Level } from '../../shared/contract.ts'

/** What a JSON line says, as a library for logs wrote it. */
export interface JsonEntry {
  kind: 'entry'
  level: Level
  message: string
  fields?: Record<string, unknown>
  time?: number
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
    exception: 'error',
    critical: 'fatal',
    crit: 'fatal',
    alert: 'fatal',
    emergency: 'fatal',
    emerg: 'fatal',
    dpanic: 'fatal',
    panic: 'fatal',
    fatal: 'fatal',
  }),
)

const LEVEL_NAMES = ['level', 'severity', 'lvl', 'levelname', 'log.level'] as const
const MESSAGE_NAMES = ['msg', 'message', 'event'] as const
const TIME_NAMES = ['time', 'timestamp', 'ts', '@timestamp', 'asctime'] as const

const first = (entry: Record<string, unknown>, names: readonly string[]) =>
  names.find((name) => entry[name] !== undefined)

/**
 * A JSON line as pino, bunyan, winston, zap, slog, zerolog, structlog and Python's logging write them, or undefined:
 * what a program prints as JSON may be its result. Errors and stacks stay fields, in the form their library gave them.
 */
export function readJsonLine(line: string): JsonEntry | undefined {
  if (!isObject(line)) return undefined
  let entry: Record<string, unknown>
  try {
    entry = JSON.parse(line) as Record<string, unknown>
  } catch {
    return undefined
  }
  const levelName = first(entry, LEVEL_NAMES)
  const messageName = first(entry, MESSAGE_NAMES)
  const timeName = first(entry, TIME_NAMES)
  const time = timeName === undefined ? undefined : readTime(entry[timeName])
  const level = levelName === undefined ? unlevelled(entry, time) : readLevel(entry[levelName])
  const message = messageName === undefined ? unworded(entry, time) : entry[messageName]
  if (!level || typeof message !== 'string') return undefined
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

const OPENING = '{'.charCodeAt(0)
const SPACE = ' '.charCodeAt(0)

/** Looks at the ends alone: most lines are none, and are told by their first character. */
function isObject(line: string): boolean {
  const code = line.charCodeAt(0)
  if (code !== OPENING && !(code <= SPACE)) return false
  const text = line.trim()
  return text.startsWith('{') && text.endsWith('}')
}

/** zerolog's `Log()` writes no level; with its names of message and time alone it is no result. */
const unlevelled = ({ message, time: written }: Record<string, unknown>, time: number | undefined) =>
  typeof message === 'string' && written !== undefined && time !== undefined ? 'info' : undefined

/**
 * Where only fields were given, pino and zerolog write no message. The names of levels are known; a number is one where
 * it stands beside what pino and bunyan write of the process, else it may be anything's.
 */
function unworded({ level, pid, hostname }: Record<string, unknown>, time: number | undefined) {
  if (time === undefined) return undefined
  const isOfLog = typeof level === 'string' || (pid !== undefined && hostname !== undefined)
  return isOfLog ? '' : undefined
}

const SLOG_LEVEL = /^(debug|info|warn|error)([+-]\d+)$/
/** slog's numbers: whoever has levels between ours adds to these. */
const SLOG_NUMBER: Record<string, number> = { debug: -4, info: 0, warn: 4, error: 8 }
const OF_SLOG = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const

/** A name in any case, slog's `INFO+2`, or the number that pino and bunyan write. */
function readLevel(value: unknown): Level | undefined {
  if (typeof value === 'string') {
    const name = value.toLowerCase()
    const [, base, offset] = SLOG_LEVEL.exec(name) ?? []
    if (base === undefined) return LEVEL_OF_NAME.get(name)
    const number = SLOG_NUMBER[base]! + Number(offset)
    return OF_SLOG[Math.min(5, Math.max(0, Math.floor(number / 4) + 2))]
  }
  if (typeof value !== 'number' || value < 10 || value > 100) return undefined
  const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
  return levels[Math.min(5, Math.floor(value / 10) - 1)]
}

/** A time before or after these, in ms, is no time of a log line, whatever it is: 2001 and 2100. */
const EARLIEST = 978_307_200_000
const LATEST = 4_102_444_800_000

/**
 * ISO text, local where it names no zone, or a number of seconds, milliseconds, microseconds or nanoseconds, told apart
 * by its size.
 */
function readTime(value: unknown): number | undefined {
  const time = typeof value === 'string' ? readTimeText(value) : readTimeNumber(value)
  return time !== undefined && time >= EARLIEST && time < LATEST ? time : undefined
}

const ISO = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d{1,9}))?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/i

function readTimeText(text: string): number | undefined {
  if (/^\d{10,19}(?:\.\d+)?$/.test(text)) return readTimeNumber(Number(text))
  const [, date, time, fraction = '', zone = ''] = ISO.exec(text) ?? []
  if (date === undefined) return undefined
  const offset = /^(z|utc)$/i.test(zone)
    ? 'Z'
    : zone.replace(/^([+-]\d\d):?(\d\d)?$/, (_, hours: string, minutes = '00') => `${hours}:${minutes}`)
  // Three digits: what a parser makes of more is not agreed on.
  const parsed = Date.parse(`${date}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`)
  return Number.isNaN(parsed) ? undefined : parsed
}

function readTimeNumber(value: unknown): number | undefined {
  if (typeof value !== 'number') return undefined
  for (const perMillisecond of [0.001, 1, 1000, 1_000_000]) {
    const time = value / perMillisecond
    if (time < LATEST && time >= EARLIEST) return Math.round(time)
  }
  return undefined
}
