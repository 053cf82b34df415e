import { create } from 'zustand'
import type { Execution, Job, Status } from '../../shared/contract.ts'
import { client } from '../client.ts'
import { UNREAD, keepReading, type Reading } from './reading.ts'

/** How many runs are read at first, and each time that more are asked for. */
export const PAGE = 200

interface JobState extends Reading {
  /** Of the job that this is about. */
  id: string | null
  job: Job | null
  runs: Execution[]
  /** How many runs are wanted, and of which status alone. */
  wanted: number
  status: Status | null
}

const NOTHING: JobState = { ...UNREAD, id: null, job: null, runs: [], wanted: PAGE, status: null }

/** The job that is looked at, and its runs. */
export const useJob = create<JobState>(() => NOTHING)

/** Keeps it as the deck has it, until the returned function is called. */
export function keepJob(id: string): () => void {
  useJob.setState({ ...NOTHING, id })
  return keepReading(useJob, { jobs: { ids: [id] } }, () => readJob(id))
}

async function readJob(id: string): Promise<Partial<JobState>> {
  const { wanted, status } = useJob.getState()
  const [job, runs] = await Promise.all([
    client.request('jobs.get', { job: id }),
    client.request('executions.list', { job: id, limit: wanted, ...(status && { statuses: [status] }) }),
  ])
  return { job, runs }
}

/** Shows other runs of it, unless another job is looked at by the time that they are read. */
async function show(id: string, what: Partial<JobState>): Promise<void> {
  useJob.setState(what)
  const found = await readJob(id)
  if (useJob.getState().id === id) useJob.setState(found)
}

/** Reads more of its runs. */
export const readMore = (id: string): Promise<void> => show(id, { wanted: useJob.getState().wanted + PAGE })

/** Shows only runs with the status, or all. */
export const showStatus = (id: string, status: Status | null): Promise<void> =>
  show(id, { status, wanted: PAGE })
