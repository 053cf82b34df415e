import { once } from 'node:events'
import { stripVTControlCharacters, styleText } from 'node:util'
import prettyBytes from 'pretty-bytes'
import prettyMilliseconds from 'pretty-ms'
import sliceAnsi from 'slice-ansi'
import stringWidth from 'string-width'
import type { Job, Level, LogEntry, LogHit, Status } from '../shared/contract.ts'
import { withoutControls } from '../core/executors/lines.ts'
import { EXIT } from './exit.ts'

export type Style = Parameters<typeof styleText>[0]

let outputClosed = false

/** Whether whoever read our output has gone: `jobdeck … | head -1`. */
export const isOutputClosed = () => outputClosed

/** Output that cannot be written ends nothing; that its reader or its terminal has gone is not even an error. */
export function closeQuietly(): void {
  process.stderr.on('error', () => {}) // nobody is left to tell
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (outputClosed) return
    outputClosed = true
    if (error.code === 'EPIPE' || (error.code === 'EIO' && process.stdout.isTTY)) return
    printError(`the output cannot be written: ${error.message}`)
    process.once('exit', () => (process.exitCode ||= EXIT.failed))
  })
}

/** Whether what is written can be painted over. */
export const canMoveCursor = (stream: NodeJS.WriteStream) => stream.isTTY && process.env.TERM !== 'dumb'

/** Coloured where the stream is a terminal that shows colours, and NO_COLOR is not set. */
export function styled(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return text === '' ? '' : styleText(style, text, { stream })
}

export const hasColors = (stream: NodeJS.WriteStream) => styled('red', 'x', stream) !== 'x'

export function print(text: string): void {
  if (!outputClosed) process.stdout.write(`${text}\n`)
}

/** Whether what was printed has gone out, or will not: then more can be. */
export const hasRoom = () => outputClosed || !process.stdout.writableNeedDrain

/** Resolves when more can be printed without being gathered in memory; at once where the reader has gone. */
export async function outputRoom(): Promise<void> {
  if (!hasRoom()) await once(process.stdout, 'drain').catch(() => {}) // rejects on the error that closes it
}

export const printJson = (value: unknown): void => print(JSON.stringify(value))

/** Further lines are indented: none that comes out of a path or a file looks like one of ours. */
export function printError(message: string): void {
  const text = message.split(/\r?\n/).map(oneLine).join('\n    ')
  process.stderr.write(`${styled('red', 'jobdeck:', process.stderr)} ${text}\n`)
}

export function printNote(message: string): void {
  process.stderr.write(`${styled('dim', oneLine(message), process.stderr)}\n`)
}

/** `1 run`, `2 runs`. */
export const counted = (count: number, noun: string): string =>
  `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`

export const bytes = (amount: number): string => prettyBytes(amount, { binary: true })

/** State is shown by shape and colour together. */
const STATUS_LOOK: Record<Status | Job['status'], { shape: string; style: Style }> = {
  draft: { shape: '·', style: 'dim' },
  disabled: { shape: '◇', style: 'dim' },
  paused: { shape: '⏸', style: 'yellow' },
  ready: { shape: '◷', style: 'dim' },
  queued: { shape: '○', style: 'dim' },
  initializing: { shape: '◌', style: 'blue' },
  running: { shape: '▶', style: 'blue' },
  completed: { shape: '✔', style: 'green' },
  failed: { shape: '✖', style: 'red' },
  cancelled: { shape: '⊘', style: 'yellow' },
  timeout: { shape: '◷', style: 'red' },
  killed: { shape: '▣', style: 'red' },
  interrupted: { shape: '⚡', style: 'yellow' },
}

export function statusText(
  status: Status | Job['status'],
  stream: NodeJS.WriteStream = process.stdout,
): string {
  const { shape, style } = STATUS_LOOK[status]
  return styled(style, `${shape} ${status}`, stream)
}

const LEVEL_STYLE: Record<Level, Style> = {
  trace: 'dim',
  debug: 'dim',
  info: 'green',
  warn: 'yellow',
  error: 'red',
  fatal: ['red', 'bold'],
}

const pad = (number: number, width = 2) => String(number).padStart(width, '0')

const clock = (date: Date) => `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`

/** Local date and time, to the second. */
export function dateTime(time: number): string {
  const date = new Date(time)
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${clock(date)}`
}

export const duration = (milliseconds: number): string =>
  prettyMilliseconds(
    milliseconds,
    milliseconds < 60_000 ? { keepDecimalsOnWholeSeconds: false } : { secondsDecimalDigits: 0 },
  )

/** Text for a terminal: with its colours where those are wanted, without what would command the terminal. */
export function printable(text: string, stream: NodeJS.WriteStream = process.stdout): string {
  const safe = text.split(/\r?\n/).map(withoutControls).join('\n')
  if (!safe.includes('\u001B')) return safe
  return hasColors(stream) ? `${safe}\u001B[0m` : stripVTControlCharacters(safe)
}

/** What turns the direction of the text after it, up to the end of the line. */
const DIRECTIONS = /[\u202A-\u202E\u2066-\u2069]/g

export const withoutDirections = (text: string): string => text.replaceAll(DIRECTIONS, '')

/** Text that stands beside other text: on one line, without colours, and without what would turn the rest of the line. */
export const oneLine = (text: string): string =>
  withoutDirections(
    stripVTControlCharacters(withoutControls(text.replaceAll(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, ' '))),
  )

/** One entry of a log; further lines of it stand under its message. */
export function logLine(entry: LogEntry): string {
  const time = styled('dim', clock(new Date(entry.time)))
  const level = styled(LEVEL_STYLE[entry.level], entry.level.padEnd(5))
  const fields = entry.fields ? ` ${styled('dim', JSON.stringify(entry.fields))}` : ''
  const [first = '', ...more] = printable(entry.message).split('\n')
  return [`${time} ${level} ${first}${fields}`, ...more.map((line) => `${' '.repeat(15)}${line}`)].join('\n')
}

/** A line of the log of some run; further lines of it are indented. */
export function hitLine({ executionId, jobName, time, ...entry }: LogHit): string {
  const level = styled(LEVEL_STYLE[entry.level], entry.level.padEnd(5))
  const fields = entry.fields ? ` ${styled('dim', JSON.stringify(entry.fields))}` : ''
  const [first = '', ...more] = printable(entry.message).split('\n')
  const head = `${styled('bold', `#${executionId}`)} ${oneLine(jobName)} ${styled('dim', dateTime(time))}`
  return [`${head} ${level} ${first}${fields}`, ...more.map((line) => `    ${line}`)].join('\n')
}

/** On a terminal a cell takes at most so many columns, but for the last of its row. */
const CELL_WIDTH = 48

/** Of a name so many columns are always shown. */
const NAME_WIDTH = 12
const GAP = '  '

export interface TableShape {
  /** The head of the column by which people know a row. */
  name: string
  /** Heads of columns that are left out where they would leave no room for it, the least first. */
  lesser?: string[]
}

/** Rows in columns under their heads, without columns that are empty; on a terminal a row is one line. */
export function table(heads: string[], rows: string[][], { name, lesser = [] }: TableShape): string {
  const room = process.stdout.isTTY && process.stdout.columns > 0 ? process.stdout.columns : Infinity
  const widths = heads.map((head, column) => {
    const width = Math.max(...[head, ...rows.map((row) => row[column]!)].map((cell) => stringWidth(cell)))
    return process.stdout.isTTY ? Math.min(width, CELL_WIDTH) : width
  })
  const nameAt = heads.indexOf(name)
  let used = heads.map((_, column) => column).filter((column) => rows.some((row) => row[column] !== ''))
  const overhang = () => {
    const before = used.filter((column) => column < nameAt)
    const taken = before.reduce((sum, column) => sum + widths[column]! + GAP.length, 0)
    return taken + Math.min(NAME_WIDTH, widths[nameAt]!) - room
  }
  for (const head of lesser) if (overhang() > 0) used = used.filter((column) => heads[column] !== head)
  const [widest] = used.filter((column) => column < nameAt).toSorted((a, b) => widths[b]! - widths[a]!)
  if (widest !== undefined && overhang() > 0) widths[widest] = Math.max(1, widths[widest]! - overhang())
  const lines = [heads.map((head) => styled('dim', head)), ...rows].map((row) =>
    used
      .map((column) => {
        if (column === used.at(-1)) return row[column]!
        const cell = process.stdout.isTTY ? cut(row[column]!, widths[column]!) : row[column]!
        return cell + ' '.repeat(widths[column]! - stringWidth(cell))
      })
      .join(GAP)
      .trimEnd(),
  )
  return lines.map((line) => (room === Infinity ? line : cut(line, room))).join('\n')
}

/** The line cut to so many columns, with its colours; whole where the terminal does not know how many it has. */
export function cut(line: string, columns: number): string {
  return columns === 0 || stringWidth(line) <= columns ? line : `${sliceAnsi(line, 0, columns - 1)}…`
}
