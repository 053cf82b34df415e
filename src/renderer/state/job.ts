import { create } from 'zustand'
import type { Execution, Job, Status } from '../../shared/contract.ts'
import { client } from '../client.ts'
import { UNREAD, keepReading, type Reading } from './reading.ts'

/** How many runs are read at first, and each time that more are asked for. */
export const PAGE = 200

interface JobState extends Reading {
  job: Job | null
  runs: Execution[]
  /** How many runs are wanted, and of which status alone. */
  wanted: number
  status: Status | null
}

const NOTHING: JobState = { ...UNREAD, job: null, runs: [], wanted: PAGE, status: null }

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
  const { wanted, status } = useJob.getState()
  const [job, runs] = await Promise.all([
    client.request('jobs.get', { job: id }),
    client.request('executions.list', { job: id, limit: wanted, ...(status && { statuses: [status] }) }),
  ])
  useJob.setState({ job, runs })
}

/** Reads more of its runs. */
export async function readMore(id: string): Promise<void> {
  useJob.setState(({ wanted }) => ({ wanted: wanted + PAGE }))
  await readJob(id)
}

/** Shows only runs with the status, or all. */
export async function showStatus(id: string, status: Status | null): Promise<void> {
  useJob.setState({ status, wanted: PAGE })
  await readJob(id)
}
