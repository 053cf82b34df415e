import prettyMilliseconds from 'pretty-ms'
import type { ErrorInfo, FinalStatus } from '../../shared/contract.ts'
import type { Definition } from '../definition.ts'
import type { Outcome } from '../executors/executor.ts'

/** Why a run was to end before it ended by itself. */
export interface Stopping {
  reason: Extract<FinalStatus, 'cancelled' | 'timeout' | 'killed' | 'interrupted'>
  /** Whether it had to be killed. */
  forced: boolean
  /** What it did to be ended, if it was not asked for. */
  error?: ErrorInfo | undefined
}

/** What the end of a handler means for its run. */
export interface Verdict {
  status: FinalStatus
  forced: boolean
  warned: boolean
  result: string | null
  error: ErrorInfo | null
  exitCode: number | null
  exitSignal: string | null
}

/**
 * The final status of a run from how it ended; semantics "Execution states".
 * A run that was to be stopped has the status of that, however it then ended; what it returned is kept.
 */
export function judge(outcome: Outcome, stopping: Stopping | undefined, definition: Limits): Verdict {
  const natural = judgeNatural(outcome, definition)
  if (!stopping) return natural
  const error = stopping.reason === 'timeout' ? timedOut(definition.timeout) : (stopping.error ?? null)
  return { ...natural, status: stopping.reason, forced: stopping.forced, warned: false, error }
}

type Limits = Pick<Definition, 'successCodes' | 'warningCodes' | 'timeout'>

const timedOut = (limit = 0): ErrorInfo => ({
  name: 'TimedOut',
  message: `it took longer than its time limit of ${prettyMilliseconds(limit)}`,
})

function judgeNatural(outcome: Outcome, codes: Limits): Verdict {
  const verdict: Verdict = {
    status: 'failed',
    forced: false,
    warned: false,
    result: null,
    error: null,
    exitCode: null,
    exitSignal: null,
  }
  switch (outcome.kind) {
    case 'returned':
      return { ...verdict, status: 'completed', result: outcome.result }
    case 'threw':
      return { ...verdict, error: outcome.error }
    case 'died':
      return {
        ...verdict,
        exitCode: outcome.code,
        exitSignal: outcome.signal,
        error: { name: 'HandlerDied', message: outcome.message },
      }
    case 'exited': {
      const { code, signal, result } = outcome
      const ended = { ...verdict, result, exitCode: code, exitSignal: signal }
      if (code !== null && codes.warningCodes.includes(code))
        return { ...ended, status: 'completed', warned: true }
      if (code !== null && codes.successCodes.includes(code)) return { ...ended, status: 'completed' }
      const message = signal ? `ended by ${signal}` : `exited with code ${code}`
      return { ...ended, error: { name: 'ProgramFailed', message } }
    }
  }
}
