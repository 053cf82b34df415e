import { useEffect } from 'react'
import { create } from 'zustand'
import type { Execution, Job } from '../../shared/contract.ts'
import { client } from '../client.ts'

interface LastRunsState {
  runs: ReadonlyMap<number, Execution>
}

const useLastRuns = create<LastRunsState>(() => ({ runs: new Map() }))

/** The last run of a job whose row is in sight: read when it is, and when the job looks otherwise. */
export function useLastRun({ lastExecutionId, status, counts }: Job): Execution | undefined {
  const run = useLastRuns(({ runs }) => (lastExecutionId === null ? undefined : runs.get(lastExecutionId)))
  const ended = JSON.stringify(counts)
  useEffect(() => {
    if (lastExecutionId === null) return
    client.request('executions.get', { execution: lastExecutionId }).then(
      (read) => useLastRuns.setState(({ runs }) => ({ runs: new Map(runs).set(read.id, read) })),
      () => {}, // it was deleted: the job tells so next
    )
  }, [lastExecutionId, status, ended])
  return run
}
