/** Lines of a log as plain text, for the clipboard and for files. */
import type { LogEntry } from '../../../shared/contract.ts'
import { client } from '../../client.ts'
import { clockText, dayText } from '../../format.ts'
import type { LineFilter } from '../../state/log-filtered.ts'
import { messageText } from './ansi.ts'

/** Lines that are read at once. */
const PAGE = 5000

/** The lines `from` to `through` of a run that pass the filter, part after part. */
async function* readLines(
  execution: number,
  from: number,
  through: number,
  filter: LineFilter = {},
): AsyncGenerator<LogEntry[]> {
  let after = from - 1
  while (after < through) {
    const entries = await client.request('logs.list', { execution, ...filter, after, through, limit: PAGE })
    yield entries
    if (entries.length < PAGE) return
    after = entries.at(-1)!.sequence
  }
}

/** The messages of those lines as they are read, one below the other. */
export async function readText(
  execution: number,
  from: number,
  through: number,
  filter?: LineFilter,
): Promise<string> {
  const texts: string[] = []
  for await (const entries of readLines(execution, from, through, filter))
    for (const { message } of entries) texts.push(messageText(message))
  return texts.join('\n')
}

const fileLine = ({ time, level, message, fields }: LogEntry): string =>
  `${dayText(time)} ${clockText(time)} ${level.padEnd(5)} ${messageText(message)}${fields ? ` ${JSON.stringify(fields)}` : ''}\n`

/** The whole log as a file has it: each line with its day, time, level and fields. */
export async function readFileText(execution: number, through: number): Promise<string> {
  const parts: string[] = []
  for await (const entries of readLines(execution, 1, through)) parts.push(entries.map(fileLine).join(''))
  return parts.join('')
}

/** Where the group ends that begins with a line; groups within it are passed over. */
export async function groupEnd(execution: number, start: number, last: number): Promise<number> {
  let depth = 1
  for await (const entries of readLines(execution, start + 1, last))
    for (const { sequence, fields } of entries) {
      if (fields?.['group'] === 'start') depth++
      else if (fields?.['group'] === 'end' && --depth === 0) return sequence
    }
  return last
}
