import { Fault } from '../shared/fault.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import { withoutPlanner } from './occurrences.ts'
import { counted, print, printJson, printNote, table } from './terminal.ts'
import { instantIn, localZone, zonedTime } from './when.ts'

export interface BackfillOptions extends GlobalOptions {
  job: string
  from: string
  to?: string
  dryRun?: boolean
}

/** `jobdeck backfill`: runs a job for planned times that are over and for which it did not run. */
export function backfill({ job, dryRun = false, ...options }: BackfillOptions): Promise<void> {
  const now = Date.now()
  const from = timeOf('from', options.from, 'start')
  const to = options.to === undefined ? now : endOf(options.to, now)
  if (from > to)
    throw new Fault(
      'invalid-input',
      options.to === undefined ? '--from: lies in the future' : '--from: must be before --to',
    )
  return withDeck(options, 'command', async (client) => {
    const found = await client.request('jobs.backfill', { job, from, to, dryRun })
    if (options.json)
      return found.forEach(({ at, executionId }) =>
        printJson({ at: new Date(at).toISOString(), execution: executionId }),
      )
    if (found.length === 0) return printNote('It ran for every time that was planned between the two.')
    const rows = found.map(({ at, executionId }) => [
      zonedTime(at),
      executionId === null ? '' : `#${executionId}`,
    ])
    print(table(['PLANNED FOR', 'RUN'], rows, { name: 'PLANNED FOR' }))
    if (dryRun) return printNote(`${counted(found.length, 'run')} would be queued, one after another.`)
    printNote(`Queued ${counted(found.length, 'run')}, one after another.`)
    const note = await withoutPlanner(client)
    if (note) printNote(note)
  })
}

function timeOf(option: 'from' | 'to', text: string, edge: 'start' | 'end'): number {
  const time = instantIn(text, localZone(), edge)
  if (time !== undefined && time >= 0) return time
  throw new Fault(
    'invalid-input',
    `--${option}: wants a date such as 2026-01-31, or a time such as 2026-01-31T18:30; got ${JSON.stringify(text)}`,
  )
}

/** The last instant that is meant: of a date, the end of that day; of today, now. */
function endOf(text: string, now: number): number {
  const isDate = !text.includes(':')
  const time = timeOf('to', text, 'end') - (isDate ? 1 : 0)
  const hasBegun = isDate && timeOf('to', text, 'start') <= now
  return hasBegun ? Math.min(time, now) : time
}
