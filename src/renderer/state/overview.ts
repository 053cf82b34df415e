import { create } from 'zustand'
import type { Output } from '../../shared/contract.ts'
import { client } from '../client.ts'
import { UNREAD, keepReading, type Reading } from './reading.ts'

type Queue = Output<'queue.get'>
type Planned = Output<'schedules.upcoming'>['times'][number]

interface OverviewState extends Reading {
  queue: Queue | null
  /** What is planned next. */
  next: Planned | null
  /** Of the database, in bytes. */
  size: number | null
}

/** How it stands with everything: at the foot of the window. */
export const useOverview = create<OverviewState>(() => ({ ...UNREAD, queue: null, next: null, size: null }))

/** In ms. */
const PACE = 500
/** The size is asked for this seldom, in ms. */
const SIZE_INTERVAL = 60_000

export function keepOverview(): () => void {
  let sizedAt = -Infinity
  async function read(): Promise<Partial<OverviewState>> {
    const [queue, { times }] = await Promise.all([
      client.request('queue.get', {}),
      client.request('schedules.upcoming', { limit: 1, willRun: true }),
    ])
    const found = { queue, next: times[0] ?? null }
    if (performance.now() - sizedAt < SIZE_INTERVAL) return found
    sizedAt = performance.now()
    const { database } = await client.request('deck.sizes', { limit: 1 })
    return { ...found, size: database }
  }
  return keepReading(useOverview, { jobs: {} }, read, PACE)
}

/** Whether and until when nothing begins by itself. */
export const deckPause = (queue: Queue | null) =>
  queue?.pauses.find(({ target }) => target === 'deck') ?? null
