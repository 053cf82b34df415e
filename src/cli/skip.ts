import { withDeck, type GlobalOptions } from './deck.ts'
import { oneLine, printJson, printNote } from './terminal.ts'
import { zonedTime } from './when.ts'

export interface SkipOptions extends GlobalOptions {
  job: string
  undo?: boolean
}

/** `jobdeck skip`: lets the next occurrence of a job pass, or come after all. */
export function skip({ job: reference, undo = false, ...options }: SkipOptions): Promise<void> {
  return withDeck(options, 'command', async (client) => {
    const job = await client.request('jobs.get', { job: reference })
    const at = await client.request('jobs.skipNext', { job: job.id, undo })
    if (options.json) return printJson({ job: job.id, skipped: new Date(at).toISOString(), undo })
    const name = oneLine(JSON.stringify(job.name))
    if (undo) return printNote(`${name} comes at ${zonedTime(at)} after all`)
    const { occurrences } = await client.request('schedules.preview', { job: job.id, count: 1 })
    const [then] = occurrences
    const after = then ? `; it comes next at ${zonedTime(then.at)}` : '; nothing more of it is planned'
    printNote(
      `${name} is skipped at ${zonedTime(at)}${after}. To take that back: jobdeck skip ${job.id} --undo`,
    )
  })
}
