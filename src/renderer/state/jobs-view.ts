/** What of the jobs is shown, and in which order: it stays when one comes back. */
import { create } from 'zustand'
import type { Job } from '../../shared/contract.ts'
import { handlerText } from '../handlers.ts'

export type Column = 'name' | 'status' | 'schedule' | 'next' | 'last'

interface JobsViewState {
  text: string
  status: Job['status'] | null
  sort: Column
  isDescending: boolean
  /** The ids of those that were chosen, to do something with all of them. */
  chosen: ReadonlySet<string>
}

export const useJobsView = create<JobsViewState>(() => ({
  text: '',
  status: null,
  sort: 'name',
  isDescending: false,
  chosen: new Set(),
}))

/** Sorts by the column, or by it the other way round. */
export const sortBy = (column: Column): void =>
  useJobsView.setState(({ sort, isDescending }) => ({
    sort: column,
    isDescending: sort === column && !isDescending,
  }))

/** Those with all words of the text in what is known of them, whatever the case of letters. */
export function filtered(
  jobs: readonly Job[],
  { text, status, folder }: { text: string; status: Job['status'] | null; folder: string | null },
): Job[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return jobs.filter(
    (job) =>
      (status === null || job.status === status) &&
      (folder === null || job.category === folder || (job.category?.startsWith(`${folder}/`) ?? false)) &&
      words.every((word) => textOf(job).includes(word)),
  )
}

const texts = new WeakMap<Job, string>()

function textOf(job: Job): string {
  const known = texts.get(job)
  if (known !== undefined) return known
  const { name, category, tags, handlers } = job
  const runs = handlers.map(({ handler }) => handlerText(handler))
  const text = [category ?? '', name, ...tags, ...runs].join('\n').toLowerCase()
  texts.set(job, text)
  return text
}

/** What needs somebody first, then what moves, then the rest. */
const STATUS_ORDER: Job['status'][] = [
  'failed',
  'running',
  'queued',
  'paused',
  'disabled',
  'cancelled',
  'ready',
  'completed',
  'draft',
]

const KEYS: Record<Column, (job: Job) => number | string> = {
  name: () => 0, // they come by name
  status: ({ status }) => STATUS_ORDER.indexOf(status),
  schedule: ({ schedule }) => (schedule === null ? '~' : JSON.stringify(schedule)),
  next: ({ next }) => next?.dueAt ?? Infinity,
  last: ({ lastExecutionId }) => -(lastExecutionId ?? 0),
}

/** By the column; those that are alike in it by name. `jobs` are by name. */
export function sorted(jobs: readonly Job[], column: Column, isDescending: boolean): Job[] {
  const key = KEYS[column]
  const compare = (a: Job, b: Job) => {
    const [left, right] = [key(a), key(b)]
    return left < right ? -1 : left > right ? 1 : 0
  }
  const inOrder = jobs.toSorted(compare)
  return isDescending ? inOrder.toReversed() : inOrder
}
