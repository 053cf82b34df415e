import { Option } from 'commander'
import { LEVELS } from '../../shared/contract.ts'
import { logs } from '../logs.ts'
import { positiveNumber } from '../options.ts'
import type { CommandLine } from './command-line.ts'

export function registerLogs({ program, globals }: CommandLine): void {
  program
    .command('logs')
    .description('show the log of a run, or of the latest run of a job')
    .argument('<run>', 'its number, or the name of a job')
    .option('-f, --follow', 'go on until the run ends')
    .addOption(new Option('--level <level>', 'only entries of this level and above').choices(LEVELS))
    .option('--grep <text>', 'only entries that contain this text')
    .option('-n, --last <number>', 'only the last entries', positiveNumber)
    .action((reference: string, options) => logs({ ...globals(), ...options, reference }))
}
