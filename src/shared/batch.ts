/** How events become batches: of each thing only the latest is kept, and never more than a bounded number of things. */
import type { EventName, Events } from './contract.ts'
import type { FaultData } from './fault.ts'
import type { Batch, Watch } from './watch.ts'

/** Beyond so many things a batch only says that anything may have changed. */
export const BATCH_LIMIT = 10_000

/** What a watcher has not been told yet. */
export interface Gathered {
  readonly what: Watch
  /** The jobs that are watched, where not all are. */
  readonly ids: ReadonlySet<string> | undefined
  executions: Map<number, Events['execution']>
  progress: Map<number, Events['progress']>
  logs: Map<number, Events['logs']>
  jobs: Set<string>
  scripts: Set<string>
  stale: boolean
  trouble: FaultData | null | undefined
  closed: FaultData | undefined
}

/** The beginning: of `what`, nothing has happened. */
export const nothing = (what: Watch): Gathered => ({
  what,
  ids: 'jobs' in what && what.jobs.ids ? new Set(what.jobs.ids) : undefined,
  executions: new Map(),
  progress: new Map(),
  logs: new Map(),
  jobs: new Set(),
  scripts: new Set(),
  stale: false,
  trouble: undefined,
  closed: undefined,
})

const PARTS = ['executions', 'progress', 'logs', 'jobs', 'scripts'] as const

const sizeOf = (gathered: Gathered): number => PARTS.reduce((sum, part) => sum + gathered[part].size, 0)

/** Whether there is nothing to tell. */
export const isNothing = (gathered: Gathered): boolean =>
  sizeOf(gathered) === 0 && !gathered.stale && gathered.trouble === undefined && gathered.closed === undefined

/** Merges what the watcher is to be told of an event into what was gathered before. */
export function gather<N extends EventName>(gathered: Gathered, name: N, event: Events[N]): void {
  MERGE[name](gathered, event)
  if (sizeOf(gathered) <= BATCH_LIMIT) return
  for (const part of PARTS) gathered[part].clear()
  gathered.stale = true
}

/** What was gathered, as it is told. */
export function batchOf(gathered: Gathered): Batch {
  const { executions, progress, logs, jobs, scripts, stale, trouble, closed } = gathered
  return {
    executions: [...executions.values()],
    progress: [...progress.values()],
    logs: [...logs.values()],
    jobs: [...jobs],
    scripts: [...scripts],
    stale,
    ...(trouble !== undefined && { trouble }),
    ...(closed !== undefined && { closed }),
  }
}

/** The events that a batch stands for, told one by one. */
export function unpack(batch: Batch, tell: <N extends EventName>(name: N, event: Events[N]) => void): void {
  for (const each of batch.executions) tell('execution', each)
  for (const each of batch.progress) tell('progress', each)
  for (const each of batch.logs) tell('logs', each)
  if (batch.jobs.length > 0) tell('jobs', { ids: batch.jobs })
  if (batch.scripts.length > 0) tell('scripts', { names: batch.scripts })
  if (batch.stale) tell('changed', {})
  if (batch.trouble !== undefined) tell('trouble', { fault: batch.trouble })
  if (batch.closed !== undefined) tell('closed', { fault: batch.closed })
}

const MERGE: { [N in EventName]: (gathered: Gathered, event: Events[N]) => void } = {
  execution(gathered, event) {
    touch(gathered, event.jobId)
    if (!wantsExecution(gathered, event.id)) return
    gathered.executions.delete(event.id) // in the order of the last changes
    gathered.executions.set(event.id, event)
  },
  progress(gathered, event) {
    touch(gathered, event.jobId)
    if (wantsExecution(gathered, event.executionId)) gathered.progress.set(event.executionId, event)
  },
  logs(gathered, event) {
    if ('executions' in gathered.what || !wantsExecution(gathered, event.executionId)) return
    const { from, through } = gathered.logs.get(event.executionId) ?? event
    const range = { from: Math.min(from, event.from), through: Math.max(through, event.through) }
    gathered.logs.set(event.executionId, { ...event, ...range })
  },
  jobs(gathered, { ids }) {
    if (ids) for (const id of ids) touch(gathered, id, true)
    else if ('all' in gathered.what || 'jobs' in gathered.what) gathered.stale = true
  },
  scripts({ what, scripts }, { names }) {
    if ('all' in what || 'scripts' in what) for (const name of names) scripts.add(name)
  },
  changed(gathered) {
    gathered.stale = true
  },
  trouble(gathered, { fault }) {
    gathered.trouble = fault
  },
  closed(gathered, { fault }) {
    gathered.closed = fault
  },
}

const wantsExecution = ({ what }: Gathered, id: number): boolean =>
  'all' in what || 'executions' in what || ('execution' in what && what.execution === id)

/**
 * For who watches jobs, whose status and progress follow from their executions.
 * @param itself whether the job itself was changed: only that is an event of its own
 */
function touch({ what, ids, jobs }: Gathered, id: string, itself = false): void {
  if ('jobs' in what ? !ids || ids.has(id) : itself && 'all' in what) jobs.add(id)
}
