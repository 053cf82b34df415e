/** What a pause applies to, for people. */
import type { Client } from '../shared/client.ts'
import type { Pause } from '../shared/contract.ts'
import { dateTime } from './terminal.ts'

/** Names for the targets of pauses, as they are stored: `deck`, `category:3`, `job:abc`. */
export async function targetNames(client: Client): Promise<(target: string) => string> {
  const categories = await client.request('categories.list', {})
  const jobs = await client.request('jobs.list', {})
  const paths = new Map(categories.map(({ id, path }) => [String(id), path]))
  const names = new Map(jobs.map(({ id, name }) => [id, name]))
  return (target) => {
    const [kind, id = ''] = target.split(/:(.*)/s)
    if (kind === 'deck') return 'the whole deck'
    if (kind === 'category') return `the category ${quoted(paths.get(id)) ?? 'that is gone'}`
    return `the job ${quoted(names.get(id)) ?? id}`
  }
}

const quoted = (name: string | undefined) => name && JSON.stringify(name)

/** Until when, and why. */
export function untilText({ pausedUntil, reason }: Pick<Pause, 'pausedUntil' | 'reason'>): string {
  const until = pausedUntil === null ? 'until it is resumed' : `until ${dateTime(pausedUntil)}`
  return reason ? `${until}: ${reason}` : until
}
