/** What failed and what was missed, told by job. */
import type { TFunction } from 'i18next'
import type { Execution, Occurrence } from '../../shared/contract.ts'
import type { Reason } from '../../shared/schedule.ts'

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

const LEFT = ['down', 'too-old', 'limit'] as const

/** What became of all that was planned for a job: what ran for it, and how much did not and why. */
export function awaySentences(t: TFunction, { counts, detail }: Pick<Away, 'counts' | 'detail'>): string[] {
  const ran = counts['catch-up'] ?? 0
  const passed = counts.superseded ?? 0
  const said: string[] = []
  if (passed > 0) said.push(t('now.awayOnce', { count: ran + passed }))
  else if (ran > 0) said.push(t('now.awayEach', { count: ran }))
  for (const reason of LEFT) {
    const count = counts[reason] ?? 0
    if (count > 0) said.push(t(`now.awayLeft.${reason}`, { count }))
  }
  const refused = counts.refused ?? 0
  if (refused > 0) said.push(t('now.awayRefused', { count: refused, detail: detail ?? '' }))
  return said
}
