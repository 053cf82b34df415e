/** What is only read for rows that are in sight, and kept for when they come back. */
import { useEffect } from 'react'
import { create } from 'zustand'
import type { Execution, Job, Output } from '../../shared/contract.ts'
import { client } from '../client.ts'

/** A row that passes by while one scrolls asks for nothing: only what stays for so long, in ms. */
const SETTLED = 60

/**
 * @param read rejects for what is gone
 * @returns a hook that has what was read for `of`, and reads it anew when `version` is another
 */
function createInSight<K, V>(read: (of: K) => Promise<V>) {
  const useKept = create<{ values: ReadonlyMap<K, V> }>(() => ({ values: new Map() }))
  const versions = new Map<K, string>()
  return function useInSight(of: K | null, version: string): V | undefined {
    const value = useKept(({ values }) => (of === null ? undefined : values.get(of)))
    useEffect(() => {
      if (of === null || versions.get(of) === version) return undefined
      const timer = setTimeout(() => {
        read(of).then(
          (found) => {
            versions.set(of, version)
            useKept.setState(({ values }) => ({ values: new Map(values).set(of, found) }))
          },
          () => {}, // it was removed: the list tells so next
        )
      }, SETTLED)
      return () => clearTimeout(timer)
    }, [of, version])
    return value
  }
}

/** So many runs are shown in small. */
const RUNS = 20

const useRuns = createInSight((id: string): Promise<Execution[]> =>
  client.request('executions.list', { job: id, limit: RUNS }),
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
