import { LRUCache } from 'lru-cache'
import type { Level, LogEntry } from '../../shared/contract.ts'
import {
  LOG_COLUMNS,
  STREAMS,
  levelNumber,
  lineCondition,
  registerFolding,
  toLogEntry,
  type LineFilter,
  type LogRow,
  type Stream,
} from './log-lines.ts'
import type { Connection } from './open.ts'

export type { Stream } from './log-lines.ts'

/** So many entries are stored by one statement: of one entry each, half of the time goes into the statements themselves. */
const ENTRIES_AT_ONCE = 50

/** Statements that are kept, one for each combination of filters that was asked for. */
const STATEMENTS = 50

export interface NewLogEntry {
  sequence: number
  time: number
  level: Level
  stream: Stream
  message: string
  fields: string | null
}

/** A part of the log of a run: the entries between two numbers, both excluded. */
export interface LogPart {
  executionId: number
  after?: number | undefined
  before?: number | undefined
  newestFirst?: boolean | undefined
  limit?: number | undefined
}

/** @returns functions over the table of log entries */
export function logTable({ database }: Connection) {
  registerFolding(database)
  const inserting = (entries: number) =>
    database.prepare(
      `insert or replace into logs (execution_id, sequence, time, level, stream, message, fields)
       values ${Array(entries).fill('(?, ?, ?, ?, ?, ?, ?)').join(', ')}`,
    )
  const insertOne = inserting(1)
  const insertMany = inserting(ENTRIES_AT_ONCE)
  const drop = database.prepare(`delete from logs where execution_id = ? and sequence between ? and ?`)
  const insertDropped = database.prepare(
    `insert or replace into logs (execution_id, sequence, time, level, stream, message, dropped_through)
     values (?, ?, ?, 40, 0, ?, ?)`,
  )
  const prepare = (sql: string) => database.prepare<[Record<string, unknown>], LogRow>(sql)
  const statements = new LRUCache<string, ReturnType<typeof prepare>>({
    max: STATEMENTS,
    memoMethod: (sql) => prepare(sql),
  })

  return {
    add(executionId: number, entries: NewLogEntry[]): void {
      const rows = entries.map(({ sequence, time, level, stream, message, fields }) => [
        executionId,
        sequence,
        time,
        levelNumber(level),
        STREAMS.indexOf(stream),
        message,
        fields,
      ])
      const single = rows.length % ENTRIES_AT_ONCE
      for (const row of rows.slice(0, single)) insertOne.run(row)
      for (let index = single; index < rows.length; index += ENTRIES_AT_ONCE)
        insertMany.run(rows.slice(index, index + ENTRIES_AT_ONCE).flat())
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

    /** Those that pass the filter, but for its pattern; oldest first unless the part says otherwise. */
    list(
      { executionId, after = 0, before, newestFirst = false, limit = -1 }: LogPart,
      filter: LineFilter = {},
    ): LogEntry[] {
      const { terms, values } = lineCondition(filter)
      const rows = statements
        .memo(
          `select ${LOG_COLUMNS} from logs
           where ${['execution_id = :executionId and sequence > :after and sequence < :before', ...terms].join(' and ')}
           order by sequence ${newestFirst ? 'desc' : 'asc'} limit :limit`,
        )
        .all({ ...values, executionId, after, before: before ?? Number.MAX_SAFE_INTEGER, limit })
      return rows.map(toLogEntry)
    },
  }
}
