import type { Client } from '../shared/client.ts'
import type { Job, Level, LogEntry } from '../shared/contract.ts'
import { Fault } from '../shared/fault.ts'
import { followLogs, type FollowFilter } from '../core/follow.ts'
import { searchLogs } from '../core/search.ts'
import { findRun, withDeck, type GlobalOptions } from './deck.ts'
import { runsToCome } from './follow-job.ts'
import { hitLine, isOutputClosed, logLine, outputRoom, print, printJson, printNote } from './terminal.ts'

/** Hits of a search over all runs, unless said. */
const HITS = 100
/** Lines shown around one, unless said. */
const AROUND = 20

export interface LogsOptions extends GlobalOptions {
  reference?: string | undefined
  follow?: boolean
  level?: Level
  grep?: string
  pattern?: string
  ignoreCase?: boolean
  since?: number
  until?: number
  last?: number
  around?: number
  job?: string
  limit?: number
}

/** `jobdeck logs`: the log of a run, or what was looked for in the logs of all runs. */
export function logs({
  reference,
  follow,
  last,
  around,
  job,
  limit,
  ...options
}: LogsOptions): Promise<void> {
  const filter = filterOf(options)
  const refuse = (option: string, reason: string): never => {
    throw new Fault('invalid-input', `--${option}: ${reason}`)
  }
  return withDeck(options, 'command', async (client) => {
    if (reference === undefined) {
      const single = Object.entries({ follow, last, around }).find(([, value]) => value !== undefined)
      if (single) refuse(single[0], 'wants a run or a job whose latest run is meant')
      if (job === undefined && Object.keys(filter).length === 0)
        throw new Fault(
          'invalid-input',
          'name a run or a job; or say what to look for in all runs: --grep, --pattern, --level, --job, --since, --until',
        )
      return search(client, { ...filter, ...(job !== undefined && { job }) }, limit, options)
    }
    if (job !== undefined) refuse('job', 'is for a search over all runs, which names no run')
    if (follow && around === undefined && limit === undefined && !/^#?\d+$/.test(reference)) {
      const found = await client.request('jobs.get', { job: reference })
      if (found.schedule) return followJob(client, found, filter, { last, ...options })
    }
    const execution = await findRun(client, reference)
    if (around !== undefined) {
      if (follow || last !== undefined) refuse('around', 'goes with neither --follow nor --last')
      const page = { execution, around, limit: limit ?? AROUND }
      return show(await client.request('logs.list', { ...filter, ...page }), options)
    }
    if (limit !== undefined)
      refuse('limit', 'is for a search over all runs and for --around; here --last is wanted')
    return showRun(client, execution, filter, { follow, last, ...options })
  })
}

function filterOf({ level, grep, pattern, ignoreCase, since, until }: LogsOptions): FollowFilter {
  return {
    ...(level && { level }),
    ...(grep !== undefined && { text: grep }),
    ...(pattern !== undefined && { pattern, ...(ignoreCase && { ignoreCase }) }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  }
}

type Shown = Pick<LogsOptions, 'json' | 'follow' | 'last'>

/** Each as soon as it comes, and no faster than it is read. */
async function show<Entry extends LogEntry>(
  entries: AsyncIterable<Entry> | Iterable<Entry>,
  { json }: Shown,
  line: (entry: Entry) => string = logLine,
): Promise<void> {
  for await (const entry of entries) {
    if (json) printJson(entry)
    else print(line(entry))
    await outputRoom()
    if (isOutputClosed()) return
  }
}

async function showRun(client: Client, execution: number, filter: FollowFilter, how: Shown): Promise<void> {
  let after = 0
  if (how.last !== undefined) {
    const page = { execution, last: true, limit: how.last }
    const entries = await client.request('logs.list', { ...filter, ...page })
    await show(entries, how)
    after = entries.at(-1)?.sequence ?? 0
    if (!how.follow) return
  }
  const { status, logCount, jobName } = await client.request('executions.get', { execution })
  if (!how.json && logCount === 0 && !how.follow)
    return printNote(`Run #${execution} of ${JSON.stringify(jobName)} (${status}) has logged nothing.`)
  await show(
    how.follow ? followLogs(client, execution, { ...filter, after }) : pages(client, execution, filter),
    how,
  )
}

/** The latest run of a job that runs by itself, and each one that comes after it, until Ctrl-C. */
async function followJob(client: Client, job: Job, filter: FollowFilter, how: Shown): Promise<void> {
  const { id, name, lastExecutionId } = job
  if (lastExecutionId !== null) await showRun(client, lastExecutionId, filter, { ...how, follow: true })
  else if (!how.json)
    printNote(`${JSON.stringify(name)} has no runs yet. Waiting for the first; Ctrl-C ends that.`)
  if (isOutputClosed()) return
  for await (const execution of runsToCome(client, id, lastExecutionId ?? 0)) {
    if (!how.json) printNote(`Run #${execution} of ${JSON.stringify(name)}`)
    await showRun(client, execution, filter, { json: how.json, follow: true })
    if (isOutputClosed()) return
  }
}

/** Ctrl-C needs no care: nothing is written, and the thread that reads ends with the process. */
async function search(
  client: Client,
  filter: Parameters<typeof searchLogs>[1],
  limit = HITS,
  how: Shown,
): Promise<void> {
  let count = 0
  async function* first() {
    for await (const hit of searchLogs(client, filter)) {
      yield hit
      if (++count === limit) return
    }
  }
  await show(first(), how, hitLine)
  if (how.json || isOutputClosed()) return
  if (count === 0) printNote('No line fits that.')
  if (count === limit) printNote(`Older ones were not looked for: add --limit ${limit * 4}`)
}

/** What is there now, however long it is. */
async function* pages(client: Client, execution: number, filter: FollowFilter) {
  let after = 0
  for (;;) {
    const page = await client.request('logs.list', { ...filter, execution, after, limit: 1000 })
    yield* page
    if (page.length < 1000) return
    after = page.at(-1)!.sequence
  }
}
