/** When a job runs, as people choose it: presets that are written as schedules, and schedules that are read as presets. */
import type { ScheduleInput } from '../../../shared/schedule.ts'
import { REBOOT } from '../../../shared/schedule.ts'
import { formatDuration } from '../../../shared/duration.ts'
import type { Job } from '../../../shared/contract.ts'
import { localText } from '../../format.ts'

export const PRESETS = [
  'hand',
  'every',
  'day',
  'weekdays',
  'week',
  'month',
  'once',
  'daemon',
  'start',
  'cron',
] as const
export type Preset = (typeof PRESETS)[number]

export const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
export type Unit = keyof typeof UNITS

/** As the schedule names them, the first day of the week first. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof WEEKDAYS)[number]

export interface Quiet {
  from: string
  to: string
  days: Weekday[]
}

/** What was chosen and typed; what belongs to another preset stays, for whoever comes back to that. */
export interface When {
  preset: Preset
  amount: string
  unit: Unit
  /** One of the times of a fixed rate, where it was set. */
  anchor: number | null
  time: string
  days: Weekday[]
  /** The day of the month; `L` is the last. */
  dayOfMonth: string
  /** As the field for a date and a time has it, in the zone of this machine. */
  at: string
  cron: string
  /** Empty for that of the machine. */
  zone: string
  jitter: string
  from: string
  until: string
  quiet: Quiet[]
  skip: string[]
  /** The times that the schedule has, to the millisecond: they count as long as their texts are not touched. */
  exact: Partial<Record<Moment, number>>
}

/** Fields for a date and a time. */
export type Moment = 'at' | 'from' | 'until'

export const NO_WHEN: When = {
  preset: 'hand',
  amount: '15',
  unit: 'm',
  anchor: null,
  time: '09:00',
  days: ['mon'],
  dayOfMonth: '1',
  at: '',
  cron: '',
  zone: '',
  jitter: '',
  from: '',
  until: '',
  quiet: [],
  skip: [],
  exact: {},
}

/** Whether a preset has times that can be narrowed down. */
export const hasBounds = ({ preset }: When): boolean => !['hand', 'once', 'daemon'].includes(preset)

/** The cron expression of a preset; undefined where it has none. */
export function cronOf({ preset, time, days, dayOfMonth, cron }: When): string | undefined {
  if (preset === 'cron') return cron
  if (preset === 'start') return REBOOT
  const [hour = NaN, minute = NaN] = time.split(':').map(Number)
  const at = `${minute} ${hour}`
  switch (preset) {
    case 'day':
      return `${at} * * *`
    case 'weekdays':
      return `${at} * * 1-5`
    case 'week':
      return `${at} * * ${WEEKDAYS.flatMap((day, index) => (days.includes(day) ? [(index + 1) % 7] : []))
        .toSorted((a, b) => a - b)
        .join(',')}`
    case 'month':
      return `${at} ${dayOfMonth} * *`
    default:
      return undefined
  }
}

/** The preset that a cron expression is, with its parts; the field itself where it fits none. */
export function whenOfCron(cron: string): Partial<When> {
  const text = cron.trim().replaceAll(/\s+/g, ' ')
  if (text.toLowerCase() === REBOOT) return { preset: 'start' }
  const plain: Partial<When> = { preset: 'cron', cron }
  const [, minute, hour, day = '', weekday = ''] =
    /^(\d{1,2}) (\d{1,2}) (\*|L|\d{1,2}) \* (\*|[\d,a-z-]+)$/i.exec(text) ?? []
  if (minute === undefined || hour === undefined) return plain
  if (Number(minute) > 59 || Number(hour) > 23) return plain
  const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`
  if (day !== '*') {
    const isDay = day.toUpperCase() === 'L' || (Number(day) >= 1 && Number(day) <= 31)
    return weekday === '*' && isDay
      ? { preset: 'month', time, dayOfMonth: day === 'l' ? 'L' : day.replace(/^0/, '') }
      : plain
  }
  if (weekday === '*') return { preset: 'day', time }
  if (/^(?:1-5|mon-fri)$/i.test(weekday)) return { preset: 'weekdays', time }
  const days = weekday.split(',').map(dayOf)
  return days.every((each) => each !== undefined)
    ? { preset: 'week', time, days: WEEKDAYS.filter((each) => days.includes(each)) }
    : plain
}

function dayOf(text: string): Weekday | undefined {
  if (/^[0-7]$/.test(text)) return WEEKDAYS[(Number(text) + 6) % 7]
  return WEEKDAYS.find((day) => day === text.toLowerCase())
}

/**
 * What was typed for a moment, as a time; as it is where it is none, so that it is said to be wrong. The text knows
 * neither seconds nor which of two repeated hours it is in, so the time that it was made of counts if there is one.
 */
function momentOf(when: When, field: Moment): number | string {
  const text = when[field]
  const exact = when.exact[field]
  if (exact !== undefined && localText(exact) === text) return exact
  const time = new Date(text).getTime()
  return Number.isNaN(time) ? text : time
}

/** Whether a moment was typed that the clocks of this machine leave out, as they are set forward. */
export function isLeftOut(text: string): boolean {
  const time = new Date(text).getTime()
  const hour = (moment: string) => moment.replace(/^.*T(\d\d:\d\d).*$/, '$1')
  return !Number.isNaN(time) && hour(localText(time)) !== hour(text)
}

/** The schedule that was chosen; null where it runs only when it is started. It may still be wrong. */
export function scheduleOf(when: When): ScheduleInput | null {
  switch (when.preset) {
    case 'hand':
      return null
    case 'once':
      return { at: momentOf(when, 'at') }
    case 'daemon':
      return { daemon: true }
    case 'every':
      return {
        every: `${when.amount.trim()}${when.unit}`,
        ...(when.anchor !== null && { anchor: when.anchor }),
        ...boundsOf(when),
      }
    default:
      return { cron: cronOf(when) ?? '', ...boundsOf(when) }
  }
}

function boundsOf(when: When) {
  const { zone, jitter, from, until, quiet, skip } = when
  return {
    ...(zone !== '' && { zone }),
    ...(jitter.trim() !== '' && { jitter: jitter.trim() }),
    ...(from !== '' && { from: momentOf(when, 'from') }),
    ...(until !== '' && { until: momentOf(when, 'until') }),
    ...(quiet.length > 0 && {
      quiet: quiet.map((each) => ({
        from: each.from,
        to: each.to,
        ...(each.days.length > 0 && { days: each.days }),
      })),
    }),
    ...(skip.length > 0 && { skip }),
  }
}

/** A span in the largest unit that it is a whole number of. */
function amountOf(milliseconds: number): Pick<When, 'amount' | 'unit'> {
  for (const unit of ['d', 'h', 'm'] as const)
    if (milliseconds % UNITS[unit] === 0) return { amount: String(milliseconds / UNITS[unit]), unit }
  return { amount: String(milliseconds / 1000), unit: 's' }
}

/** A schedule as it is shown in the editor. */
export function whenOf(schedule: Job['schedule']): When {
  if (!schedule) return NO_WHEN
  if ('daemon' in schedule) return { ...NO_WHEN, preset: 'daemon' }
  if ('at' in schedule)
    return { ...NO_WHEN, preset: 'once', at: localText(schedule.at), exact: { at: schedule.at } }
  if ('in' in schedule) return NO_WHEN
  const kind: Partial<When> =
    'cron' in schedule
      ? whenOfCron(schedule.cron)
      : { preset: 'every', ...amountOf(schedule.every), anchor: schedule.anchor ?? null }
  const { zone, jitter, from, until, quiet, skip } = schedule
  return {
    ...NO_WHEN,
    ...kind,
    zone: zone === undefined || zone === 'local' ? '' : zone,
    jitter: jitter === undefined ? '' : String(formatDuration(jitter)),
    from: from === undefined ? '' : localText(from),
    until: until === undefined ? '' : localText(until),
    quiet: (quiet ?? []).map((each) => ({ from: each.from, to: each.to, days: each.days ?? [] })),
    skip: skip ?? [],
    exact: { ...(from !== undefined && { from }), ...(until !== undefined && { until }) },
  }
}
