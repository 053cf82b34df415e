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
  const { times } = await client.request('schedules.upcoming', { limit: SHOWN })
  const jobs = [...new Set(times.map(({ jobId }) => jobId))]
  const found = jobs.length === 0 ? [] : await client.request('jobs.readiness', { jobs })
  return { times, readiness: new Map(found.map((each) => [each.jobId, each])) }
}
