/** What runs and waits now, and how long it usually takes. */
import { useEffect, useState } from 'react'
import { create } from 'zustand'
import type { Execution } from '../../shared/contract.ts'
import { OPEN_STATUSES } from '../../shared/statuses.ts'
import type { Batch } from '../../shared/watch.ts'
import { client } from '../client.ts'
import { plainLine } from '../format.ts'
import { attempt } from './notices.ts'
import { UNREAD, keepReading, type Reading } from './reading.ts'
import { askToStop } from './run.ts'

/** So many are read; who has more of them at once looks at the jobs. */
const MOST = 200
/** In ms. */
const PACE = 150
/** The last line of a log is read this often, in ms. */
const LINE_PACE = 2000

interface RunningState extends Reading {
  /** The oldest first, so that what is new moves nothing. */
  runs: Execution[]
  /** How long runs of a job usually take, in ms; null where that is not known. */
  usual: ReadonlyMap<string, number | null>
}

export const useRunning = create<RunningState>(() => ({ ...UNREAD, runs: [], usual: new Map() }))

/** Keeps it as the deck has it, until the returned function is called. */
export const keepRunning = (): (() => void) =>
  keepReading(useRunning, { executions: true }, readRunning, PACE)

async function readRunning(batch: Batch | undefined): Promise<Partial<RunningState>> {
  const { runs, usual } = useRunning.getState()
  if (batch && !batch.stale && batch.executions.length === 0) return { runs: withProgress(runs, batch) }
  const found = await client.request('executions.list', { statuses: [...OPEN_STATUSES], limit: MOST })
  // What was told of them is newer than what is stored.
  const now = batch ? withProgress(found.toReversed(), batch) : found.toReversed()
  return { runs: now, usual: await usualOf(now, usual) }
}

function withProgress(runs: Execution[], { progress }: Batch): Execution[] {
  const told = new Map(progress.map((each) => [each.executionId, each]))
  return runs.map((run) => {
    const now = told.get(run.id)
    return now ? { ...run, progress: now.progress, progressMessage: now.message } : run
  })
}

/** How long half of the runs of a job took at most, in ms; null where none completed. */
export const usualDuration = async (job: string): Promise<number | null> =>
  (await client.request('statistics.get', { job })).duration?.p50 ?? null

async function usualOf(runs: Execution[], usual: RunningState['usual']): Promise<RunningState['usual']> {
  const unknown = [...new Set(runs.map(({ jobId }) => jobId))].filter((id) => !usual.has(id))
  if (unknown.length === 0) return usual
  const read = await Promise.all(
    unknown.map(async (job) => [job, await usualDuration(job).catch(() => null)] as const),
  )
  return new Map([...usual, ...read])
}

/** Asks one of those that run. */
export async function stopOne(id: number, force: boolean): Promise<void> {
  const asked = await attempt(() => askToStop(id, force))
  if (asked)
    useRunning.setState(({ runs }) => ({
      runs: runs.map((run) => (run.id === id ? { ...run, stopReason: asked.stopReason } : run)),
    }))
}

/** The last line of the log of a run, read now and then while it is looked at. */
export function useLastLine(execution: number): string {
  const [line, setLine] = useState('')
  useEffect(() => {
    let isOver = false
    async function read(): Promise<void> {
      if (document.hidden) return
      const [last] = await client
        .request('logs.list', { execution, newestFirst: true, limit: 1 })
        .catch(() => [])
      if (!isOver && last) setLine(plainLine(last.message))
    }
    void read()
    const timer = setInterval(() => void read(), LINE_PACE)
    return () => {
      isOver = true
      clearInterval(timer)
    }
  }, [execution])
  return line
}
