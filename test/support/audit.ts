import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { FINAL_STATUSES } from '../../src/shared/contract.ts'

/** How many turns of its host's event loop, 10 ms apart, a line may wait to be stored: 100 ms and the turn it is in. */
const TURNS = 11
/** Where several hosts write at once, each also waits for its turn to write, which grows to 100 ms a try. */
const TURNS_AMONG_OTHERS = 50

interface Row {
  id: number
  name: string
  status: string
  startedAt: number | null
  /** Unknown where its host died. */
  durationMs: number | null
  logCount: number
  processId: number | null
}

export interface Audit {
  runs: number
  states: Record<string, number>
  /** Lines that a handler had logged and that were not stored, and the longest time one had waited, in ms and turns. */
  lostLines: number
  lostMilliseconds: number
  lostTurns: number
  /** What is wrong; empty where the deck tells the truth. */
  faults: string[]
}

const query = <T>(database: Database.Database, sql: string) => database.prepare<[], T>(sql).all()

/**
 * Compares a deck that nobody has open with what its handlers left in the folder, see `test/fixtures/evidence.ts`.
 * @param file the database
 * @param isAlone whether at most one host at a time had the deck open
 */
export function audit(file: string, folder: string, isAlone = false): Audit {
  const database = new Database(file)
  try {
    const rows = query<Row>(
      database,
      `select executions.id, jobs.name, status, started_at as startedAt, duration_ms as durationMs, log_count as logCount,
         hosts.process_id as processId
       from executions join jobs on jobs.id = job_id left join hosts on hosts.id = host_id`,
    )
    const states: Record<string, number> = {}
    for (const { status } of rows) states[status] = (states[status] ?? 0) + 1
    const turns = isAlone ? TURNS : TURNS_AMONG_OTHERS
    const losses = rows.map((row) => lossOf(database, folder, row, turns))
    const faults = [
      ...databaseFaults(database),
      ...rows.flatMap((row) => runFaults(folder, row)),
      ...rows.flatMap((row) => logFaults(database, row)),
      ...losses.flatMap(({ faults: found }) => found),
      ...startFaults(folder, new Set(rows.map(({ id }) => id))),
    ]
    return {
      runs: rows.length,
      states,
      lostLines: losses.reduce((sum, { lines }) => sum + lines, 0),
      lostMilliseconds: Math.max(0, ...losses.map(({ milliseconds }) => milliseconds)),
      lostTurns: Math.max(0, ...losses.map(({ turns }) => turns)),
      faults,
    }
  } finally {
    database.close()
  }
}

function databaseFaults(database: Database.Database): string[] {
  const integrity = database.pragma('integrity_check', { simple: true })
  const orphans = database.pragma('foreign_key_check') as unknown[]
  const counted = `select job_id, status, count(*) as count from executions where deleted_at is null group by 1, 2`
  const stored = `select job_id, status, count from counters where count != 0`
  const differences = [
    ...query(database, `${counted} except ${stored}`),
    ...query(database, `${stored} except ${counted}`),
  ]
  return [
    ...(integrity === 'ok' ? [] : [`integrity: ${String(integrity)}`]),
    ...orphans.map((orphan) => `a row without its parent: ${JSON.stringify(orphan)}`),
    ...differences.map((difference) => `a counter that is not so: ${JSON.stringify(difference)}`),
    ...query(database, `select id from hosts where closed_at is null`).map(
      (host) => `a host that was never settled: ${JSON.stringify(host)}`,
    ),
  ]
}

function runFaults(folder: string, { id, name, status, startedAt }: Row): string[] {
  const faults: string[] = []
  const begun = existsSync(join(folder, 'begun', String(id)))
  const done = existsSync(join(folder, 'done', String(id)))
  if (!(FINAL_STATUSES as readonly string[]).includes(status)) faults.push(`is still ${status}`)
  if (existsSync(join(folder, 'twice', String(id)))) faults.push('was begun twice')
  if (begun && startedAt === null) faults.push(`was begun before that was stored, and is ${status}`)
  if (status === 'completed' && !done) faults.push('completed, and what it did is not there')
  if (status === 'failed') faults.push('failed')
  return faults.map((fault) => `#${id} (${name}) ${fault}`)
}

/** Each number from 1 to the last is a row or lies inside the one row that tells what was dropped. */
function logFaults(database: Database.Database, { id, name, logCount }: Row): string[] {
  const entries = database
    .prepare<[number], { sequence: number; through: number }>(
      `select sequence, coalesce(dropped_through, sequence) as through from logs where execution_id = ? order by 1`,
    )
    .all(id)
  let last = 0
  for (const { sequence, through } of entries) {
    if (sequence !== last + 1) return [`#${id} (${name}) has a gap in its log after ${last}`]
    last = through
  }
  return last === logCount ? [] : [`#${id} (${name}) counts ${logCount} entries and has ${last}`]
}

function lossOf(
  database: Database.Database,
  folder: string,
  { id, name, status, durationMs, processId }: Row,
  most: number,
) {
  const none = { lines: 0, milliseconds: 0, turns: 0, faults: [] as string[] }
  const file = join(folder, 'lines', String(id))
  if (!existsSync(file)) return none
  const stored = new Set(
    database.prepare(`select message from logs where execution_id = ?`).pluck().all(id) as string[],
  )
  // A function that ignores its stop goes on: what it says from then on is no part of its run.
  const left = database
    .prepare(
      `select min(time) from logs where execution_id = ? and message = 'the function ignored its signal; it was left to itself'`,
    )
    .pluck()
    .get(id) as number | null
  const lost = readLines(file)
    .map((line) => line.split(' ').map(Number) as [line: number, time: number])
    .filter(([line, time]) => !stored.has(`line ${line}`) && (left === null || time < left))
  if (lost.length === 0) return none
  if (durationMs !== null) return { ...none, faults: [`#${id} (${name}) ${status}, and lost a line`] }
  const ticks = readLines(join(folder, 'ticks', String(processId))).map(Number)
  const first = Math.min(...lost.map(([, time]) => time))
  const after = ticks.filter((time) => time > first)
  const turns = after.length
  const milliseconds = turns === 0 ? 0 : after.at(-1)! - first
  const faults = turns > most ? [`#${id} (${name}) lost a line ${milliseconds} ms before its host died`] : []
  return { lines: lost.length, milliseconds, turns, faults }
}

/** What somebody was told that it is queued must be there. */
function startFaults(folder: string, known: Set<number>): string[] {
  return readdirSync(join(folder, 'started'))
    .flatMap((name) => readLines(join(folder, 'started', name)))
    .filter((id) => !known.has(Number(id)))
    .map((id) => `#${id} was queued, and is not there`)
}

function readLines(file: string): string[] {
  if (!existsSync(file)) return []
  // The last one may have been cut off by the death of who wrote it.
  return readFileSync(file, 'utf8').split('\n').slice(0, -1)
}
