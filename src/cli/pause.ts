import type { Client } from '../shared/client.ts'
import type { Input, Pause } from '../shared/contract.ts'
import { Fault } from '../shared/fault.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import { untilText } from './targets.ts'
import { printJson, printNote } from './terminal.ts'
import { instantIn, localZone, nextTimeOfDay } from './when.ts'

export interface TargetOptions extends GlobalOptions {
  job?: string | undefined
  category?: string
  deck?: boolean
}

export interface PauseOptions extends TargetOptions {
  for?: string
  until?: string
  reason?: string
}

/** `jobdeck pause`: nothing of a job, a category or the deck begins by itself; what runs goes on. */
export function pause(options: PauseOptions): Promise<void> {
  const target = targetOf(options)
  const until = options.until === undefined ? undefined : endOf(options.until)
  return withDeck(options, 'command', async (client) => {
    const name = await nameOf(client, target)
    const paused: Pause = await client.request('pauses.set', {
      target,
      ...(options.for && { for: options.for }),
      ...(until !== undefined && { until }),
      ...(options.reason && { reason: options.reason }),
    })
    if (options.json) return printJson(paused)
    printNote(`Paused ${name} ${untilText(paused)}`)
  })
}

/** When a pause is to end: the day of a date included. */
function endOf(text: string): number {
  const zone = localZone()
  const now = Date.now()
  const time = nextTimeOfDay(text, zone, now) ?? instantIn(text, zone, 'end')
  const refuse = (message: string): never => {
    throw new Fault('invalid-input', `--until: ${message}`)
  }
  if (time === undefined)
    return refuse(
      `wants a time of the day such as 18:00, a date such as 2026-12-24, whose day is included, or a time such as 2026-12-24T18:00; got ${JSON.stringify(text)}`,
    )
  return time > now ? time : refuse(`${text} is over`)
}

/** `jobdeck resume`: ends such a pause. */
export function resume(options: TargetOptions): Promise<void> {
  const target = targetOf(options)
  return withDeck(options, 'command', async (client) => {
    const name = await nameOf(client, target)
    const resumed = await client.request('pauses.end', { target })
    if (options.json) return printJson({ resumed })
    printNote(resumed ? `Resumed ${name}` : `Not paused: ${name}`)
  })
}

type Target = Input<'pauses.set'>['target']

function targetOf({ job, category, deck }: TargetOptions): Target {
  const given = [job, category, deck].filter((value) => value !== undefined)
  if (given.length !== 1) throw new Fault('invalid-input', 'wants one of: a JOB, --category PATH, --deck')
  if (job !== undefined) return { job }
  return category === undefined ? { deck: true } : { category }
}

async function nameOf(client: Client, target: Target): Promise<string> {
  if ('deck' in target) return 'the whole deck'
  if ('category' in target) return `the category ${JSON.stringify(target.category)}`
  return JSON.stringify((await client.request('jobs.get', { job: target.job })).name)
}
