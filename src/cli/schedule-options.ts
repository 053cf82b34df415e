/** The options that say when a job runs by itself. */
import { InvalidArgumentError, Option, type Command } from 'commander'
import { parseDuration } from '../shared/duration.ts'
import { Fault } from '../shared/fault.ts'
import type { ScheduleInput } from '../shared/schedule.ts'
import { checkDuration, collect } from './options.ts'
import { instantIn, nextTimeOfDay, zoneNamed } from './when.ts'

export interface ScheduleOptions {
  cron?: string
  every?: string
  at?: string
  in?: string
  daemon?: boolean
  tz?: string
  anchor?: string
  jitter?: string
  from?: string
  until?: string
  quiet?: string[]
  skip?: string[]
}

const KINDS = ['cron', 'every', 'at', 'in', 'daemon'] as const
/** What goes with a schedule that comes again and again. */
const BOUNDS = ['jitter', 'from', 'until', 'quiet', 'skip'] as const
const YEAR = 365 * 86_400_000
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
type Weekday = (typeof WEEKDAYS)[number]

export const cronOption = () =>
  new Option('--cron <expression>', 'at the times of a cron expression, as "30 2 * * *" or @daily')
export const everyOption = () =>
  new Option('--every <time>', 'at a fixed rate, as 15m or 1h30m').argParser(checkDuration)
export const zoneOption = () =>
  new Option(
    '--tz <zone>',
    'the time zone, as Europe/Berlin; that of this machine, wherever it goes, if not given',
  )

export const withSchedule = (command: Command): Command =>
  command
    .addOption(cronOption())
    .addOption(everyOption())
    .option('--at <time>', 'once, at a time such as 18:00 or 2026-12-24T18:00')
    .option('--in <time>', 'once, after 30m, 2h …', checkDuration)
    .option('--daemon', 'keep it running: when it ends it is started again')
    .addOption(zoneOption())
    .option('--anchor <time>', 'with --every, one of its times; now if not given')
    .option('--jitter <time>', 'put each time off by up to so long, always the same for it', checkDuration)
    .option('--from <time>', 'not before a date or a time')
    .option('--until <time>', 'not after it; the day of a date included')
    .option(
      '--quiet <times>',
      'not in these times of the day, as 22:00-07:00 or "sat,sun 00:00-12:00"',
      collect,
    )
    .option('--skip <date>', 'not on this day; may be repeated, or several with commas', collect)

const refuse = (option: string, message: string): never => {
  throw new Fault('invalid-input', `--${option}: ${message}`)
}

/**
 * The schedule that was typed, or undefined where none was.
 * @throws Fault `invalid-input` that names the option
 */
export function scheduleOf(options: ScheduleOptions): ScheduleInput | undefined {
  const kinds = KINDS.filter((kind) => options[kind] !== undefined)
  const [kind] = kinds
  if (kinds.length > 1) {
    const given = kinds.map((name) => `--${name}`).join(' and ')
    throw new Fault('invalid-input', `${given} do not go together: a job has one schedule`)
  }
  if (options.anchor !== undefined && kind !== 'every') refuse('anchor', 'goes with --every')
  if (kind !== 'cron' && kind !== 'every') {
    const given = BOUNDS.find((name) => options[name] !== undefined)
    if (given) refuse(given, 'goes with --cron or --every')
    if (options.tz !== undefined && kind !== 'at') refuse('tz', 'goes with --cron, --every or --at')
  }
  const zone = zoneNamed(options.tz)
  if (zone === undefined)
    return refuse(
      'tz',
      `wants a time zone such as Europe/Berlin, or local; got ${JSON.stringify(options.tz)}`,
    )
  switch (kind) {
    case undefined:
      return undefined
    case 'daemon':
      return { daemon: true }
    case 'in':
      return { in: span('in', options.in!, 1) }
    case 'at':
      return { at: nextTimeOfDay(options.at!, zone, Date.now()) ?? timeOf('at', options.at!, zone) }
    case 'every':
      return {
        every: span('every', options.every!, 1000),
        ...(options.anchor !== undefined && { anchor: timeOf('anchor', options.anchor, zone, 'start') }),
        ...boundsOf(options, zone),
      }
    default:
      return { cron: options.cron!, ...boundsOf(options, zone) }
  }
}

function boundsOf({ tz, jitter, from, until, quiet, skip }: ScheduleOptions, zone: string) {
  return {
    ...(tz !== undefined && { zone: tz }),
    ...(jitter !== undefined && { jitter: span('jitter', jitter, 1) }),
    ...(from !== undefined && { from: timeOf('from', from, zone, 'start') }),
    ...(until !== undefined && { until: timeOf('until', until, zone, 'end') }),
    ...(quiet && { quiet: quiet.map(quietOf) }),
    ...(skip && { skip: skip.flatMap((days) => days.split(',')).map(dayOf) }),
  }
}

function span(option: string, text: string, least: number): number {
  const time = parseDuration(text)!
  if (time >= least && time <= YEAR) return time
  const from = least > 1 ? `at least ${least / 1000}s and ` : ''
  return refuse(option, `must be ${from}at most 365d; got ${JSON.stringify(text)}`)
}

/** @param edge which end of a day a date alone stands for; without, it wants a time of the day */
function timeOf(option: string, text: string, zone: string, edge?: 'start' | 'end'): number {
  const time = instantIn(text, zone, edge)
  // The end of a day is what comes right before the next one.
  if (time !== undefined) return edge === 'end' && /^\d{4}-\d\d-\d\d$/.test(text.trim()) ? time - 1 : time
  const forms = edge ? 'a date such as 2026-12-24, or a time such as' : 'a time such as'
  const advice =
    option === 'at' && parseDuration(text) !== undefined ? `; for a while from now: --in ${text}` : ''
  return refuse(
    option,
    `wants ${forms} 2026-12-24T18:00, with or without a zone (Z, +01:00); got ${JSON.stringify(text)}${advice}`,
  )
}

function dayOf(text: string): string {
  const day = text.trim()
  if (/^\d{4}-\d\d-\d\d$/.test(day) && instantIn(day, 'UTC', 'start') !== undefined) return day
  return refuse('skip', `wants a date such as 2026-12-24; got ${JSON.stringify(text)}`)
}

function quietOf(text: string): { from: string; to: string; days?: Weekday[] } {
  const [, days, from, to] = /^(?:(\S+)\s+)?(\d\d:\d\d)\s*-\s*(\d\d:\d\d)$/.exec(text.trim()) ?? []
  const isTime = (time: string | undefined) => time !== undefined && /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(time)
  const wanted = 'wants two times of the day such as 22:00-07:00, or with days "sat,sun 00:00-12:00"'
  if (!isTime(from) || !isTime(to)) return refuse('quiet', `${wanted}; got ${JSON.stringify(text)}`)
  return { from: from!, to: to!, ...(days !== undefined && { days: days.split(',').flatMap(weekdays) }) }
}

/** `sat`, or `mon-fri`. */
function weekdays(text: string): Weekday[] {
  const [first, last = first] = text
    .toLowerCase()
    .split('-')
    .map((name) => WEEKDAYS.indexOf(name as Weekday))
  if (first === undefined || first < 0 || last! < first)
    return refuse(
      'quiet',
      `the days are ${WEEKDAYS.join(', ')}, or a range such as mon-fri; got ${JSON.stringify(text)}`,
    )
  return WEEKDAYS.slice(first, last! + 1)
}

/** A time zone, where one of that name is known. */
export function checkZone(text: string): string {
  if (zoneNamed(text) !== undefined) return text
  throw new InvalidArgumentError('It must be a time zone such as Europe/Berlin, or local.')
}
