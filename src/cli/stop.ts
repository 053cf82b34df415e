import type { Execution } from '../shared/contract.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import { printJson, printNote } from './terminal.ts'

export interface StopOptions extends GlobalOptions {
  reference: string
  force?: boolean
}

/** `jobdeck stop`: asks a run, or all runs of a job, to end, whichever process they run in. */
export function stop({ reference, force = false, ...options }: StopOptions): Promise<void> {
  return withDeck(options, 'command', async (client) => {
    const isRun = /^#?\d+$/.test(reference)
    const stopped: Execution[] = isRun
      ? [await client.request('executions.stop', { execution: reference, force })]
      : await client.request('jobs.stop', { job: reference, force })
    if (options.json) return stopped.forEach(printJson)
    if (stopped.length === 0) return printNote('Nothing of it is running or waiting.')
    for (const { id, jobName, status } of stopped) {
      const what = status === 'cancelled' ? 'Cancelled' : force ? 'Killing' : 'Stopping'
      printNote(`${what} run #${id} of ${JSON.stringify(jobName)}`)
    }
  })
}
