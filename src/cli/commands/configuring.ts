import { Option } from 'commander'
import { apply } from '../apply.ts'
import { importCrontab } from '../crontab/import.ts'
import { EXIT } from '../exit.ts'
import { installService, serviceStatus, uninstallService } from '../service/service.ts'
import { settings } from '../settings.ts'
import { exportJobs, importJobs } from '../transfer.ts'
import type { CommandLine } from './command-line.ts'

/** Commands by which what is set comes out of files, and goes into them. */
export function registerConfiguring({ program, globals, finish }: CommandLine): void {
  program.commandsGroup('Configure:')
  program
    .command('apply')
    .description('make jobs and categories what a file, or the files of a folder, say; shows what differs')
    .argument('<dir|file>', 'a file in the form of export, or a folder with such *.toml and *.json files')
    .option('--dry-run', 'only show what would be done')
    .option('--prune', 'remove jobs that came from there, and that it no longer names')
    .action((path: string, options) => apply({ ...globals(), ...options, path }))

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

  const importing = program
    .command('import')
    .description('create and update jobs and categories from such a file; all of it or nothing')
    .argument('<file>', 'JSON or TOML; - for standard input')
    .option('--dry-run', 'only say what would be created and updated')
    .option(
      '--enable',
      'let new jobs run by themselves at once; else they are disabled until you enable them',
    )
    .action((file: string, options) => importJobs({ ...globals(), ...options, file }))
  importing
    .command('crontab')
    .description('make jobs of the lines of a crontab; without --apply only show them')
    .argument('[file]', 'the crontab; - for standard input, your own if not given')
    .option('--apply', 'make the jobs; new ones are disabled until you enable them')
    .option('--user-column', 'each line names the user that it runs as, as in /etc/crontab')
    .addOption(
      new Option(
        '--take-over',
        'make the jobs, enable them, and comment their lines out of your crontab',
      ).conflicts('giveBack'),
    )
    .option('--give-back', 'undo that: the lines are as they were, and their jobs disabled')
    .action((file: string | undefined, options) =>
      importCrontab({ ...globals(), ...importing.opts<{ dryRun?: boolean }>(), ...options, file }),
    )

  program
    .command('settings')
    .description(
      'show what is set for all jobs, or with name=value set it: how much is kept, how many run at once',
    )
    .argument('[assignments...]', 'such as keepRuns=200, keepFor=30d, processes=4 or longRun=null')
    .action((assignments: string[]) => settings({ ...globals(), assignments }))

  const service = program
    .command('service')
    .description('let the system keep jobdeck serve running, from the login on')
  service
    .command('install')
    .description('install it and start it, for this deck and this user; again after an update')
    .option('--linger', 'on Linux: let jobs run also while you are not logged in')
    .action((options) => installService({ ...globals(), ...options }))
  service
    .command('status')
    .description('show whether it is installed and runs, and when jobs run')
    .action(async () => finish((await serviceStatus(globals())) ? EXIT.ok : EXIT.failed))
  service
    .command('uninstall')
    .description('stop it and take it away; the deck stays')
    .action(() => uninstallService(globals()))
}
