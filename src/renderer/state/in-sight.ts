/** What is only read for rows that are in sight, and kept for when they come back. */
import { useCallback, useEffect, useSyncExternalStore } from 'react'
import type { Execution, Job, Output } from '../../shared/contract.ts'
import { client } from '../client.ts'
import { useConnection } from './connection.ts'

/** A row that passes by while one scrolls asks for nothing: only what stays for so long, in ms. */
const SETTLED = 60

/** So many values are kept; of rows that were scrolled far away they are read again. */
const MOST = 1000

/**
 * @param read rejects for what is gone
 * @returns a hook that has what was read for `of`, and reads it anew when `version` is another
 */
function createInSight<V>(read: (of: string) => Promise<V>) {
  /** Those that were read last come last. */
  const kept = new Map<string, { version: string; value: V }>()
  const listeners = new Map<string, Set<() => void>>()

  /** What is wanted of each: an older answer that comes later is none. */
  const wanted = new Map<string, string>()

  async function readNow(of: string, version: string): Promise<void> {
    wanted.set(of, version)
    const value = await read(of)
    if (wanted.get(of) !== version) return
    wanted.delete(of)
    kept.delete(of)
    kept.set(of, { version, value })
    for (const old of kept.keys()) if (kept.size > MOST) kept.delete(old)
    for (const listener of listeners.get(of) ?? []) listener()
  }

  return function useInSight(of: string | null, version: string): V | undefined {
    const subscribe = useCallback(
      (listener: () => void) => {
        if (of === null) return () => {}
        const others = listeners.get(of) ?? new Set()
        listeners.set(of, others.add(listener))
        return () => {
          others.delete(listener)
          if (others.size === 0) listeners.delete(of)
        }
      },
      [of],
    )
    // What could not be read while the connection was lost is read once it is back.
    const connection = useConnection((state) => state.connection)
    useEffect(() => {
      if (of === null || kept.get(of)?.version === version) return undefined
      const timer = setTimeout(() => {
        readNow(of, version).catch(() => {}) // it was removed: the list tells so next
      }, SETTLED)
      return () => clearTimeout(timer)
    }, [of, version, connection])
    return useSyncExternalStore(subscribe, () => (of === null ? undefined : kept.get(of)?.value))
  }
}

/** So many runs are shown in small. */
export const LAST_RUNS = 20

const useRuns = createInSight((id: string): Promise<Execution[]> =>
  client.request('executions.list', { job: id, limit: LAST_RUNS }),
)

/** The last runs of a job whose row is in sight, newest first: read again when the job looks otherwise. */
export const useLastRuns = ({ id, lastExecutionId, status, counts }: Job): Execution[] | undefined =>
  useRuns(lastExecutionId === null ? null : id, JSON.stringify([lastExecutionId, status, counts]))

type Words = Output<'schedules.preview'>['words']

const useWords = createInSight(
  async (text: string): Promise<Words> =>
    (
      await client.request('schedules.preview', {
        schedule: JSON.parse(text) as NonNullable<Job['schedule']>,
        count: 1,
      })
    ).words,
)

/** When a job runs, in words of both languages. */
export const useScheduleWords = ({ schedule }: Pick<Job, 'schedule'>): Words | undefined =>
  useWords(schedule && JSON.stringify(schedule), '')
