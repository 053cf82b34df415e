/** What needs a person: what failed since they last looked, what waits for an answer, what was missed. */
import { create } from 'zustand'
import type { Job, Occurrence } from '../../shared/contract.ts'
import type { Reason } from '../../shared/schedule.ts'
import { FAILURE_STATUSES } from '../../shared/statuses.ts'
import { client } from '../client.ts'
import { t } from '../language.ts'
import { awayOf, failuresOf, type Away, type Failure } from './away.ts'
import { attempt } from './notices.ts'
import { usePreferences } from './preferences.ts'
import { UNREAD, keepReading, type Reading } from './reading.ts'
import { tellDone } from './toasts.ts'

/** What tells of a time in which nothing ran, or of what could not. */
const AWAY: Reason[] = ['catch-up', 'down', 'superseded', 'too-old', 'limit', 'refused']
const MOST = 500
/** So many jobs that failed are shown, and looked at one by one. */
const MOST_JOBS = 50
/** In ms. */
const PACE = 500

interface AttentionState extends Reading {
  failures: Failure[]
  held: Occurrence[]
  away: Away[]
}

export const useAttention = create<AttentionState>(() => ({ ...UNREAD, failures: [], held: [], away: [] }))

/** Keeps it as the deck has it, until the returned function is called. */
export function keepAttention(lookedAt: number): () => void {
  return keepReading(
    useAttention,
    { jobs: {} },
    async () => {
      const [failures, held, told] = await Promise.all([
        readFailures(lookedAt),
        client.request('occurrences.list', { outcomes: ['held'], limit: MOST }),
        client.request('occurrences.list', { reasons: AWAY, limit: MOST }),
      ])
      const away = awayOf(told.filter(({ decidedAt, outcome }) => decidedAt > lookedAt && outcome !== 'held'))
      return { failures, held, away }
    },
    PACE,
  )
}

async function readFailures(lookedAt: number): Promise<Failure[]> {
  const failed = await client.request('executions.list', {
    statuses: [...FAILURE_STATUSES],
    endedFrom: lookedAt,
    limit: MOST,
  })
  const groups = failuresOf(failed).slice(0, MOST_JOBS)
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
