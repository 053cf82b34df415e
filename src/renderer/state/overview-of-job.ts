/** What is planned for a job, how it fares, and what became of what was planned. */
import { create } from 'zustand'
import type { Occurrence, Output } from '../../shared/contract.ts'
import { client } from '../client.ts'
import { breathe } from './pace.ts'
import { UNREAD, keepReading, type Reading } from './reading.ts'
import type { Readiness } from './obstacles.ts'

type Preview = Output<'schedules.preview'>
type Statistics = Output<'statistics.get'>

/** How many entries of the ledger are read at first, and each time that earlier ones are asked for. */
const PAGE = 20
/** So many planned runs are told. */
const COMING = 6
/** In ms. */
const PACE = 400

interface OverviewState extends Reading {
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
  useJobOverview.setState(NOTHING)
  const tell = (reading: Reading) => useJobOverview.setState(reading)
  async function read(batch: unknown): Promise<void> {
    if (batch) await breathe(PACE)
    await readOverview(id)
  }
  const stops = [keepReading({ jobs: { ids: [id] } }, read, tell), keepReading({ scripts: true }, read, tell)]
  return () => {
    for (const stop of stops) stop()
  }
}

async function readOverview(id: string): Promise<void> {
  const { schedule } = await client.request('jobs.get', { job: id })
  const hasTimes = schedule !== null && !('daemon' in schedule)
  const [preview, statistics, readiness] = await Promise.all([
    hasTimes ? client.request('schedules.preview', { job: id, count: COMING }) : null,
    client.request('statistics.get', { job: id }),
    client.request('jobs.readiness', { jobs: [id] }),
  ])
  useJobOverview.setState({ preview, statistics, readiness: readiness[0] ?? null })
  await readLedger(id)
}

async function readLedger(id: string): Promise<void> {
  const { wanted } = useJobOverview.getState()
  const found = await client.request('occurrences.list', { job: id, limit: wanted + 1 })
  useJobOverview.setState({ entries: found.slice(0, wanted), hasEarlier: found.length > wanted })
}

/** Reads earlier entries as well. */
export async function readEarlier(id: string): Promise<void> {
  useJobOverview.setState(({ wanted }) => ({ wanted: wanted + PAGE }))
  await readLedger(id)
}
