/** What the lines of a crontab say. */
import { checkSchedule } from '../plan/check.ts'
import { isZone } from '../plan/zone.ts'
import { Fault } from '../../shared/fault.ts'
import { TAKEN } from './rewrite.ts'

/** A line by which something runs, with what the lines above it say. */
export interface Entry {
  /** From 1. */
  line: number
  /** Five fields, or a nickname. */
  schedule: string
  /** As it stands there. */
  written: string
  command: string
  /** What it gets on its standard input. */
  input: string | undefined
  user: string | undefined
  /** What the comment right above it says, line by line. */
  comment: string[]
  shell: string | undefined
  zone: string | undefined
  environment: Record<string, string>
}

export interface Remark {
  line: number
  message: string
}

export interface Crontab {
  entries: Entry[]
  /** Lines that are understood, but of which something is not kept. */
  remarks: Remark[]
  /** Lines that cannot be read. */
  problems: Remark[]
}

const VARIABLE = /^(?:"([^"]+)"|'([^']+)'|([A-Za-z_]\w*))\s*=\s*(.*)$/
const ENTRY = /^(@\S+|\S+\s+\S+\s+\S+\s+\S+\s+\S+)(?:\s+(.*))?$/
/** What Debian writes above the first entry. */
const HEADER = /^m\s+h\s+dom\s+mon\s+dow\b/i
/** A line that was taken out of use. */
const OUT_OF_USE =
  /^(?:@(?:reboot|yearly|annually|monthly|weekly|daily|midnight|hourly)|(?:[\d*,/-]+\s+){3}\S+\s+\S+)\s+\S/
/** A longer comment is about the whole file: its last line alone is about what follows. */
const COMMENT_LINES = 4

const NOT_SUPPORTED: Record<string, string> = {
  MAILTO: 'Jobdeck keeps what a run writes, and mails nothing',
  MAILFROM: 'Jobdeck mails nothing',
  CONTENT_TYPE: 'Jobdeck mails nothing',
  CONTENT_TRANSFER_ENCODING: 'Jobdeck mails nothing',
  RANDOM_DELAY: 'give the job a jitter instead',
  LOGNAME: 'it is that of the user who runs Jobdeck',
}

/** @param hasUsers whether each line names the user that it runs as, as in /etc/crontab */
export function readCrontab(text: string, hasUsers: boolean): Crontab {
  const read: Crontab = { entries: [], remarks: [], problems: [] }
  let comment: string[] = []
  let shell: string | undefined
  let zone: string | undefined
  let environment: Record<string, string> = {}
  const lines = text.split(/\r?\n/)
  for (let index = 0; index < lines.length; index++) {
    const line = index + 1
    const content = lines[index]!.trim()
    if (TAKEN.test(lines[index]!)) {
      index++ // the line that was taken over
      comment = []
      continue
    }
    if (content.startsWith('#')) {
      comment.push(content)
      continue
    }
    const above = comment
    comment = []
    if (content === '') continue
    const variable = VARIABLE.exec(content)
    if (variable) {
      const name = (variable[1] ?? variable[2] ?? variable[3])!
      const value = unquoted(variable[4]!)
      if (NOT_SUPPORTED[name] !== undefined)
        read.remarks.push({ line, message: `${name} is not kept: ${NOT_SUPPORTED[name]}` })
      else if (name === 'CRON_TZ') {
        if (!isZone(value))
          read.problems.push({ line, message: `CRON_TZ: ${JSON.stringify(value)} is no time zone` })
        zone = value
      } else if (name === 'SHELL') {
        if (!value.startsWith('/'))
          read.problems.push({
            line,
            message: `SHELL: wants the whole path of a shell, got ${JSON.stringify(value)}`,
          })
        shell = value
      } else environment = withVariable(environment, name, value)
      continue
    }
    try {
      const entry = entryOf(content, hasUsers, zone)
      read.entries.push({ line, ...entry, comment: aboutNext(above), shell, zone, environment })
      const [, , day = '*', , weekday = '*'] = entry.schedule.split(/\s+/)
      if ([day, weekday].some((field) => field.startsWith('*/')) && day !== '*' && weekday !== '*')
        read.remarks.push({
          line,
          message:
            'cron wants both the day of the month and that of the week to fit; in Jobdeck one of them is enough',
        })
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown
      read.problems.push({ line, message: thrown.message.replace(/^schedule\.cron: /, '') })
    }
  }
  return read
}

/** A copy: the lines above it keep what they have. */
const withVariable = (environment: Record<string, string>, name: string, value: string) => ({
  ...environment,
  [name]: value,
})

/** @throws Fault `invalid-input` that says what is wrong with the line */
function entryOf(content: string, hasUsers: boolean, zone: string | undefined) {
  const [, schedule, rest = ''] = ENTRY.exec(content) ?? []
  if (schedule === undefined || rest === '') {
    const wanted = hasUsers ? 'a user and a command' : 'a command'
    throw new Fault('invalid-input', `wants five fields or a nickname such as @daily, then ${wanted}`)
  }
  checkSchedule({ cron: schedule }, Date.now(), zone !== undefined && isZone(zone) ? zone : 'UTC')
  const [, user, written] = hasUsers ? (/^(\S+)\s+(.*)$/.exec(rest) ?? []) : [rest, undefined, rest]
  if (written === undefined)
    throw new Fault('invalid-input', `wants a user and a command after the time, got ${JSON.stringify(rest)}`)
  return { schedule, written, user, ...atPercent(written) }
}

/** What stands after the first % is given to the command; a further one is the end of a line, and \% is one. */
export function atPercent(written: string): Pick<Entry, 'command' | 'input'> {
  const [command = '', ...lines] = written.split(/(?<!\\)%/).map((part) => part.replaceAll('\\%', '%'))
  return { command: command.trim(), input: lines.length > 0 ? lines.join('\n') : undefined }
}

function unquoted(value: string): string {
  const [, , inner] = /^(["'])(.*)\1$/.exec(value) ?? []
  return inner ?? value
}

/** What of a comment is about the line below it. */
export function aboutNext(comment: string[]): string[] {
  const bare = (line: string) => line.replaceAll(/^[#\s=*_-]+|[#\s=*_-]+$/g, '')
  const own = comment
    .slice(comment.findLastIndex((line) => HEADER.test(bare(line))) + 1)
    .filter((line) => !OUT_OF_USE.test(line.replace(/^#+\s*/, '')))
    .map(bare)
    .filter((line) => line !== '')
  return own.length > COMMENT_LINES ? own.slice(-1) : own
}

/** Whether every line names a user, as those of the system's own crontabs do. */
export function looksLikeSystem({ entries }: Crontab, users: ReadonlySet<string>): boolean {
  return (
    entries.length > 0 &&
    entries.every(({ written }) => {
      const [first = '', second] = written.split(/\s+/)
      return second !== undefined && users.has(first)
    })
  )
}
