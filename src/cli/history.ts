import type { Client } from '../shared/client.ts'
import type { Output } from '../shared/contract.ts'
import { readable } from '../shared/document.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import { targetNames, untilText } from './targets.ts'
import { dateTime, oneLine, print, printJson, printNote, table } from './terminal.ts'

export interface HistoryOptions extends GlobalOptions {
  job?: string | undefined
  limit: number
}

type Entry = Output<'trail.list'>[number]
type Version = Output<'versions.list'>[number]

/** `jobdeck history`: who did what, newest first. */
export function history({ job, limit, ...options }: HistoryOptions): Promise<void> {
  return withDeck(options, 'command', async (client) => {
    const entries = await client.request('trail.list', { limit, ...(job !== undefined && { job }) })
    if (options.json) return entries.forEach(printJson)
    if (entries.length === 0) return printNote('Nothing was done yet.')
    const inWords = await wording(client, entries)
    const rows = entries.map((entry) => [
      dateTime(entry.at),
      entry.actor,
      entry.action,
      entry.jobId === null ? '' : oneLine(entry.jobName ?? `${entry.jobId} (deleted)`),
      entry.executionId === null ? '' : `#${entry.executionId}`,
      oneLine(inWords(entry)),
    ])
    print(
      table(['WHEN', 'BY', 'WHAT', 'JOB', 'RUN', 'DETAILS'], rows, { name: 'JOB', lesser: ['BY', 'WHEN'] }),
    )
  })
}

/** What there is to say of an entry beyond what its columns say. */
async function wording(client: Client, entries: Entry[]): Promise<(entry: Entry) => string> {
  const targetOf = await targetNames(client)
  const versions = new Map<string, Version[]>()
  for (const { action, jobId } of entries) {
    if (action !== 'edited' || jobId === null || versions.has(jobId)) continue
    // Of a removed job nobody needs to know what was edited.
    versions.set(jobId, await client.request('versions.list', { job: jobId }).catch(() => []))
  }
  return ({ action, jobId, details }) => {
    const known = (details ?? {}) as Record<string, unknown>
    if (known.category !== undefined) return categoryText(action, known as unknown as CategoryDetails)
    switch (action) {
      case 'edited': {
        if (known.managedBy !== undefined) return `managed by ${String(known.managedBy)} from now on`
        const all = versions.get(jobId ?? '') ?? []
        const [before, after] = [known.before, known.after].map((of) =>
          all.find(({ number }) => number === of),
        )
        return before && after ? changes(fieldsOf(before), fieldsOf(after)) : ''
      }
      case 'stopped':
        return known.force === true ? 'killed at once' : ''
      case 'paused': {
        const {
          target,
          pausedUntil = null,
          reason = null,
        } = known as Partial<Record<string, string>> & {
          pausedUntil?: number | null
        }
        const what = target === undefined || jobId !== null ? '' : `${targetOf(target)} `
        return `${what}${untilText({ pausedUntil, reason })}`
      }
      case 'resumed':
        return jobId === null ? targetOf(String(known.target)) : ''
      case 'secret set':
      case 'secret removed':
        return String(known.secret)
      case 'restored':
        return `from ${String(known.from)}`
      default:
        return ''
    }
  }
}

interface CategoryDetails {
  category: string
  /** Where it was moved. */
  to: string
  before: { policy?: object }
  after: { policy?: object }
}

function categoryText(action: Entry['action'], { category, to, before, after }: CategoryDetails): string {
  const name = `the category ${JSON.stringify(category)}`
  if (action === 'moved') return `${name} → ${JSON.stringify(to)}`
  if (action !== 'edited') return name
  const [old, now] = [before, after].map(({ policy, ...rest }) => ({ ...rest, ...policy }))
  return `${name}: ${changes(old!, now!)}`
}

/** Which fields differ, and how where that is short. */
function changes(before: object, after: object): string {
  const [old, now] = [readable(before), readable(after)]
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])]
  return names
    .filter((name) => JSON.stringify(old[name]) !== JSON.stringify(now[name]))
    .map((name) =>
      [old[name], now[name]].some((value) => typeof value === 'object' && value !== null)
        ? name
        : `${name} ${shown(old[name])} → ${shown(now[name])}`,
    )
    .join(', ')
}

function fieldsOf({ name, description, category, definition }: Version): Record<string, unknown> {
  const { handlers, params, schedule, policy } = definition as Record<string, unknown>
  return { name, description, category, handlers, params, schedule, ...(policy as object) }
}

const shown = (value: unknown) =>
  value === undefined || value === null
    ? 'none'
    : typeof value === 'string'
      ? JSON.stringify(value.slice(0, 40))
      : String(value)
