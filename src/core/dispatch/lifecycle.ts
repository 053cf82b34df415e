import { FINAL_STATUSES, type FinalStatus, type Status } from '../../shared/contract.ts'

/**
 * The state machine of an execution; a final status has no way out.
 * `initializing → queued` happens when its host died before the first instruction; a function needs no preparation and
 * goes from `queued` to `running` at once.
 */
const NEXT: Record<Status, readonly Status[]> = {
  queued: ['initializing', 'running', 'cancelled'],
  initializing: ['queued', 'running', 'failed', 'cancelled', 'killed', 'interrupted'],
  running: FINAL_STATUSES,
  completed: [],
  failed: [],
  cancelled: [],
  timeout: [],
  killed: [],
  interrupted: [],
}

export const mayFollow = (from: Status, to: Status): boolean => NEXT[from].includes(to)

export const isFinal = (status: Status): status is FinalStatus => NEXT[status].length === 0

/** From best to worst: of the executions that one start made, the worst counts for the job. */
const SEVERITY: readonly Status[] = [
  'completed',
  'queued',
  'initializing',
  'running',
  'cancelled',
  'interrupted',
  'killed',
  'timeout',
  'failed',
]

export const worst = <S extends Status>(statuses: readonly S[]): S | undefined =>
  statuses.toSorted((a, b) => SEVERITY.indexOf(b) - SEVERITY.indexOf(a))[0]
