/** What is planned next, and what stands in its way. */
import { create } from 'zustand'
import type { Output } from '../../shared/contract.ts'
import { client } from '../client.ts'
import type { Readiness } from './obstacles.ts'
import { UNREAD, keepReading, type Reading } from './reading.ts'

export type Planned = Output<'schedules.upcoming'>['times'][number]

/** So many planned runs are shown. */
const SHOWN = 10
/** In ms. */
const PACE = 500

/** Among so many planned runs. */
const LOOKED_AT = 500

interface UpcomingState extends Reading {
  times: Planned[]
  readiness: ReadonlyMap<string, Readiness>
}

export const useUpcoming = create<UpcomingState>(() => ({ ...UNREAD, times: [], readiness: new Map() }))

/** Keeps it as the deck has it, until the returned function is called. */
export const keepUpcoming = (): (() => void) =>
  // What a script may do changes without any job: it was approved, or is no more what it was.
  keepReading(useUpcoming, [{ jobs: {} }, { scripts: true }], readUpcoming, PACE)

async function readUpcoming(): Promise<Partial<UpcomingState>> {
  const { times: all } = await client.request('schedules.upcoming', { limit: LOOKED_AT })
  const times = fewOf(all, SHOWN)
  const jobs = [...new Set(times.map(({ jobId }) => jobId))]
  const found = jobs.length === 0 ? [] : await client.request('jobs.readiness', { jobs })
  return { times, readiness: new Map(found.map((each) => [each.jobId, each])) }
}

/**
 * So many of the planned runs: the next one of each job before further ones of any, so that a job that comes each minute
 * leaves room for those that come once a night.
 */
export function fewOf(times: readonly Planned[], most: number): Planned[] {
  const seen = new Set<string>()
  const isFirst = ({ jobId }: Planned) => !seen.has(jobId) && Boolean(seen.add(jobId))
  const [first, further]: [Planned[], Planned[]] = [[], []]
  for (const planned of times) (isFirst(planned) ? first : further).push(planned)
  return [...first, ...further].slice(0, most).toSorted((a, b) => a.at - b.at)
}
