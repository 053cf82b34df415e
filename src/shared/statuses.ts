/** How runs and jobs can stand. */
export const OPEN_STATUSES = ['queued', 'initializing', 'running'] as const
export const FINAL_STATUSES = [
  'completed',
  'failed',
  'cancelled',
  'timeout',
  'killed',
  'interrupted',
] as const
/** Those of the final ones that nobody asked for: it did not do what it was to do. */
export const FAILURE_STATUSES = ['failed', 'timeout', 'killed', 'interrupted'] as const
export const STATUSES = [...OPEN_STATUSES, ...FINAL_STATUSES] as const
export const JOB_STATUSES = [
  'draft',
  'running',
  'queued',
  'disabled',
  'paused',
  'failed',
  'cancelled',
  'completed',
  'ready',
] as const

export type Status = (typeof STATUSES)[number]
export type FinalStatus = (typeof FINAL_STATUSES)[number]
export type JobStatus = (typeof JOB_STATUSES)[number]
