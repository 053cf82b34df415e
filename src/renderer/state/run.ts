import { create } from 'zustand'
import type { Execution, ExecutionDetail } from '../../shared/contract.ts'
import type { Batch } from '../../shared/watch.ts'
import { client } from '../client.ts'
import { LogLines } from './log-lines.ts'
import { UNREAD, keepReading, type Reading } from './reading.ts'

interface RunState extends Reading {
  run: ExecutionDetail | null
  log: LogLines | null
}

/** The run that is looked at, and its log. */
export const useRun = create<RunState>(() => ({ ...UNREAD, run: null, log: null }))

/** Keeps it as the deck has it, until the returned function is called. */
export function keepRun(id: number): () => void {
  const log = new LogLines((part) => client.request('logs.list', { execution: id, ...part }))
  useRun.setState({ ...UNREAD, run: null, log })
  return keepReading(useRun, { execution: id }, (batch) => readRun(id, log, batch))
}

async function readRun(
  id: number,
  log: LogLines,
  batch: Batch | undefined,
): Promise<Partial<RunState> | undefined> {
  if (!batch || batch.stale || batch.executions.length > 0) {
    const run = await client.request('executions.get', { execution: id })
    // What is known of it is shown at once, unless another is looked at by now; its log may be long.
    if (useRun.getState().log === log) useRun.setState({ run })
    await log.grow(run.logCount)
    return undefined
  }
  const progress = batch.progress.at(-1)
  const through = batch.logs.at(-1)?.through
  if (through !== undefined) await log.grow(through)
  const { run } = useRun.getState()
  return {
    run: run && {
      ...run,
      ...(progress && { progress: progress.progress, progressMessage: progress.message }),
      ...(through !== undefined && { logCount: through }),
    },
  }
}

/** Asks a run to end, or ends it by force. That it was asked is no change of its status: the answer says so. */
export const askToStop = (id: number, force: boolean): Promise<Execution> =>
  client.request('executions.stop', { execution: id, ...(force && { force }) })

/** Asks the run that is looked at. */
export async function stopRun(id: number, force: boolean): Promise<void> {
  const asked = await askToStop(id, force)
  useRun.setState(({ run }) => ({ run: run?.id === id && run.endedAt === null ? { ...run, ...asked } : run }))
}
