import { Option } from 'commander'
import { LEVELS } from '../../shared/contract.ts'
import { logs } from '../logs.ts'
import { positiveNumber, timeAt } from '../options.ts'
import type { CommandLine } from './command-line.ts'

export function registerLogs({ program, globals }: CommandLine): void {
  program
    .command('logs')
    .description(
      'show the log of a run, or of the latest run of a job; without one, look through all runs, newest first',
    )
    .argument('[run]', 'its number, or the name of a job')
    .option(
      '-f, --follow',
      'go on until the run ends; of a job that runs by itself, also with its next runs, until Ctrl-C',
    )
    .addOption(new Option('--level <level>', 'only entries of this level and above').choices(LEVELS))
    .option('--grep <text>', 'only entries that contain this text, in upper or lower case')
    .option('--pattern <expression>', 'only entries that fit this regular expression')
    .option('-i, --ignore-case', 'of the pattern')
    .option('--since <time>', 'only entries since a date, a time, or 2h, 3d … ago', timeAt('start'))
    .option('--until <time>', 'only entries up to then', timeAt('end'))
    .option('-n, --last <number>', 'only the last entries', positiveNumber)
    .option('--around <number>', 'the entries around the one with this number', positiveNumber)
    .option('--job <job>', 'of all runs, only those of this job')
    .option('--limit <number>', 'how many at most: of all runs 100, around an entry 20', positiveNumber)
    .action((reference: string | undefined, options) => logs({ ...globals(), ...options, reference }))
}
