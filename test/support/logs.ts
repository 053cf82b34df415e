import Database from 'better-sqlite3'
import { LEVELS, type Level } from '../../src/shared/contract.ts'
import type { Deck } from '../../src/core/index.ts'

export interface StoredLine {
  message: string
  level?: Level
  time?: number
}

/** Runs a job that does nothing so often; returns the numbers of its runs. */
export async function emptyRuns(deck: Deck, name: string, count = 1): Promise<number[]> {
  const job = deck.once('in-process', { name }).add(0, () => {})
  const ids: number[] = []
  for (let run = 0; run < count; run++) {
    const [execution] = await job.start()
    await execution!.finished()
    ids.push(execution!.id)
  }
  return ids
}

/** Puts lines into the log of a run, after those that are there, with a connection of its own. */
export function addLines(file: string, execution: number, lines: Iterable<StoredLine | string>): void {
  const database = new Database(file)
  try {
    const insert = database.prepare(
      `insert into logs (execution_id, sequence, time, level, stream, message) values (?, ?, ?, ?, 0, ?)`,
    )
    let sequence = database
      .prepare<[number]>('select coalesce(max(sequence), 0) from logs where execution_id = ?')
      .pluck()
      .get(execution) as number
    database.transaction(() => {
      for (const line of lines) {
        const {
          message,
          level = 'info',
          time = sequence,
        } = typeof line === 'string' ? { message: line } : line
        insert.run(execution, ++sequence, time, (LEVELS.indexOf(level) + 1) * 10, message)
      }
      database.prepare('update executions set log_count = ? where id = ?').run(sequence, execution)
    })()
  } finally {
    database.close()
  }
}

/** Lines `line 1` to `line COUNT`. */
export function* numbered(
  count: number,
  change: (number: number) => StoredLine | string | undefined = () => undefined,
) {
  for (let number = 1; number <= count; number++) yield change(number) ?? `line ${number}`
}
