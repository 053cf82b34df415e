import type { Execution, Status } from '../shared/contract.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import {
  dateTime,
  duration,
  print,
  printJson,
  printNote,
  oneLine,
  statusText,
  styled,
  table,
} from './terminal.ts'

export interface RunsOptions extends GlobalOptions {
  job?: string | undefined
  status?: Status[]
  limit: number
}

/** `jobdeck runs`: runs, newest first. */
export function runs({ job, status, limit, ...options }: RunsOptions): Promise<void> {
  return withDeck(options, 'command', async (client) => {
    const filter = { ...(job !== undefined && { job }), ...(status && { statuses: status }) }
    // One more than asked for tells whether there are more.
    const found = await client.request('executions.list', { ...filter, limit: limit + 1 })
    const shown = found.slice(0, limit)
    if (options.json) return shown.forEach(printJson)
    if (shown.length === 0) {
      const isAll = job === undefined && !status
      return printNote(isAll ? 'No runs yet. Try: jobdeck run -- echo hello' : 'No run fits that.')
    }
    print(
      table(['RUN', 'STATUS', 'STARTED', 'TOOK', 'JOB', ''], shown.map(row), {
        name: 'JOB',
        lesser: ['TOOK', 'STARTED'],
      }),
    )
    if (found.length > limit) printNote(`Older ones are not shown: add --limit ${limit * 4}`)
  })
}

function row(execution: Execution): string[] {
  const { id, status, startedAt, queuedAt, durationMs, jobName, progress, progressMessage, error } = execution
  const isOpen = execution.endedAt === null
  const remark = error ? error.message.split('\n')[0]! : isOpen && progressMessage ? progressMessage : ''
  return [
    `#${id}`,
    isOpen && status === 'running' ? `${statusText(status)} ${Math.floor(progress)} %` : statusText(status),
    dateTime(startedAt ?? queuedAt),
    durationMs === null ? '' : duration(durationMs),
    oneLine(jobName),
    styled('dim', oneLine(remark)),
  ]
}
