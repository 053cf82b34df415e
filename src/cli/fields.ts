import type { Fault } from '../shared/fault.ts'

const SCHEDULE_FIELDS: Record<string, string> = {
  'schedule.cron': '--cron',
  'schedule.every': '--every',
  'schedule.zone': '--tz',
  'schedule.jitter': '--jitter',
  'schedule.from': '--from',
  'schedule.until': '--until',
}

/** What people type for the fields of requests. Those that the commands fill themselves are not here. */
const TYPED: Record<string, string> = {
  'job.name': '--name',
  'job.category': '--category',
  'job.timeout': '--timeout',
  'job.grace': '--grace',
  'job.mode': '--mode',
  'job.retry.attempts': '--attempts',
  'job.environment': '--secret-env',
  'job.environmentFiles': '--env-from',
  'job.handlers.0.priority': '--priority',
  'job.handlers.0.handler': 'the command',
  'job.handlers.0.handler.file': 'FILE',
  'target.category': '--category',
  'target.job': 'JOB',
  params: '--params',
  for: '--for',
  until: '--for',
  reason: '--reason',
  limit: '--limit',
  file: 'FILE',
  ...SCHEDULE_FIELDS,
  job: 'JOB',
  execution: 'RUN',
}

/** Fields of a job that is made. */
const JOB_FIELDS: Record<string, string> = {
  name: 'NAME',
  key: 'NAME',
  description: '--description',
  category: '--category',
  tags: '--tag',
  timeout: '--timeout',
  grace: '--grace',
  maxWorkers: '--max-workers',
  'retry.attempts': '--attempts',
  'retry.delay': '--retry-delay',
  missedWindow: '--missed-window',
  missedLimit: '--missed-limit',
  expireAfter: '--expire-after',
  keepRuns: '--keep-runs',
  keepFor: '--keep-for',
  directory: '--directory',
  environment: '--env',
  environmentFiles: '--env-from',
  handlers: 'the command',
  'handlers.0.handler.file': 'FILE',
  ...SCHEDULE_FIELDS,
  'schedule.at': '--at',
}

/** The same field is another word in some commands. */
const TYPED_IN: Record<string, Record<string, string>> = {
  add: {
    ...JOB_FIELDS,
    ...Object.fromEntries(
      Object.entries(JOB_FIELDS).map(([field, word]) => [`document.jobs.0.${field}`, word]),
    ),
  },
  next: { from: '--from', count: '--count' },
  pause: { until: '--until' },
  logs: { text: '--grep', limit: '--last' },
  list: { text: 'TEXT', category: '--category', tags: '--tag', handler: '--handler', offset: '--page' },
  runs: { text: '--text', category: '--category', tags: '--tag', handler: '--handler', offset: '--page' },
  stats: { category: '--category' },
  enable: { job: 'JOBS' },
  disable: { job: 'JOBS' },
  edit: {
    name: '--name',
    description: '--description',
    category: '--category',
    tags: '--tag',
    timeout: '--timeout',
    grace: '--grace',
    mode: '--mode',
    maxWorkers: '--max-workers',
    'retry.attempts': '--attempts',
    environment: '--env',
    environmentFiles: '--env-from',
  },
  'secrets set': { name: 'SECRET', value: 'the value' },
  'secrets remove': { names: 'SECRETS' },
  remove: { execution: '--run', executions: '--run', job: 'JOBS' },
  'categories add': { path: 'PATH', description: '--description', maxWorkers: '--max-workers' },
  'categories move': { path: 'PATH', to: 'TO' },
  'categories remove': { paths: 'PATHS' },
}

/** The message of a fault, with each field of a request called what was typed for it. */
export function messageOf(fault: Fault, command: string | undefined): string {
  const issues = fault.data?.issues
  if (!Array.isArray(issues) || !issues.every(isIssue)) return fault.message
  const words = { ...TYPED, ...(command && TYPED_IN[command]) }
  return issues
    .map(({ field, message }) => (field ? `${nameOf(field, words)}: ${message}` : message))
    .join('; ')
}

function nameOf(field: string, words: Record<string, string>): string {
  if (words[field] !== undefined) return words[field]
  // What lies in a field belongs to the same word; a message that comes from nowhere else keeps the name.
  const [first = '', ...inner] = field.split('.')
  if (first !== 'params') {
    for (let depth = inner.length; depth > 0; depth--) {
      const word = words[[first, ...inner.slice(0, depth - 1)].join('.')]
      if (word !== undefined) return word
    }
  }
  return first === 'jobs' ? 'JOB' : first === 'params' ? `--params: ${field.slice('params.'.length)}` : field
}

const isIssue = (issue: unknown): issue is { field: string; message: string } =>
  typeof issue === 'object' && issue !== null && 'field' in issue && 'message' in issue
