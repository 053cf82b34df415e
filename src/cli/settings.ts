import type { Input, Settings } from '../shared/contract.ts'
import { formatDuration } from '../shared/duration.ts'
import { formatSize } from '../shared/size.ts'
import { pairOf } from './assignments.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import { print, printJson, styled } from './terminal.ts'

/** What each is called, in the order in which they are shown. */
const MEANING: Record<keyof Settings, string> = {
  keepRuns: 'ended runs that are kept of each job',
  keepFor: 'and for how long',
  keepSize: 'beyond this the oldest runs are deleted',
  processes: 'runs in processes of their own at once; null: as many as processors',
  threads: 'runs in worker threads at once; null: as many as processors',
  notify: 'whether the desktop tells of failures, recoveries and long runs',
  longRun: 'the end of a run that took longer is told of; null: of none',
  pinned: 'the jobs that the tray offers to start, by their ids',
}

const SPANS: ReadonlySet<string> = new Set<keyof Settings>(['keepFor', 'longRun'])

/** `jobdeck settings [name=value…]`: what is set for all jobs of the deck; a value is JSON, or a text such as `30d`. */
export function settings({
  assignments,
  ...options
}: GlobalOptions & { assignments: string[] }): Promise<void> {
  const changes = Object.fromEntries(assignments.map(readAssignment)) as Input<'deck.configure'>
  return withDeck(options, 'command', async (client) => {
    const found =
      assignments.length > 0
        ? await client.request('deck.configure', changes)
        : await client.request('deck.settings', {})
    if (options.json) return printJson(found)
    const rows = (Object.keys(MEANING) as (keyof Settings)[]).map(
      (name) => [name, textOf(name, found)] as const,
    )
    const width = Math.max(...rows.map(([, text]) => text.length))
    for (const [name, text] of rows)
      print(`${name.padEnd(9)}  ${text.padEnd(width)}  ${styled('dim', MEANING[name])}`)
  })
}

function readAssignment(text: string): [name: string, value: unknown] {
  const [name, value] = pairOf(text, 'settings')
  // A bare number would be milliseconds, which nobody means who types it.
  if (SPANS.has(name) && value !== 'null') return [name, value]
  try {
    return [name, JSON.parse(value)]
  } catch {
    return [name, value]
  }
}

function textOf(name: keyof Settings, { [name]: value }: Settings): string {
  if (value === null) return 'null'
  if (name === 'keepSize') return String(formatSize(value as number))
  if (SPANS.has(name)) return String(formatDuration(value as number))
  return Array.isArray(value) ? JSON.stringify(value) : String(value)
}
