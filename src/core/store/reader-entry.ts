/** The entry of the reader's thread: a connection of its own that only reads. See `reader`. */
import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { LRUCache } from 'lru-cache'
import { Fault } from '../../shared/fault.ts'
import { identityOf } from '../lookout.ts'
import { storeFault } from './failure.ts'
import { registerFolding } from './log-lines.ts'
import { countLevels, scanAll, scanPart } from './log-scan.ts'
import type {
  Pace,
  Queries,
  QueryInput,
  QueryName,
  QueryOutput,
  Question,
  ReaderData,
  Reading,
} from './reader-queries.ts'

/** A query answers after so many ms with what it has. */
const TURN = 50
/** How long it waits for a lock, in ms: it blocks nobody. */
const BUSY_TIMEOUT = 5000
/** Statements that are kept. */
const STATEMENTS = 50

const handlers: {
  [N in QueryName]: (reading: Reading, input: QueryInput<N>, pace: Pace) => QueryOutput<N>
} = {
  'logs.part': scanPart,
  'logs.search': scanAll,
  'logs.levels': countLevels,
}

const { file, identity, watch } = workerData as ReaderData
const watched = new Int32Array(watch)

function open(): Reading {
  const database = new Database(file, { readonly: true, timeout: BUSY_TIMEOUT })
  // Another file may lie there by now: its lines are not those of the deck that is open.
  if (identityOf(file) !== identity)
    throw new Fault('database-replaced', `${file} was removed or replaced while it was open`)
  database.pragma('cache_size = -8192') // KiB
  registerFolding(database)
  const statements = new LRUCache<string, Database.Statement<[Record<string, unknown>]>>({
    max: STATEMENTS,
    memoMethod: (sql) => database.prepare<[Record<string, unknown>]>(sql).raw(),
  })
  return { database, prepare: (sql) => statements.memo(sql) }
}

function paceOf({ abandoned }: Question): Pace {
  const over = performance.now() + TURN
  const left = new Int32Array(abandoned)
  return {
    isOver: () => Atomics.load(left, 0) !== 0 || performance.now() > over,
    watched(work) {
      Atomics.add(watched, 0, 1)
      try {
        return work()
      } finally {
        Atomics.add(watched, 0, 1)
      }
    },
  }
}

let reading: Reading | undefined

function answer<N extends QueryName>(question: Question & { name: N }): Queries[N]['output'] {
  reading ??= open()
  return handlers[question.name](reading, question.input as QueryInput<N>, paceOf(question))
}

parentPort!.on('message', (question: Question) => {
  const { id } = question
  try {
    if (Atomics.load(new Int32Array(question.abandoned), 0) === 0)
      parentPort!.postMessage({ id, output: answer(question) })
  } catch (thrown) {
    parentPort!.postMessage({ id, fault: storeFault(thrown, file).toJSON() })
  }
})
