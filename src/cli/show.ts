import type { Client } from '../shared/client.ts'
import type { ExecutionDetail, Handler, Job, Pause } from '../shared/contract.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import { targetNames, untilText } from './targets.ts'
import {
  dateTime,
  duration,
  oneLine,
  print,
  printJson,
  printable,
  statusText,
  styled,
  withoutDirections,
} from './terminal.ts'

/** `jobdeck show`: all about a job or a run. */
export function show({ reference, ...options }: GlobalOptions & { reference: string }): Promise<void> {
  return withDeck(options, 'command', async (client) => {
    if (/^#?\d+$/.test(reference)) {
      const execution = await client.request('executions.get', { execution: reference })
      if (options.json) printJson(execution)
      else showExecution(execution)
    } else {
      const job = await client.request('jobs.get', { job: reference })
      if (options.json) printJson(job)
      else showJob(job, job.pause && `${await pausedBy(client, job.pause)} ${untilText(job.pause)}`)
    }
  })
}

function showExecution(execution: ExecutionDetail): void {
  const { status, warned, forced, waitingFor, progress, progressMessage, error, environment } = execution
  const remarks = [
    warned && 'with a warning',
    forced && 'had to be killed',
    waitingFor && `waits for ${waitingFor}`,
  ]
  print(styled('bold', `Run #${execution.id}`))
  facts({
    Job: `${execution.jobName} (${execution.jobId})`,
    Status: [statusText(status), ...remarks.filter(Boolean)].join(', '),
    Runs: handlerText(execution.handler),
    Mode: execution.mode,
    Trigger: execution.trigger,
    Attempt: String(execution.attempt),
    Queued: dateTime(execution.queuedAt),
    Started: execution.startedAt && dateTime(execution.startedAt),
    Ended: execution.endedAt && dateTime(execution.endedAt),
    Took: execution.durationMs === null ? null : duration(execution.durationMs),
    Progress: progress > 0 || progressMessage ? `${Math.floor(progress)} %  ${progressMessage ?? ''}` : null,
    Process: execution.processId && String(execution.processId),
    Exit: execution.exitSignal ?? (execution.exitCode === null ? null : `code ${execution.exitCode}`),
    Folder: execution.directory,
    Log: `${execution.logCount.toLocaleString('en')} entries: jobdeck logs ${execution.id}`,
  })
  section(
    'Parameters',
    Object.keys(execution.params).length > 0 ? JSON.stringify(execution.params, null, 2) : null,
  )
  section('Result', execution.result === null ? null : JSON.stringify(execution.result, null, 2))
  section('Error', error && (error.stack ?? `${error.name}: ${error.message}`))
  const variables = Object.entries(environment ?? {}).map(([name, value]) => `${name}=${value}`)
  section('Environment', variables.length > 0 ? variables.toSorted().join('\n') : null)
}

async function pausedBy(client: Client, { target, pausedFrom }: Pause): Promise<string> {
  const by = target.startsWith('job:') ? 'by itself' : `with ${(await targetNames(client))(target)}`
  return `since ${dateTime(pausedFrom)}, ${by},`
}

function showJob(job: Job, paused: string | null): void {
  const counts = Object.entries(job.counts).map(([status, count]) => `${count} ${status}`)
  print(styled('bold', oneLine(job.name)))
  facts({
    Id: job.id,
    Key: job.key === job.name ? null : job.key,
    Status:
      job.progress === null
        ? statusText(job.status)
        : `${statusText(job.status)}  ${Math.floor(job.progress)} %`,
    Paused: paused,
    Category: job.category,
    Runs: job.handlers.map(({ handler }) => handlerText(handler)).join('\n'),
    Mode: job.mode,
    'Its runs': counts.length > 0 ? `${counts.join(', ')}: jobdeck runs ${job.id}` : 'none yet',
    Created: dateTime(job.createdAt),
    Changed: dateTime(job.updatedAt),
  })
  section('Description', job.description)
  section('Parameters', Object.keys(job.params).length > 0 ? JSON.stringify(job.params, null, 2) : null)
}

function handlerText(handler: Handler): string {
  if ('file' in handler) return handler.file
  if ('command' in handler)
    return handler.command
      .map((word) => (/^[\w./:=@%+-]+$/.test(word) ? word : JSON.stringify(word)))
      .join(' ')
  return 'shell' in handler ? handler.shell : `the function ${handler.function}`
}

function facts(values: Record<string, string | number | null | undefined>): void {
  const known = Object.entries(values).filter(
    ([, value]) => value !== null && value !== undefined && value !== '',
  )
  const width = Math.max(...known.map(([name]) => name.length))
  for (const [name, value] of known) {
    const [first, ...more] = withoutDirections(printable(String(value))).split('\n')
    print(
      [
        `${styled('dim', name.padEnd(width))}  ${first}`,
        ...more.map((line) => ' '.repeat(width + 2) + line),
      ].join('\n'),
    )
  }
}

function section(title: string, text: string | null): void {
  if (text === null) return
  print(`\n${styled('dim', title)}\n${withoutDirections(printable(text))}`)
}
