/** Jobs made of the lines of a crontab. */
import { createHash } from 'node:crypto'
import type { Handler, Input } from '../../shared/contract.ts'
import type { Entry } from './lines.ts'

export const CATEGORY = 'crontab'
/** A longer name is cut. */
const NAME_LIMIT = 80

type JobEntry = NonNullable<Input<'deck.import'>['document']['jobs']>[number]

/** A line and the job that is made of it. */
export interface Made {
  line: number
  key: string
  job: JobEntry & { key: string }
}

/** @param home where cron runs commands */
export function jobsOf(entries: Entry[], home: string): Made[] {
  const seen = new Map<string, number>()
  return entries.map((entry) => {
    const { line, schedule, comment, command, zone, environment } = entry
    const digest = digestOf(entry)
    const count = (seen.get(digest) ?? 0) + 1
    seen.set(digest, count)
    const key = `crontab:${digest}${count > 1 ? `:${count}` : ''}`
    const job = {
      key,
      name: nameOf(comment[0] ?? command),
      ...(comment.length > 1 && { description: comment.join('\n') }),
      category: CATEGORY,
      schedule: { cron: schedule, ...(zone !== undefined && { zone }) },
      handlers: [{ handler: handlerOf(entry) }],
      ...(Object.keys(environment).length > 0 && { environment }),
      directory: environment.HOME ?? home,
    }
    return { line, key, job }
  })
}

/** The same for the same line, wherever it stands: so it stays the same job. */
function digestOf({ user = '', schedule, written }: Entry): string {
  const line = [user, schedule.split(/\s+/).join(' '), written].join('\0')
  return createHash('sha256').update(line).digest('hex').slice(0, 12)
}

function nameOf(text: string): string {
  const line = text.replaceAll(/\p{Cc}+/gu, ' ').trim()
  return line.length > NAME_LIMIT ? `${line.slice(0, NAME_LIMIT - 1).trimEnd()}…` : line
}

function handlerOf({ command, input, shell = '/bin/sh' }: Entry): Handler {
  const line = input === undefined ? command : withInput(command, input)
  return shell === '/bin/sh' ? { shell: line } : { command: [shell, '-c', line] }
}

/** The command with the text on its standard input, as cron gives it: with an end of line. */
export function withInput(command: string, input: string): string {
  const lines = input.split('\n')
  let end = 'END'
  while (lines.includes(end)) end += '_'
  return `{ ${command}\n} <<'${end}'\n${input}\n${end}`
}
