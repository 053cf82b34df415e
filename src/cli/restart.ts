import { withDeck, type GlobalOptions } from './deck.ts'
import { tellQueued } from './missed.ts'
import { printJson, printNote } from './terminal.ts'

/** `jobdeck restart`: stops what runs of a job and starts it again; a daemon is kept running from then on. */
export function restart({ job, ...options }: GlobalOptions & { job: string }): Promise<void> {
  return withDeck(options, 'command', async (client) => {
    const { id } = await client.request('jobs.get', { job })
    const open = await client.request('executions.list', {
      job: id,
      statuses: ['queued', 'initializing', 'running'],
    })
    const queued = await client.request('jobs.restart', { job: id })
    if (options.json) return queued.forEach(printJson)
    for (const run of open) printNote(`Stopping run #${run.id} of ${JSON.stringify(run.jobName)}`)
    await tellQueued(client, queued)
  })
}
