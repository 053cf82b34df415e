/** The part of the contract that is about logs. */
import * as z from 'zod'
import { limit, reference } from './fields.ts'

export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
const level = z.enum(LEVELS)

const logEntry = z.object({
  executionId: z.int(),
  sequence: z.int(),
  time: z.int(),
  level,
  message: z.string(),
  fields: z.record(z.string(), z.json()).nullable(),
  stream: z.enum(['log', 'stdout', 'stderr']),
  /** Set on the one row that stands for the entries `sequence` to `droppedThrough`, which were not kept. */
  droppedThrough: z.int().nullable(),
})

/** One line of one run. Newer runs are above older ones, and later lines above earlier ones. */
const logKey = z.object({ execution: z.int(), sequence: z.int().min(0) })
const logHit = logEntry.extend({ jobId: z.string(), jobName: z.string() })

/** A regular expression of JavaScript, with the flags `m` and `u`. */
const expression = z
  .string()
  .min(1, 'must not be empty')
  .max(1000)
  .superRefine((source, context) => {
    try {
      RegExp(source, 'mu')
    } catch (thrown) {
      const [, reason = (thrown as Error).message] =
        /^[^]*\/[a-z]*: ([^]*)$/.exec((thrown as Error).message) ?? []
      context.addIssue(`must be a regular expression; ${JSON.stringify(source)} is none: ${reason}`)
    }
  })

/** What lines of a log must be like. */
const lineFilter = {
  /** This level and those above. */
  level: level.optional(),
  levels: z.array(level).min(1).max(LEVELS.length).optional(),
  /** Is in the message, in upper or lower case. */
  text: z
    .string()
    .max(1000)
    .refine((text) => !text.includes('\0'), 'must not contain a NUL character')
    .optional(),
  /** Fits a part of the message; `^` and `$` are the ends of a line. */
  pattern: expression.optional(),
  /** Of the pattern. */
  ignoreCase: z.boolean().optional(),
  /** From this time to that, both included. */
  since: z.int().optional(),
  until: z.int().optional(),
}

export const logRequests = {
  /**
   * Lines of a run, oldest first: all, or `limit` of them from `after` on; with `last`, the last ones; with
   * `newestFirst`, those as well, and in that order; with `around`, the ones before and after that line. The row that
   * stands for entries that were not kept counts as one line.
   */
  'logs.list': {
    input: z
      .strictObject({
        execution: reference,
        ...lineFilter,
        after: z.int().min(0).optional(),
        through: z.int().min(0).optional(),
        before: z.int().min(0).optional(),
        around: z.int().min(0).optional(),
        last: z.boolean().optional(),
        newestFirst: z.boolean().optional(),
        limit: limit.optional(),
      })
      .refine(({ around, limit }) => around === undefined || limit !== undefined, {
        path: ['limit'],
        error: 'is wanted with around: how many lines in all',
      })
      .refine(({ around, after, before, last }) => around === undefined || !(after ?? before ?? last), {
        path: ['around'],
        error: 'goes with neither after, before nor last',
      }),
    output: z.array(logEntry),
  },
  /** Where a failed run went wrong: its first line of level error or above. */
  'logs.firstError': { input: z.strictObject({ execution: reference }), output: z.int().nullable() },
  /** How many lines of a run have each level. */
  'logs.levels': { input: z.strictObject({ execution: reference }), output: z.partialRecord(level, z.int()) },
  /**
   * Lines of all runs, newest run first, its last line first. A page comes soon, with what was found until then, which
   * may be nothing: as long as it is not `done`, the search goes on with `before: reached`.
   */
  'logs.search': {
    input: z.strictObject({
      ...lineFilter,
      job: reference.optional(),
      firstExecution: z.int().positive().optional(),
      lastExecution: z.int().positive().optional(),
      before: logKey.optional(),
      limit: z.int().min(1).max(10_000).optional(),
    }),
    output: z.object({
      entries: z.array(logHit),
      /** The line up to which everything was looked through. */
      reached: logKey.nullable(),
      done: z.boolean(),
    }),
  },
}

export type Level = z.infer<typeof level>
export type LogEntry = z.infer<typeof logEntry>
export type LogHit = z.infer<typeof logHit>
export type LogKey = z.infer<typeof logKey>
