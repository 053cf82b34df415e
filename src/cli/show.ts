import type { Client } from '../shared/client.ts'
import type { Execution, ExecutionDetail, Job, Output, Pause, Policy } from '../shared/contract.ts'
import { readableField } from '../shared/document.ts'
import { waitText } from '../shared/waits.ts'
import { artifactTable, type Artifact } from './artifacts.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import { facts, handlerText, section } from './facts.ts'
import { showSchedule } from './schedule-facts.ts'
import { percent } from './stats.ts'
import { targetNames, untilText } from './targets.ts'
import {
  counted,
  dateTime,
  duration,
  oneLine,
  print,
  printJson,
  statusText,
  styled,
  table,
} from './terminal.ts'

/** `jobdeck show`: all about a job or a run. */
export function show({ reference, ...options }: GlobalOptions & { reference: string }): Promise<void> {
  return withDeck(options, 'command', async (client) => {
    if (/^#?\d+$/.test(reference)) {
      const execution = await client.request('executions.get', { execution: reference })
      const attempts = await attemptsOf(client, execution)
      const summary = await client.request('executions.summary', { execution: execution.id })
      const artifacts = await client.request('artifacts.list', { execution: execution.id })
      if (options.json) printJson({ ...execution, attempts, summary, artifacts })
      else showExecution(execution, attempts, summary, artifacts)
    } else {
      const job = await client.request('jobs.get', { job: reference })
      const effectivePolicy = await client.request('jobs.policy', { job: job.id })
      const { ended, successRate, duration } = await client.request('statistics.get', { job: job.id })
      const lately = { ended, successRate, duration }
      const words = job.schedule
        ? (await client.request('schedules.preview', { job: job.id, count: 1 })).words.en
        : null
      if (options.json) return printJson({ ...job, words, effectivePolicy, statistics: lately })
      const paused = job.pause && `${await pausedBy(client, job.pause)} ${untilText(job.pause)}`
      showJob(job, paused, lately)
      showSchedule(job, words, effectivePolicy)
      showPolicy(effectivePolicy)
    }
  })
}

/** What is told of each attempt of a chain. */
const ATTEMPT = [
  'id',
  'attempt',
  'status',
  'trigger',
  'queuedAt',
  'startedAt',
  'endedAt',
  'durationMs',
  'error',
  'parentId',
  'retryId',
] as const satisfies (keyof Execution)[]
type Attempt = Pick<Execution, (typeof ATTEMPT)[number]>

/** The chain of attempts that a run belongs to, oldest first, as far as they are kept. */
async function attemptsOf(client: Client, execution: Execution): Promise<Attempt[]> {
  const find = (id: number) => client.request('executions.get', { execution: id }).catch(() => undefined) // it was deleted
  const chain = [execution]
  for (let id = execution.parentId; id !== null; id = chain[0]!.parentId) {
    const before = await find(id)
    if (!before) break
    chain.unshift(before)
  }
  for (let id = execution.retryId; id !== null; id = chain.at(-1)!.retryId) {
    const after = await find(id)
    if (!after) break
    chain.push(after)
  }
  return chain.map((one) => Object.fromEntries(ATTEMPT.map((field) => [field, one[field]])) as Attempt)
}

function showExecution(
  execution: ExecutionDetail,
  attempts: Attempt[],
  summary: string | null,
  artifacts: Artifact[],
): void {
  const { status, warned, forced, waitingFor, progress, progressMessage, error, environment } = execution
  const remarks = [
    warned && 'with a warning',
    forced && 'had to be killed',
    waitingFor && `waits for ${waitText(waitingFor)}`,
  ]
  print(styled('bold', `Run #${execution.id}`))
  facts({
    Job: `${execution.jobName} (${execution.jobId})`,
    Status: [statusText(status), ...remarks.filter(Boolean)].join(', '),
    Runs: handlerText(execution.handler),
    Version:
      execution.script && `${execution.script.digest.slice(0, 16)}: jobdeck scripts --run ${execution.id}`,
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
    Log: `${execution.logCount.toLocaleString('en')} ${execution.logCount === 1 ? 'entry' : 'entries'}: jobdeck logs ${execution.id}`,
  })
  section('Summary', summary === null ? null : summary.trim())
  section(
    'Parameters',
    Object.keys(execution.params).length > 0 ? JSON.stringify(execution.params, null, 2) : null,
  )
  section('Result', execution.result === null ? null : JSON.stringify(execution.result, null, 2))
  if (artifacts.length > 0)
    section(`Files: jobdeck artifacts ${execution.id} --save FOLDER`, artifactTable(artifacts))
  section('Error', error && (error.stack ?? `${error.name}: ${error.message}`))
  if (attempts.length > 1) {
    const rows = attempts.map(({ id, attempt, status, queuedAt, startedAt, durationMs, error }) => [
      String(attempt),
      `#${id}${id === execution.id ? ' (this one)' : ''}`,
      statusText(status),
      dateTime(startedAt ?? queuedAt),
      durationMs === null ? '' : duration(durationMs),
      styled('dim', oneLine(error?.message.split('\n')[0] ?? '')),
    ])
    const heads = ['ATTEMPT', 'RUN', 'STATUS', 'STARTED', 'TOOK', '']
    section('Attempts', table(heads, rows, { name: 'RUN', lesser: ['TOOK', 'STARTED'] }))
  }
  const variables = Object.entries(environment ?? {}).map(([name, value]) => `${name}=${value}`)
  section('Environment', variables.length > 0 ? variables.toSorted().join('\n') : null)
}

async function pausedBy(client: Client, { target, pausedFrom }: Pause): Promise<string> {
  const by = target.startsWith('job:') ? 'by itself' : `with ${(await targetNames(client))(target)}`
  return `since ${dateTime(pausedFrom)}, ${by},`
}

type Lately = Pick<Output<'statistics.get'>, 'ended' | 'successRate' | 'duration'>

function showJob(job: Job, paused: string | null, { ended, successRate, duration: took }: Lately): void {
  const counts = Object.entries(job.counts).map(([status, count]) => `${count} ${status}`)
  const lately = Object.values(ended).reduce((sum, count) => sum + count, 0)
  print(styled('bold', oneLine(job.name)))
  facts({
    Id: job.id,
    Key: job.key === job.name ? null : job.key,
    Status:
      job.progress === null
        ? statusText(job.status)
        : `${statusText(job.status)}  ${Math.floor(job.progress)} %`,
    Disabled: job.enabled ? null : `it does not run by itself: jobdeck enable ${job.id}`,
    Paused: job.enabled ? paused : null,
    Category: job.category,
    Tags: job.tags.join(', '),
    Runs: job.handlers.map(({ handler }) => handlerText(handler)).join('\n'),
    'Its runs': counts.length > 0 ? `${counts.join(', ')}: jobdeck runs ${job.id}` : 'none yet',
    'In 30 days':
      lately === 0
        ? null
        : [
            `${lately.toLocaleString('en')} ended`,
            successRate !== null && `${percent(successRate)} completed`,
            took && `half within ${duration(took.p50)}, nine in ten within ${duration(took.p90)}`,
          ]
            .filter(Boolean)
            .join(', '),
    'Managed by': job.managedBy && `${job.managedBy}: the next apply of it sets back what is edited here`,
    Created: dateTime(job.createdAt),
    Changed: dateTime(job.updatedAt),
  })
  section('Description', job.description)
  section('Parameters', Object.keys(job.params).length > 0 ? JSON.stringify(job.params, null, 2) : null)
}

/** Every field of the policy that a run of the job gets, and who has set it. */
function showPolicy(policy: Output<'jobs.policy'>): void {
  const rows = policy.map(({ field, value, from }) => [
    field,
    field === 'environment'
      ? counted(Object.keys(value as object).length, 'variable')
      : oneLine(valueText(readableField(field, value))),
    styled('dim', oneLine(from)),
  ])
  section('How it runs', table(['FIELD', 'VALUE', 'FROM'], rows, { name: 'FIELD' }))
  const environment = policy.find(({ field }) => field === 'environment')?.value ?? {}
  const variables = Object.entries(environment as NonNullable<Policy['environment']>)
  const lines = variables.map(([name, value]) =>
    oneLine(`${name}=${typeof value === 'string' ? value : `(the secret ${value.secret})`}`),
  )
  section('Environment', lines.length > 0 ? lines.toSorted().join('\n') : null)
}

const valueText = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value))
