/** The runs of a job one after another, as they come. */
import type { Client } from '../shared/client.ts'
import { Fault } from '../shared/fault.ts'

/**
 * The numbers of the runs of a job after one of them, oldest first, without an end.
 * @throws Fault where the deck is closed
 */
export async function* runsToCome(client: Client, jobId: string, after: number): AsyncGenerator<number> {
  let bell = Promise.withResolvers<void>()
  let over: Fault | undefined
  const ring = () => (over ? bell.reject(over) : bell.resolve())
  const awake = setInterval(() => {}, 2 ** 30) // whoever waits for another process has nothing else that keeps it alive
  const stops = [
    client.on('changed', ring),
    client.on('execution', (execution) => execution.jobId === jobId && ring()),
    client.on('closed', ({ fault }) => {
      over = new Fault(fault.code, fault.message)
      ring()
    }),
  ]
  try {
    for (let last = after; ;) {
      bell = Promise.withResolvers()
      bell.promise.catch(() => {}) // nobody may be waiting any more
      if (over) throw over
      const found = await client.request('executions.list', {
        job: jobId,
        sort: 'id',
        descending: false,
        ...(last > 0 && { after: last }),
        limit: 100,
      })
      for (const { id } of found) yield (last = id)
      if (found.length === 0) await bell.promise
    }
  } finally {
    clearInterval(awake)
    for (const stop of stops) stop()
  }
}
