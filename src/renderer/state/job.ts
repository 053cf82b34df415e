import { create } from 'zustand'
import type { Execution, Job, Output } from '../../shared/contract.ts'
import { client } from '../client.ts'
import { UNREAD, keepReading, type Reading } from './reading.ts'

/** How many runs are read at first, and each time that more are asked for. */
export const PAGE = 200

interface JobState extends Reading {
  job: Job | null
  runs: Execution[]
  /** How many runs are wanted. */
  wanted: number
  /** What its schedule is in words. */
  words: Output<'schedules.preview'>['words'] | null
}

const NOTHING: JobState = { ...UNREAD, job: null, runs: [], wanted: PAGE, words: null }

/** The job that is looked at, and its runs. */
export const useJob = create<JobState>(() => NOTHING)

/** Keeps it as the deck has it, until the returned function is called. */
export function keepJob(id: string): () => void {
  useJob.setState(NOTHING)
  return keepReading(
    { jobs: { ids: [id] } },
    () => readJob(id),
    (reading) => useJob.setState(reading),
  )
}

async function readJob(id: string): Promise<void> {
  const { wanted } = useJob.getState()
  const [job, runs] = await Promise.all([
    client.request('jobs.get', { job: id }),
    client.request('executions.list', { job: id, limit: wanted }),
  ])
  const timed = job.schedule !== null && ('cron' in job.schedule || 'every' in job.schedule)
  const preview = timed ? await client.request('schedules.preview', { job: id, count: 1 }) : null
  useJob.setState({ job, runs, words: preview?.words ?? null })
}

/** Reads more of its runs. */
export async function readMore(id: string): Promise<void> {
  useJob.setState(({ wanted }) => ({ wanted: wanted + PAGE }))
  await readJob(id)
}
