import type { Client } from '../shared/client.ts'
import {
  FINAL_STATUSES,
  type Execution,
  type ExecutionDetail,
  type Input,
  type LogEntry,
} from '../shared/contract.ts'
import { Fault } from '../shared/fault.ts'

/** Entries read at once. */
const PAGE = 1000

export type FollowFilter = Pick<
  Input<'logs.list'>,
  'level' | 'levels' | 'text' | 'pattern' | 'ignoreCase' | 'since' | 'until' | 'after'
>

/**
 * The log of a run, and what is added to it until the run ends. Events only say that there is more: every entry is
 * read from the database, so none is lost however slow the reader is, and the writer may be another process.
 * @throws Fault where the deck is closed before the run has ended
 */
export async function* followLogs(
  client: Client,
  execution: number,
  filter: FollowFilter = {},
): AsyncGenerator<LogEntry> {
  const news = listen(client, execution)
  try {
    let { after = 0 } = filter
    for (;;) {
      news.expect()
      const { status, logCount } = await client.request('executions.status', { execution })
      for (;;) {
        const page = await client.request('logs.list', { ...filter, execution, after, limit: PAGE })
        for (const entry of page) {
          after = entry.droppedThrough ?? entry.sequence
          yield entry
        }
        if (page.length < PAGE) break
      }
      if (isFinal(status)) return
      // With a filter, what does not pass it is behind us as well.
      after = Math.max(after, logCount)
      await news.come()
    }
  } finally {
    news.end()
  }
}

/**
 * Resolves when all the runs have ended for good: with the last attempt of each.
 * @throws Fault where the deck is closed before
 */
export function whenFinal(client: Client, ids: number[]): Promise<ExecutionDetail[]> {
  return Promise.all(ids.map((id) => whenChainEnds(client, id)))
}

async function whenChainEnds(client: Client, id: number): Promise<ExecutionDetail> {
  const news = listen(client, id)
  try {
    for (;;) {
      news.expect()
      const { status, retryId } = await client.request('executions.status', { execution: id })
      if (retryId !== null) return await whenChainEnds(client, retryId)
      if (isFinal(status)) return await client.request('executions.get', { execution: id })
      await news.come()
    }
  } finally {
    news.end()
  }
}

export const isFinal = (status: Execution['status']) => (FINAL_STATUSES as readonly string[]).includes(status)

/** A bell that rings when a run has more to log or has ended, also between a look and the wait for it. */
function listen(client: Client, execution: number) {
  let bell = Promise.withResolvers<void>()
  let over: Fault | undefined
  const ring = () => (over ? bell.reject(over) : bell.resolve())
  // Whoever waits for a run of another process has nothing else that keeps this one alive.
  const awake = setInterval(() => {}, 2 ** 30)
  const stops = [
    client.on('changed', ring),
    client.on('closed', ({ fault }) => {
      over = new Fault(fault.code, fault.message)
      ring()
    }),
    client.on('execution', ({ id, status }) => id === execution && isFinal(status) && ring()),
    client.on('logs', ({ executionId }) => executionId === execution && ring()),
  ]
  return {
    expect() {
      bell = Promise.withResolvers()
      bell.promise.catch(() => {}) // nobody may be waiting any more
      if (over) ring()
    },
    /** @throws Fault where nothing more will come */
    come: () => bell.promise,
    end() {
      clearInterval(awake)
      for (const stop of stops) stop()
    },
  }
}
