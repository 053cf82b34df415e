/** Every request and every event of a deck, on one page. All times are milliseconds since 1970, UTC. */
import * as z from 'zod'
import type { FaultData } from './fault.ts'
import { limit, reference } from './fields.ts'
import { count, counting, executionFilter, executionPage, jobFilter, jobPage } from './filters.ts'
import { logRequests } from './logs.ts'
import { parameters } from './parameters.ts'
import { duration, keepRuns, line, mode, policy, policySchema, size, variables } from './policy.ts'
import { scriptName, scriptRequests } from './scripts.ts'
import { OUTCOMES, REASONS, YEAR, scheduleSchema } from './schedule.ts'
import { secretRequests } from './secrets.ts'
import { JOB_STATUSES, STATUSES, type Status } from './statuses.ts'
import { WAITS } from './waits.ts'

export {
  FINAL_STATUSES,
  JOB_STATUSES,
  OPEN_STATUSES,
  STATUSES,
  type FinalStatus,
  type Status,
} from './statuses.ts'
export { MODES, policySchema, type Mode, type Policy, type PolicyInput, type RetryPolicy } from './policy.ts'
export { type Secret, type SecretReference } from './secrets.ts'
export { LEVELS, type Level, type LogEntry, type LogHit, type LogKey } from './logs.ts'

/** Who did something: a window, the command line, a program that uses the library, a file of jobs, or the engine. */
export const ACTORS = ['window', 'command line', 'program', 'file', 'engine'] as const
export const ACTIONS = [
  'created',
  'edited',
  'started',
  'stopped',
  'paused',
  'resumed',
  'enabled',
  'disabled',
  'moved',
  'removed',
  'brought back',
  'restored',
  'approved',
  'approval withdrawn',
  'secret set',
  'secret removed',
] as const
export const TRIGGERS = ['manual', 'scheduled', 'catch-up', 'retry', 'api', 'dependency', 'event'] as const

const status = z.enum(STATUSES)

/** A path of categories, `a/b/c`. */
const categoryPath = line(1000).refine(
  (path) => path.split('/').some((name) => name.trim() !== ''),
  'must name a category',
)

/** What a job runs: exactly one of these. */
export const handlerSchema = z.union(
  [
    z.strictObject({
      file: z.string().min(1).max(4096),
      interpreter: z.array(z.string().min(1)).min(1).optional(),
    }),
    /** A script of the scripts folder, by its name. It runs as it was approved, and only so. */
    z.strictObject({ script: scriptName }),
    z.strictObject({ command: z.array(z.string()).min(1).max(10_000) }),
    z.strictObject({ shell: z.string().min(1).max(1_000_000) }),
    z.strictObject({ function: line() }),
  ],
  'must be one of { script }, { file }, { command: […] }, { shell } or { function }',
)

export const jobInput = z.strictObject({
  /** Saving a job with a key that exists updates it; the name, if not given. */
  key: line(5000).optional(),
  name: line(),
  description: z.string().max(10_000).optional(),
  /** A path, `a/b/c`; what is missing of it is made. */
  category: categoryPath.optional(),
  /** Words to find it by. */
  tags: z.array(line(50)).max(20).optional(),
  params: parameters.optional(),
  handlers: z
    .array(z.object({ priority: z.int().min(-1000).max(1000).default(0), handler: handlerSchema }))
    .max(100),
  /** When it runs by itself. */
  schedule: scheduleSchema.optional(),
  ...policy,
})

/** What a pause applies to: the deck, a category with all below it, or a job. */
const pauseTarget = z.union(
  [
    z.strictObject({ deck: z.literal(true) }),
    z.strictObject({ category: categoryPath }),
    z.strictObject({ job: reference }),
  ],
  'must be one of { deck: true }, { category } or { job }',
)

const pause = z.object({
  target: z.string(),
  pausedFrom: z.int(),
  pausedUntil: z.int().nullable(),
  reason: z.string().nullable(),
})

const category = z.object({
  id: z.int(),
  path: z.string(),
  description: z.string().nullable(),
  maxWorkers: z.int().nullable(),
  /** The defaults of the jobs in it and below it. */
  policy: z.object(policy),
  /** How many jobs are right in it. */
  jobs: z.int(),
})

const sweepReport = z.object({
  /** Runs beyond what is kept by number and by age. */
  surplusRuns: z.int(),
  /** The oldest runs, beyond what is kept by size. */
  oldestRuns: z.int(),
  /** The oldest runs that lost the files kept with them, beyond what is kept by size. */
  oldestFiles: z.int(),
  removedJobs: z.int(),
  sizeBefore: z.int(),
  sizeAfter: z.int(),
})

/** So many runs at once keep any machine busy. */
const slots = z.int().min(1).max(1000)

const settings = z.object({
  /** How many ended runs of a job are kept where it does not say itself. */
  keepRuns: z.int(),
  /** How long, in ms. */
  keepFor: z.int(),
  /** Beyond this size of the database in bytes, the oldest runs are deleted; beyond as much of files, theirs. */
  keepSize: z.int(),
  /** How many runs in processes of their own may be open at once, over all hosts; null: as many as there are processors. */
  processes: z.int().nullable(),
  /** The same of runs in worker threads. */
  threads: z.int().nullable(),
  /** Whether the desktop tells of failures, recoveries and long runs by its notifications. */
  notify: z.boolean(),
  /** The end of a run that took longer than this, in ms, is told of; null: of none. */
  longRun: z.int().nullable(),
  /** The ids of jobs that the tray offers to start. */
  pinned: z.array(z.string()),
})

/** What is set for the desktop application of this machine, not in the data. */
const desktopSettings = z.object({ opensAtLogin: z.boolean() })

const slot = z.object({ limit: z.int(), used: z.int() })
const host = z.object({
  id: z.string(),
  kind: z.string(),
  machine: z.string(),
  processId: z.int(),
  version: z.string(),
  openedAt: z.int(),
})

const job = z.object({
  id: z.string(),
  key: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  category: z.string().nullable(),
  status: z.enum(JOB_STATUSES),
  progress: z.number().nullable(),
  tags: z.array(z.string()),
  /** It runs by itself. */
  enabled: z.boolean(),
  mode: mode.nullable(),
  /** As given; what is left open comes from elsewhere, see `jobs.policy`. */
  policy: z.object(policy),
  handlers: z.array(z.object({ priority: z.int(), handler: handlerSchema })),
  params: parameters,
  schedule: scheduleSchema.nullable(),
  /** The next occurrence: when it is planned for, and when it is due. A daemon's: its next start. */
  next: z.object({ at: z.int(), dueAt: z.int() }).nullable(),
  /** Why a daemon is not kept running. */
  stopped: z.enum(['stopped', 'completed', 'keeps-crashing']).nullable(),
  counts: z.partialRecord(status, z.int()),
  /** Why and how long it does not run by itself. */
  pause: z.lazy(() => pause).nullable(),
  lastExecutionId: z.int().nullable(),
  /** The file or folder that says what it is: the next apply of that sets back what was edited meanwhile. */
  managedBy: z.string().nullable(),
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
  waitingFor: z.object({ what: z.enum(WAITS), reason: z.string().nullable() }).nullable(),
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

const executionStatus = execution.pick({ status: true, retryId: true, logCount: true })

const executionDetail = execution.extend({
  handler: handlerSchema,
  /** The script that it ran, as it was approved then; see `executions.source`. */
  script: z.object({ name: z.string(), digest: z.string() }).nullable(),
  params: parameters,
  result: z.json().nullable(),
  /** Without what tells of the run itself, such as its number. */
  environment: variables.nullable(),
  directory: z.string().nullable(),
  processId: z.int().nullable(),
})

const occurrence = z.object({
  jobId: z.string(),
  jobName: z.string(),
  /** When it was planned for; the first and the last of those that share the entry. */
  firstAt: z.int(),
  lastAt: z.int(),
  count: z.int(),
  outcome: z.enum(OUTCOMES),
  reason: z.enum(REASONS),
  detail: z.string().nullable(),
  executionId: z.int().nullable(),
  decidedAt: z.int(),
})

const version = z.object({
  number: z.int(),
  at: z.int(),
  name: z.string(),
  description: z.string().nullable(),
  category: z.string().nullable(),
  definition: z.unknown(),
})

const durations = z.object({ mean: z.int(), p50: z.int(), p90: z.int(), p99: z.int() })
const statistics = z.object({
  /** How many ended in each way. */
  ended: z.partialRecord(status, z.int()),
  /** The part of those that completed, 0 to 1; cancelled ones do not count. */
  successRate: z.number().nullable(),
  /** Of those that completed, in ms; percentiles to a tenth. */
  duration: durations.nullable(),
})
const runFilter = executionFilter(reference, status, z.enum(TRIGGERS), mode)

/** Jobs and categories as a file holds them: all that people have set, and no runs. */
const deckDocument = z.strictObject({
  /** The version of this form. */
  jobdeck: z.literal(1, 'must be 1, the version of the form of the file'),
  categories: z
    .array(
      z.strictObject({
        path: categoryPath,
        description: z.string().max(10_000).optional(),
        maxWorkers: policy.maxWorkers,
        policy: z.strictObject(policy).optional(),
      }),
    )
    .default([]),
  jobs: z
    .array(
      jobInput.extend({
        /** As it is, if not given; a new one is enabled. */
        enabled: z.boolean().optional(),
      }),
    )
    .default([]),
})
/** What an import did, or would do, with one entry of the document, or with a job that the document no longer names. */
const imported = z.object({
  kind: z.enum(['category', 'job']),
  /** The path of the category, or the name of the job. */
  name: z.string(),
  /** The key of the job; null for a category. */
  key: z.string().nullable(),
  outcome: z.enum(['created', 'updated', 'unchanged', 'removed']),
  /** What differs, of one that is updated: each field as it was and as it becomes, null where it is not set. */
  changes: z.array(z.object({ field: z.string(), before: z.unknown(), after: z.unknown() })),
  /** Secrets that it refers to and that are not there: until they are set, it does not start. */
  missingSecrets: z.array(z.string()),
})

const lineRemark = z.object({ line: z.int(), message: z.string() })

/** Something that was looked at, and how to mend it where it is not well. */
const finding = z.object({
  check: z.enum([
    'deck',
    'approval',
    'versions',
    'place',
    'permissions',
    'space',
    'integrity',
    'copies',
    'size',
    'writing',
    'programs',
    'pause',
    'clock',
    'script',
    'interpreter',
    'packages',
    'syntax',
    'text',
    'directory',
    'path',
  ]),
  state: z.enum(['ok', 'warning', 'problem']),
  message: z.string(),
  /** What to do about it. */
  mend: z.string().nullable(),
})

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
  /** Jobs by name; with `text`, those whose name, key or category contains it. */
  'jobs.list': {
    input: z.strictObject({ ...jobFilter(z.enum(JOB_STATUSES), mode), ...jobPage }),
    output: z.array(job),
  },
  /** How many jobs there are: up to a thousand and whether there are more, or with `exact` all. */
  'jobs.count': {
    input: z.strictObject({ ...jobFilter(z.enum(JOB_STATUSES), mode), ...counting }),
    output: count,
  },
  /** Lets a job run by itself, or no longer. What runs goes on, and it can still be started by hand. */
  'jobs.enable': { input: z.strictObject({ job: reference, enabled: z.boolean() }), output: job },
  /** How the job runs, every field of it, and where each comes from. */
  'jobs.policy': {
    input: z.strictObject({ job: reference }),
    output: z.array(
      z.object({
        field: z.string(),
        value: z.unknown(),
        /** `job`, `category PATH`, `script`, or `default`. */
        from: z.string(),
      }),
    ),
  },
  /** One job. */
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
  /**
   * Removes jobs with their runs. They can be brought back for a day, then they are swept.
   * A job that is running is refused; what waits of it is cancelled.
   */
  'jobs.remove': {
    input: z.strictObject({ jobs: z.array(reference).min(1).max(1000) }),
    output: z.array(job),
  },
  /** Puts jobs into a category, which is made where it is missing, or with null into none: all of them or none. */
  'jobs.move': {
    input: z.strictObject({
      jobs: z.array(reference).min(1).max(100_000),
      category: categoryPath.nullable(),
    }),
    output: z.array(job),
  },
  /** Brings a job back that was removed, with its runs. */
  'jobs.bringBack': { input: z.strictObject({ job: z.string().min(1) }), output: job },
  /** Stops what runs of the job and starts it again; a daemon that was stopped is kept running again. */
  'jobs.restart': { input: z.strictObject({ job: reference }), output: z.array(execution) },
  /** Lets the next occurrence pass, or with `undo` come after all; answers when it is planned for. */
  'jobs.skipNext': {
    input: z.strictObject({ job: reference, undo: z.boolean().optional() }),
    output: z.int(),
  },
  /** Runs a job for planned times that are over and for which it did not run; with `dryRun` it only says which. */
  'jobs.backfill': {
    input: z.strictObject({
      job: reference,
      from: z.int().min(0),
      to: z.int().min(0),
      dryRun: z.boolean().optional(),
    }),
    output: z.array(z.object({ at: z.int(), executionId: z.int().nullable() })),
  },
  /** The next times of a schedule, or of a job, and what it is in words. */
  'schedules.preview': {
    input: z
      .strictObject({
        schedule: scheduleSchema.optional(),
        job: reference.optional(),
        /** After this time; now, if not given. */
        from: z.int().min(0).max(Date.UTC(9998, 0)).optional(),
        /** 10, if not given. */
        count: z.int().min(1).max(1000).optional(),
      })
      .refine(({ schedule, job }) => (schedule === undefined) !== (job === undefined), {
        message: 'wants either a schedule or a job',
        path: ['schedule'],
      }),
    output: z.object({
      words: z.object({ en: z.string(), zh: z.string() }),
      zone: z.string(),
      occurrences: z.array(
        z.object({
          at: z.int(),
          /** `gap`: its time is left out when the clock is set forward; else which pass of a repeated hour it is in. */
          dst: z.enum(['gap', 'first-pass', 'second-pass']).nullable(),
        }),
      ),
    }),
  },
  /**
   * What is planned, over all jobs that run by themselves, the soonest first: also what will be skipped, and what of a
   * paused job would have run.
   */
  'schedules.upcoming': {
    input: z.strictObject({
      /** After this time; now, if not given. */
      from: z.int().min(0).optional(),
      /** Up to this time; a year after `from`, if not given. */
      to: z.int().min(0).optional(),
      /** 100, if not given. */
      limit: z.int().min(1).max(10_000).optional(),
      /** So far apart, in ms, are two times of one job at least; all are told, if not given. For pictures. */
      spacing: z.int().min(0).max(YEAR).optional(),
      /** Only those that nobody skipped or paused, as it stands now. */
      willRun: z.boolean().optional(),
    }),
    output: z.object({
      times: z.array(
        z.object({
          jobId: z.string(),
          jobName: z.string(),
          at: z.int(),
          /** A person skipped this one. */
          snoozed: z.boolean(),
          /** Its job, its category or the deck will be paused then, as it stands now. */
          paused: z.boolean(),
        }),
      ),
      /** Whether those are all, but for what `spacing` leaves out. */
      complete: z.boolean(),
    }),
  },
  /** Whether jobs could run if they came due now, and what stands in the way. */
  'jobs.readiness': {
    input: z.strictObject({ jobs: z.array(reference).min(1).max(100) }),
    output: z.array(
      z.object({
        jobId: z.string(),
        pause: pause.nullable(),
        /** Why what it runs cannot be run: the code of a fault, and in words. */
        refusal: z.object({ code: z.string(), message: z.string() }).nullable(),
      }),
    ),
  },
  /** The ledger: what became of planned occurrences, newest first. */
  'occurrences.list': {
    input: z.strictObject({
      job: reference.optional(),
      outcomes: z.array(z.enum(OUTCOMES)).min(1).max(OUTCOMES.length).optional(),
      reasons: z.array(z.enum(REASONS)).min(1).max(REASONS.length).optional(),
      /** Planned from, and before. */
      from: z.int().min(0).optional(),
      to: z.int().min(0).optional(),
      /** Only those before this one: the last of the page before. */
      before: z.strictObject({ at: z.int().min(0), jobId: z.string() }).optional(),
      limit: limit.optional(),
    }),
    output: z.array(occurrence),
  },
  /** Answers what was held for a person: runs once for each, or lets it pass. Of one job, or of all. */
  'occurrences.answer': {
    input: z.strictObject({
      job: reference.optional(),
      firstAt: z.int().min(0).optional(),
      run: z.boolean(),
    }),
    output: z.array(execution),
  },
  /** What the job was after each edit, newest first. */
  'versions.list': { input: z.strictObject({ job: reference }), output: z.array(version) },
  /** Makes the job what it was; that is an edit as any other. */
  'versions.restore': { input: z.strictObject({ job: reference, number: z.int().min(1) }), output: job },
  /** Who did what, newest first. */
  'trail.list': {
    input: z.strictObject({
      job: reference.optional(),
      before: z.int().positive().optional(),
      limit: limit.optional(),
    }),
    output: z.array(
      z.object({
        id: z.int(),
        at: z.int(),
        actor: z.enum(ACTORS),
        action: z.enum(ACTIONS),
        jobId: z.string().nullable(),
        /** What it is called now, or was when it was removed; null once it is deleted. */
        jobName: z.string().nullable(),
        executionId: z.int().nullable(),
        details: z.unknown(),
      }),
    ),
  },
  /** Nothing of the target begins by itself until it is resumed, or for a time. What runs goes on. */
  'pauses.set': {
    input: z.strictObject({
      target: pauseTarget,
      for: duration.optional(),
      until: z.int().optional(),
      reason: line(1000).optional(),
    }),
    output: pause,
  },
  /** Resumes the target; answers whether it was paused. */
  'pauses.end': { input: z.strictObject({ target: pauseTarget }), output: z.boolean() },
  /** What is paused, and for how long. */
  'pauses.list': { input: z.strictObject({}), output: z.array(pause) },
  /** All categories, by path. */
  'categories.list': { input: z.strictObject({}), output: z.array(category) },
  /** Creates a category, or changes the one at the path; what is not given stays. */
  'categories.save': {
    input: z.strictObject({
      path: categoryPath,
      description: z.string().max(10_000).nullable().optional(),
      /** How many runs of its jobs, and of those below it, may be open at once; null: no limit of its own. */
      maxWorkers: z.int().min(1).max(1000).nullable().optional(),
      /** Defaults of the jobs in it and below it, all of them anew. */
      policy: z.strictObject(policy).optional(),
    }),
    output: category,
  },
  /** One category, with the policy that is set on it. */
  'categories.get': { input: z.strictObject({ path: categoryPath }), output: category },
  /** Gives a category another path, with all that is in it. */
  'categories.move': { input: z.strictObject({ path: categoryPath, to: categoryPath }), output: category },
  /** Removes categories with those below them; their jobs go to the nearest category above that stays. */
  'categories.remove': {
    input: z.strictObject({ paths: z.array(categoryPath).min(1).max(1000) }),
    output: z.array(category),
  },
  /**
   * Deletes what need not be kept and gives its space back; with `removed`, also jobs that were removed in the last
   * day and could still be brought back. With `dryRun` it only counts.
   */
  'deck.clean': {
    input: z.strictObject({ removed: z.boolean().optional(), dryRun: z.boolean().optional() }),
    output: sweepReport,
  },
  /** Copies the deck to a file while it is in use, and checks the copy. */
  'deck.backUp': {
    input: z.strictObject({ file: z.string().min(1).max(4096) }),
    output: z.object({ file: z.string() }),
  },
  /** All jobs and categories, or some jobs with the categories that they are in; in an order that stays the same. */
  'deck.export': {
    input: z.strictObject({ jobs: z.array(reference).max(100_000).optional() }),
    output: deckDocument,
  },
  /**
   * Makes jobs, by their keys, and categories what a document says they are; the others stay as they are. All of it in
   * one transaction, or none; with `dryRun` it only says what it would do. With a `source` its jobs are managed by that
   * from then on, and with `prune` those that it managed and no longer names are removed; if one of them is running,
   * nothing is done.
   */
  'deck.import': {
    input: z
      .strictObject({
        document: deckDocument,
        dryRun: z.boolean().optional(),
        /** The file or folder that the document was read from. */
        source: line(4096).optional(),
        prune: z.boolean().optional(),
        /** Jobs that are new are disabled, whatever the document says: it may come from anywhere. */
        newDisabled: z.boolean().optional(),
      })
      .refine(({ source, prune }) => source !== undefined || prune !== true, {
        message: 'wants a source: only what that managed is removed',
        path: ['prune'],
      }),
    output: z.array(imported),
  },
  /** The jobs that the lines of a crontab make, to be imported: those of the user, if no text is given. */
  'crontab.read': {
    input: z.strictObject({ text: z.string().max(1_000_000).optional() }),
    output: z.object({
      document: deckDocument,
      /** What was understood otherwise than one might think. */
      remarks: z.array(lineRemark),
      /** What is no line of a crontab; without these lines the rest could be imported. */
      problems: z.array(lineRemark),
    }),
  },
  /** Looks whether all is well with the deck. Reads the whole file, in a thread. */
  'deck.health': { input: z.strictObject({}), output: z.array(finding) },
  /** How runs ended over a time, the last 30 days if not given: also those that are no longer kept. */
  'statistics.get': {
    input: z.strictObject({
      job: reference.optional(),
      category: z.string().max(1000).optional(),
      tags: z.array(z.string().max(50)).max(20).optional(),
      text: z.string().max(1000).optional(),
      from: z.int().min(0).optional(),
      to: z.int().min(0).optional(),
      /** Of days and of hours of the day, in minutes east of UTC; that of this machine if not given. */
      zoneOffset: z.int().min(-1440).max(1440).optional(),
    }),
    output: statistics.extend({
      days: z.array(statistics.extend({ from: z.int() })),
      /** How many ended in each hour of the day, 0 to 23. */
      hours: z.array(z.int()).length(24),
    }),
  },
  /** How large the deck is, in bytes, and which jobs keep most of their logs and files. */
  'deck.sizes': {
    input: z.strictObject({ limit: limit.optional() }),
    output: z.object({
      database: z.int(),
      writeAheadLog: z.int(),
      /** Of the database, what is not in use. */
      free: z.int(),
      /** The text of all logs. */
      logs: z.int(),
      /** All files that are kept with runs; they lie beside the database. */
      artifacts: z.int(),
      jobs: z.array(
        z.object({ id: z.string(), name: z.string(), logBytes: z.int(), artifactBytes: z.int() }),
      ),
    }),
  },
  /** What is set for the whole deck. */
  'deck.settings': { input: z.strictObject({}), output: settings },
  /** Changes what is given; the rest stays. */
  'deck.configure': {
    input: z.strictObject({
      keepRuns: keepRuns.optional(),
      keepFor: duration.optional(),
      keepSize: size(2 ** 20).optional(),
      processes: slots.nullable().optional(),
      threads: slots.nullable().optional(),
      notify: z.boolean().optional(),
      longRun: duration.nullable().optional(),
      pinned: z.array(reference).max(20).optional(),
    }),
    output: settings,
  },
  /** What is set for the desktop application; refused by whatever is none. */
  'desktop.settings': { input: z.strictObject({}), output: desktopSettings },
  /** Changes what is given; the rest stays. */
  'desktop.configure': { input: z.strictObject(desktopSettings.partial().shape), output: desktopSettings },
  /** What waits, what runs, where there is room, and who works. */
  'queue.get': {
    input: z.strictObject({}),
    output: z.object({
      waiting: z.int(),
      running: z.int(),
      slots: z.object({ inline: slot, thread: slot, process: slot }),
      pauses: z.array(pause),
      hosts: z.array(host),
      planner: z.boolean(),
    }),
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
  /** What a script would get, and what stands in its way, without running it: interpreter, PATH, folder, packages. */
  'handlers.examine': {
    input: z.strictObject({ file: z.string().min(1).max(4096) }),
    output: z.array(finding),
  },
  /** Executions, newest first. */
  'executions.list': {
    input: z.strictObject({ ...runFilter, ...executionPage }),
    output: z.array(execution),
  },
  /** When executions ran that were running at any time between the two, the latest first: for pictures of time. */
  'executions.spans': {
    input: z
      .strictObject({
        from: z.int().min(0),
        to: z.int().min(0),
        limit: z.int().min(1).max(20_000).optional(),
      })
      .refine(({ from, to }) => from <= to, { path: ['to'], error: 'lies before from' }),
    output: z.object({
      runs: z.array(
        z.object({
          id: z.int(),
          jobId: z.string(),
          status,
          startedAt: z.int(),
          endedAt: z.int().nullable(),
        }),
      ),
      /** Whether those are all. */
      complete: z.boolean(),
    }),
  },
  /** How many there are: up to a thousand and whether there are more, or with `exact` all. */
  'executions.count': { input: z.strictObject({ ...runFilter, ...counting }), output: count },
  /** Deletes runs that have ended, with their logs and files; they are gone for good. Answers with how many. */
  'executions.remove': {
    input: z.strictObject({ executions: z.array(reference).min(1).max(10_000) }),
    output: z.int(),
  },
  /** How far it is: cheap, for those who follow it. */
  'executions.status': { input: z.strictObject({ execution: reference }), output: executionStatus },
  /** All about one execution. */
  'executions.get': { input: z.strictObject({ execution: reference }), output: executionDetail },
  /** Asks for a stop, or with `force` for a kill. Answers once the wish is stored; the host that runs it acts. */
  'executions.stop': {
    input: z.strictObject({ execution: reference, force: z.boolean().optional() }),
    output: execution,
  },
  /** What the run told of itself, as Markdown: what it wrote into its file of that name, or gave to `summarize`. */
  'executions.summary': {
    input: z.strictObject({ execution: reference }),
    output: z.string().nullable(),
  },
  /** The files that are kept with a run, in the order in which they were, and where they lie. */
  'artifacts.list': {
    input: z.strictObject({ execution: reference }),
    output: z.array(z.object({ name: z.string(), size: z.int(), keptAt: z.int(), path: z.string() })),
  },
  /**
   * A piece of such a file from an offset in bytes on, in base64; at most 1 MiB. `size` is that of the whole file: where
   * the piece ends before it, the next one begins there.
   */
  'artifacts.read': {
    input: z.strictObject({ execution: reference, name: z.string(), offset: z.int().min(0).optional() }),
    output: z.object({ data: z.string(), size: z.int() }),
  },
  /** What the processes of a run used, oldest first: per cent of one processor, and resident bytes. */
  'executions.samples': {
    input: z.strictObject({ execution: reference }),
    output: z.array(z.object({ time: z.int(), cpu: z.number(), memory: z.int() })),
  },
  ...secretRequests,
  ...logRequests,
  ...scriptRequests,
} satisfies Record<string, { input: z.ZodType; output: z.ZodType }>

export type Actor = (typeof ACTORS)[number]
export type Action = (typeof ACTIONS)[number]
export type Trigger = (typeof TRIGGERS)[number]
export type Handler = z.infer<typeof handlerSchema>
export type Parameters = z.infer<typeof parameters>
export type JobInput = z.input<typeof jobInput>
export type Job = z.infer<typeof job>
export type DeckDocument = z.infer<typeof deckDocument>
export type Imported = z.infer<typeof imported>
export type Finding = z.infer<typeof finding>
export type SweepReport = z.infer<typeof sweepReport>
export type Settings = z.infer<typeof settings>
export type DesktopSettings = z.infer<typeof desktopSettings>
export type Pause = z.infer<typeof pause>
export type Category = z.infer<typeof category>
export type Occurrence = z.infer<typeof occurrence>
export type ErrorInfo = z.infer<typeof errorInfo>
export type Execution = z.infer<typeof execution>
export type ExecutionStatus = z.infer<typeof executionStatus>
export type ExecutionDetail = z.infer<typeof executionDetail>

export type RequestName = keyof typeof contract
export type Input<N extends RequestName> = z.input<(typeof contract)[N]['input']>
export type CheckedInput<N extends RequestName> = z.output<(typeof contract)[N]['input']>
export type Output<N extends RequestName> = z.output<(typeof contract)[N]['output']>

/** What a deck tells while it works. Events are hints, sent after the commit; the database is the truth. */
export interface Events {
  /** An execution is new, or has another status. */
  execution: { id: number; jobId: string; status: Status }
  progress: { executionId: number; jobId: string; progress: number; message: string | null }
  /** Jobs were made, edited, removed, brought back, paused or resumed, or lost old runs; `null`: any of them may have. */
  jobs: { ids: string[] | null }
  /** Scripts were added, changed, removed, approved, or are approved no more. */
  scripts: { names: string[] }
  /** Entries `from` to `through` of an execution are stored. */
  logs: { executionId: number; from: number; through: number }
  /** Nothing more will be told: the deck was closed, or its file is gone. */
  closed: { fault: FaultData }
  /** Another process wrote to the database: anything may have changed. */
  changed: Record<string, never>
  /** The engine cannot write (disk full, locked …) and waits; or, with `fault: null`, it goes on again. */
  trouble: { fault: FaultData | null }
}
export type EventName = keyof Events

export type Reply<T> = { ok: true; data: T } | { ok: false; fault: FaultData }
