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
  /** Whether each run that goes on asks for it: what a run was begun with stays, so each is asked about once. */
  let asked = new Map<number, Promise<boolean>>()

  async function isWanted(): Promise<boolean> {
    const running = await client.request('executions.list', {
      statuses: ['initializing', 'running'],
      limit: MOST,
    })
    asked = new Map(running.map(({ id, jobId }) => [id, asked.get(id) ?? asksForIt(client, jobId)]))
    return (await Promise.all(asked.values())).includes(true)
  }

  async function look(): Promise<void> {
    const wanted = await isWanted()
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

async function asksForIt(client: Client, job: string): Promise<boolean> {
  const policy = await client.request('jobs.policy', { job })
  return policy.some(({ field, value }) => field === 'keepAwake' && value === true)
}
