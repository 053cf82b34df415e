import type { StoreApi } from 'zustand'
import { toFault, type FaultData } from '../../shared/fault.ts'
import type { Batch, Watch } from '../../shared/watch.ts'
import { client } from '../client.ts'
import { useConnection } from './connection.ts'
import { useNotices } from './notices.ts'
import { breathe } from './pace.ts'

/** How far something is that is read from the deck. */
export interface Reading {
  isReady: boolean
  fault: FaultData | null
}

export const UNREAD: Reading = { isReady: false, fault: null }

/**
 * Reads at once, and again with each batch of what is told: batches are hints, the deck is the truth. The next batch
 * comes once this one was read, so a slow reading makes fewer of them.
 * @param store gets what was read, unless it is looked at no more by then: it may be about something else already
 * @param what is watched
 * @param read gets the batch, or undefined the first time; answers with what is to be shown otherwise than before
 * @param pace how long, in ms, batches gather before it is read again: for what changes all the time
 * @returns the function that ends it
 */
export function keepReading<S extends Reading>(
  store: Pick<StoreApi<S>, 'setState'>,
  what: Watch | readonly Watch[],
  read: (batch: Batch | undefined) => Promise<Partial<S> | undefined>,
  pace = 0,
): () => void {
  let isOver = false
  let wasRead = false
  let last = Promise.resolve()

  async function readOnce(batch: Batch | undefined): Promise<void> {
    if (batch && pace > 0) await breathe(pace)
    if (isOver) return
    try {
      const found = await read(batch)
      if (isOver) return
      wasRead = true
      store.setState({ ...found, isReady: true, fault: null } as Partial<S>)
    } catch (thrown) {
      if (!isOver) tell(toFault(thrown).toJSON())
    }
  }

  /** What was read stays in sight, and with it what somebody is typing there, unless it is gone. */
  function tell(fault: FaultData): void {
    if (wasRead && fault.code === 'disconnected') return // the banner says so
    if (wasRead && fault.code !== 'not-found') return useNotices.setState({ fault })
    store.setState({ isReady: false, fault } as Partial<S>)
  }

  const watches = 'length' in what ? what : [what]
  const stops = watches.map((each) =>
    client.watch(each, (batch) => {
      if (batch.trouble !== undefined) useConnection.setState({ trouble: batch.trouble })
      last = last.then(() => readOnce(batch))
      return last
    }),
  )
  last = readOnce(undefined)
  return () => {
    isOver = true
    for (const stop of stops) stop()
  }
}

/** Whether a batch is told of jobs, or of anything: for who wants nothing else. */
export const tellsOfJobs = (batch: Batch | undefined): boolean =>
  !batch || batch.stale || batch.jobs.length > 0
