/** When a daemon is started again after it has ended. Pure. */
import type { RESTARTS } from '../../shared/schedule.ts'
import type { Status } from '../../shared/contract.ts'

/** One that ran for so many ms was well: its back-off begins anew. */
export const HEALTHY = 60_000
const SHORTEST = 1000
const LONGEST = 5 * 60_000
/** So many failures are taken. */
export const FAILURES = 10
const WINDOW = 10 * 60_000

/** A run of a daemon that has ended. */
export interface DaemonRun {
  status: Status
  startedAt: number | null
  endedAt: number
}

export type DaemonPlan = { at: number } | { end: 'completed' | 'keeps-crashing' }

/**
 * @param runs the ended ones since a person started it, newest first; a dozen is enough
 * @param random from 0 to 1: each back-off is put off by up to a tenth of it
 */
export function superviseDaemon(
  runs: DaemonRun[],
  restart: (typeof RESTARTS)[number],
  now: number,
  random: number,
): DaemonPlan {
  const [last] = runs
  if (!last || last.status === 'interrupted') return { at: now } // its host went: that is no fault of its own
  if (last.status === 'completed' && restart === 'on-failure') return { end: 'completed' }
  const own = runs.filter(({ status }) => status !== 'interrupted')
  const healthy = own.findIndex(isHealthy)
  const inARow = healthy === -1 ? own.length : healthy
  const lately = own.filter((run) => isFailure(run) && last.endedAt - run.endedAt < WINDOW).length
  const failedInARow = own.slice(0, inARow).filter(isFailure).length
  if (Math.max(lately, failedInARow) > FAILURES) return { end: 'keeps-crashing' }
  const backoff = Math.min(LONGEST, SHORTEST * 2 ** Math.max(0, inARow - 1))
  // The clock may have been set back since.
  return { at: Math.round(Math.min(last.endedAt, now) + backoff * (1 + random / 10)) }
}

const isHealthy = ({ startedAt, endedAt }: DaemonRun) => startedAt !== null && endedAt - startedAt >= HEALTHY
const isFailure = ({ status }: DaemonRun) => status !== 'completed'
