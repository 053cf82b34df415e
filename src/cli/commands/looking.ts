import { Option, type Command } from 'commander'
import { JOB_STATUSES, MODES, STATUSES, TRIGGERS } from '../../shared/contract.ts'
import { SCHEDULE_KINDS } from '../../shared/schedule.ts'
import { artifacts } from '../artifacts.ts'
import { history } from '../history.ts'
import { JOB_SORTS, list } from '../list.ts'
import { choicesOf, collect, milliseconds, positiveNumber, timeAt } from '../options.ts'
import { RUN_SORTS, runs } from '../runs.ts'
import { show } from '../show.ts'
import { stats } from '../stats.ts'
import type { CommandLine } from './command-line.ts'
import { registerLogs } from './logs.ts'

/** Commands that show jobs and runs. */
export function registerLooking(line: CommandLine): void {
  const { program, globals } = line
  program.commandsGroup('Look:')
  withPages(
    withFilters(
      program
        .command('list')
        .description('list jobs')
        .argument('[text]', 'only those with this in their name, category, description or tags')
        .option(
          '--status <status>',
          'only those with this status; several with commas',
          choicesOf(JOB_STATUSES, 'statuses'),
        ),
    ),
    Object.keys(JOB_SORTS),
  ).action((text: string | undefined, options) => list({ ...globals(), ...options, text }))

  withPages(
    withFilters(
      program
        .command('runs')
        .description('list runs, newest first')
        .argument('[job]', 'only those of this job')
        .option(
          '--status <status>',
          'only those with this status; several with commas',
          choicesOf(STATUSES, 'statuses'),
        )
        .option('--text <text>', 'only those of jobs with this in their name, category, description or tags')
        .option(
          '--trigger <trigger>',
          'only those with this cause; several with commas',
          choicesOf(TRIGGERS, 'triggers'),
        )
        .option('--since <time>', 'only those queued since a date, a time, or 2h, 3d … ago', timeAt('start'))
        .option('--until <time>', 'only those queued before; the day of a date included', timeAt('end'))
        .option('--min-duration <time>', 'only those that took at least so long', milliseconds)
        .option('--max-duration <time>', 'only those that took at most so long', milliseconds)
        .option('--count', 'only say how many there are'),
    ),
    Object.keys(RUN_SORTS),
  ).action((job: string | undefined, options) => runs({ ...globals(), ...options, job }))

  program
    .command('show')
    .description('show all about a job or a run')
    .argument('<what>', 'the number of a run, or the id, name or beginning of a job')
    .action((reference: string) => show({ ...globals(), reference }))

  registerLogs(line)

  program
    .command('artifacts')
    .description('list the files that are kept with a run, or copy them into a folder')
    .argument('<run>', 'the number of a run, or a job whose latest run is meant')
    .option('--save <folder>', 'copies them there; the folder is made where it is missing')
    .option('--force', 'with --save: files that are there are written over')
    .action((reference: string, options) => artifacts({ ...globals(), ...options, reference }))

  program
    .command('stats')
    .description('show how runs ended, how long they took and when, and how large all is')
    .argument('[job]', 'only those of this job')
    .option('--category <path>', 'only those of jobs in this category, with all below it')
    .option('--since <time>', 'since a date, a time, or 2h, 3d … ago; 30 days if not given', timeAt('start'))
    .option('--until <time>', 'before a time; the day of a date included', timeAt('end'))
    .action((job: string | undefined, options) => stats({ ...globals(), ...options, job }))

  program
    .command('history')
    .description('show who did what, newest first: runs started by hand, edits, pauses, stops, removals')
    .argument('[job]', 'only what was done to this job')
    .option('--limit <number>', 'how many at most', positiveNumber, 25)
    .action((job: string | undefined, options) => history({ ...globals(), ...options, job }))
}

const withFilters = (command: Command): Command =>
  command
    .option('--category <path>', 'only those of jobs in this category, with all below it')
    .option('--tag <tag>', 'only those of jobs with this tag; repeated, with all of them', collect)
    .addOption(new Option('--mode <mode>', 'only those in this mode').choices(MODES))
    .option('--handler <text>', 'only those that run this: a part of a path, a command or a name')
    .option(
      '--schedule <kind>',
      'only those of jobs that run by themselves so; several with commas',
      choicesOf(SCHEDULE_KINDS, 'kinds'),
    )

const withPages = (command: Command, sorts: string[]): Command =>
  command
    .addOption(new Option('--sort <by>', 'by what they are sorted').choices(sorts))
    .option('--reverse', 'the other way round')
    .option('--limit <number>', 'how many at most; with --json all, if not given', positiveNumber)
    .option('--page <number>', 'which so many, from 1', positiveNumber)
