import { waitText } from '../shared/waits.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import { targetNames, untilText } from './targets.ts'
import { print, printJson, oneLine, table } from './terminal.ts'

/** `jobdeck queue`: what waits and for what, what runs, where there is room, and who works. */
export function queue(options: GlobalOptions & { limit: number }): Promise<void> {
  return withDeck(options, 'command', async (client) => {
    const state = await client.request('queue.get', {})
    if (options.json) return printJson(state)
    const slots = Object.entries(state.slots).map(([lane, { used, limit }]) => `${lane} ${used}/${limit}`)
    print(`${state.running} running, ${state.waiting} waiting  (${slots.join(', ')})`)
    const nameOf = await targetNames(client)
    for (const pause of state.pauses) print(oneLine(`Paused: ${nameOf(pause.target)} ${untilText(pause)}`))
    if (!state.planner) print('No program has the deck open that runs what waits for anybody.')
    const statuses = ['queued', 'initializing', 'running'] as const
    const open = await client.request('executions.list', { statuses: [...statuses], limit: options.limit })
    if (open.length === 0) return
    const rows = open.map(({ id, jobName, status, waitingFor }) => [
      `#${id}`,
      oneLine(jobName),
      waitingFor ? oneLine(`waits for ${waitText(waitingFor)}`) : status,
    ])
    print(table(['RUN', 'JOB', 'STATE'], rows, { name: 'JOB' }))
  })
}
