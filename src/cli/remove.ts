import { withDeck, type GlobalOptions } from './deck.ts'
import { printJson, printNote } from './terminal.ts'

/** `jobdeck remove`: removes jobs with their runs; for a day they can be brought back. */
export function remove({ jobs, ...options }: GlobalOptions & { jobs: string[] }): Promise<void> {
  return withDeck(options, 'command', async (client) => {
    const removed = await client.request('jobs.remove', { jobs })
    for (const job of removed) {
      if (options.json) printJson(job)
      else printNote(`Removed ${JSON.stringify(job.name)}. To bring it back: jobdeck remove --undo ${job.id}`)
    }
  })
}

/** `jobdeck remove --undo`: brings removed jobs back. */
export function bringBack({ jobs, ...options }: GlobalOptions & { jobs: string[] }): Promise<void> {
  return withDeck(options, 'command', async (client) => {
    for (const reference of jobs) {
      const job = await client.request('jobs.bringBack', { job: reference })
      if (options.json) printJson(job)
      else printNote(`${JSON.stringify(job.name)} is back`)
    }
  })
}
