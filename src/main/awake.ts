/** Keeps the machine from falling asleep while something runs that asks for it. */
import type { Client } from '../shared/client.ts'

/** More runs than these at once are not looked at one by one. */
const MOST = 1000

/**
 * @param block keeps the machine awake until the returned function is called
 * @returns the function that ends it
 */
export function keepAwake(
  client: Client,
  onTrouble: (thrown: unknown) => void,
  block: () => () => void,
): () => void {
  let release: (() => void) | undefined

  async function look(): Promise<void> {
    const wanted = await isWanted(client)
    if (wanted === (release !== undefined)) return
    if (wanted) release = block()
    else {
      release!()
      release = undefined
    }
  }
  const lookNow = () => look().catch(onTrouble)
  const stop = client.watch({ executions: true }, ({ executions, stale }) =>
    stale || executions.length > 0 ? lookNow() : undefined,
  )
  void lookNow()
  return () => {
    stop()
    release?.()
  }
}

async function isWanted(client: Client): Promise<boolean> {
  const running = await client.request('executions.list', {
    statuses: ['initializing', 'running'],
    limit: MOST,
  })
  const jobs = [...new Set(running.map(({ jobId }) => jobId))]
  const policies = await Promise.all(jobs.map((job) => client.request('jobs.policy', { job })))
  return policies.some((policy) => policy.some(({ field, value }) => field === 'keepAwake' && value === true))
}
