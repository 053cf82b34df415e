/** How a job runs: what can be set for a job, for a category, and by a script. */
import * as z from 'zod'
import { parseDuration } from './duration.ts'
import { encoding } from './encoding.ts'
import { MISSED, OVERLAPS, RESTARTS } from './schedule.ts'
import { secretReference, type SecretReference } from './secrets.ts'
import { parseSize } from './size.ts'

export const MODES = ['in-process', 'process'] as const

const DAY = 86_400_000
const MEBIBYTE = 1024 * 1024
const TEXT_LIMIT = 200

export const mode = z.enum(MODES)

/** One line of text that people read: any script, no control characters; at most `limit` characters, else 200. */
export const line = (limit = TEXT_LIMIT) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .refine((text) => text.length <= limit, {
      error: (issue) =>
        `is ${String(issue.input).length.toLocaleString('en')} characters long; at most ${limit} fit`,
    })
    .refine((text) => !/\p{Cc}/u.test(text), 'must be one line, without line breaks or control characters')

/** Milliseconds, or text such as `30s` or `1h30m`. */
export const duration = z
  .union([z.string(), z.number()])
  .transform((value, context) => {
    const milliseconds = parseDuration(value)
    if (milliseconds !== undefined && milliseconds > 0 && milliseconds <= 365 * DAY) return milliseconds
    context.addIssue(
      `must be a time span such as 30s, 15m or 1h30m, at most 365d; got ${JSON.stringify(value)}`,
    )
    return z.NEVER
  })
  .pipe(z.number())

/** Bytes, or text such as `512MB`; at least `least`. */
export const size = (least: number) =>
  z
    .union([z.string(), z.number()])
    .transform((value, context) => {
      const bytes = parseSize(value)
      if (bytes !== undefined && bytes >= least && bytes <= 2 ** 50) return bytes
      context.addIssue(
        `must be an amount such as 512MB or 2GB, at least ${least.toLocaleString('en')} bytes; got ${JSON.stringify(value)}`,
      )
      return z.NEVER
    })
    .pipe(z.number())

const variableName = z.string().regex(/^[^=\0]+$/, 'a variable name must not be empty or contain =')
const variableValue = z.string().refine((value) => !value.includes('\0'), 'must not contain a NUL character')
/** Variables as a run gets them. */
export const variables = z.record(variableName, variableValue)
const environment = z.record(
  variableName,
  z.union([variableValue, secretReference], 'must be text without NUL characters, or { secret: NAME }'),
)
const exitCodes = z.array(z.int().min(0).max(0xffff_ffff)).max(256)

const retry = z.strictObject({
  /** How often it is tried in all. */
  attempts: z.int().min(1).max(1000),
  /** After which ends it is tried again; after `failed`, if not given. */
  on: z.array(z.enum(['failed', 'timeout', 'interrupted'])).optional(),
  /** `exponential`, if not given. */
  backoff: z.enum(['exponential', 'fixed']).optional(),
  /** Before the second attempt; doubled for each further one if exponential. 1 s, if not given. */
  delay: duration.optional(),
  /** No wait is longer than this; 5 min, if not given. */
  maxDelay: duration.optional(),
  /** Whether each wait is a random part of that, so that what failed together does not come back together; true. */
  jitter: z.boolean().optional(),
  /** After these exit codes trying again is of no use. */
  nonRetryableCodes: exitCodes.optional(),
})

export const keepRuns = z.int().min(1).max(1_000_000)

/** How a job runs. Every field has a default; see docs/decisions/0004-defaults.md. */
export const policy = {
  mode: mode.optional(),
  /** How long a handler may run, awake; for ever, if not given. */
  timeout: duration.optional(),
  /** From the wish that a run ends until it is killed; 5 s, if not given. */
  grace: duration.optional(),
  /** How many runs of the job may be open at once; 1, if not given. */
  maxWorkers: z.int().min(1).max(1000).optional(),
  /** A run that waits for longer than this is cancelled. */
  expireAfter: duration.optional(),
  retry: retry.optional(),
  /** Variables; `{ secret: NAME }` stands for the value of a secret. Over those of `environmentFiles`. */
  environment: environment.optional(),
  /** Files of variables, `NAME=value` a line, read when a run begins; later ones count more, those of a job most. */
  environmentFiles: z.array(z.string().min(1).max(4096)).max(20).optional(),
  directory: z.string().min(1).max(4096).optional(),
  /** Exit codes of a program that has completed; 0, if not given. */
  successCodes: exitCodes.optional(),
  /** Exit codes of a program that has completed, with a warning. */
  warningCodes: exitCodes.optional(),
  /** In what a program writes, such as `gbk` or `cp936`; `utf-8`, if not given. */
  encoding: encoding.pipe(z.string()).optional(),
  stdin: z.enum(['empty', 'params']).optional(),
  /** What it leaves running when it ends goes on. */
  detach: z.boolean().optional(),
  /** The machine does not fall asleep while it runs, where the desktop application is open. */
  keepAwake: z.boolean().optional(),
  /** Run instead of SIGTERM when it is to end, as `docker stop NAME`. */
  stopCommand: z.array(z.string()).min(1).max(1000).optional(),
  /** A run whose processes take more resident memory than this is killed. Not for functions and threads. */
  memoryLimit: size(1024 * 1024).optional(),
  /** A run that writes more than this in all is killed. */
  outputLimit: size(1024).optional(),
  /** A run that writes faster than this, in bytes a second, is slowed down. */
  outputRate: size(1024).optional(),
  /** How much of the log of a run is kept: its first tenth and its last nine tenths. */
  logLines: z.int().min(10).max(10_000_000).optional(),
  logBytes: size(1024).optional(),
  /** How many ended runs are kept. */
  keepRuns: keepRuns.optional(),
  /** What becomes of occurrences that came due while nothing was there to act on them; `latest`, if not given. */
  missed: z.enum(MISSED).optional(),
  /** What was missed longer ago than this is not caught up with; 7 days, if not given. */
  missedWindow: duration.optional(),
  /** How many are caught up with at most, where each is; 100, if not given. */
  missedLimit: z.int().min(1).max(10_000).optional(),
  /** What becomes of an occurrence while a run of the job is open; `skip`, if not given. */
  overlap: z.enum(OVERLAPS).optional(),
  /** When a daemon is started again; `always`, if not given. */
  restart: z.enum(RESTARTS).optional(),
  /** How long ended runs are kept. */
  keepFor: duration.optional(),
}
export const policySchema = z.object(policy)

export type Mode = z.infer<typeof mode>
export type Policy = z.infer<typeof policySchema>
export type RetryPolicy = z.infer<typeof retry>
export type PolicyInput = z.input<typeof policySchema>

/** The defaults of every policy, in one place. */
export const DEFAULT_POLICY = {
  grace: 5000,
  maxWorkers: 1,
  environment: {} as Record<string, string | SecretReference>,
  successCodes: [0] as number[],
  warningCodes: [] as number[],
  encoding: 'utf-8',
  stdin: 'empty' as 'empty' | 'params',
  detach: false,
  keepAwake: false,
  logLines: 100_000,
  logBytes: 16 * MEBIBYTE,
} satisfies Policy

/** What becomes of occurrences, where nobody says otherwise. Times in ms. */
export const PLANNING_DEFAULTS = {
  missed: 'latest',
  missedWindow: 7 * DAY,
  missedLimit: 100,
  overlap: 'skip',
} as const satisfies Policy
