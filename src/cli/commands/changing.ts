import { Option } from 'commander'
import { MODES } from '../../shared/contract.ts'
import { addCategory, listCategories, moveCategory, removeCategories } from '../categories.ts'
import { edit } from '../edit.ts'
import { setEnabled } from '../enable.ts'
import { checkDuration, collect, positiveNumber } from '../options.ts'
import { bringBack, remove, removeRuns } from '../remove.ts'
import { withSchedule } from '../schedule-options.ts'
import { withSecrets } from '../secret-options.ts'
import type { CommandLine } from './command-line.ts'

/** Commands that change jobs and categories. */
export function registerChanging({ program, globals }: CommandLine): void {
  program.commandsGroup('Change:')
  withSecrets(
    withSchedule(
      program
        .command('edit')
        .description('change a job; without options, in the editor of $VISUAL or $EDITOR')
        .argument('<job>', 'its id, name or beginning'),
    ),
  )
    .option('--name <name>', 'its name')
    .option('--description <text>', 'what it is for')
    .option('--category <path>', 'its category, a/b/c')
    .option('--tag <tag>', 'its tags, all of them anew; may be repeated', collect)
    .option('-p, --param <name=value>', 'one of its parameters; may be repeated', collect)
    .addOption(new Option('--mode <mode>', 'in-process is faster, process is safer').choices(MODES))
    .option('--timeout <time>', 'end a run after 30s, 5m, 1h30m …', checkDuration)
    .option('--grace <time>', 'time to end by itself after a stop', checkDuration)
    .addOption(
      new Option('--attempts <number>', 'how often it is tried in all if it fails')
        .argParser(positiveNumber)
        .conflicts('retries'),
    )
    .option('--retries <number>', 'the same, without the first time', positiveNumber)
    .option('--max-workers <number>', 'how many of its runs may be open at once', positiveNumber)
    .option('--env <name=value>', 'one variable of its environment; may be repeated', collect)
    .option('--set <field=value>', 'any field of its policy, as retry.delay=30s; may be repeated', collect)
    .option(
      '--unset <field>',
      'take a field away, as timeout, schedule, params.NAME or environment.NAME',
      collect,
    )
    .addOption(new Option('--format <format>', 'of the text in the editor').choices(['toml', 'json']))
    .action((job: string, options) =>
      edit({ ...globals(), param: [], env: [], set: [], unset: [], ...options, job }),
    )

  program
    .command('enable')
    .description('let jobs run by themselves')
    .argument('<jobs...>', 'their ids, names or beginnings')
    .action((jobs: string[]) => setEnabled({ ...globals(), jobs }, true))

  program
    .command('disable')
    .description('let jobs run no longer by themselves; they can still be started by hand')
    .argument('<jobs...>', 'their ids, names or beginnings')
    .action((jobs: string[]) => setEnabled({ ...globals(), jobs }, false))

  const categories = program
    .command('categories')
    .description('show the categories as a tree; add, move and remove them')
    .action(() => listCategories(globals()))
  categories
    .command('add')
    .description('add a category, or change the one at the path')
    .argument('<path>', 'as a/b/c; what is missing of it is made')
    .option('--description <text>', 'what it is for')
    .option('--max-workers <number>', 'how many runs of its jobs may be open at once', positiveNumber)
    .option('--set <field=value>', 'a default of its jobs, as timeout=1h; may be repeated', collect)
    .option('--unset <field>', 'take such a default, or max-workers or description, away', collect)
    .action((path: string, options) => addCategory({ ...globals(), set: [], unset: [], ...options, path }))
  categories
    .command('move')
    .description('give a category another path, with all that is in it')
    .argument('<path>', 'its path')
    .argument('<to>', 'its new path')
    .action((path: string, to: string) => moveCategory({ ...globals(), path, to }))
  categories
    .command('remove')
    .description('remove categories with those below them; their jobs go to the one above')
    .argument('<paths...>', 'their paths')
    .action((paths: string[]) => removeCategories({ ...globals(), paths }))

  program
    .command('remove')
    .description('remove jobs with their runs; for a day they can be brought back')
    .argument('[jobs...]', 'their ids, names or beginnings')
    .addOption(new Option('--undo', 'bring removed ones back').conflicts('run'))
    .option('--run <numbers...>', 'remove runs that have ended, and their logs, for good')
    .option('-y, --yes', 'do not ask before runs are removed')
    .action((jobs: string[], { undo, run, yes }) =>
      run
        ? removeRuns({ ...globals(), jobs, runs: run, yes })
        : (undo ? bringBack : remove)({ ...globals(), jobs }),
    )
}
