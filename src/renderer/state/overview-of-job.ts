/** What is planned for a job, how it fares, and what became of what was planned. */
import { create } from 'zustand'
import type { Execution, Occurrence, Output } from '../../shared/contract.ts'
import { client } from '../client.ts'
import { UNREAD, keepReading, type Reading } from './reading.ts'
import type { Readiness } from './obstacles.ts'

type Preview = Output<'schedules.preview'>
type Statistics = Output<'statistics.get'>

/** How many entries of the ledger are read at first, and each time that earlier ones are asked for. */
const PAGE = 20
/** So many runs are looked at. */
const RUNS = 200
/** So many planned runs are told. */
const COMING = 6
/** In ms. */
const PACE = 400

interface OverviewState extends Reading {
  /** Of the job that this is about. */
  id: string | null
  /** Its last runs, whatever became of them, the newest first. */
  runs: Execution[]
  /** Of a job that has a schedule with times. */
  preview: Preview | null
  statistics: Statistics | null
  readiness: Readiness | null
  /** The newest first. */
  entries: Occurrence[]
  hasEarlier: boolean
  wanted: number
}

const NOTHING: OverviewState = {
  ...UNREAD,
  id: null,
  runs: [],
  preview: null,
  statistics: null,
  readiness: null,
  entries: [],
  hasEarlier: false,
  wanted: PAGE,
}

export const useJobOverview = create<OverviewState>(() => NOTHING)

/** Keeps it as the deck has it, until the returned function is called. */
export function keepJobOverview(id: string): () => void {
  useJobOverview.setState({ ...NOTHING, id })
  return keepReading(
    useJobOverview,
    [{ jobs: { ids: [id] } }, { scripts: true }],
    () => readOverview(id),
    PACE,
  )
}

async function readOverview(id: string): Promise<Partial<OverviewState>> {
  const { schedule } = await client.request('jobs.get', { job: id })
  const hasTimes = schedule !== null && !('daemon' in schedule)
  const [preview, statistics, readiness, runs, ledger] = await Promise.all([
    hasTimes ? client.request('schedules.preview', { job: id, count: COMING }) : null,
    client.request('statistics.get', { job: id }),
    client.request('jobs.readiness', { jobs: [id] }),
    client.request('executions.list', { job: id, limit: RUNS }),
    readLedger(id),
  ])
  return { preview, statistics, readiness: readiness[0] ?? null, runs, ...ledger }
}

async function readLedger(id: string): Promise<Pick<OverviewState, 'entries' | 'hasEarlier'>> {
  const { wanted } = useJobOverview.getState()
  const found = await client.request('occurrences.list', { job: id, limit: wanted + 1 })
  return { entries: found.slice(0, wanted), hasEarlier: found.length > wanted }
}

/** Reads earlier entries as well. */
export async function readEarlier(id: string): Promise<void> {
  useJobOverview.setState(({ wanted }) => ({ wanted: wanted + PAGE }))
  const found = await readLedger(id)
  if (useJobOverview.getState().id === id) useJobOverview.setState(found)
}
