import type { Client } from '../shared/client.ts'
import type { Input, LogHit, LogKey } from '../shared/contract.ts'

/** Which lines are looked for. */
export type SearchFilter = Omit<Input<'logs.search'>, 'before' | 'limit'>

/** How a search goes on. */
export interface SearchOptions {
  /** Ends the search: it then rejects with the reason of the signal. */
  signal?: AbortSignal
  /** Told again and again how far the search has come: everything above this line was looked through. */
  onReached?: (key: LogKey) => void
}

/**
 * Lines of all runs, newest run first, each as soon as it is found. The next page is asked for when the last one was
 * taken, so nothing is looked through in vain for who needs only the first ones.
 */
export async function* searchLogs(
  client: Client,
  filter: SearchFilter,
  { signal, onReached }: SearchOptions = {},
): AsyncGenerator<LogHit> {
  let before: LogKey | undefined
  for (;;) {
    const page = await client
      .request('logs.search', { ...filter, ...(before && { before }) }, signal)
      .catch((fault: unknown) => {
        signal?.throwIfAborted()
        throw fault
      })
    for (const entry of page.entries) {
      signal?.throwIfAborted()
      yield entry
    }
    before = page.reached ?? before
    if (page.reached) onReached?.(page.reached)
    if (page.done) return
  }
}
