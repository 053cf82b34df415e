/** What lists are narrowed down by, sorted and paged by. */
import * as z from 'zod'
import { SCHEDULE_KINDS } from './schedule.ts'

export const JOB_ORDERS = ['name', 'createdAt', 'updatedAt', 'lastRun', 'nextRun'] as const
export const EXECUTION_ORDERS = ['id', 'queuedAt', 'startedAt', 'endedAt', 'durationMs'] as const

const time = z.int().min(0)
const span = z.int().min(0)

/**
 * A page of a list: the entries that come after one of them, which is how a list of any length is gone through; or,
 * for whoever wants page numbers, those after so many.
 */
const page = {
  descending: z.boolean().optional(),
  offset: z.int().min(0).max(1_000_000_000).optional(),
  /** All there are, if not given. */
  limit: z.int().min(1).max(1_000_000).optional(),
}

/** Filters over jobs. `statuses`, `modes` and `triggers` are those of the contract. */
export const jobFilter = <S extends z.ZodType, M extends z.ZodType>(status: S, mode: M) => ({
  /** In the name, key, description, category or tags, in any script, whatever the case of letters. */
  text: z.string().max(1000).optional(),
  statuses: z.array(status).optional(),
  /** A path, `a/b`, with all below it. */
  category: z.string().max(1000).optional(),
  /** It has all of these. */
  tags: z.array(z.string().max(50)).max(20).optional(),
  mode: mode.optional(),
  /** How it runs by itself. */
  schedules: z.array(z.enum(SCHEDULE_KINDS)).max(4).optional(),
  /** In what it runs: a part of the path of a file, of a command, of the name of a function. */
  handler: z.string().max(1000).optional(),
  createdFrom: time.optional(),
  createdTo: time.optional(),
})

export const jobPage = { sort: z.enum(JOB_ORDERS).optional(), after: z.string().min(1).optional(), ...page }

/** Filters over executions: of the job, and of the execution itself. */
export const executionFilter = <
  R extends z.ZodType,
  S extends z.ZodType,
  T extends z.ZodType,
  M extends z.ZodType,
>(
  reference: R,
  status: S,
  trigger: T,
  mode: M,
) => ({
  job: reference.optional(),
  text: z.string().max(1000).optional(),
  category: z.string().max(1000).optional(),
  tags: z.array(z.string().max(50)).max(20).optional(),
  schedules: z.array(z.enum(SCHEDULE_KINDS)).max(4).optional(),
  handler: z.string().max(1000).optional(),
  statuses: z.array(status).optional(),
  triggers: z.array(trigger).optional(),
  mode: mode.optional(),
  /** When it was queued: from, and before. */
  from: time.optional(),
  to: time.optional(),
  startedFrom: time.optional(),
  startedTo: time.optional(),
  endedFrom: time.optional(),
  endedTo: time.optional(),
  /** In ms. */
  minDuration: span.optional(),
  maxDuration: span.optional(),
})

export const executionPage = {
  /** By id, if not given; executions of a time by that time. */
  sort: z.enum(EXECUTION_ORDERS).optional(),
  after: z.int().positive().optional(),
  ...page,
}

/** Whether a count goes on beyond a thousand. */
export const counting = { exact: z.boolean().optional() }
/** `exact` is false where there are more than were counted. */
export const count = z.object({ count: z.int(), exact: z.boolean() })
