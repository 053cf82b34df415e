import type { Client } from '../shared/client.ts'
import type { Input, Occurrence } from '../shared/contract.ts'
import type { Outcome, Reason } from '../shared/schedule.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import { refuseEmptyRanges } from './runs.ts'
import {
  isOutputClosed,
  oneLine,
  outputRoom,
  print,
  printJson,
  printNote,
  styled,
  table,
  type Style,
} from './terminal.ts'
import { zonedTime } from './when.ts'

/** Why an occurrence became what it did, for people. */
export const REASON_WORDS: Record<Reason, string> = {
  'on-time': 'when it was due',
  'catch-up': 'it was missed, and made up for',
  backfill: 'it was made up for by hand',
  answered: 'that was the answer, when it was asked',
  overlap: 'the run before was still open',
  paused: 'it was paused',
  disabled: 'it was disabled',
  snoozed: 'it was skipped by hand',
  quiet: 'it lay in its quiet times',
  'skip-list': 'it lay on a day that it leaves out',
  refused: 'it could not be run',
  down: 'nothing kept the deck running',
  superseded: 'a later one was run for it',
  'too-old': 'it was missed too long ago',
  limit: 'more were missed than it makes up for',
  ask: 'it waits for an answer: jobdeck missed',
}

const OUTCOME_LOOK: Record<Outcome, { shape: string; style: Style }> = {
  started: { shape: '✔', style: 'green' },
  skipped: { shape: '↷', style: 'dim' },
  missed: { shape: '✖', style: 'red' },
  held: { shape: '?', style: 'yellow' },
}

export interface PlannedOptions extends GlobalOptions {
  job?: string | undefined
  outcome?: Outcome[]
  since?: number
  until?: number
  limit?: number
}

/** A page for people, if nobody says so. */
const PAGE = 25
const STEP = 1000

/** `jobdeck planned`: what became of the times at which jobs were to run, newest first. */
export function planned(options: PlannedOptions): Promise<void> {
  refuseEmptyRanges({
    ...(options.since && { since: options.since }),
    ...(options.until && { until: options.until }),
  })
  const { job, outcome, since, until, limit, json } = options
  const filter = {
    ...(job !== undefined && { job }),
    ...(outcome && { outcomes: outcome }),
    ...(since !== undefined && { from: since }),
    ...(until !== undefined && { to: until }),
  }
  return withDeck(options, 'command', async (client) => {
    if (json) return printAll(client, filter, limit)
    const wanted = limit ?? PAGE
    const found = await client.request('occurrences.list', { ...filter, limit: wanted + 1 })
    if (found.length === 0)
      return printNote(
        Object.keys(filter).length === 0
          ? 'Nothing that was planned has come due yet.'
          : 'Nothing planned fits that.',
      )
    print(occurrenceTable(found.slice(0, wanted)))
    if (found.length > wanted) printNote(`There are older ones: add --limit ${wanted * 4}`)
  })
}

/** Each as it is: all of them, if nobody says how many. */
async function printAll(client: Client, filter: Input<'occurrences.list'>, limit = Infinity): Promise<void> {
  let before: Input<'occurrences.list'>['before']
  for (let left = limit; left > 0;) {
    const step = Math.min(left, STEP)
    const part = await client.request('occurrences.list', {
      ...filter,
      limit: step,
      ...(before && { before }),
    })
    for (const occurrence of part) {
      printJson(occurrence)
      await outputRoom()
      if (isOutputClosed()) return
    }
    if (part.length < step) return
    const last = part.at(-1)!
    before = { at: last.firstAt, jobId: last.jobId }
    left -= step
  }
}

/** A row for each entry of the ledger. */
export const occurrenceTable = (occurrences: Occurrence[]): string =>
  table(['PLANNED FOR', 'TIMES', 'BECAME', 'RUN', 'JOB', 'WHY'], occurrences.map(row), {
    name: 'JOB',
    lesser: ['RUN', 'TIMES'],
  })

function row({
  firstAt,
  lastAt,
  count,
  outcome,
  reason,
  detail,
  executionId,
  jobName,
}: Occurrence): string[] {
  const { shape, style } = OUTCOME_LOOK[outcome]
  const why = detail ? `${REASON_WORDS[reason]}: ${detail}` : REASON_WORDS[reason]
  return [
    count === 1 ? zonedTime(firstAt) : spanText(firstAt, lastAt),
    count === 1 ? '' : count.toLocaleString('en'),
    styled(style, `${shape} ${outcome}`),
    executionId === null ? '' : `#${executionId}`,
    oneLine(jobName),
    styled('dim', oneLine(why)),
  ]
}

/** The first and the last of some times; of the last what is not the same. */
function spanText(first: number, last: number): string {
  const [from, to] = [zonedTime(first), zonedTime(last)]
  const isSameDay = from.slice(0, 14) === to.slice(0, 14)
  return `${from} – ${isSameDay ? to.slice(15) : to}`
}
