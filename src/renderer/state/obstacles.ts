import type { Category, Job, Output, Pause } from '../../shared/contract.ts'
import type { PauseTarget } from './actions.ts'

export type Readiness = Output<'jobs.readiness'>[number]

/** What stands in the way of a job, and how that is mended. */
export type Obstacle =
  | { kind: 'paused'; target: PauseTarget; folder: string | null; until: number | null }
  | { kind: 'disabled' }
  | { kind: 'review'; script: string }
  | { kind: 'refused'; code: string; message: string }

/** The obstacle that is in the way of a job first; null where it would run. */
export function obstacleOf(
  readiness: Readiness | undefined,
  job: Pick<Job, 'id' | 'handlers'> | undefined,
  folders: Category[],
): Obstacle | null {
  if (!readiness) return null
  const { pause, refusal } = readiness
  if (pause) return pauseObstacle(pause, readiness.jobId, folders)
  if (!refusal) return null
  const script = job?.handlers.flatMap(({ handler }) => ('script' in handler ? [handler.script] : []))[0]
  if (refusal.code === 'not-approved' && script !== undefined) return { kind: 'review', script }
  return { kind: 'refused', ...refusal }
}

function pauseObstacle({ target, pausedUntil: until }: Pause, job: string, folders: Category[]): Obstacle {
  if (target.startsWith('disabled:')) return { kind: 'disabled' }
  if (target === 'deck') return { kind: 'paused', target: { deck: true }, folder: null, until }
  const folder = folders.find(({ id }) => target === `category:${id}`)?.path
  if (folder !== undefined) return { kind: 'paused', target: { category: folder }, folder, until }
  return { kind: 'paused', target: { job }, folder: null, until }
}
