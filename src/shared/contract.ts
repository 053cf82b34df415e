/** Every request and every event of a deck, on one page. All times are milliseconds since 1970, UTC. */
import { z } from 'zod'
import { parseDuration } from './duration.ts'
import type { FaultData } from './fault.ts'

export const MODES = ['in-process', 'process'] as const
export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
export const OPEN_STATUSES = ['queued', 'initializing', 'running'] as const
export const FINAL_STATUSES = [
  'completed',
  'failed',
  'cancelled',
  'timeout',
  'killed',
  'interrupted',
] as const
export const STATUSES = [...OPEN_STATUSES, ...FINAL_STATUSES] as const
export const JOB_STATUSES = ['draft', 'running', 'queued', 'failed', 'cancelled', 'completed'] as const
export const TRIGGERS = ['manual', 'scheduled', 'catch-up', 'retry', 'api', 'dependency', 'event'] as const

const DAY = 86_400_000
const TEXT_LIMIT = 200

const mode = z.enum(MODES)
const level = z.enum(LEVELS)
const status = z.enum(STATUSES)

/** One line of text that people read: any script, no control characters. */
const line = (limit = TEXT_LIMIT) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .refine((text) => text.length <= limit, {
      error: (issue) =>
        `is ${String(issue.input).length.toLocaleString('en')} characters long; at most ${limit} fit`,
    })
    .refine((text) => !/\p{Cc}/u.test(text), 'must be one line, without line breaks or control characters')

const reference = z.union([z.string().trim().min(1, 'must not be empty').max(4096), z.int().positive()])

/** Milliseconds, or text such as `30s` or `1h30m`. */
const duration = z
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

const parameters = z.record(z.string(), z.json())
const environment = z.record(
  z.string().regex(/^[^=\0]+$/, 'a variable name must not be empty or contain ='),
  z.string().refine((value) => !value.includes('\0'), 'must not contain a NUL character'),
)
const exitCodes = z.array(z.int().min(0).max(0xffff_ffff)).max(256)

/** What a job runs: exactly one of the four. */
export const handlerSchema = z.union(
  [
    z.strictObject({
      file: z.string().min(1).max(4096),
      interpreter: z.array(z.string().min(1)).min(1).optional(),
    }),
    z.strictObject({ command: z.array(z.string()).min(1).max(10_000) }),
    z.strictObject({ shell: z.string().min(1).max(1_000_000) }),
    z.strictObject({ function: line() }),
  ],
  'must be one of { file }, { command: […] }, { shell } or { function }',
)

const retry = z.strictObject({
  /** How often it is tried in all. */
  attempts: z.int().min(1).max(1000),
  /** After which ends it is tried again; after `failed`, if not given. */
  on: z.array(z.enum(['failed', 'timeout', 'interrupted'])).optional(),
  backoff: z.enum(['exponential', 'fixed']).optional(),
  /** Before the second attempt; doubled for each further one if exponential. */
  delay: duration.optional(),
  maxDelay: duration.optional(),
  jitter: z.boolean().optional(),
  nonRetryableCodes: exitCodes.optional(),
})

/** How a job runs. Every field has a default; see docs/decisions/0004-defaults.md. */
const policy = {
  mode: mode.optional(),
  timeout: duration.optional(),
  grace: duration.optional(),
  maxWorkers: z.int().min(1).max(1000).optional(),
  retry: retry.optional(),
  environment: environment.optional(),
  directory: z.string().min(1).max(4096).optional(),
  successCodes: exitCodes.optional(),
  warningCodes: exitCodes.optional(),
  encoding: line().optional(),
  stdin: z.enum(['empty', 'params']).optional(),
  /** What it leaves running when it ends goes on. */
  detach: z.boolean().optional(),
  logLines: z.int().min(10).max(10_000_000).optional(),
  logBytes: z
    .int()
    .min(1024)
    .max(1024 ** 3)
    .optional(),
}
export const policySchema = z.object(policy)

export const jobInput = z.strictObject({
  /** Saving a job with a key that exists updates it; the name, if not given. */
  key: line(5000).optional(),
  name: line(),
  description: z.string().max(10_000).optional(),
  /** A path, `a/b/c`; what is missing of it is made. */
  category: line(1000)
    .refine((path) => path.split('/').some((name) => name.trim() !== ''), 'must name a category')
    .optional(),
  params: parameters.optional(),
  handlers: z
    .array(z.object({ priority: z.int().min(-1000).max(1000).default(0), handler: handlerSchema }))
    .max(100),
  ...policy,
})

const job = z.object({
  id: z.string(),
  key: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  category: z.string().nullable(),
  status: z.enum(JOB_STATUSES),
  progress: z.number().nullable(),
  mode: mode.nullable(),
  handlers: z.array(z.object({ priority: z.int(), handler: handlerSchema })),
  params: parameters,
  counts: z.partialRecord(status, z.int()),
  lastExecutionId: z.int().nullable(),
  createdAt: z.int(),
  updatedAt: z.int(),
})

const errorInfo = z.object({
  name: z.string(),
  message: z.string(),
  stack: z.string().optional(),
  code: z.string().optional(),
})

const execution = z.object({
  id: z.int(),
  jobId: z.string(),
  jobName: z.string(),
  status,
  trigger: z.enum(TRIGGERS),
  attempt: z.int(),
  /** The attempt before this one. */
  parentId: z.int().nullable(),
  /** The attempt after this one. */
  retryId: z.int().nullable(),
  mode,
  priority: z.int(),
  waitingFor: z.string().nullable(),
  scheduledAt: z.int(),
  queuedAt: z.int(),
  startedAt: z.int().nullable(),
  endedAt: z.int().nullable(),
  durationMs: z.int().nullable(),
  progress: z.number(),
  progressMessage: z.string().nullable(),
  stopReason: z.string().nullable(),
  forced: z.boolean(),
  warned: z.boolean(),
  exitCode: z.int().nullable(),
  exitSignal: z.string().nullable(),
  error: errorInfo.nullable(),
  logCount: z.int(),
})

const executionDetail = execution.extend({
  handler: handlerSchema,
  params: parameters,
  result: z.json().nullable(),
  environment: environment.nullable(),
  directory: z.string().nullable(),
  processId: z.int().nullable(),
})

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

const limit = z.int().min(1).max(1_000_000)

export const contract = {
  /** Creates a job, or updates the one with the same key. */
  'jobs.save': { input: jobInput, output: job },
  /** Saves a job and queues it, both or neither. */
  'jobs.run': {
    input: z.strictObject({
      job: jobInput,
      params: parameters.optional(),
      trigger: z.enum(TRIGGERS).optional(),
    }),
    output: z.array(execution),
  },
  'jobs.list': {
    input: z.strictObject({ text: z.string().max(1000).optional(), limit: limit.optional() }),
    output: z.array(job),
  },
  'jobs.get': { input: z.strictObject({ job: reference }), output: job },
  /** Queues one execution per handler of the job; answers once they are committed. */
  'jobs.start': {
    input: z.strictObject({
      job: reference,
      params: parameters.optional(),
      trigger: z.enum(TRIGGERS).optional(),
    }),
    output: z.array(execution),
  },
  /** Stops every execution of the job that has not ended; answers with those once the wish is stored. */
  'jobs.stop': {
    input: z.strictObject({ job: reference, force: z.boolean().optional() }),
    output: z.array(execution),
  },
  /** Reads what a file says of itself without running it: title, parameters, defaults. Checks that it parses. */
  'handlers.describe': {
    input: z.strictObject({ file: z.string().min(1).max(4096) }),
    output: z.object({
      kind: z.enum(['module', 'program']),
      title: z.string().optional(),
      description: z.string().optional(),
      schema: z.record(z.string(), z.json()).optional(),
      defaults: policySchema,
      /** What it says that is not understood. */
      warnings: z.array(z.string()),
    }),
  },
  /** Newest first. */
  'executions.list': {
    input: z.strictObject({
      job: reference.optional(),
      statuses: z.array(status).optional(),
      before: z.int().positive().optional(),
      limit: limit.optional(),
    }),
    output: z.array(execution),
  },
  'executions.get': { input: z.strictObject({ execution: reference }), output: executionDetail },
  /** Asks for a stop, or with `force` for a kill. Answers once the wish is stored; the host that runs it acts. */
  'executions.stop': {
    input: z.strictObject({ execution: reference, force: z.boolean().optional() }),
    output: execution,
  },
  /** Oldest first after `after`; with `last`, the last ones. */
  'logs.list': {
    input: z.strictObject({
      execution: reference,
      after: z.int().min(0).optional(),
      through: z.int().min(0).optional(),
      level: level.optional(),
      text: z.string().max(1000).optional(),
      last: z.boolean().optional(),
      limit: limit.optional(),
    }),
    output: z.array(logEntry),
  },
} satisfies Record<string, { input: z.ZodType; output: z.ZodType }>

export type Mode = z.infer<typeof mode>
export type Level = z.infer<typeof level>
export type Status = z.infer<typeof status>
export type FinalStatus = (typeof FINAL_STATUSES)[number]
export type Trigger = (typeof TRIGGERS)[number]
export type Handler = z.infer<typeof handlerSchema>
export type Policy = z.infer<typeof policySchema>
export type RetryPolicy = z.infer<typeof retry>
export type PolicyInput = z.input<typeof policySchema>
export type Parameters = z.infer<typeof parameters>
export type JobInput = z.input<typeof jobInput>
export type Job = z.infer<typeof job>
export type ErrorInfo = z.infer<typeof errorInfo>
export type Execution = z.infer<typeof execution>
export type ExecutionDetail = z.infer<typeof executionDetail>
export type LogEntry = z.infer<typeof logEntry>

export type RequestName = keyof typeof contract
export type Input<N extends RequestName> = z.input<(typeof contract)[N]['input']>
export type CheckedInput<N extends RequestName> = z.output<(typeof contract)[N]['input']>
export type Output<N extends RequestName> = z.output<(typeof contract)[N]['output']>

/** What a deck tells while it works. Events are hints, sent after the commit; the database is the truth. */
export interface Events {
  execution: Execution
  progress: { executionId: number; progress: number; message: string | null }
  /** Entries `from` to `through` of an execution are stored. */
  logs: { executionId: number; from: number; through: number }
  /** Another process wrote to the database: anything may have changed. */
  changed: Record<string, never>
  /** The engine cannot write (disk full, locked …) and waits; or, with `fault: null`, it goes on again. */
  trouble: { fault: FaultData | null }
}
export type EventName = keyof Events

export type Reply<T> = { ok: true; data: T } | { ok: false; fault: FaultData }
