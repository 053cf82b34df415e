/** The tables as the newest migration leaves them; a test compares the two. Times are ms since 1970, UTC. */
import type { Outcome, Reason, ScheduleKind } from '../../shared/schedule.ts'
import type { Action, Actor, FinalStatus, Mode, Status, Trigger } from '../../shared/contract.ts'
import type { Lane } from '../definition.ts'
import { blob, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** One row per setting of the deck itself, such as its identity. */
export const meta = sqliteTable('meta', {
  key: text().primaryKey(),
  value: text().notNull(),
})

/** Values that jobs refer to by name, encrypted. */
export const secrets = sqliteTable('secrets', {
  name: text().primaryKey(),
  value: blob({ mode: 'buffer' }).notNull(),
  updatedAt: integer('updated_at').notNull(),
})

/** Folders of jobs. `path` is the whole path, `a/b/c`. */
export const categories = sqliteTable('categories', {
  id: integer().primaryKey(),
  parentId: integer('parent_id'),
  path: text().notNull(),
  /** The path, folded: see `fold`. */
  search: text().notNull().default(''),
  name: text().notNull(),
  description: text(),
  /** How many executions of its jobs, and of those below it, may be open at once. */
  maxWorkers: integer('max_workers'),
  /** JSON: the defaults of the jobs in it and below it. */
  policy: text().notNull().default('{}'),
  createdAt: integer('created_at').notNull(),
})

/**
 * Immutable JSON bodies, each stored once under its digest: definitions of jobs and of executions, and the
 * environments that runs got. An execution's copy of what it runs with is a reference to such a row.
 */
export const snapshots = sqliteTable('snapshots', {
  id: integer().primaryKey(),
  digest: text().notNull(),
  body: text().notNull(),
})

export const jobs = sqliteTable('jobs', {
  id: text().primaryKey(),
  key: text().notNull(),
  name: text().notNull(),
  description: text(),
  categoryId: integer('category_id'),
  definitionId: integer('definition_id').notNull(),
  /** JSON: a list of words. */
  tags: text().notNull().default('[]'),
  /** What texts are looked for in, folded: see `fold`. */
  search: text().notNull().default(''),
  /** The file or folder that says what it is. */
  managedBy: text('managed_by'),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
  /** Set when it was removed; it can be brought back until it is swept. */
  deletedAt: integer('deleted_at'),
})

/** What a job was after each edit. */
export const versions = sqliteTable(
  'versions',
  {
    jobId: text('job_id').notNull(),
    /** From 1. */
    number: integer().notNull(),
    snapshotId: integer('snapshot_id').notNull(),
    at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.jobId, table.number] })],
)

/** Who did what, and when; only ever added to. */
export const trail = sqliteTable('trail', {
  id: integer().primaryKey({ autoIncrement: true }),
  at: integer().notNull(),
  actor: text().$type<Actor>().notNull(),
  action: text().$type<Action>().notNull(),
  jobId: text('job_id'),
  executionId: integer('execution_id'),
  /** JSON. */
  details: text(),
})

/** What is paused: `deck`, `category:ID` with all below it, or `job:ID`. */
export const pauses = sqliteTable('pauses', {
  target: text().primaryKey(),
  pausedFrom: integer('paused_from').notNull(),
  pausedUntil: integer('paused_until'),
  reason: text(),
})

/** What people approved to be run, by the digest of all that it is made of. */
export const approvals = sqliteTable(
  'approvals',
  {
    digest: text().notNull(),
    /** The script that it was called when it was approved: the same may be approved under several. */
    name: text().notNull(),
    at: integer().notNull(),
    actor: text().$type<Actor>().notNull(),
    /** JSON: see `Version`. */
    version: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.digest, table.name] })],
)

/** What the processes of an execution used at a time. */
export const samples = sqliteTable(
  'samples',
  {
    executionId: integer('execution_id').notNull(),
    time: integer().notNull(),
    /** Per cent of one processor. */
    cpu: real().notNull(),
    /** Resident bytes. */
    memory: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.executionId, table.time] })],
)

/** Files that are kept with an execution; they lie in its folder under these names. */
export const artifacts = sqliteTable(
  'artifacts',
  {
    executionId: integer('execution_id').notNull(),
    name: text().notNull(),
    size: integer().notNull(),
    keptAt: integer('kept_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.executionId, table.name] })],
)

/** What executions tell of themselves, as Markdown. */
export const summaries = sqliteTable('summaries', {
  executionId: integer('execution_id').primaryKey(),
  text: text().notNull(),
})

/** A process that has, or had, the deck open. */
export const hosts = sqliteTable('hosts', {
  id: text().primaryKey(),
  kind: text().$type<HostKind>().notNull(),
  machine: text().notNull(),
  processId: integer('process_id').notNull(),
  processStarted: text('process_started'),
  version: text().notNull(),
  openedAt: integer('opened_at').notNull(),
  closedAt: integer('closed_at'),
})
export type HostKind = 'library' | 'serve' | 'run' | 'command'

export const executions = sqliteTable('executions', {
  id: integer().primaryKey({ autoIncrement: true }),
  jobId: text('job_id').notNull(),
  parentId: integer('parent_id'),
  /** The first execution of its start, of which there is one per handler; null for that one itself. */
  startId: integer('start_id'),
  definitionId: integer('definition_id').notNull(),
  environmentId: integer('environment_id'),
  /** The host that queued it and is to run it; empty: the planner. */
  owner: text().notNull(),
  /** The host that runs or ran it. */
  hostId: text('host_id'),
  mode: text().$type<Mode>().notNull(),
  lane: text().$type<Lane>().notNull(),
  status: text().$type<Status>().notNull(),
  trigger: text().$type<Trigger>().notNull(),
  attempt: integer().notNull(),
  priority: integer().notNull(),
  /** `scheduledAt - priority * 60 s`: the lowest is claimed first, and nothing starves. */
  rank: integer().notNull(),
  /** -1 in its turn of what is caught up with, 0 later, 1 now, 2 even while it is paused: somebody asked for it. */
  due: integer().$type<Due>().notNull(),
  scheduledAt: integer('scheduled_at').notNull(),
  /** Cancelled if it still waits then. */
  expiresAt: integer('expires_at'),
  queuedAt: integer('queued_at').notNull(),
  claimedAt: integer('claimed_at'),
  startedAt: integer('started_at'),
  endedAt: integer('ended_at'),
  /** Awake time from start to end on a monotonic clock. */
  durationMs: integer('duration_ms'),
  processId: integer('process_id'),
  processStarted: text('process_started'),
  stopRequestedAt: integer('stop_requested_at'),
  stopReason: text('stop_reason').$type<FinalStatus>(),
  stopForce: integer('stop_force', { mode: 'boolean' }).notNull(),
  forced: integer({ mode: 'boolean' }).notNull(),
  warned: integer({ mode: 'boolean' }).notNull(),
  progress: real().notNull(),
  progressMessage: text('progress_message'),
  params: text().notNull(),
  result: text(),
  error: text(),
  exitCode: integer('exit_code'),
  exitSignal: text('exit_signal'),
  logCount: integer('log_count').notNull(),
  /** Of the text that is kept of its log. */
  logBytes: integer('log_bytes').notNull().default(0),
  deletedAt: integer('deleted_at'),
})
export type Due = -1 | 0 | 1 | 2

export const logs = sqliteTable(
  'logs',
  {
    executionId: integer('execution_id').notNull(),
    sequence: integer().notNull(),
    time: integer().notNull(),
    /** 10 trace … 60 fatal, as pino numbers them. */
    level: integer().notNull(),
    /** 0 log, 1 stdout, 2 stderr. */
    stream: integer().notNull(),
    message: text().notNull(),
    fields: text(),
    droppedThrough: integer('dropped_through'),
  },
  (table) => [primaryKey({ columns: [table.executionId, table.sequence] })],
)

/** How the executions of a job ended, hour by hour, whether or not they are kept. */
export const endings = sqliteTable(
  'endings',
  {
    jobId: text('job_id').notNull(),
    /** Hours since 1970, UTC. */
    hour: integer().notNull(),
    status: text().$type<FinalStatus>().notNull(),
    /** The length of what ran, see `bucketOf`; -1 for what never began. */
    bucket: integer().notNull(),
    count: integer().notNull(),
    /** Together, in ms. */
    duration: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.jobId, table.hour, table.status, table.bucket] })],
)

/** The same of all jobs together, also of those that were deleted. */
export const deckEndings = sqliteTable(
  'deck_endings',
  {
    hour: integer().notNull(),
    status: text().$type<FinalStatus>().notNull(),
    bucket: integer().notNull(),
    count: integer().notNull(),
    duration: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.hour, table.status, table.bucket] })],
)

/** How much is kept of a job: the text of its logs, and the files of its runs. */
export const sizes = sqliteTable('sizes', {
  jobId: text('job_id').primaryKey(),
  logBytes: integer('log_bytes').notNull(),
  artifactBytes: integer('artifact_bytes').notNull().default(0),
})

/** How many executions of a job have each status; kept in the transactions that change them. */
export const counters = sqliteTable(
  'counters',
  {
    jobId: text('job_id').notNull(),
    status: text().$type<Status>().notNull(),
    count: integer().notNull(),
    /** When the last one got it, for statuses that are final. */
    lastAt: integer('last_at'),
  },
  (table) => [primaryKey({ columns: [table.jobId, table.status] })],
)

/** When jobs run by themselves next: one row for each job that has a schedule. */
export const plans = sqliteTable('plans', {
  jobId: text('job_id').primaryKey(),
  kind: text().$type<ScheduleKind>().notNull(),
  /** When the schedule was set. */
  since: integer().notNull(),
  /** Everything planned up to and including this instant has its occurrence. */
  cursor: integer().notNull(),
  /** What is planned next, and when it is to be acted on: it may be put off a little. */
  nextAt: integer('next_at'),
  dueAt: integer('due_at'),
  /** The occurrence that a person skipped. */
  snoozedAt: integer('snoozed_at'),
  /** Why a daemon does not run: a person stopped it, it has completed, or it keeps crashing. */
  stopped: text().$type<DaemonStop>(),
})
export type DaemonStop = 'stopped' | 'completed' | 'keeps-crashing'

/** The ledger: what became of each planned occurrence. Those that did not start, for one reason, share a row. */
export const occurrences = sqliteTable(
  'occurrences',
  {
    jobId: text('job_id').notNull(),
    firstAt: integer('first_at').notNull(),
    lastAt: integer('last_at').notNull(),
    count: integer().notNull(),
    outcome: text().$type<Outcome>().notNull(),
    reason: text().$type<Reason>().notNull(),
    detail: text(),
    executionId: integer('execution_id'),
    decidedAt: integer('decided_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.jobId, table.firstAt] })],
)
