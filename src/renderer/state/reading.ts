import { toFault, type FaultData } from '../../shared/fault.ts'
import type { Batch, Watch } from '../../shared/watch.ts'
import { client } from '../client.ts'
import { useConnection } from './connection.ts'

/** How far something is that is read from the deck. */
export interface Reading {
  isReady: boolean
  fault: FaultData | null
}

export const UNREAD: Reading = { isReady: false, fault: null }

/**
 * Reads at once, and again with each batch of what is told: batches are hints, the deck is the truth. The next batch
 * comes once this one was read, so a slow reading makes fewer of them.
 * @param read gets the batch, or undefined the first time
 * @returns the function that ends it
 */
export function keepReading(
  what: Watch,
  read: (batch: Batch | undefined) => Promise<void>,
  tell: (reading: Reading) => void,
): () => void {
  let isOver = false
  let last = Promise.resolve()

  async function readOnce(batch: Batch | undefined): Promise<void> {
    if (isOver) return
    try {
      await read(batch)
      if (!isOver) tell({ isReady: true, fault: null })
    } catch (thrown) {
      const fault = toFault(thrown).toJSON()
      // What was read stays in sight while the connection is lost: the banner says so.
      if (!isOver && fault.code !== 'disconnected') tell({ isReady: false, fault })
    }
  }

  const stop = client.watch(what, (batch) => {
    if (batch.trouble !== undefined) useConnection.setState({ trouble: batch.trouble })
    last = last.then(() => readOnce(batch))
    return last
  })
  last = readOnce(undefined)
  return () => {
    isOver = true
    stop()
  }
}
