/** What the reader's thread can be asked. One more query is an entry here and its handler in `reader-entry`. */
import type Database from 'better-sqlite3'
import type { Level, LogEntry, LogHit, LogKey } from '../../shared/contract.ts'
import type { LineFilter } from './log-lines.ts'
import type { LogPart } from './logs.ts'

/** Part of an answer: what was found until its time was over, and how far it came. */
export interface Found<Entry> {
  entries: Entry[]
  /** The last line that was looked at; null where there was none. */
  reached: LogKey | null
  /** Nothing is left to be looked at. */
  done: boolean
}

/** Which lines of all runs are looked through, newest run first. */
export interface SearchScope {
  /** Where the last part of the answer ended: goes on below that line. */
  before?: LogKey | undefined
  jobId?: string | undefined
  firstExecution?: number | undefined
  lastExecution?: number | undefined
}

/**
 * Every query looks at a part and answers with where to go on, so that no read transaction is held for long, which
 * would keep the write-ahead log from being emptied, and others have their turn.
 */
export interface Queries {
  'logs.part': { input: { part: LogPart; filter: LineFilter }; output: Found<LogEntry> }
  'logs.search': { input: { scope: SearchScope; filter: LineFilter; limit: number }; output: Found<LogHit> }
  /** How many lines after this one have each level. */
  'logs.levels': {
    input: { executionId: number; after: number }
    output: { counts: Partial<Record<Level, number>>; reached: number | null }
  }
}
export type QueryName = keyof Queries
export type QueryInput<N extends QueryName> = Queries[N]['input']
export type QueryOutput<N extends QueryName> = Queries[N]['output']

/** What the queries work with. */
export interface Reading {
  database: Database.Database
  /** A statement that is kept, with rows as arrays. Between two answers none is left in the middle of its rows. */
  prepare(sql: string): Database.Statement<[Record<string, unknown>]>
}

/** How a query keeps to its time. */
export interface Pace {
  /** Whether it is to answer with what it has: its time is over, or nobody waits for it any more. */
  isOver(): boolean
  /** Work that may never end: then the thread is ended, and the query answered with a fault. */
  watched<T>(work: () => T): T
}

/** What is sent to the thread. */
export interface Question {
  id: number
  name: QueryName
  input: unknown
  /** One Int32, not 0 once nobody waits for the answer. */
  abandoned: SharedArrayBuffer
}

/** What it is started with. */
export interface ReaderData {
  file: string
  /** Which file that is; see `identityOf`. */
  identity: string | undefined
  /** One Int32, odd while watched work goes on, and another number each time. */
  watch: SharedArrayBuffer
}
