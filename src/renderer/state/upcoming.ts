/** What is planned next, and what stands in its way. */
import { create } from 'zustand'
import type { Category, Job, Output, Pause } from '../../shared/contract.ts'
import { client } from '../client.ts'
import type { PauseTarget } from './actions.ts'
import { breathe } from './pace.ts'
import { UNREAD, keepReading, type Reading } from './reading.ts'

export type Planned = Output<'schedules.upcoming'>['times'][number]
export type Readiness = Output<'jobs.readiness'>[number]

/** So many planned runs are shown. */
const SHOWN = 10
/** In ms. */
const PACE = 500

interface UpcomingState extends Reading {
  times: Planned[]
  readiness: ReadonlyMap<string, Readiness>
}

export const useUpcoming = create<UpcomingState>(() => ({ ...UNREAD, times: [], readiness: new Map() }))

/** Keeps it as the deck has it, until the returned function is called. */
export function keepUpcoming(): () => void {
  const tell = (reading: Reading) => useUpcoming.setState(reading)
  async function read(batch: unknown): Promise<void> {
    if (batch) await breathe(PACE)
    const { times } = await client.request('schedules.upcoming', { limit: SHOWN })
    const jobs = [...new Set(times.map(({ jobId }) => jobId))]
    const found = jobs.length === 0 ? [] : await client.request('jobs.readiness', { jobs })
    useUpcoming.setState({ times, readiness: new Map(found.map((each) => [each.jobId, each])) })
  }
  // What a script may do changes without any job: it was approved, or is no more what it was.
  const stops = [keepReading({ jobs: {} }, read, tell), keepReading({ scripts: true }, read, tell)]
  return () => {
    for (const stop of stops) stop()
  }
}

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
