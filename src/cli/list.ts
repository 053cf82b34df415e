import type { Job } from '../shared/contract.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import {
  filterOf,
  orderOf,
  printList,
  type FilterOptions,
  type JobQuery,
  type PageOptions,
  type Sorts,
} from './pages.ts'
import { dateTime, oneLine, statusText, table } from './terminal.ts'

export interface ListOptions extends GlobalOptions, FilterOptions, PageOptions {
  text?: string | undefined
  status?: Job['status'][]
}

export const JOB_SORTS: Sorts<NonNullable<JobQuery['sort']>> = {
  name: { field: 'name', descending: false },
  created: { field: 'createdAt', descending: true },
  changed: { field: 'updatedAt', descending: true },
  next: { field: 'nextRun', descending: false },
  'last-run': { field: 'lastRun', descending: true },
}

/** A page for people, if nobody says so. */
const PAGE = 50

/** `jobdeck list`: jobs by name. */
export function list(options: ListOptions): Promise<void> {
  const { text, status } = options
  return withDeck(options, 'command', async (client) => {
    const filter = {
      ...(text !== undefined && { text }),
      ...(status && { statuses: status }),
      ...(await filterOf(client, options)),
    }
    const order = orderOf(JOB_SORTS, options)
    return printList<Job>(options, {
      noun: 'jobs',
      usual: PAGE,
      request: (part) => client.request('jobs.list', { ...filter, ...order, ...part }),
      count: () => client.request('jobs.count', filter),
      none:
        Object.keys(filter).length === 0
          ? 'No jobs yet. Try: jobdeck run -- echo hello'
          : 'No job fits that.',
      show: (jobs) =>
        table(['ID', 'STATUS', 'NEXT', 'RUNS', 'LAST', 'CATEGORY', 'NAME', 'TAGS'], jobs.map(row), {
          name: 'NAME',
          lesser: ['RUNS', 'LAST', 'CATEGORY', 'ID', 'NEXT'],
        }),
    })
  })
}

function row({
  id,
  name,
  status,
  enabled,
  pause,
  next,
  category,
  lastExecutionId,
  counts,
  tags,
}: Job): string[] {
  // What a status does not say because something else matters more.
  const held = [
    !enabled && status !== 'disabled' && 'disabled',
    pause && enabled && status !== 'paused' && 'paused',
  ]
  return [
    id,
    [statusText(status), ...held.filter(Boolean)].join(', '),
    next === null ? '' : dateTime(next.at),
    String(Object.values(counts).reduce((sum, count) => sum + count, 0)),
    lastExecutionId === null ? '' : `#${lastExecutionId}`,
    oneLine(category ?? ''),
    oneLine(name),
    oneLine(tags.join(', ')),
  ]
}
