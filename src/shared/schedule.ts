/** When a job runs by itself, as people write it. */
import * as z from 'zod'
import { parseDuration } from './duration.ts'

export const SCHEDULE_KINDS = ['once', 'cron', 'every', 'daemon'] as const
export type ScheduleKind = (typeof SCHEDULE_KINDS)[number]

/** The zone that follows the machine, wherever it goes. */
export const LOCAL = 'local'

export const YEAR = 365 * 86_400_000
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const MONTH_LENGTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** A time span, as milliseconds or as text such as `15m`. */
const span = (least: number) =>
  z
    .union([z.string(), z.number()])
    .transform((value, context) => {
      const milliseconds = parseDuration(value)
      if (milliseconds !== undefined && milliseconds >= least && milliseconds <= YEAR) return milliseconds
      const from = least >= 1000 ? `, at least ${least / 1000} s` : ''
      context.addIssue(
        `must be a time span such as 30s, 15m or 1h30m${from}, at most 365d; got ${JSON.stringify(value)}`,
      )
      return z.NEVER
    })
    .pipe(z.number())

/** An instant: ms since 1970, or ISO text with its zone, such as `2026-12-24T18:00:00Z`. */
const instant = z
  .union([z.number(), z.string()])
  .transform((value, context) => {
    const time = typeof value === 'number' ? value : instantOf(value)
    if (Number.isInteger(time) && time >= 0 && time <= Date.UTC(9999, 0, 1)) return time
    context.addIssue(
      `must be a time such as 2026-12-24T18:00:00Z or 2026-12-24T18:00:00+01:00; got ${JSON.stringify(value)}`,
    )
    return z.NEVER
  })
  .pipe(z.number())

function instantOf(text: string): number {
  const isFull = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)$/.test(text)
  return isFull ? Date.parse(text) : NaN
}

const zone = z.string().min(1).max(100)
const time = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a time of the day such as 22:30')
const date = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d$/, 'must be a date such as 2026-12-24')
  .refine((text) => {
    const [, month = 0, day = 0] = text.split('-').map(Number)
    return day >= 1 && day <= (MONTH_LENGTH[month - 1] ?? 0)
  }, 'is no day of the calendar')

/** What narrows the times of any schedule down. */
const bounds = {
  /** An IANA time zone, or `local`, which follows the machine and is meant if none is given. */
  zone: zone.optional(),
  /** Each time is put off by a part of this that is always the same for it; shorter than the time between two. */
  jitter: span(1).optional(),
  /** Not before, and not after. */
  from: instant.optional(),
  until: instant.optional(),
  /** Times of the day in which it does not run; `to` may lie on the next day. */
  quiet: z
    .array(z.strictObject({ from: time, to: time, days: z.array(z.enum(WEEKDAYS)).min(1).max(7).optional() }))
    .max(50)
    .optional(),
  /** Days on which it does not run. */
  skip: z.array(date).max(1000).optional(),
}

/** Exactly one of the kinds. */
export const scheduleSchema = z.union(
  [
    /** 5 or 6 fields, the second first; names, ranges, steps, lists, L, W, #, nicknames. */
    z.strictObject({ cron: z.string().max(100_000), ...bounds }),
    /** A fixed rate; the anchor is one of its times, the moment at which it was set if not given. */
    z.strictObject({ every: span(1000), anchor: instant.optional(), ...bounds }),
    z.strictObject({ at: instant }),
    z.strictObject({ in: span(1) }),
    z.strictObject({ daemon: z.literal(true) }),
  ],
  'must be one of { cron }, { every }, { at }, { in } or { daemon: true }',
)

export type ScheduleInput = z.input<typeof scheduleSchema>
/** As it is stored: what was to come after a while has its time by then. */
export type Schedule = Exclude<z.output<typeof scheduleSchema>, { in: number }>

export const kindOf = (schedule: object): ScheduleKind =>
  'cron' in schedule ? 'cron' : 'every' in schedule ? 'every' : 'daemon' in schedule ? 'daemon' : 'once'

export const REBOOT = '@reboot'
/** Whether it begins when the planner does, and at no time that could be known before. */
export const isAtStart = (schedule: Schedule): boolean =>
  'cron' in schedule && schedule.cron.trim().toLowerCase() === REBOOT

/** What becomes of occurrences that nobody acted on in time. */
export const MISSED = ['skip', 'latest', 'all', 'ask'] as const
/** What becomes of an occurrence while a run of the job is still open. */
export const OVERLAPS = ['skip', 'queue', 'queue-all', 'replace', 'allow'] as const
export const RESTARTS = ['always', 'on-failure'] as const

export const OUTCOMES = ['started', 'skipped', 'missed', 'held'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** Why an occurrence became what it did. */
export const REASONS = [
  /** Started when it was due. */
  'on-time',
  /** Started later, for itself or for all that were missed with it. */
  'catch-up',
  'backfill',
  /** A person was asked, and answered. */
  'answered',
  'overlap',
  'paused',
  'disabled',
  /** A person skipped this one. */
  'snoozed',
  'quiet',
  'skip-list',
  /** What it runs cannot be run; the detail says why. */
  'refused',
  /** Nothing that plans was running. */
  'down',
  /** A later one was run for it. */
  'superseded',
  'too-old',
  /** More were missed than are caught up with. */
  'limit',
  /** Waits for a person. */
  'ask',
] as const
export type Reason = (typeof REASONS)[number]
