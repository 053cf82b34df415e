import { withDeck, type GlobalOptions } from './deck.ts'
import { printJson, printNote } from './terminal.ts'

/** `jobdeck enable` and `jobdeck disable`: whether jobs run by themselves. */
export function setEnabled(
  { jobs, ...options }: GlobalOptions & { jobs: string[] },
  enabled: boolean,
): Promise<void> {
  return withDeck(options, 'command', async (client) => {
    // All are found before one is changed.
    const found = []
    for (const job of jobs) found.push(await client.request('jobs.get', { job }))
    for (const before of found) {
      const job = await client.request('jobs.enable', { job: before.id, enabled })
      if (options.json) printJson(job)
      else {
        const state = enabled ? 'enabled' : 'disabled'
        printNote(
          `${JSON.stringify(job.name)} is ${before.enabled === enabled ? `${state} already` : `${state} now`}`,
        )
        if (job.managedBy !== null && before.enabled !== enabled)
          printNote(
            `It is managed by ${job.managedBy}: where that says "enabled", the next apply sets it back`,
          )
      }
    }
  })
}
