/** What needs a person: what failed since they last looked, what waits for an answer, what was missed. */
import { create } from 'zustand'
import type { Execution, Job, Occurrence, Status } from '../../shared/contract.ts'
import type { Reason } from '../../shared/schedule.ts'
import { client } from '../client.ts'
import { t } from '../language.ts'
import { attempt } from './notices.ts'
import { breathe } from './pace.ts'
import { usePreferences } from './preferences.ts'
import { UNREAD, keepReading, type Reading } from './reading.ts'
import { tellDone } from './toasts.ts'

const FAILED: Status[] = ['failed', 'timeout', 'killed', 'interrupted']
/** What tells of a time in which nothing ran, or of what could not. */
const AWAY: Reason[] = ['catch-up', 'down', 'superseded', 'too-old', 'limit', 'refused']
const MOST = 500
/** In ms. */
const PACE = 500

/** The runs of a job that failed and that nothing has made up for. */
export interface Failure {
  jobId: string
  jobName: string
  count: number
  newest: Execution
}

/** What became of the planned runs of a job while nobody was there, counted. */
export interface Away {
  jobId: string
  jobName: string
  firstAt: number
  lastAt: number
  counts: Partial<Record<Reason, number>>
  /** The latest run that made up for some. */
  executionId: number | null
  /** Why the latest that could not run could not. */
  detail: string | null
}

interface AttentionState extends Reading {
  failures: Failure[]
  held: Occurrence[]
  away: Away[]
}

export const useAttention = create<AttentionState>(() => ({ ...UNREAD, failures: [], held: [], away: [] }))

/** Keeps it as the deck has it, until the returned function is called. */
export function keepAttention(lookedAt: number): () => void {
  return keepReading(
    { jobs: {} },
    async (batch) => {
      if (batch) await breathe(PACE)
      const [failures, held, told] = await Promise.all([
        readFailures(lookedAt),
        client.request('occurrences.list', { outcomes: ['held'], limit: MOST }),
        client.request('occurrences.list', { reasons: AWAY, limit: MOST }),
      ])
      const away = awayOf(told.filter(({ decidedAt, outcome }) => decidedAt > lookedAt && outcome !== 'held'))
      useAttention.setState({ failures, held, away })
    },
    (reading) => useAttention.setState(reading),
  )
}

async function readFailures(lookedAt: number): Promise<Failure[]> {
  const failed = await client.request('executions.list', {
    statuses: FAILED,
    endedFrom: lookedAt,
    limit: MOST,
  })
  const groups = failuresOf(failed)
  const isOpen = await Promise.all(
    groups.map(async ({ jobId, newest }) => {
      const [success] = await client.request('executions.list', {
        job: jobId,
        statuses: ['completed'],
        limit: 1,
      })
      return success === undefined || success.id < newest.id
    }),
  ).catch(() => groups.map(() => true)) // a job was removed meanwhile: the next reading knows
  return groups.filter((_, index) => isOpen[index])
}

/** Failed runs by job, without those that were tried again: what came of that is a run of its own. */
export function failuresOf(runs: Execution[]): Failure[] {
  const groups = new Map<string, Failure>()
  for (const run of runs) {
    if (run.retryId !== null) continue
    const group = groups.get(run.jobId)
    if (!group) groups.set(run.jobId, { jobId: run.jobId, jobName: run.jobName, count: 1, newest: run })
    else {
      group.count++
      if (run.id > group.newest.id) group.newest = run
    }
  }
  return [...groups.values()]
}

/** What the ledger tells of a time, by job: how many planned runs became what. */
export function awayOf(entries: Occurrence[]): Away[] {
  const jobs = new Map<string, Away>()
  for (const { jobId, jobName, firstAt, lastAt, count, reason, executionId, detail } of entries) {
    const known = jobs.get(jobId)
    const away = known ?? { jobId, jobName, firstAt, lastAt, counts: {}, executionId, detail }
    jobs.set(jobId, away)
    away.counts[reason] = (away.counts[reason] ?? 0) + count
    away.firstAt = Math.min(away.firstAt, firstAt)
    away.lastAt = Math.max(away.lastAt, lastAt)
    away.executionId ??= executionId
    away.detail ??= detail
  }
  return [...jobs.values()]
}

/** From now on, what happened until now needs nobody. */
export function markSeen(): void {
  const { lookedAt } = usePreferences.getState()
  usePreferences.setState({ lookedAt: Date.now() })
  tellDone(t('now.seen'), {
    label: t('actions.undo'),
    async run() {
      usePreferences.setState({ lookedAt })
    },
  })
}

/** Keeps since when one looks: a window that was never told anything would forget it. */
export function keepLookedAt(): void {
  usePreferences.setState({ lookedAt: usePreferences.getState().lookedAt })
}

/** Runs what was held for a person, or lets it pass: one entry, or all of them. */
export async function answer(entry: Occurrence | 'all', run: boolean): Promise<void> {
  const which = entry === 'all' ? {} : { job: entry.jobId, firstAt: entry.firstAt }
  const begun = await attempt(() => client.request('occurrences.answer', { ...which, run }))
  if (begun) tellDone(run ? t('now.heldRan', { count: begun.length }) : t('now.heldPassed'))
}

/** Keeps a job running again that was given up. */
export const restart = (job: Pick<Job, 'id'>): Promise<unknown> =>
  attempt(() => client.request('jobs.restart', { job: job.id }))
