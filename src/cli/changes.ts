/** What an import or an apply did, or would do, for people. */
import { maskEnvironment } from '../core/executors/environment.ts'
import type { Handler, Imported } from '../shared/contract.ts'
import { readableField } from '../shared/document.ts'
import { handlerText } from './facts.ts'
import { oneLine, print, printNote, styled } from './terminal.ts'

const SIGN = { created: '+', updated: '~', unchanged: '=', removed: '-' } as const
/** Longer values are cut. */
const VALUE_LIMIT = 100

export interface ReportOptions {
  dryRun: boolean
  /** Says nothing of what stays as it is. */
  onlyChanges?: boolean
  /** Says only how many there are. */
  isSummary?: boolean
}

export function printReport(done: Imported[], { dryRun, onlyChanges, isSummary }: ReportOptions): void {
  for (const one of isSummary ? [] : done) {
    if (onlyChanges && one.outcome === 'unchanged') continue
    print(outcomeText(one))
    for (const line of one.changes.flatMap(({ field, before, after }) => changeLines(field, before, after)))
      print(`    ${line}`)
  }
  const count = (outcome: Imported['outcome']) => done.filter((one) => one.outcome === outcome).length
  const removed = count('removed') > 0 ? `, ${count('removed')} removed` : ''
  const numbers = `${count('created')} created, ${count('updated')} updated, ${count('unchanged')} unchanged${removed}`
  printNote(dryRun ? `Nothing was done; it would be: ${numbers}` : numbers)
  tellMissingSecrets(done)
}

/** What was imported may refer to secrets that are nowhere but on the machine that it came from. */
export function tellMissingSecrets(done: Imported[]): void {
  for (const { kind, name, missingSecrets } of done)
    if (missingSecrets.length > 0)
      printNote(
        `The ${kind} ${JSON.stringify(name)} refers to what is not there yet, and until then nothing of it starts: jobdeck secrets set ${missingSecrets.join(', ')}`,
      )
}

function outcomeText({ kind, name, outcome }: Imported): string {
  const text = `${SIGN[outcome]} ${outcome.padEnd('unchanged'.length)}  ${kind} ${oneLine(name)}`
  return outcome === 'unchanged' ? styled('dim', text) : text
}

const isTree = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** One line for each value that differs, with its place: `retry.delay: 1m → 5m`. */
export function changeLines(field: string, before: unknown, after: unknown): string[] {
  if (field === 'handlers') return [changeLine('runs', handlersText(before), handlersText(after))]
  return linesOf(field, readableField(field, before), readableField(field, after))
}

function linesOf(place: string, before: unknown, after: unknown): string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  const isInner = (isTree(before) && (isTree(after) || after == null)) || (isTree(after) && before == null)
  if (!isInner) {
    const [old, now] = [before, after].map((value) => valueText(masked(place, value)))
    return [changeLine(place, old!, now!)]
  }
  const [old, now] = [before ?? {}, after ?? {}] as [Record<string, unknown>, Record<string, unknown>]
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])]
  return names.flatMap((name) => linesOf(`${place}.${name}`, old[name], now[name]))
}

/** What a log of a terminal or of a build should not keep. */
function masked(place: string, value: unknown): unknown {
  const [, name] = /^(?:policy\.)?environment\.(.+)$/s.exec(place) ?? []
  return name === undefined || typeof value !== 'string' ? value : maskEnvironment({ [name]: value })[name]
}

const changeLine = (place: string, before: string, after: string) =>
  `${oneLine(place)}: ${styled('red', before)} → ${styled('green', after)}`

function valueText(value: unknown): string {
  if (value === undefined || value === null) return 'none'
  return cutText(typeof value === 'string' ? JSON.stringify(value) : (JSON.stringify(value) ?? 'none'))
}

function cutText(text: string): string {
  const line = oneLine(text)
  return line.length > VALUE_LIMIT ? `${line.slice(0, VALUE_LIMIT - 1)}…` : line
}

function handlersText(value: unknown): string {
  const handlers = value as { priority: number; handler: Handler }[]
  if (handlers.length === 0) return 'nothing'
  return cutText(
    handlers
      .map(
        ({ priority, handler }) => handlerText(handler) + (priority === 0 ? '' : ` (priority ${priority})`),
      )
      .join(', '),
  )
}
