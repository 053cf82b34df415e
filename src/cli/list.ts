import { withDeck, type GlobalOptions } from './deck.ts'
import { print, printJson, printNote, oneLine, statusText, table } from './terminal.ts'

/** `jobdeck list`: jobs by name. */
export function list({ text, ...options }: GlobalOptions & { text?: string | undefined }): Promise<void> {
  return withDeck(options, 'command', async (client) => {
    const jobs = await client.request('jobs.list', text === undefined ? {} : { text })
    if (options.json) return jobs.forEach(printJson)
    if (jobs.length === 0) {
      return printNote(
        text === undefined ? 'No jobs yet. Try: jobdeck run -- echo hello' : 'No job fits that.',
      )
    }
    const rows = jobs.map(({ id, name, status, category, lastExecutionId, counts }) => [
      id,
      statusText(status),
      String(Object.values(counts).reduce((sum, count) => sum + count, 0)),
      lastExecutionId === null ? '' : `#${lastExecutionId}`,
      oneLine(category ?? ''),
      oneLine(name),
    ])
    print(
      table(['ID', 'STATUS', 'RUNS', 'LAST', 'CATEGORY', 'NAME'], rows, {
        name: 'NAME',
        lesser: ['RUNS', 'LAST', 'CATEGORY', 'ID'],
      }),
    )
  })
}
