import { create } from 'zustand'
import type { Job } from '../../shared/contract.ts'
import type { Batch } from '../../shared/watch.ts'
import { client } from '../client.ts'
import { UNREAD, keepReading, tellsOfJobs, type Reading } from './reading.ts'

const PAGE = 1000
/** Progress is told all the time: it is shown so often, in ms. */
const PACE = 150
/** Up to so many jobs are read one by one; more of them with the list. */
const FEW = 250

interface JobsState extends Reading {
  jobs: Job[]
}

/** All jobs, by name, as they are now. */
export const useJobs = create<JobsState>(() => ({ ...UNREAD, jobs: [] }))

/** Keeps the list as the deck has it, until the returned function is called. */
export const keepJobs = () => keepReading(useJobs, { jobs: {} }, readJobs, PACE)

async function readJobs(batch: Batch | undefined): Promise<Partial<JobsState> | undefined> {
  const { jobs } = useJobs.getState()
  if (!tellsOfJobs(batch)) return undefined
  if (batch && !batch.stale && batch.jobs.length <= FEW) {
    const found = await Promise.all(batch.jobs.map(readJob))
    const changed = mergeJobs(jobs, found)
    if (changed) return { jobs: changed }
  }
  return { jobs: await readAll() }
}

const readJob = (id: string) => client.request('jobs.get', { job: id }).catch(() => undefined)

/** The jobs with those that were read anew in their places; undefined where some came, went or moved. */
export function mergeJobs(jobs: Job[], found: (Job | undefined)[]): Job[] | undefined {
  const places = new Map(jobs.map(({ id }, place) => [id, place]))
  const merged = [...jobs]
  for (const job of found) {
    const place = job && places.get(job.id)
    if (place === undefined || jobs[place]!.name !== job!.name) return undefined
    merged[place] = job!
  }
  return merged
}

/** Shows a job as it was answered, before it is told of: who opens it now must not find what it was. */
export async function takeJob(job: Job): Promise<void> {
  const merged = mergeJobs(useJobs.getState().jobs, [job])
  useJobs.setState({ jobs: merged ?? (await readAll()) })
}

async function readAll(): Promise<Job[]> {
  const all: Job[] = []
  for (;;) {
    const after = all.at(-1)?.id
    const page = await client.request('jobs.list', { sort: 'name', limit: PAGE, ...(after && { after }) })
    all.push(...page)
    if (page.length < PAGE) return all
  }
}
