/** Lines of logs as they are stored, and which of them are wanted: shared by the engine's thread and the reader's. */
import type Database from 'better-sqlite3'
import { LEVELS, type Level, type LogEntry } from '../../shared/contract.ts'
import { escapeLike } from './like.ts'

export const STREAMS = ['log', 'stdout', 'stderr'] as const
export type Stream = (typeof STREAMS)[number]

/** Levels are stored as pino numbers them: trace 10 … fatal 60. */
export const levelNumber = (level: Level) => (LEVELS.indexOf(level) + 1) * 10
export const levelOf = (number: number): Level => LEVELS[number / 10 - 1]!

export const LOG_COLUMNS = `execution_id as executionId, sequence, time, level, stream, message, fields,
  dropped_through as droppedThrough`

export interface LogRow extends Omit<LogEntry, 'level' | 'fields' | 'stream'> {
  level: number
  stream: number
  fields: string | null
}

export const toLogEntry = ({ level, stream, fields, ...row }: LogRow): LogEntry => ({
  ...row,
  level: levelOf(level),
  stream: STREAMS[stream]!,
  fields: fields === null ? null : (JSON.parse(fields) as LogEntry['fields']),
})

/** What a line must be like. */
export interface LineFilter {
  /** This and above. */
  level?: Level | undefined
  levels?: Level[] | undefined
  /** Is in the message, in upper or lower case. */
  text?: string | undefined
  /** A regular expression. Only the reader's thread tries it: it may run for ever. */
  pattern?: string | undefined
  ignoreCase?: boolean | undefined
  /** ms, both included. */
  since?: number | undefined
  until?: number | undefined
}

/** Whether every line passes. */
export const passesAll = (filter: LineFilter): boolean =>
  filter.pattern === undefined && lineCondition(filter).terms.length === 0

/** The filter but for its pattern as SQL over the columns of the logs, and the values that are named in it. */
export function lineCondition({ level, levels, text, since, until }: LineFilter): {
  terms: string[]
  values: Record<string, unknown>
} {
  const terms: string[] = []
  const values: Record<string, unknown> = {}
  const wanted = LEVELS.filter(
    (each) =>
      levelNumber(each) >= levelNumber(level ?? 'trace') && (levels === undefined || levels.includes(each)),
  )
  if (wanted.length < LEVELS.length) terms.push(`level in (${wanted.map(levelNumber).join(', ')})`)
  if (since !== undefined) {
    terms.push('time >= :since')
    values.since = since
  }
  if (until !== undefined) {
    terms.push('time <= :until')
    values.until = until
  }
  if (text) {
    const isLike = likeFolds(text)
    terms.push(isLike ? String.raw`message like :text escape '\'` : FOLDED)
    values.text = isLike ? `%${escapeLike(text)}%` : fold(text)
  }
  return { terms, values }
}

/** A line of ASCII alone holds no letter that has to be folded, and is passed over without a call. */
const FOLDED = 'octet_length(message) <> length(message) and holds_folded(message, :text)'

/** Both forms of the small sigma are one letter. */
const fold = (text: string) => text.toLowerCase().replaceAll('ς', 'σ')

/** Whether LIKE, which folds the letters of ASCII alone, does for this text: Chinese, say, has no upper case. */
function likeFolds(text: string): boolean {
  for (const letter of text.match(/[^\0-\u007F]/gu) ?? [])
    if (letter !== fold(letter) || letter !== letter.toUpperCase()) return false
  return true
}

/** Teaches a connection what `lineCondition` asks of it. */
export function registerFolding(database: Database.Database): void {
  // A run without lines has a message that is null where its row is joined.
  database.function('holds_folded', { deterministic: true }, (message, text) =>
    message !== null && fold(message as string).includes(text as string) ? 1 : 0,
  )
}
