/** When jobs run by themselves, for people. */
import type { Client } from '../shared/client.ts'
import type { Output } from '../shared/contract.ts'
import { oneLine, styled, table } from './terminal.ts'
import { localZone, zonedTime } from './when.ts'

type Preview = Output<'schedules.preview'>

/** What becomes of a time on a day on which the clock is set. */
const DST_WORDS = {
  gap: 'the clock leaves this time out: the first one after it',
  'first-pass': 'the clock shows this time twice: the first of them',
  'second-pass': 'the clock shows this time twice: the second of them',
} as const

/** A row for each time, on the clock of this machine, and on that of the schedule where that is another one. */
export function timesTable({ zone, occurrences }: Preview): string {
  const here = localZone()
  // Another name may be the same clock.
  const isElsewhere = occurrences.some(({ at }) => zonedTime(at, here) !== zonedTime(at, zone))
  const rows = occurrences.map(({ at, dst }) => [
    zonedTime(at, here),
    isElsewhere ? zonedTime(at, zone) : '',
    styled('dim', dst ? DST_WORDS[dst] : ''),
  ])
  return table([`HERE (${oneLine(here)})`, oneLine(zone), ''], rows, { name: `HERE (${oneLine(here)})` })
}

/** Says where nothing runs by itself, and what to do about it; undefined where a program plans. */
export async function withoutPlanner(client: Client): Promise<string | undefined> {
  const { planner } = await client.request('queue.get', {})
  return planner
    ? undefined
    : 'Nothing runs by itself just now: no program keeps this deck running. To keep it running: jobdeck serve'
}
