/** What is asked of logs: quick answers from the engine's own connection, long ones from the reader's thread. */
import type { CheckedInput, Level, LogEntry, Output } from '../shared/contract.ts'
import { Fault } from '../shared/fault.ts'
import { passesAll, type LineFilter } from './store/log-lines.ts'
import type { LogPart } from './store/logs.ts'
import type { AskOptions } from './store/reader.ts'
import type { Store } from './store/store.ts'

/** So many lines are looked through in a few milliseconds. */
const QUICK = 10_000
/** Hits on a page, unless said. */
const PAGE = 100
/** Lines that one answer of the reader holds at most. */
const LINES_PER_ANSWER = 10_000

type Wanted = Omit<CheckedInput<'logs.list'>, 'execution'>

/** The lines of a run that are wanted, as `logs.list` says. */
export async function listLog(
  store: Store,
  executionId: number,
  { after = 0, through, before, around, last = false, newestFirst = false, limit, ...filter }: Wanted,
  signal?: AbortSignal,
): Promise<LogEntry[]> {
  const end = Math.min(before ?? Infinity, (through ?? Infinity) + 1)
  const part: LogPart = { executionId, after, ...(end !== Infinity && { before: end }), limit }
  const read = (change: Partial<LogPart>) => readPart(store, { ...part, ...change }, filter, signal)
  if (around !== undefined) {
    const older = await read({ newestFirst: true, before: Math.min(around, end - 1) + 1 })
    const younger = await read({ after: around })
    const page = centred(older.toReversed(), younger, limit!)
    return newestFirst ? page.toReversed() : page
  }
  const entries = await read({ newestFirst: newestFirst || last })
  return last && !newestFirst ? entries.toReversed() : entries
}

/** Half of the page up to the line, half after it; where one side has less, more of the other. */
function centred(older: LogEntry[], younger: LogEntry[], limit: number): LogEntry[] {
  const half = Math.ceil(limit / 2)
  const olderCount = Math.min(older.length, Math.max(half, limit - younger.length))
  return [...older.slice(older.length - olderCount), ...younger.slice(0, limit - olderCount)]
}

async function readPart(
  store: Store,
  part: LogPart,
  filter: LineFilter,
  signal?: AbortSignal,
): Promise<LogEntry[]> {
  const { executionId, after = 0, before = Infinity, limit = Infinity } = part
  const { logCount } = store.executions.status(executionId)!
  const isQuick = filter.pattern === undefined && Math.min(before, logCount) - after <= QUICK
  if (isQuick || passesAll(filter)) return store.logs.list(part, filter)
  const entries: LogEntry[] = []
  const rest = { ...part }
  for (;;) {
    const found = await store.reader.ask(
      'logs.part',
      { part: { ...rest, limit: Math.min(LINES_PER_ANSWER, limit - entries.length) }, filter },
      askOptions(filter, signal),
    )
    for (const entry of found.entries) entries.push(entry)
    if (found.done || entries.length >= limit) return entries
    if (part.newestFirst) rest.before = found.reached!.sequence
    else rest.after = found.reached!.sequence
  }
}

/** The number of the first line of level error or above. */
export async function firstError(
  store: Store,
  executionId: number,
  signal?: AbortSignal,
): Promise<number | null> {
  const [first] = await readPart(store, { executionId, limit: 1 }, { level: 'error' }, signal)
  return first?.sequence ?? null
}

/** How many lines have each level. */
export async function countLevels(
  store: Store,
  executionId: number,
  signal?: AbortSignal,
): Promise<Partial<Record<Level, number>>> {
  const counts: Partial<Record<Level, number>> = {}
  let after = 0
  for (;;) {
    const found = await store.reader.ask('logs.levels', { executionId, after }, { signal })
    for (const [level, count] of Object.entries(found.counts) as [Level, number][])
      counts[level] = (counts[level] ?? 0) + count
    if (found.reached === null) return counts
    after = found.reached
  }
}

/** A page of the lines of all runs, or of those of a job. */
export function searchPage(
  store: Store,
  jobId: string | undefined,
  {
    before,
    firstExecution,
    lastExecution,
    limit = PAGE,
    ...filter
  }: Omit<CheckedInput<'logs.search'>, 'job'>,
  signal?: AbortSignal,
): Promise<Output<'logs.search'>> {
  const scope = { before, jobId, firstExecution, lastExecution }
  return store.reader.ask('logs.search', { scope, filter, limit }, askOptions(filter, signal))
}

function askOptions({ pattern }: LineFilter, signal?: AbortSignal): AskOptions {
  const message = `takes too long on a line; it can be repeated in too many ways: ${JSON.stringify(pattern)}`
  return {
    signal,
    endless: () =>
      new Fault('invalid-input', `pattern: ${message}`, {
        data: { issues: [{ field: 'pattern', message }] },
      }),
  }
}
