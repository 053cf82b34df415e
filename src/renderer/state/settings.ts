import { create } from 'zustand'
import type { DesktopSettings, Finding, Input, Output, Settings } from '../../shared/contract.ts'
import { client } from '../client.ts'
import { attempt } from './notices.ts'
import { UNREAD, keepReading, type Reading } from './reading.ts'

export interface Removed {
  id: string
  name: string
  at: number
}

interface SettingsState extends Reading {
  settings: Settings | null
  sizes: Output<'deck.sizes'> | null
  secrets: Output<'secrets.list'>
  queue: Output<'queue.get'> | null
  /** Jobs that were deleted and can still be brought back, the last one first. */
  removed: Removed[]
  /** Null where this is not the desktop application. */
  desktop: DesktopSettings | null
  /** Null while nobody has asked for it. */
  health: Finding[] | null
}

/** What is set, and how much there is. */
export const useSettings = create<SettingsState>(() => ({
  ...UNREAD,
  settings: null,
  sizes: null,
  secrets: [],
  queue: null,
  removed: [],
  desktop: null,
  health: null,
}))

/** In ms: sizes are added up each time. */
const PACE = 5000
/** So many of the largest jobs are named. */
const LARGEST = 8

export const keepSettings = () => keepReading(useSettings, { jobs: {} }, readSettings, PACE)

async function readSettings(): Promise<Partial<SettingsState>> {
  const [settings, sizes, secrets, queue, trail, desktop] = await Promise.all([
    client.request('deck.settings', {}),
    client.request('deck.sizes', { limit: LARGEST }),
    client.request('secrets.list', {}),
    client.request('queue.get', {}),
    client.request('trail.list', { limit: LOOKED_AT }),
    window.jobdeck ? client.request('desktop.settings', {}) : null,
  ])
  return { settings, sizes, secrets, queue, desktop, removed: removedOf(trail, Date.now()) }
}

/** So long, in ms, what was deleted can be brought back. */
const UNDO_TIME = 86_400_000
/** Among so many things that were done. */
const LOOKED_AT = 1000

/** The jobs whose last trace is that they were deleted. @param trail the last first */
export function removedOf(
  trail: readonly Pick<Output<'trail.list'>[number], 'at' | 'action' | 'jobId' | 'jobName'>[],
  now: number,
): Removed[] {
  const seen = new Set<string>()
  const found: Removed[] = []
  for (const { at, action, jobId, jobName } of trail) {
    if (jobId === null || seen.has(jobId)) continue
    seen.add(jobId)
    if (action === 'removed' && at > now - UNDO_TIME && jobName !== null)
      found.push({ id: jobId, name: jobName, at })
  }
  return found
}

/** Changes settings; where they are refused, that is said and nothing changes. */
export async function configure(changes: Input<'deck.configure'>): Promise<boolean> {
  const settings = await attempt(() => client.request('deck.configure', changes))
  if (!settings) return false
  useSettings.setState({ settings })
  await attempt(readAgain) // what follows from it, as how many slots there are
  return true
}

export async function configureDesktop(changes: Input<'desktop.configure'>): Promise<void> {
  const desktop = await attempt(() => client.request('desktop.configure', changes))
  if (desktop) useSettings.setState({ desktop })
}

export const readAgain = async (): Promise<void> => useSettings.setState(await readSettings())

export async function checkHealth(): Promise<void> {
  const health = await attempt(() => client.request('deck.health', {}))
  if (health) useSettings.setState({ health })
}
