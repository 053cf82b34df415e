/** SQLite itself, with the writes that the engine makes for an execution, and nothing else. */
import Database from 'better-sqlite3'
import { open } from 'jobdeck'

const COUNT = `insert into counters (job_id, status, count, last_at) values (?, ?, ?, ?)
  on conflict (job_id, status) do update
  set count = count + excluded.count, last_at = coalesce(excluded.last_at, last_at)`

/** A database with the tables of a deck, and with one job in it. */
async function deckFile(file: string): Promise<void> {
  const deck = await open({ file })
  const job = deck.once('in-process', { name: 'no-op' }).add(0, () => {})
  await job.start()
  await job.finished()
  await deck.close()
}

function openRaw(file: string, durability: 'full' | 'normal'): Database.Database {
  const database = new Database(file)
  database.pragma('journal_mode = WAL')
  database.pragma(`synchronous = ${durability}`)
  database.pragma('cache_size = -8192')
  return database
}

/**
 * As in the engine, what is queued while there is room runs with the same commit, and its end is another one.
 * @returns the function that takes so many executions through their life, `batch` of them to a commit
 */
export async function rawExecutions(file: string, durability: 'full' | 'normal', batch: number) {
  await deckFile(file)
  const database = openRaw(file, durability)
  const [job, host] = ['select id from jobs', 'select id from hosts'].map((sql) =>
    database.prepare(sql).pluck().get(),
  )
  const insert = database.prepare(
    `insert into executions (job_id, start_id, definition_id, owner, mode, lane, status, trigger, attempt, priority, rank,
       due, scheduled_at, expires_at, queued_at, stop_force, forced, warned, progress, params, log_count)
     values (?, null, 1, ?, 'in-process', 'inline', 'queued', 'api', 1, 0, ?, 1, ?, null, ?, 0, 0, 0, 0, '{}', 0)`,
  )
  const run = database.prepare(
    `update executions set status = 'running', host_id = ?, claimed_at = ?, started_at = ?
     where id = ? and status = 'queued'`,
  )
  const end = database.prepare(
    `update executions set status = 'completed', ended_at = ?, duration_ms = 0 where id = ? and status = 'running'`,
  )
  const count = database.prepare(COUNT)

  return (executions: number) => {
    for (let done = 0; done < executions; done += batch) {
      const ids: (number | bigint)[] = []
      database.transaction(() => {
        for (let index = 0; index < batch; index++) {
          const now = Date.now()
          ids.push(insert.run(job, host, now, now, now).lastInsertRowid)
        }
        for (const id of ids) run.run(host, Date.now(), Date.now(), id)
        count.run(job, 'running', batch, null)
      })()
      database.transaction(() => {
        for (const id of ids) end.run(Date.now(), id)
        count.run(job, 'running', -batch, null)
        count.run(job, 'completed', batch, Date.now())
      })()
    }
  }
}

/** @returns the function that stores so many lines, `batch` of them to a commit, and tells how long each commit took, in ms */
export async function rawLogs(file: string, batch: number) {
  await deckFile(file)
  const database = openRaw(file, 'full')
  const insert = database.prepare(
    `insert or replace into logs (execution_id, sequence, time, level, stream, message, fields)
     values (?, ?, ?, 30, 0, ?, null)`,
  )
  let execution = 100

  return (lines: number, message: (line: number) => string): number[] => {
    execution++
    const commits: number[] = []
    for (let line = 0; line < lines; line += batch) {
      database.exec('begin immediate')
      for (let index = line; index < Math.min(lines, line + batch); index++) {
        insert.run(execution, index + 1, Date.now(), message(index))
      }
      const start = performance.now()
      database.exec('commit')
      commits.push(performance.now() - start)
    }
    return commits
  }
}

/** @returns the function that makes one small commit that survives a power cut, and tells how long it took, in ms */
export function rawCommit(file: string) {
  const database = openRaw(file, 'full')
  database.exec('create table if not exists one (id integer primary key, text text)')
  const insert = database.prepare('insert into one (text) values (?)')
  return () => {
    const start = performance.now()
    insert.run('x')
    return performance.now() - start
  }
}
