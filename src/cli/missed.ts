import type { Client } from '../shared/client.ts'
import type { Execution, Occurrence } from '../shared/contract.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import { withoutPlanner } from './occurrences.ts'
import { occurrenceTable } from './planned.ts'
import { counted, print, printJson, printNote } from './terminal.ts'

export interface MissedOptions extends GlobalOptions {
  job?: string | undefined
  run?: boolean
  skip?: boolean
}

/** `jobdeck missed`: what was missed and waits for a person, who may answer it here. */
export function missed({ job, run, skip, ...options }: MissedOptions): Promise<void> {
  return withDeck(options, 'command', async (client) => {
    const held: Occurrence[] = await client.request('occurrences.list', {
      outcomes: ['held'],
      ...(job !== undefined && { job }),
      limit: 1000,
    })
    if (!run && !skip) {
      if (options.json) return held.forEach(printJson)
      if (held.length === 0) return printNote('Nothing waits for an answer.')
      print(occurrenceTable(held))
      const name = job === undefined ? '[JOB]' : JSON.stringify(job)
      return printNote(`To run them now, once each: jobdeck missed ${name} --run; to let them pass: --skip`)
    }
    const queued = await client.request('occurrences.answer', {
      run: run === true,
      ...(job !== undefined && { job }),
    })
    if (options.json) return queued.forEach(printJson)
    if (held.length === 0) return printNote('Nothing waits for an answer.')
    if (skip) {
      const times = held.reduce((sum, { count }) => sum + count, 0)
      return printNote(`Let ${counted(times, 'planned time')} pass`)
    }
    await tellQueued(client, queued)
  })
}

/** Says what was queued for the program that plans, and what to do where there is none. */
export async function tellQueued(client: Client, queued: Pick<Execution, 'id' | 'jobName'>[]): Promise<void> {
  for (const { id, jobName } of queued)
    printNote(`Queued run #${id} of ${JSON.stringify(jobName)}: jobdeck logs ${id} -f`)
  const note = queued.length > 0 ? await withoutPlanner(client) : undefined
  if (note) printNote(note)
}
