import { withDeck, type GlobalOptions } from './deck.ts'
import { dateTime, print, printJson, printNote, oneLine, table } from './terminal.ts'

export interface HistoryOptions extends GlobalOptions {
  job?: string | undefined
  limit: number
}

/** `jobdeck history`: who did what, newest first. */
export function history({ job, limit, ...options }: HistoryOptions): Promise<void> {
  return withDeck(options, 'command', async (client) => {
    const entries = await client.request('trail.list', { limit, ...(job !== undefined && { job }) })
    if (options.json) return entries.forEach(printJson)
    if (entries.length === 0) return printNote('Nothing was done yet.')
    const jobs = await client.request('jobs.list', {})
    const names = new Map(jobs.map(({ id, name }) => [id, name]))
    const rows = entries.map(({ at, actor, action, jobId, executionId, details }) => [
      dateTime(at),
      actor,
      action,
      jobId === null ? '' : oneLine(names.get(jobId) ?? jobId),
      executionId === null ? '' : `#${executionId}`,
      details === null ? '' : oneLine(JSON.stringify(details)),
    ])
    print(table(['WHEN', 'BY', 'WHAT', 'JOB', 'RUN', 'DETAILS'], rows))
  })
}
