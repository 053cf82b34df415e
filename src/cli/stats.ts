import type { Output } from '../shared/contract.ts'
import { bars, hourLine } from './charts.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import { facts, section } from './facts.ts'
import { pathOf } from './pages.ts'
import { refuseEmptyRanges } from './runs.ts'
import {
  bytes,
  counted,
  dateTime,
  duration,
  oneLine,
  print,
  printJson,
  statusText,
  styled,
} from './terminal.ts'

export interface StatsOptions extends GlobalOptions {
  job?: string | undefined
  category?: string
  /** In ms since 1970. */
  since?: number
  until?: number
}

type Statistics = Output<'statistics.get'>
type Day = Statistics['days'][number]

const MINUTE = 60_000
const DAY = 86_400_000
/** How far it goes back if nobody says so. */
const USUAL = 30 * DAY
/** So many bars at most stand under one another; beyond, one bar stands for more days. */
const BARS = 62

/** `jobdeck stats`: how runs ended, how long they took and when, what waits, and how large all is. */
export function stats(options: StatsOptions): Promise<void> {
  const now = Date.now()
  const { job, category, since: from = now - USUAL, until: to = now, json } = options
  refuseEmptyRanges({ since: from, until: to })
  return withDeck(options, 'command', async (client) => {
    const zoneOffset = -new Date(now).getTimezoneOffset()
    const found = job === undefined ? undefined : await client.request('jobs.get', { job })
    const statistics = await client.request('statistics.get', {
      from,
      to,
      zoneOffset,
      ...(found && { job: found.id }),
      ...(category !== undefined && { category: await pathOf(client, category) }),
    })
    const isWhole = found === undefined && category === undefined
    const { waiting, running } = await client.request('queue.get', {})
    const sizes = await client.request('deck.sizes', found ? { limit: 1_000_000 } : { limit: 5 })
    const logBytes = found && (sizes.jobs.find(({ id }) => id === found.id)?.logBytes ?? 0)
    if (json) {
      return printJson({
        from,
        to,
        zoneOffset,
        ...statistics,
        ...(found && { job: found.id, logBytes }),
        ...(isWhole && { waiting, running, sizes }),
      })
    }
    const what = found ? `Runs of ${found.name}` : category === undefined ? 'All runs' : `Runs in ${category}`
    print(
      styled('bold', oneLine(`${what}, ${dateTime(from).slice(0, 10)} to ${dateTime(to - 1).slice(0, 10)}`)),
    )
    showEndings(statistics)
    const shift = zoneOffset * MINUTE
    showTrend(statistics.days, Math.floor((from + shift) / DAY), Math.floor((to - 1 + shift) / DAY), shift)
    if (statistics.hours.some((count) => count > 0)) section('By hour of the day', hourLine(statistics.hours))
    if (logBytes !== undefined) section('Size', `${bytes(logBytes)} of logs`)
    if (!isWhole) return
    section('Now', `${running} running, ${waiting} waiting`)
    section('Sizes', sizeText(sizes))
  })
}

/** `98.4 %`; never 100 or 0 where it is not all or none. */
export function percent(part: number): string {
  const text = (part * 100).toFixed(1)
  if (part < 1 && text === '100.0') return '> 99.9 %'
  if (part > 0 && text === '0.0') return '< 0.1 %'
  return `${text.replace('.0', '')} %`
}

function showEndings({ ended, successRate, duration: took }: Statistics): void {
  const states = Object.entries(ended) as [keyof typeof ended, number][]
  facts({
    Ended: states.length === 0 ? 'none' : total(ended).toLocaleString('en'),
    ...Object.fromEntries(states.map(([status, count]) => [statusText(status), count.toLocaleString('en')])),
    'Success rate':
      successRate === null
        ? null
        : `${percent(successRate)}${ended.cancelled ? ' (cancelled ones do not count)' : ''}`,
    Took:
      took &&
      `mean ${duration(took.mean)}, half within ${duration(took.p50)}, 90 % within ${duration(took.p90)}, 99 % within ${duration(took.p99)}`,
  })
}

const total = (ended: Statistics['ended']) => Object.values(ended).reduce((sum, count) => sum + count, 0)

/** A bar for every day from the first to the last, also for those on which nothing ended. */
function showTrend(days: Day[], first: number, last: number, shift: number): void {
  if (days.length === 0) return
  // Of all that there is time for, what was before the first run tells nothing.
  const start = Math.max(first, Math.floor((days[0]!.from + shift) / DAY))
  const step = [1, 7, 28, 364].find((length) => (last - start) / length < BARS) ?? 364
  const rows = []
  for (let day = start; day <= last; day += step) {
    const of = days.filter(({ from }) => {
      const at = Math.floor((from + shift) / DAY)
      return at >= day && at < day + step
    })
    const ended = of.reduce((sum, one) => sum + total(one.ended), 0)
    const good = of.reduce((sum, one) => sum + (one.ended.completed ?? 0) + (one.ended.cancelled ?? 0), 0)
    rows.push({
      label: new Date(day * DAY).toISOString().slice(0, 10),
      value: ended,
      remark: ended > good ? styled('red', `✖ ${(ended - good).toLocaleString('en')}`) : '',
    })
  }
  const each = step === 1 ? 'day' : `${step} days`
  section(`Ended by ${each}; ✖ those that did not complete`, bars(rows))
}

function sizeText({ database, writeAheadLog, free, logs, artifacts, jobs }: Output<'deck.sizes'>): string {
  const lines = [
    `${bytes(database)} database, of which ${bytes(free)} are free, and ${bytes(writeAheadLog)} of what was written last`,
    ...(artifacts > 0 ? [`${bytes(artifacts)} of files kept with runs`] : []),
    `${bytes(logs)} of logs${jobs.length > 0 ? `; most are of ${counted(jobs.length, 'job')}:` : ''}`,
    ...jobs.map(({ name, logBytes, artifactBytes }) => {
      const files = artifactBytes > 0 ? `, and ${bytes(artifactBytes)} of files` : ''
      return `  ${bytes(logBytes).padStart(9)}  ${oneLine(name)}${files}`
    }),
  ]
  return lines.join('\n')
}
