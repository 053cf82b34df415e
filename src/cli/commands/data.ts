import { Option } from 'commander'
import { exportJobs, importJobs } from '../transfer.ts'
import { backup, clean, restore } from '../storage.ts'
import type { CommandLine } from './command-line.ts'

/** Commands about the deck as a whole. */
export function registerData({ program, globals }: CommandLine): void {
  program.commandsGroup('Data:')
  program
    .command('export')
    .description('write jobs and categories, without runs, to a file')
    .argument('[jobs...]', 'only these, with their categories')
    .addOption(
      new Option(
        '--format <format>',
        'the form; if not given, that of the name of the file, else JSON',
      ).choices(['json', 'toml']),
    )
    .option('-o, --output <file>', 'the file; standard output if not given')
    .action((jobs: string[], options) => exportJobs({ ...globals(), ...options, jobs }))

  program
    .command('import')
    .description('create and update jobs and categories from such a file; all of it or nothing')
    .argument('<file>', 'JSON or TOML; - for standard input')
    .option('--dry-run', 'only say what would be created and updated')
    .action((file: string, options) => importJobs({ ...globals(), ...options, file }))

  program
    .command('clean')
    .description(
      'delete what need not be kept, and give its space back; jobs that were removed more than a day ago cannot be brought back',
    )
    .option('--removed', 'removed jobs of the last day too, which then cannot be brought back')
    .option('--dry-run', 'only say what would be deleted')
    .action((options) => clean({ ...globals(), ...options }))

  program
    .command('backup')
    .description('copy the deck to a file while it is in use; without a file, list the automatic copies')
    .argument('[file]', 'the copy, which must not exist')
    .action((file: string | undefined) => backup({ ...globals(), file }))

  program
    .command('restore')
    .description('put a copy in the place of the deck, which must not be open; it then opens paused')
    .argument('<file>', 'the copy')
    .action((file: string) => restore({ ...globals(), file }))
}
