/** Looks through logs in the reader's thread, each time for a moment; see `reader-queries`. */
import { type Level, type LogEntry, type LogHit, type LogKey } from '../../shared/contract.ts'
import { LOG_COLUMNS, levelOf, lineCondition, toLogEntry, type LineFilter, type LogRow } from './log-lines.ts'
import type { Found, Pace, QueryInput, QueryOutput, Reading, SearchScope } from './reader-queries.ts'

/** An answer is not larger than about so many characters. */
const ANSWER_SIZE = 1024 * 1024
/** Lines counted in one step; some ten milliseconds. */
const LINES_PER_STEP = 100_000
/** A line may have been written a little before or after its run is said to have been queued or ended, in ms. */
const SLACK = 60_000

/**
 * Passed by one line in some hundred, which is handed over whatever it holds: so the scan, which is within SQLite as
 * long as nothing is found, looks at its time. Of a long log it is one line in 509; of short ones, one line of one run
 * in 251, or of more as they are longer, since which line passes differs from run to run.
 */
const MARK = 'sequence % 509 = execution_id % 251'
/** The same where a run without lines is a row, with a sequence that is null. */
const MARK_OF_RUN = 'ifnull(sequence, 1) % 509 = executions.id % 251'

type Row = [execution: number, sequence: number | null, isCandidate: number | null, message: string | null]

/**
 * Follows the rows until its time is over or enough is found.
 * @param rows candidates and marks, in order
 * @param take what becomes of a line that passes: an entry, or nothing
 */
function scan<Entry extends LogEntry>(
  rows: Iterable<Row>,
  { pattern, ignoreCase }: LineFilter,
  limit: number,
  pace: Pace,
  take: (execution: number, sequence: number) => Entry | undefined,
): Found<Entry> {
  const expression = pattern === undefined ? undefined : new RegExp(pattern, ignoreCase ? 'imu' : 'mu')
  const entries: Entry[] = []
  let reached: LogKey | null = null
  let size = 0
  for (const [execution, sequence, isCandidate, message] of rows) {
    reached = { execution, sequence: sequence ?? 0 }
    if (isCandidate && (!expression || pace.watched(() => expression.test(message!)))) {
      const entry = take(execution, sequence!)
      if (entry) entries.push(entry)
      size += entry?.message.length ?? 0
    }
    if (entries.length >= limit || size > ANSWER_SIZE || pace.isOver())
      return { entries, reached, done: false }
  }
  return { entries, reached, done: true }
}

/** A query for candidates and marks; the message is only fetched where an expression is tried on it. */
function scanQuery(from: string, terms: string[], filter: LineFilter, order: string, ofRuns = false) {
  const [execution, mark] = ofRuns ? ['executions.id', MARK_OF_RUN] : ['execution_id', MARK]
  const candidate = terms.join(' and ') || 'sequence is not null'
  const message = filter.pattern === undefined ? 'null' : 'message'
  return `select ${execution}, sequence, ${candidate}, ${message} ${from} and (${candidate} or ${mark})
    order by ${execution} ${order}, sequence ${order}`
}

const ENTRY = `select ${LOG_COLUMNS} from logs where execution_id = ? and sequence = ?`

function entryReader({ database }: Reading) {
  const select = database.prepare<[number, number], LogRow>(ENTRY)
  return (execution: number, sequence: number) => {
    const row = select.get(execution, sequence)
    return row && toLogEntry(row)
  }
}

/** A part of the log of one run. */
export function scanPart(
  reading: Reading,
  { part, filter }: QueryInput<'logs.part'>,
  pace: Pace,
): QueryOutput<'logs.part'> {
  const { executionId, after = 0, before = Number.MAX_SAFE_INTEGER, newestFirst, limit = Infinity } = part
  const { terms, values } = lineCondition(filter)
  const from = 'from logs where execution_id = :executionId and sequence > :after and sequence < :before'
  const rows = reading
    .prepare(scanQuery(from, terms, filter, newestFirst ? 'desc' : 'asc'))
    .iterate({ ...values, executionId, after, before }) as Iterable<Row>
  return scan(rows, filter, limit, pace, entryReader(reading))
}

/** All runs, newest first. */
export function scanAll(
  reading: Reading,
  { scope, filter, limit }: QueryInput<'logs.search'>,
  pace: Pace,
): QueryOutput<'logs.search'> {
  const { jobId, firstExecution, lastExecution = Number.MAX_SAFE_INTEGER - 1 } = scope
  const start = { execution: lastExecution + 1, sequence: 0 }
  let below = scope.before && scope.before.execution <= lastExecution ? scope.before : start
  const { terms, values } = lineCondition(filter)
  const byRuns = jobId !== undefined || filter.since !== undefined || filter.until !== undefined
  const read = entryReader(reading)
  const jobs = shownJobs(reading)
  const found: Found<LogHit> = { entries: [], reached: null, done: false }
  for (;;) {
    // First what is left of the run in which it stopped: asked together, each line would be compared with both numbers.
    const isRest = below.sequence > 0
    const ofRuns = byRuns && !isRest
    const from = isRest ? restOf(scope) : byRuns ? runsOf(scope, filter) : linesOf(scope)
    let hidden: number | undefined
    const rows = reading.prepare(scanQuery(from, terms, filter, 'desc', ofRuns)).iterate({
      ...values,
      ...below,
      ...(firstExecution !== undefined && { firstExecution }),
      ...(jobId !== undefined && { jobId }),
    }) as Iterable<Row>
    const part = scan(
      until(rows, () => hidden !== undefined),
      filter,
      limit - found.entries.length,
      pace,
      (execution, sequence) => {
        const job = jobs(execution)
        const isWanted = job && (jobId === undefined || job.jobId === jobId)
        if (!isWanted) hidden = execution
        const entry = isWanted && read(execution, sequence)
        return entry ? { ...entry, ...job } : undefined
      },
    )
    found.entries.push(...part.entries)
    found.reached = part.reached ?? found.reached
    const isRunOver = hidden !== undefined || (isRest && part.done)
    // The rest of what is shown no more is passed over.
    if (isRunOver) found.reached = below = { execution: hidden ?? below.execution, sequence: 0 }
    found.done = part.done && !isRunOver
    if (!isRunOver || pace.isOver()) return found
  }
}

function* until(rows: Iterable<Row>, test: () => boolean): Generator<Row> {
  for (const row of rows) {
    yield row
    if (test()) return
  }
}

/** Asked of every line, so only where it is wanted. */
const downTo = (column: string, firstExecution: number | undefined) =>
  firstExecution === undefined ? '' : ` and ${column} >= :firstExecution`

const restOf = ({ firstExecution }: SearchScope) =>
  `from logs where execution_id = :execution and sequence < :sequence${downTo('execution_id', firstExecution)}`

const linesOf = ({ firstExecution }: SearchScope) =>
  `from logs where execution_id < :execution${downTo('execution_id', firstExecution)}`

/**
 * The lines of the runs of a job, or of those that lived within the times. An outer join: runs that have none, or not
 * at those times, are rows as well, and pass the mark.
 */
function runsOf({ jobId, firstExecution }: SearchScope, { since, until }: LineFilter): string {
  const lived = [
    ...(since === undefined ? [] : [`(ended_at is null or ended_at >= :since - ${SLACK})`]),
    ...(until === undefined ? [] : [`queued_at <= :until + ${SLACK}`]),
  ]
  return `from executions left join logs on ${['logs.execution_id = executions.id', ...lived].join(' and ')}
    where ${jobId === undefined ? '' : 'job_id = :jobId and '}executions.id < :execution${downTo('executions.id', firstExecution)}`
}

/** @returns the function that tells of which job a run is; undefined where it is shown no more */
function shownJobs({ database }: Reading) {
  const select = database.prepare<[number], { jobId: string; jobName: string }>(
    `select job_id as jobId, jobs.name as jobName from executions join jobs on jobs.id = job_id
     where executions.id = ? and executions.deleted_at is null and jobs.deleted_at is null`,
  )
  const known = new Map<number, { jobId: string; jobName: string } | undefined>()
  return (execution: number) => {
    if (!known.has(execution)) known.set(execution, select.get(execution))
    return known.get(execution)
  }
}

/** How many lines have each level, a step at a time. */
export function countLevels(
  { prepare }: Reading,
  { executionId, after }: QueryInput<'logs.levels'>,
): QueryOutput<'logs.levels'> {
  const rows = prepare(
    `select level, count(*), max(sequence) from
       (select level, sequence from logs where execution_id = :executionId and sequence > :after order by sequence limit ${LINES_PER_STEP})
     group by level`,
  ).all({ executionId, after }) as [level: number, count: number, last: number][]
  const counts = Object.fromEntries(rows.map(([level, count]) => [levelOf(level), count])) as Partial<
    Record<Level, number>
  >
  return { counts, reached: rows.length === 0 ? null : Math.max(...rows.map(([, , last]) => last)) }
}
