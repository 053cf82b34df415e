import { LEVELS, type Level, type LogEntry } from '../../shared/contract.ts'
import { escapeLike } from './like.ts'
import type { Connection } from './open.ts'

const STREAMS = ['log', 'stdout', 'stderr'] as const
export type Stream = (typeof STREAMS)[number]

/** Levels are stored as pino numbers them: trace 10 … fatal 60. */
const levelNumber = (level: Level) => (LEVELS.indexOf(level) + 1) * 10

export interface NewLogEntry {
  sequence: number
  time: number
  level: Level
  stream: Stream
  message: string
  fields: string | null
}

export interface LogFilter {
  executionId: number
  after?: number | undefined
  through?: number | undefined
  level?: Level | undefined
  text?: string | undefined
  last?: boolean | undefined
  limit?: number | undefined
}

interface LogRow extends Omit<LogEntry, 'level' | 'fields' | 'stream'> {
  level: number
  stream: number
  fields: string | null
}

/** @returns functions over the table of log entries */
export function logTable({ database }: Connection) {
  const insert = database.prepare(
    `insert or replace into logs (execution_id, sequence, time, level, stream, message, fields)
     values (?, ?, ?, ?, ?, ?, ?)`,
  )
  const drop = database.prepare(`delete from logs where execution_id = ? and sequence between ? and ?`)
  const insertDropped = database.prepare(
    `insert or replace into logs (execution_id, sequence, time, level, stream, message, dropped_through)
     values (?, ?, ?, 40, 0, ?, ?)`,
  )
  const select = (order: 'asc' | 'desc') =>
    database.prepare<[Record<string, unknown>], LogRow>(
      `select execution_id as executionId, sequence, time, level, stream, message, fields,
         dropped_through as droppedThrough
       from logs
       where execution_id = :executionId and sequence > :after and sequence <= :through and level >= :level
         and (:text is null or message like :text escape '\\')
       order by sequence ${order} limit :limit`,
    )
  const oldestFirst = select('asc')
  const newestFirst = select('desc')

  return {
    add(executionId: number, entry: NewLogEntry): void {
      const { sequence, time, level, stream, message, fields } = entry
      insert.run(executionId, sequence, time, levelNumber(level), STREAMS.indexOf(stream), message, fields)
    },

    /** Replaces the entries `from` to `through` by the one row that says that they were not kept. */
    drop(executionId: number, from: number, through: number, time: number): void {
      drop.run(executionId, from, through)
      const count = (through - from + 1).toLocaleString('en')
      insertDropped.run(
        executionId,
        from,
        time,
        `${count} entries not kept: the log reached its limit`,
        through,
      )
    },

    /** Oldest first; with `last`, the last `limit` of them. */
    list({ executionId, after, through, level, text, last, limit }: LogFilter): LogEntry[] {
      const rows = (last ? newestFirst : oldestFirst).all({
        executionId,
        after: after ?? 0,
        through: through ?? Number.MAX_SAFE_INTEGER,
        level: levelNumber(level ?? 'trace'),
        text: text === undefined ? null : `%${escapeLike(text)}%`,
        limit: limit ?? -1,
      })
      if (last) rows.reverse()
      return rows.map(({ level: number, stream, fields, ...row }) => ({
        ...row,
        level: LEVELS[number / 10 - 1]!,
        stream: STREAMS[stream]!,
        fields: fields === null ? null : (JSON.parse(fields) as LogEntry['fields']),
      }))
    },
  }
}
