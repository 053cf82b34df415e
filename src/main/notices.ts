/** What people are told of at once, wherever they are: not each failure, but each change for the worse or the better. */
import type { Execution, Job } from '../shared/contract.ts'
import { formatDuration } from '../shared/duration.ts'
import { FAILURE_STATUSES } from '../shared/statuses.ts'

export interface Notice {
  title: string
  body: string
}

export type Ended = Pick<
  Execution,
  'id' | 'jobName' | 'status' | 'error' | 'retryId' | 'exitCode' | 'stopReason' | 'durationMs'
>

/** To the second: nobody wants to read more of what took minutes. */
const roundDuration = (milliseconds: number) => Math.round(milliseconds / 1000) * 1000

const BAD: ReadonlySet<string> = new Set(FAILURE_STATUSES)
const SAID: Record<string, string> = {
  failed: 'failed',
  timeout: 'took too long',
  killed: 'was stopped by a limit',
  interrupted: 'was cut off',
}

/**
 * What is to be said of a run that has ended, if anything.
 * @param before the run of the same job that ended last before it, and was not tried again
 * @param stopped why its job is kept running no more, if it is one that was
 * @param longRun the end of what took longer than this, in ms, is said; null: of nothing
 */
export function noticeOf(
  run: Ended,
  before: Ended | undefined,
  stopped: Job['stopped'],
  longRun: number | null,
): Notice | undefined {
  const { jobName, status, error } = run
  if (stopped === 'keeps-crashing' && BAD.has(status))
    return { title: `${jobName} keeps crashing`, body: 'It is not started again until you do.' }
  // Another attempt is on its way: what comes of that counts.
  if (run.retryId !== null) return undefined
  const wasBad = before !== undefined && BAD.has(before.status)
  if (BAD.has(status)) {
    if (wasBad && kindOf(run) === kindOf(before)) return undefined
    const what = wasBad ? `${SAID[status]} in another way` : SAID[status]
    return { title: `${jobName} ${what}`, body: firstLine(error?.message ?? '') }
  }
  if (status !== 'completed') return undefined
  if (wasBad) return { title: `${jobName} works again`, body: '' }
  const took = run.durationMs ?? 0
  if (longRun === null || took < longRun) return undefined
  return { title: `${jobName} is done`, body: `It took ${formatDuration(roundDuration(took))}.` }
}

/** What makes two errors the same to people: not the numbers in them, which differ each time. */
const kindOf = ({ status, error, exitCode }: Ended): string =>
  [status, exitCode, error?.name, error && firstLine(error.message).replaceAll(/\d+/g, '0')].join('\n')

const firstLine = (text: string) => text.split('\n', 1)[0]!.slice(0, 300)
