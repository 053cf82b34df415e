import type { Client } from '../shared/client.ts'
import type { Execution, Job } from '../shared/contract.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import { quoted } from './scripts.ts'
import { targetNames, untilText } from './targets.ts'
import { counted, duration, oneLine, print, printJson, styled, table } from './terminal.ts'
import { bar } from './progress.ts'
import { zonedTime } from './when.ts'

/** So many are shown of each. */
const SHOWN = 10
const NEXT = 5

/** `jobdeck status`: what runs now and how far, what comes next, and what stands in the way. */
export function status(options: GlobalOptions): Promise<void> {
  return withDeck(options, 'command', async (client) => {
    const found = await look(client)
    if (options.json) return printJson({ ...found, obstacles: found.obstacles })
    const { running, waiting, next, obstacles } = found
    print(styled('bold', running.length === 0 ? 'Nothing runs now' : 'Now'))
    if (running.length > 0) print(runningTable(running))
    if (waiting > 0) print(`${counted(waiting, 'run')} ${waiting === 1 ? 'waits' : 'wait'}: jobdeck queue`)
    print(`\n${styled('bold', next.length === 0 ? 'Nothing is planned' : 'Next')}`)
    if (next.length > 0) print(nextTable(next))
    if (obstacles.length === 0) return
    print(`\n${styled('bold', 'In the way')}`)
    for (const obstacle of obstacles) print(`${styled('yellow', '!')} ${oneLine(obstacle)}`)
  })
}

async function look(client: Client) {
  const queue = await client.request('queue.get', {})
  const running: Execution[] = await client.request('executions.list', {
    statuses: ['initializing', 'running'],
    sort: 'id',
    limit: SHOWN,
  })
  const planned = await client.request('jobs.list', { sort: 'nextRun', limit: NEXT })
  const next = planned.filter((job) => job.next !== null)
  return { running, waiting: queue.waiting, next, obstacles: await obstaclesOf(client, queue, next) }
}

type Queue = Awaited<ReturnType<typeof queueOf>>
const queueOf = (client: Client) => client.request('queue.get', {})

async function obstaclesOf(
  client: Client,
  { planner, pauses, waiting }: Queue,
  next: Job[],
): Promise<string[]> {
  const found: string[] = []
  const daemons = await client.request('jobs.list', { schedules: ['daemon'] })
  if (
    !planner &&
    (waiting > 0 || next.length > 0 || daemons.some(({ enabled, stopped }) => enabled && !stopped))
  )
    found.push('No program keeps this deck running, so nothing runs by itself: jobdeck serve')
  if (pauses.length > 0) {
    const nameOf = await targetNames(client)
    for (const pause of pauses) found.push(`Paused: ${nameOf(pause.target)} ${untilText(pause)}`)
  }
  const held = await client.request('occurrences.list', { outcomes: ['held'], limit: 1000 })
  const times = held.reduce((sum, { count }) => sum + count, 0)
  if (times > 0)
    found.push(
      `${counted(times, 'planned time')} ${times === 1 ? 'waits' : 'wait'} for an answer: jobdeck missed`,
    )
  found.push(...(await blockedByScripts(client)))
  const crashing = daemons.filter(({ stopped }) => stopped === 'keeps-crashing')
  for (const { name, id } of crashing)
    found.push(
      `${JSON.stringify(name)} keeps crashing and is not started again: jobdeck logs ${id}; jobdeck restart ${id}`,
    )
  const failing = await client.request('jobs.list', {
    statuses: ['failed'],
    sort: 'lastRun',
    descending: true,
  })
  const failed = failing.filter(({ id }) => crashing.every((job) => job.id !== id))
  for (const { name, lastExecutionId } of failed.slice(0, SHOWN))
    found.push(`${JSON.stringify(name)} failed last time: jobdeck logs ${lastExecutionId}`)
  if (failed.length > SHOWN) found.push(`${failed.length - SHOWN} more failed: jobdeck list --status failed`)
  return found
}

/** Jobs whose scripts do not run as they are: for each script what is wrong, and what mends it. */
async function blockedByScripts(client: Client): Promise<string[]> {
  const scripts = await client.request('scripts.list', {})
  const blocked = scripts.filter(({ state, jobs }) => state !== 'approved' && jobs.length > 0)
  return blocked.map(({ name, state, jobs, problem, renamedTo }) => {
    const who = jobs.map((job) => JSON.stringify(job.name)).join(', ')
    const cannot = `${who} cannot run: the script ${name}`
    if (state === 'gone')
      return `${cannot} is not there${renamedTo === null ? '' : `; it may be ${renamedTo} now: jobdeck edit ${jobs[0]!.id}`}`
    if (state === 'broken') return `${cannot} is broken: ${problem!.message.split('\n')[0]}`
    return `${cannot} is ${state} and waits to be looked at: jobdeck trust ${quoted(name)}`
  })
}

function runningTable(runs: Execution[]): string {
  const rows = runs.map(({ id, jobName, startedAt, progress, progressMessage }) => [
    `#${id}`,
    progress > 0 ? `${bar(progress, 12)} ${String(Math.floor(progress)).padStart(3)} %` : '',
    startedAt === null ? 'starting' : duration(roundSecond(Date.now() - startedAt)),
    oneLine(jobName),
    styled('dim', oneLine(progressMessage ?? '')),
  ])
  return table(['RUN', 'PROGRESS', 'FOR', 'JOB', ''], rows, { name: 'JOB', lesser: ['FOR', 'PROGRESS'] })
}

function nextTable(jobs: Job[]): string {
  const rows = jobs.map(({ name, next, pause, enabled }) => [
    zonedTime(next!.at),
    untilNow(next!.dueAt),
    oneLine(name),
    styled('yellow', !enabled ? 'disabled' : pause ? 'paused' : ''),
  ])
  return table(['AT', 'IN', 'JOB', ''], rows, { name: 'JOB', lesser: ['IN'] })
}

/** How long it is until then, to people. */
function untilNow(at: number): string {
  const left = at - Date.now()
  return left <= 0 ? 'due' : duration(roundSecond(left))
}

const roundSecond = (time: number) => Math.max(1000, Math.round(time / 1000) * 1000)
