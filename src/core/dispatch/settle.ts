import type { Clock } from '../clock.ts'
import { endTree, markOf } from '../executors/tree.ts'
import { forgetHost, hostLives, sweepLocks } from '../host.ts'
import type { HostRow } from '../store/hosts.ts'
import type { OpenRow } from '../store/executions.ts'
import { ANYBODY } from '../store/claim.ts'
import type { Store } from '../store/store.ts'
import type { Verdict } from './outcome.ts'
import { retryDelay } from './retry.ts'

/** What becomes of an execution whose host died. */
export type Settlement = { to: 'queued' } | { to: 'cancelled' | 'interrupted' }

/**
 * What never began goes back to the queue; how far the rest came is unknown. A stop that was asked for before the
 * death is kept.
 */
export function settlementOf({ status, stopReason }: Pick<OpenRow, 'status' | 'stopReason'>): Settlement {
  if (stopReason === 'cancelled') return { to: 'cancelled' }
  return status === 'initializing' ? { to: 'queued' } : { to: 'interrupted' }
}

/** A handler that was running when so many hosts in a row died is set aside: it may be what kills them. */
const DEATHS = 3
const DAEMON_WINDOW = 10 * 60_000

/** The error of a run whose host died. */
export const HOST_DIED = 'HostDied'

const UNKNOWN: Omit<Verdict, 'status' | 'error'> = {
  forced: false,
  warned: false,
  result: null,
  exitCode: null,
  exitSignal: null,
}

export interface SettleParts {
  store: Store
  /** Where the lock files of the hosts lie. */
  folder: string
  clock: Clock
}

/**
 * Settles the executions of hosts that died: their processes are ended first, then their rows.
 * A host that lives, however slow it is, is left alone.
 * @returns the executions that were settled
 */
export async function settleDeadHosts(parts: SettleParts): Promise<number[]> {
  const settled: number[] = []
  for (const host of parts.store.hosts.unsettled()) {
    if (host.closedAt !== null || !hostLives(parts.folder, host)) settled.push(...(await settle(parts, host)))
  }
  sweepLocks(parts.folder, parts.store.hosts.closed)
  return settled
}

async function settle({ store, folder, clock }: SettleParts, host: HostRow): Promise<number[]> {
  // One that said goodbye has left nothing behind; that of a deck that was copied was never one of this deck.
  const left = host.closedAt === null ? store.executions.openOf(host.id) : []
  for (const { id, processId, processStarted } of left) {
    const process = processId === null ? undefined : { pid: processId, started: processStarted }
    await endTree({ process, leadsGroup: false, mark: markOf(host.id, id) }, 0)
  }
  const open = await store.write(() => {
    // Read again: meanwhile another opener may have settled them, or a stop been asked for.
    const left = store.executions.openOf(host.id)
    const now = clock.now()
    for (const row of left) {
      const { to } = settlementOf(row)
      if (to === 'queued') store.executions.giveBack(row)
      else settleRun(store, row, to, now)
    }
    store.executions.release(host.id)
    if (host.closedAt === null) store.hosts.close(host.id, now)
    return left
  })
  forgetHost(folder, host.id)
  return open.map(({ id }) => id)
}

function settleRun(store: Store, row: OpenRow, status: 'cancelled' | 'interrupted', now: number): void {
  const { id, jobId, attempt } = row
  const message = 'the program that ran it ended without a word; how far it came is unknown'
  const error = status === 'interrupted' ? { name: HOST_DIED, message } : null
  const ending = { ...UNKNOWN, error, status, at: now, durationMs: null }
  if (!store.executions.end(row, ending)) return
  const delay = retryDelay(ending, attempt, store.executions.retryPolicy(id), Math.random())
  if (delay !== undefined) store.executions.retry(id, ANYBODY, now + delay, now)
  // A daemon runs at every death of its host: only those that follow one another soon speak against it.
  const since = store.executions.isOfDaemon(id) ? now - DAEMON_WINDOW : 0
  if (error && store.executions.deathsInARow(jobId, since) >= DEATHS) setAside(store, jobId, now)
}

function setAside(store: Store, jobId: string, now: number): void {
  const reason = `it was running at ${DEATHS} deaths of its host in a row`
  store.pauses.set({ target: `job:${jobId}`, pausedFrom: now, pausedUntil: null, reason })
  store.trail.add({ at: now, actor: 'engine', action: 'paused', jobId, details: { reason } })
}
