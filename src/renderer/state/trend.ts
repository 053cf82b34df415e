/** What runs of a job were like, and what comes of what is planned for it. */
import type { Execution, Job, Output } from '../../shared/contract.ts'

type Preview = Output<'schedules.preview'>

/** A planned run that a person skipped: it is no longer among those that come, though it is the next of the job. */
export function skippedAt(job: Pick<Job, 'next'>, preview: Preview | null, now: number): number | null {
  if (!job.next || !preview || job.next.at <= now) return null
  const first = preview.occurrences[0]
  return first === undefined || job.next.at < first.at ? job.next.at : null
}

export interface Trend {
  /** When each run began, in ms, the oldest first. */
  times: number[]
  /** How long each took, in ms. */
  durations: number[]
  /** Between these, in ms, lie eight of ten. */
  band: [number, number]
}

/** How long completed runs took; nothing can be said of fewer than three. */
export function trendOf(runs: Pick<Execution, 'status' | 'startedAt' | 'durationMs'>[]): Trend | null {
  const done = runs
    .filter(
      ({ status, startedAt, durationMs }) =>
        status === 'completed' && startedAt !== null && durationMs !== null,
    )
    .toSorted((a, b) => a.startedAt! - b.startedAt!)
  if (done.length < 3) return null
  const durations = done.map(({ durationMs }) => durationMs!)
  const sorted = durations.toSorted((a, b) => a - b)
  return {
    times: done.map(({ startedAt }) => startedAt!),
    durations,
    band: [quantile(sorted, 0.1), quantile(sorted, 0.9)],
  }
}

/** The value below which that part of the sorted ones lies. */
export function quantile(sorted: number[], part: number): number {
  const place = (sorted.length - 1) * part
  const low = Math.floor(place)
  const [a = 0, b = a] = [sorted[low], sorted[Math.ceil(place)]]
  return a + (b - a) * (place - low)
}
