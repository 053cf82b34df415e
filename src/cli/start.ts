import { withDeck, type GlobalOptions } from './deck.ts'
import { EXIT } from './exit.ts'
import { tellQueued } from './missed.ts'
import { readParameters, type ParameterOptions } from './parameters.ts'
import { runHere } from './run.ts'
import { printJson } from './terminal.ts'

export interface StartOptions extends GlobalOptions, ParameterOptions {
  job: string
  here?: boolean
}

/** `jobdeck start`: runs a job now: in the program that keeps the deck running, or else here. */
export async function start({ job, here = false, ...options }: StartOptions): Promise<number> {
  const params = await readParameters(options)
  const isQueued =
    !here &&
    (await withDeck(options, 'command', async (client) => {
      const { id } = await client.request('jobs.get', { job })
      if (!(await client.request('queue.get', {})).planner) return false
      const queued = await client.request('jobs.start', { job: id, params, trigger: 'manual' })
      if (options.json) queued.forEach(printJson)
      else await tellQueued(client, queued)
      return true
    }))
  if (isQueued) return EXIT.ok
  return runHere(options, {
    prepare: (client) => client.request('jobs.get', { job }),
    start: (client, { id }) => client.request('jobs.start', { job: id, params, trigger: 'manual' }),
  })
}
