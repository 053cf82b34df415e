/**
 * `node bench/decks.ts FILE [EXECUTIONS] [LINES]`: makes a large deck, fast. Its tables are those of a real deck, which
 * runs each job once; further runs are copies of these, written by SQL alone.
 */
import { resolve } from 'node:path'
import Database from 'better-sqlite3'
import { open } from 'jobdeck'

const JOBS = 100
const CATEGORIES = 10
/** Between one run and the next, in ms. */
const INTERVAL = 20_000
/** Rows to a transaction. */
const STEP = 500_000
/** One run in the middle has so large a part of all lines. */
const LARGE = 0.1

/** Nothing is swept while it is measured. */
const KEEP_ALL = { keepRuns: 1_000_000, keepFor: '365d', keepSize: 2 ** 50 }

export interface DeckSize {
  executions: number
  lines: number
}

/** Makes the deck; the file must not exist. */
export async function makeDeck(file: string, { executions, lines }: DeckSize): Promise<void> {
  const deck = await open({ file, durability: 'normal' })
  for (let index = 0; index < JOBS; index++) {
    const category = `group ${index % CATEGORIES}`
    const job = deck.once('in-process', { name: `job ${index}`, category }).add(0, () => null)
    await job.start()
    await job.finished()
  }
  await deck.client.request('deck.configure', KEEP_ALL)
  await deck.close()
  const database = new Database(file)
  try {
    database.pragma('synchronous = off')
    database.pragma('cache_size = -200000')
    addExecutions(database, executions)
    addLines(database, executions, lines)
    count(database)
    database.pragma('wal_checkpoint(TRUNCATE)')
  } finally {
    database.close()
  }
}

/** better-sqlite3 binds numbers as real ones. */
const PLANNED = `cast(:base as integer) + i * ${INTERVAL}`

/** What of a copy differs from the run that it is a copy of; `i` is its number. */
const OWN: Record<string, string> = {
  id: 'i',
  status: `case when i % 20 = 0 then 'failed' when i % 50 = 7 then 'cancelled' else 'completed' end`,
  error: `case when i % 20 = 0 then '{"name":"Error","message":"it went wrong in step ' || i || '"}' end`,
  scheduled_at: PLANNED,
  queued_at: PLANNED,
  claimed_at: `${PLANNED} + 5`,
  started_at: `${PLANNED} + 10`,
  ended_at: `${PLANNED} + 10 + i * 7919 % 50000`,
  duration_ms: 'i * 7919 % 50000',
}

function addExecutions(database: Database.Database, executions: number): void {
  const known = database.pragma('table_info(executions)') as { name: string }[]
  const columns = known.map(({ name }) => name)
  const insert = database.prepare(
    `with recursive n (i) as (select cast(:from as integer) union all select i + 1 from n where i < :through)
     insert into executions (${columns.join(', ')})
     select ${columns.map((name) => OWN[name] ?? `run.${name}`).join(', ')}
     from n join executions as run on run.id = i % ${JOBS} + 1`,
  )
  const base = Date.now() - executions * INTERVAL
  for (const { from, through } of steps(JOBS + 1, executions)) insert.run({ from, through, base })
}

function addLines(database: Database.Database, executions: number, lines: number): void {
  const large = Math.ceil(executions / 2)
  const each = Math.floor((lines * (1 - LARGE)) / executions)
  const insert = database.prepare(
    `with recursive n (i) as (select cast(:from as integer) union all select i + 1 from n where i < :through)
     insert into logs (execution_id, sequence, time, level, stream, message)
     select execution, sequence, cast(:base as integer) + execution * ${INTERVAL} + sequence,
       case when sequence % 1000 = 999 then 50 when sequence % 50 = 7 then 40 when sequence % 3 = 0 then 20 else 30 end, 0,
       printf('request %d to /api/%s/items took %d ms and answered with %d', i,
         case i % 4 when 0 then 'users' when 1 then 'orders' when 2 then 'carts' else 'things' end, i % 977, 200 + i % 7)
     from (select i, case when :each = 0 then ${large} else (i - 1) / cast(:each as integer) + 1 end as execution,
       case when :each = 0 then cast(:offset as integer) + i else (i - 1) % cast(:each as integer) + 1 end as sequence from n)`,
  )
  const base = Date.now() - executions * INTERVAL
  if (each > 0)
    for (const { from, through } of steps(1, each * executions))
      insert.run({ from, through, base, each, offset: 0 })
  for (const { from, through } of steps(1, lines - each * executions))
    insert.run({ from, through, base, each: 0, offset: each })
  database.prepare('update executions set log_count = ?').run(each)
  database
    .prepare('update executions set log_count = ? where id = ?')
    .run(each + lines - each * executions, large)
}

/** The counters of the runs that were added without the engine. */
function count(database: Database.Database): void {
  database.exec(`
    delete from counters;
    insert into counters (job_id, status, count, last_at)
    select job_id, status, count(*), max(ended_at) from executions group by job_id, status;
    delete from endings;
    insert into endings (job_id, hour, status, bucket, count, duration)
    select job_id, ended_at / 3600000, status, cast(round(log2(duration_ms + 1) * 4) as integer), count(*),
      sum(duration_ms)
    from executions where ended_at is not null and duration_ms is not null group by 1, 2, 3, 4;
    delete from deck_endings;
    insert into deck_endings (hour, status, bucket, count, duration)
    select hour, status, bucket, sum(count), sum(duration) from endings group by 1, 2, 3`)
}

function* steps(first: number, last: number) {
  for (let from = first; from <= last; from += STEP) yield { from, through: Math.min(last, from + STEP - 1) }
}

if (process.argv[1] === import.meta.filename) {
  const [file, executions = '10000', lines = '100000'] = process.argv.slice(2)
  if (!file) {
    console.error('node bench/decks.ts FILE [EXECUTIONS] [LINES]')
    process.exit(2)
  }
  const size = { executions: Number(executions), lines: Number(lines) }
  const start = performance.now()
  await makeDeck(resolve(file), size)
  console.log(JSON.stringify({ file, ...size, seconds: Math.round((performance.now() - start) / 1000) }))
}
