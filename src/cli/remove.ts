import { Fault } from '../shared/fault.ts'
import { canAsk, confirm } from './ask.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import { counted, printJson, printNote } from './terminal.ts'

interface JobsOptions extends GlobalOptions {
  jobs: string[]
}

/** `jobdeck remove`: removes jobs with their runs; for a day they can be brought back. */
export function remove({ jobs, ...options }: JobsOptions): Promise<void> {
  requireJobs(jobs)
  return withDeck(options, 'command', async (client) => {
    const removed = await client.request('jobs.remove', { jobs })
    for (const job of removed) {
      if (options.json) {
        printJson(job)
        continue
      }
      printNote(`Removed ${JSON.stringify(job.name)}. To bring it back: jobdeck remove --undo ${job.id}`)
      if (job.managedBy !== null)
        printNote(
          `It is managed by ${job.managedBy}: the next apply makes it anew, unless it is taken out there`,
        )
    }
  })
}

/** `jobdeck remove --undo`: brings removed jobs back. */
export function bringBack({ jobs, ...options }: JobsOptions): Promise<void> {
  requireJobs(jobs)
  return withDeck(options, 'command', async (client) => {
    for (const reference of jobs) {
      const job = await client.request('jobs.bringBack', { job: reference })
      if (options.json) printJson(job)
      else printNote(`${JSON.stringify(job.name)} is back`)
    }
  })
}

/** `jobdeck remove --run`: removes runs that have ended, for good. */
export function removeRuns({
  jobs,
  runs,
  yes = false,
  ...options
}: JobsOptions & { runs: string[]; yes?: boolean }): Promise<void> {
  if (jobs.length > 0) throw new Fault('invalid-input', 'remove: wants either JOBS or --run NUMBERS')
  return withDeck(options, 'command', async (client) => {
    const executions = [...new Set(runs.map((run) => run.replace(/^#/, '')))]
    // What is not there is said before anybody is asked.
    for (const execution of executions) await client.request('executions.status', { execution })
    if (!yes && canAsk()) {
      const what = `${counted(executions.length, 'run')} with ${executions.length === 1 ? 'its log' : 'their logs'}`
      if (!(await confirm(`Remove ${what} for good?`))) return printNote('Nothing was removed.')
    }
    const removed = await client.request('executions.remove', { executions })
    if (options.json) printJson({ removed })
    else printNote(`Removed ${counted(removed, 'run')}`)
  })
}

function requireJobs(jobs: string[]): void {
  if (jobs.length === 0)
    throw new Fault('invalid-input', 'remove: wants JOBS, or with --run the NUMBERS of runs')
}
