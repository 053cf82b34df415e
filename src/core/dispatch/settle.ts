import { endTree } from '../executors/tree.ts'
import { forgetHost, hostLives } from '../host.ts'
import type { HostRow } from '../store/hosts.ts'
import type { OpenRow } from '../store/executions.ts'
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

const UNKNOWN: Omit<Verdict, 'status'> = {
  forced: false,
  warned: false,
  result: null,
  error: null,
  exitCode: null,
  exitSignal: null,
}

/**
 * Settles the executions of hosts that died: their processes are ended first, then their rows.
 * A host that lives, however slow it is, is left alone.
 * @returns whether there was such a host
 */
export async function settleDeadHosts(
  store: Store,
  folder: string,
  markOf: (id: number) => string,
  now: () => number,
): Promise<boolean> {
  const dead = store.hosts.open().filter((host) => !hostLives(folder, host))
  for (const host of dead) await settle(store, folder, host, markOf, now)
  return dead.length > 0
}

async function settle(
  store: Store,
  folder: string,
  host: HostRow,
  markOf: (id: number) => string,
  now: () => number,
) {
  const open = store.executions.openOf(host.id)
  for (const { id, processId, processStarted } of open) {
    const process = processId === null ? undefined : { pid: processId, started: processStarted }
    await endTree({ process, leadsGroup: false, mark: markOf(id) }, 0)
  }
  await store.write(() => {
    for (const row of open) {
      const { to } = settlementOf(row)
      if (to === 'queued') store.executions.giveBack(row.id)
      else if (store.executions.end(row.id, { ...UNKNOWN, status: to, at: now(), durationMs: null })) {
        const delay = retryDelay(
          { ...UNKNOWN, status: to },
          row.attempt,
          store.executions.retryPolicy(row.id),
          Math.random(),
        )
        if (delay !== undefined) store.executions.retry(row.id, null, now() + delay, now())
      }
    }
    store.executions.release(host.id)
    store.hosts.close(host.id, now())
  })
  forgetHost(folder, host.id)
}
