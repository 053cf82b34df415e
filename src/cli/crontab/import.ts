/** `jobdeck import crontab`: jobs out of the lines of a crontab, which can then be taken out of use. */
import { readFile } from 'node:fs/promises'
import { homedir, userInfo } from 'node:os'
import { resolve } from 'node:path'
import { text as readStream } from 'node:stream/consumers'
import type { Client } from '../../shared/client.ts'
import type { Imported } from '../../shared/contract.ts'
import { Fault } from '../../shared/fault.ts'
import { printReport } from '../changes.ts'
import { withDeck, type GlobalOptions } from '../deck.ts'
import { readBounded } from '../documents.ts'
import { handlerText } from '../facts.ts'
import { counted, dateTime, oneLine, print, printJson, printNote } from '../terminal.ts'
import { jobsOf, type Made } from '../../core/crontab/jobs.ts'
import { looksLikeSystem, readCrontab, type Crontab } from '../../core/crontab/lines.ts'
import { readOwnCrontab, replaceOwnCrontab } from '../../core/crontab/program.ts'
import { giveBack, takeOver } from '../../core/crontab/rewrite.ts'

export interface CrontabOptions extends GlobalOptions {
  file?: string | undefined
  /** As without any of the next three, which it does not go with. */
  dryRun?: boolean
  apply?: boolean
  takeOver?: boolean
  giveBack?: boolean
  userColumn?: boolean
}

export async function importCrontab(options: CrontabOptions): Promise<void> {
  const { file, userColumn = false } = options
  if (options.dryRun && (options.apply || options.takeOver || options.giveBack))
    throw new Fault(
      'invalid-input',
      '--dry-run: only shows, and does not go with --apply, --take-over or --give-back',
    )
  if (file !== undefined && (options.takeOver || options.giveBack))
    throw new Fault(
      'invalid-input',
      `${options.takeOver ? '--take-over' : '--give-back'}: is for your own crontab, without FILE`,
    )
  const text =
    file === undefined
      ? await readOwnCrontab()
      : file === '-'
        ? await readStream(process.stdin)
        : await readBounded(file)
  if (options.giveBack) return giveLinesBack(text, options)
  const crontab = readCrontab(text, userColumn)
  const source = file === undefined ? 'the crontab' : file === '-' ? 'standard input' : file
  if (!userColumn) await refuseSystem(crontab, file, source)
  refuseProblems(crontab, source)
  const entries = crontab.entries.filter(({ user }) => user === undefined || user === userInfo().username)
  for (const { line, user } of crontab.entries)
    if (user !== undefined && user !== userInfo().username)
      printNote(`line ${line}: is left out, it runs as ${user}; Jobdeck runs jobs as who runs it`)
  for (const { line, message } of crontab.remarks) printNote(`line ${line}: ${message}`)
  const made = jobsOf(entries, homedir())
  if (made.length === 0) return printNote('There is no line to import.')
  return withDeck(options, 'command', async (client) => {
    const isDone = options.apply || options.takeOver
    const done = await importMade(client, made, !isDone)
    if (options.takeOver) await takeLinesOver(client, text, made)
    if (options.json) return done.forEach((one, index) => printJson({ line: made[index]!.line, ...one }))
    if (isDone) printReport(done, { dryRun: false, onlyChanges: true })
    else await preview(client, made, done)
    tellWhatIsNext(done, options)
  })
}

async function refuseSystem(crontab: Crontab, file: string | undefined, source: string): Promise<void> {
  const isSystem = file !== undefined && /^\/etc\/(?:crontab$|cron\.d\/)/.test(resolve(file))
  if (!isSystem && !looksLikeSystem(crontab, await userNames())) return
  throw new Fault(
    'invalid-input',
    `${source}: its lines name the user that they run as, as those of the system do: add --user-column; lines of other users are left out`,
  )
}

async function userNames(): Promise<Set<string>> {
  const known = await readFile('/etc/passwd', 'utf8').catch(() => '')
  return new Set(['root', ...known.split('\n').flatMap((line) => line.split(':')[0] || [])])
}

function refuseProblems({ problems }: Crontab, source: string): void {
  if (problems.length === 0) return
  const lines = problems.map(({ line, message }) => `${source}: line ${line}: ${message}`)
  throw new Fault('invalid-input', [...lines, 'Nothing was imported.'].join('\n'))
}

/** New ones arrive disabled; those that are there stay as they are in that. */
async function importMade(client: Client, made: Made[], dryRun: boolean): Promise<Imported[]> {
  const jobs = made.map(({ job }) => job)
  const planned = await client.request('deck.import', { document: { jobdeck: 1, jobs }, dryRun: true })
  if (dryRun) return planned
  const arriving = jobs.map((job, index) =>
    planned[index]!.outcome === 'created' ? { ...job, enabled: false } : job,
  )
  return client.request('deck.import', { document: { jobdeck: 1, jobs: arriving } })
}

/** The jobs are enabled first, so that no line is lost; where the lines cannot be taken out, they no longer are. */
async function takeLinesOver(client: Client, text: string, made: Made[]): Promise<void> {
  const changed: string[] = []
  for (const { key } of made) {
    const { id, enabled } = await client.request('jobs.get', { job: key })
    if (enabled) continue
    await client.request('jobs.enable', { job: id, enabled: true })
    changed.push(id)
  }
  try {
    await replaceOwnCrontab(text, takeOver(text, made))
  } catch (thrown) {
    for (const job of changed) await client.request('jobs.enable', { job, enabled: false })
    throw thrown
  }
}

/** What ran them is disabled first: then no line runs twice, and trying again goes on where it stopped. */
async function giveLinesBack(text: string, options: CrontabOptions): Promise<void> {
  const { text: before, keys } = giveBack(text)
  if (keys.length === 0) return printNote('No line of the crontab was taken over.')
  return withDeck(options, 'command', async (client) => {
    const changed: string[] = []
    for (const key of keys) {
      const job = await client.request('jobs.get', { job: key }).catch(() => undefined)
      if (!job) printNote(`There is no job ${key} in this deck: its line is given back all the same`)
      else if (job.enabled) {
        await client.request('jobs.enable', { job: job.id, enabled: false })
        changed.push(job.id)
      }
    }
    try {
      await replaceOwnCrontab(text, before)
    } catch (thrown) {
      for (const job of changed) await client.request('jobs.enable', { job, enabled: true })
      throw thrown
    }
    if (options.json) printJson({ givenBack: keys.length, disabled: changed.length })
    else
      printNote(
        `${counted(keys.length, 'line')} given back to cron, ${counted(changed.length, 'job')} disabled`,
      )
  })
}

async function preview(client: Client, made: Made[], done: Imported[]): Promise<void> {
  for (const [index, { line, job }] of made.entries()) {
    const { outcome } = done[index]!
    const schedule = job.schedule!
    const { words, occurrences } = await client.request('schedules.preview', { schedule, count: 1 })
    const next = occurrences[0] ? `, next ${dateTime(occurrences[0].at)}` : ''
    const cron = 'cron' in schedule ? schedule.cron : ''
    const sign = { created: '+', updated: '~', unchanged: '=', removed: '-' }[outcome]
    print(`${sign} line ${line}: ${oneLine(job.name)}`)
    print(`    when: ${oneLine(cron)} (${words.en}${next})`)
    print(`    runs: ${oneLine(handlerText(job.handlers[0]!.handler))}`)
  }
  printReport(done, { dryRun: true, isSummary: true })
}

function tellWhatIsNext(
  done: Imported[],
  { apply = false, takeOver: isTaken = false, file }: CrontabOptions,
): void {
  if (isTaken) {
    printNote(
      `${counted(done.length, 'line')} taken over: cron runs them no longer, Jobdeck does while jobdeck serve runs. To undo it: jobdeck import crontab --give-back`,
    )
  } else if (!apply) printNote('To make them: --apply')
  else if (done.some(({ outcome }) => outcome === 'created')) {
    const own =
      file === undefined
        ? '; or jobdeck import crontab --take-over, which also takes the lines out of cron'
        : ''
    printNote(`New jobs are disabled, so that nothing runs twice: jobdeck enable JOBS${own}`)
  }
}
