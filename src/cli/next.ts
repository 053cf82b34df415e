import { Fault } from '../shared/fault.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import { timesTable } from './occurrences.ts'
import { scheduleOf, type ScheduleOptions } from './schedule-options.ts'
import { oneLine, print, printJson, printNote, styled } from './terminal.ts'
import { instantIn, zoneNamed } from './when.ts'

export interface NextOptions
  extends GlobalOptions, Pick<ScheduleOptions, 'cron' | 'every' | 'tz' | 'anchor'> {
  job?: string | undefined
  count: number
  from?: string
}

/** `jobdeck next`: when a job, or a schedule that is typed, comes next. */
export function next({ job, count, from, ...options }: NextOptions): Promise<void> {
  const { cron, every, tz, anchor } = options
  const typed = cron !== undefined || every !== undefined
  if (typed === (job !== undefined))
    throw new Fault('invalid-input', 'next: wants one of: a JOB, --cron EXPRESSION, --every TIME')
  if (job !== undefined && tz !== undefined)
    throw new Fault('invalid-input', '--tz: goes with --cron or --every')
  const schedule = scheduleOf({
    ...(cron !== undefined && { cron }),
    ...(every !== undefined && { every }),
    ...(tz !== undefined && { tz }),
    ...(anchor !== undefined && { anchor }),
  })
  const instant = from === undefined ? undefined : instantIn(from, zoneNamed(tz)!, 'start')
  if (from !== undefined && (instant === undefined || instant < 0))
    throw new Fault(
      'invalid-input',
      `--from: wants a date such as 2026-03-29, or a time such as 2026-03-29T01:00Z; got ${JSON.stringify(from)}`,
    )
  return withDeck(options, 'command', async (client) => {
    const found = await client.request('schedules.preview', {
      ...(schedule && { schedule }),
      ...(job !== undefined && { job }),
      ...(instant !== undefined && { from: instant }),
      count,
    })
    const { words, zone, occurrences } = found
    if (options.json)
      return occurrences.forEach(({ at, dst }) => printJson({ at: new Date(at).toISOString(), dst }))
    const inZone = words.en.includes(zone) ? '' : `  ${styled('dim', `(${zone})`)}`
    print(oneLine(words.en) + inZone)
    if (occurrences.length === 0) return printNote('No times of it are planned.')
    print(timesTable(found))
  })
}
