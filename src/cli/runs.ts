import type { Execution, Status, Trigger } from '../shared/contract.ts'
import { Fault } from '../shared/fault.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import {
  filterOf,
  orderOf,
  printList,
  type FilterOptions,
  type PageOptions,
  type RunQuery,
  type Sorts,
} from './pages.ts'
import {
  counted,
  dateTime,
  duration,
  print,
  printJson,
  oneLine,
  statusText,
  styled,
  table,
} from './terminal.ts'

export interface RunsOptions extends GlobalOptions, FilterOptions, PageOptions {
  job?: string | undefined
  status?: Status[]
  text?: string
  trigger?: Trigger[]
  /** In ms since 1970. */
  since?: number
  until?: number
  /** In ms. */
  minDuration?: number
  maxDuration?: number
  count?: boolean
}

export const RUN_SORTS: Sorts<NonNullable<RunQuery['sort']>> = {
  number: { field: 'id', descending: true },
  queued: { field: 'queuedAt', descending: true },
  started: { field: 'startedAt', descending: true },
  ended: { field: 'endedAt', descending: true },
  duration: { field: 'durationMs', descending: true },
}

/** A page for people, if nobody says so. */
const PAGE = 25

/** `jobdeck runs`: runs, newest first. */
export function runs(options: RunsOptions): Promise<void> {
  refuseEmptyRanges(options)
  return withDeck(options, 'command', async (client) => {
    const filter = { ...ownFilter(options), ...(await filterOf(client, options)) }
    if (options.count) {
      const { count } = await client.request('executions.count', { ...filter, exact: true })
      return options.json ? printJson({ count }) : print(counted(count, 'run'))
    }
    const order = orderOf(RUN_SORTS, options)
    return printList<Execution>(options, {
      noun: 'runs',
      usual: PAGE,
      request: (part) => client.request('executions.list', { ...filter, ...order, ...part }),
      count: () => client.request('executions.count', filter),
      none:
        Object.keys(filter).length === 0
          ? 'No runs yet. Try: jobdeck run -- echo hello'
          : 'No run fits that.',
      show: (found) =>
        table(['RUN', 'STATUS', 'STARTED', 'TOOK', 'JOB', ''], found.map(row), {
          name: 'JOB',
          lesser: ['TOOK', 'STARTED'],
        }),
    })
  })
}

function ownFilter(options: RunsOptions) {
  const { job, status, text, trigger, since, until, minDuration, maxDuration } = options
  return {
    ...(job !== undefined && { job }),
    ...(status && { statuses: status }),
    ...(text !== undefined && { text }),
    ...(trigger && { triggers: trigger }),
    ...(since !== undefined && { from: since }),
    ...(until !== undefined && { to: until }),
    ...(minDuration !== undefined && { minDuration }),
    ...(maxDuration !== undefined && { maxDuration }),
  }
}

/** What nothing can fit was mistyped. */
export function refuseEmptyRanges({ since, until, minDuration, maxDuration }: Partial<RunsOptions>): void {
  if (since !== undefined && until !== undefined && since >= until)
    throw new Fault('invalid-input', '--since: must be before --until')
  if (minDuration !== undefined && maxDuration !== undefined && minDuration > maxDuration)
    throw new Fault('invalid-input', '--min-duration: must not be more than --max-duration')
}

function row(execution: Execution): string[] {
  const { id, status, startedAt, queuedAt, durationMs, jobName, progress, progressMessage, error } = execution
  const isOpen = execution.endedAt === null
  const remark = error ? error.message.split('\n')[0]! : isOpen && progressMessage ? progressMessage : ''
  return [
    `#${id}`,
    isOpen && status === 'running' ? `${statusText(status)} ${Math.floor(progress)} %` : statusText(status),
    dateTime(startedAt ?? queuedAt),
    durationMs === null ? '' : duration(durationMs),
    oneLine(jobName),
    styled('dim', oneLine(remark)),
  ]
}
