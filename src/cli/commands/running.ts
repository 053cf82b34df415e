import { Option } from 'commander'
import { MODES } from '../../shared/contract.ts'
import { checkDuration, collect, positiveNumber, priority } from '../options.ts'
import { pause, resume } from '../pause.ts'
import { queue } from '../queue.ts'
import { restart } from '../restart.ts'
import { run } from '../run.ts'
import { withSecretParameters, withSecrets } from '../secret-options.ts'
import { start } from '../start.ts'
import { stop } from '../stop.ts'
import type { CommandLine } from './command-line.ts'

/** Commands that run jobs and hold them back. */
export function registerRunning({ program, globals, finish, rest }: CommandLine): void {
  program.commandsGroup('Run:')
  withSecrets(
    program
      .command('run')
      .description('run a script, or after -- a command, here and now')
      .usage('[options] FILE\n       jobdeck run [options] -- COMMAND [ARGUMENTS…]')
      .argument('[file]', 'a JavaScript or TypeScript module, or a program in any language'),
  )
    .option('-p, --param <name=value>', 'one parameter; may be repeated', collect)
    .option('--params <json>', 'all parameters as a JSON object, or @FILE that holds one')
    .addOption(new Option('--mode <mode>', 'in-process is faster, process is safer').choices(MODES))
    .option('--timeout <time>', 'end it after 30s, 5m, 1h30m …', checkDuration)
    .option('--grace <time>', 'time to end by itself after a stop (5s)', checkDuration)
    .option('--attempts <number>', 'try it so often in all if it fails', positiveNumber)
    .option('--name <name>', 'the name of the job; the title of the script if not given')
    .option('--keep <name>', 'make a job of it, with this folder and what is set in this terminal')
    .option('--category <path>', 'the category of the job, a/b/c')
    .option('--priority <number>', 'higher ones start first', priority, 0)
    .action(async (file: string | undefined, options) =>
      finish(await run({ ...globals(), param: [], ...options, file, command: rest })),
    )

  withSecretParameters(
    program
      .command('start')
      .description('run a job now: in the program that keeps the deck running, or where there is none, here')
      .argument('<job>', 'its id, name or beginning'),
  )
    .option('-p, --param <name=value>', 'one parameter, over those of the job; may be repeated', collect)
    .option('--params <json>', 'parameters as a JSON object, or @FILE that holds one')
    .option('--here', 'in this terminal in any case, and with what is set in it')
    .action(async (job: string, options) => finish(await start({ ...globals(), param: [], ...options, job })))

  program
    .command('restart')
    .description('stop what runs of a job and start it again; a stopped daemon is kept running again')
    .argument('<job>', 'its id, name or beginning')
    .action((job: string) => restart({ ...globals(), job }))

  program
    .command('stop')
    .description('stop a run, or all runs of a job, wherever they run')
    .argument('<what>', 'the number of a run, or the id, name or beginning of a job')
    .option('--force', 'kill it at once')
    .action((reference: string, options) => stop({ ...globals(), ...options, reference }))

  program
    .command('pause')
    .description('let nothing of a job, a category or the deck begin by itself; what runs goes on')
    .argument('[job]', 'its id, name or beginning')
    .option('--category <path>', 'a category with all below it')
    .option('--deck', 'everything')
    .addOption(
      new Option('--for <time>', 'for 30m, 8h, 2d …; else until it is resumed')
        .argParser(checkDuration)
        .conflicts('until'),
    )
    .option('--until <time>', 'until 18:00, a date whose day is included, or 2026-12-24T18:00')
    .option('--reason <text>', 'shown wherever something waits for it')
    .action((job: string | undefined, options) => pause({ ...globals(), ...options, job }))

  program
    .command('resume')
    .description('end such a pause')
    .argument('[job]', 'its id, name or beginning')
    .option('--category <path>', 'a category')
    .option('--deck', 'everything')
    .action((job: string | undefined, options) => resume({ ...globals(), ...options, job }))

  program
    .command('queue')
    .description('show what waits and for what, what runs, and where there is room')
    .option('--limit <number>', 'how many at most', positiveNumber, 25)
    .action((options) => queue({ ...globals(), ...options }))
}
