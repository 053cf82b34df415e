/** Jobs and categories as people write them into a file. */
import { policySchema, type Category, type DeckDocument, type Job, type Policy } from './contract.ts'
import { formatDuration } from './duration.ts'
import { formatSize } from './size.ts'

export type JobEntry = DeckDocument['jobs'][number]
export type CategoryEntry = DeckDocument['categories'][number]

const FIELDS = Object.keys(policySchema.shape) as (keyof Policy)[]
const DURATIONS = new Set([
  'timeout',
  'grace',
  'expireAfter',
  'keepFor',
  'delay',
  'maxDelay',
  'missedWindow',
  'every',
  'jitter',
])
const INSTANTS = new Set(['at', 'from', 'until', 'anchor'])
/** The order in which people say when something runs. */
const SCHEDULE = [
  'cron',
  'every',
  'at',
  'daemon',
  'anchor',
  'zone',
  'jitter',
  'from',
  'until',
  'quiet',
  'skip',
]
const SIZES = new Set(['memoryLimit', 'outputLimit', 'outputRate', 'logBytes'])

/** A job as it is given to be saved: all that people have set of it, and nothing that follows from it. */
export function jobEntry(job: Job): JobEntry & { key: string; enabled: boolean } {
  return {
    key: job.key,
    name: job.name,
    ...(job.description !== null && { description: job.description }),
    ...(job.category !== null && { category: job.category }),
    ...(job.tags.length > 0 && { tags: job.tags }),
    enabled: job.enabled,
    handlers: job.handlers.map(({ priority, handler }) => ({ priority, handler })),
    ...(Object.keys(job.params).length > 0 && { params: job.params }),
    ...(job.schedule && { schedule: scheduleInOrder(job.schedule) }),
    ...inOrder(job.policy),
  }
}

/** A category in the same way. */
export function categoryEntry({ path, description, maxWorkers, policy }: Category): CategoryEntry {
  return {
    path,
    ...(description !== null && { description }),
    ...(maxWorkers !== null && { maxWorkers }),
    ...(Object.keys(policy).length > 0 && { policy: inOrder(policy) }),
  }
}

/** The fields of a policy in the order of the contract, however they were stored. */
const inOrder = (policy: Policy): Policy =>
  Object.fromEntries(
    FIELDS.filter((field) => policy[field] !== undefined).map((field) => [field, policy[field]]),
  )

const scheduleInOrder = (schedule: NonNullable<Job['schedule']>) =>
  Object.fromEntries(
    Object.entries(schedule).toSorted(([a], [b]) => SCHEDULE.indexOf(a) - SCHEDULE.indexOf(b)),
  ) as typeof schedule

/** The fields of a policy, or of an entry with one, with time spans and amounts as people write them. */
export function readable<T extends object>(entry: T): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(entry).map(([field, value]) => [field, readableField(field, value)]),
  )
}

/** The value of one field of a policy in the same way. */
export function readableField(field: string, value: unknown): unknown {
  if (typeof value === 'number' && DURATIONS.has(field)) return formatDuration(value)
  if (typeof value === 'number' && SIZES.has(field)) return formatSize(value)
  if (typeof value === 'number' && INSTANTS.has(field)) return isoText(value)
  return (field === 'retry' || field === 'policy' || field === 'schedule') &&
    typeof value === 'object' &&
    value
    ? readable(value)
    : value
}

/** Without thousandths where there are none. */
const isoText = (time: number) => new Date(time).toISOString().replace('.000Z', 'Z')

/** A document with time spans and amounts as people write them; reading it gives the same document. */
export function readableDocument({ jobdeck, categories, jobs }: DeckDocument) {
  return { jobdeck, categories: categories.map(readable), jobs: jobs.map(readable) }
}
