import type { Client } from '../shared/client.ts'
import type { Level, LogEntry } from '../shared/contract.ts'
import { followLogs, type FollowFilter } from '../core/follow.ts'
import { findRun, withDeck, type GlobalOptions } from './deck.ts'
import { isOutputClosed, logLine, outputRoom, print, printJson, printNote } from './terminal.ts'

export interface LogsOptions extends GlobalOptions {
  reference: string
  follow?: boolean
  level?: Level
  grep?: string
  last?: number
}

/** `jobdeck logs`: the log of a run. */
export function logs({ reference, follow, level, grep, last, ...options }: LogsOptions): Promise<void> {
  const show = options.json ? printJson : (entry: LogEntry) => print(logLine(entry))
  async function showAll(entries: AsyncIterable<LogEntry> | Iterable<LogEntry>): Promise<void> {
    for await (const entry of entries) {
      show(entry)
      await outputRoom()
      if (isOutputClosed()) return
    }
  }
  return withDeck(options, 'command', async (client) => {
    const execution = await findRun(client, reference)
    const filter = { ...(level && { level }), ...(grep !== undefined && { text: grep }) }
    let after = 0
    if (last !== undefined) {
      const entries = await client.request('logs.list', { ...filter, execution, last: true, limit: last })
      await showAll(entries)
      after = entries.at(-1)?.sequence ?? 0
      if (!follow) return
    }
    const { status, logCount, jobName } = await client.request('executions.get', { execution })
    if (!options.json && logCount === 0 && !follow) {
      return printNote(`Run #${execution} of ${JSON.stringify(jobName)} (${status}) has logged nothing.`)
    }
    const entries = follow
      ? followLogs(client, execution, { ...filter, after })
      : pages(client, execution, filter)
    await showAll(entries)
  })
}

/** What is there now, however long it is. */
async function* pages(client: Client, execution: number, filter: FollowFilter) {
  let after = 0
  for (;;) {
    const page = await client.request('logs.list', { ...filter, execution, after, limit: 1000 })
    yield* page
    if (page.length < 1000) return
    after = page.at(-1)!.sequence
  }
}
