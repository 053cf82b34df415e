import { Option, type Command } from 'commander'
import { MODES } from '../../shared/contract.ts'
import { MISSED, OUTCOMES, OVERLAPS, RESTARTS } from '../../shared/schedule.ts'
import { add } from '../add.ts'
import { backfill } from '../backfill.ts'
import { missed } from '../missed.ts'
import { next } from '../next.ts'
import { open } from '../open.ts'
import {
  checkDuration,
  checkSpan,
  choicesOf,
  collect,
  portNumber,
  positiveNumber,
  priority,
  timeAt,
} from '../options.ts'
import { planned } from '../planned.ts'
import { checkZone, cronOption, everyOption, withSchedule, zoneOption } from '../schedule-options.ts'
import { withSecrets } from '../secret-options.ts'
import { skip } from '../skip.ts'
import { status } from '../status.ts'
import type { CommandLine } from './command-line.ts'

/** Commands about jobs that run by themselves. */
export function registerScheduling(line: CommandLine): void {
  const { program, globals, finish, rest } = line
  program.commandsGroup('Schedule:')
  withSecrets(
    withPolicy(
      withSchedule(
        program
          .command('add')
          .description('make a job of a script, or after -- of a command, and say when it runs')
          .usage('NAME [options] FILE\n       jobdeck add NAME [options] -- COMMAND [ARGUMENTS…]')
          .argument('<name>', 'its name')
          .argument('[file]', 'a JavaScript or TypeScript module, or a program in any language'),
      ),
    ),
  )
    .addHelpText('after', ADD_HELP)
    .action((name: string, file: string | undefined, options) =>
      add({ ...globals(), param: [], env: [], set: [], ...options, name, file, command: rest }),
    )

  program
    .command('next')
    .description('show when a job, or a schedule, comes next')
    .argument('[job]', 'its id, name or beginning')
    .addOption(cronOption())
    .addOption(everyOption())
    .addOption(zoneOption().argParser(checkZone))
    .option('--anchor <time>', 'with --every, one of its times; now if not given')
    .option('-n, --count <number>', 'how many times', positiveNumber, 10)
    .option('--from <time>', 'those after a date or a time; after now, if not given')
    .addHelpText('after', NEXT_HELP)
    .action((job: string | undefined, options) => next({ ...globals(), ...options, job }))

  program
    .command('status')
    .description('show what runs now and how far, what comes next, and what stands in the way')
    .action(() => status(globals()))

  program
    .command('planned')
    .description('show what became of the times at which jobs were to run, newest first, and why')
    .argument('[job]', 'only those of this job')
    .option('--since <time>', 'only those planned since a date, a time, or 2h, 3d … ago', timeAt('start'))
    .option('--until <time>', 'only those planned before; the day of a date included', timeAt('end'))
    .option(
      '--outcome <outcome>',
      'only what became this; several with commas',
      choicesOf(OUTCOMES, 'outcomes'),
    )
    .option('--limit <number>', 'how many at most; with --json all, if not given', positiveNumber)
    .addHelpText('after', PLANNED_HELP)
    .action((job: string | undefined, options) => planned({ ...globals(), ...options, job }))

  program
    .command('missed')
    .description('show what was missed and waits for an answer, or answer it')
    .argument('[job]', 'only that of this job')
    .addOption(new Option('--run', 'run once for each entry, now').conflicts('skip'))
    .option('--skip', 'let them pass')
    .action((job: string | undefined, options) => missed({ ...globals(), ...options, job }))

  program
    .command('skip')
    .description('let the next occurrence of a job pass')
    .argument('<job>', 'its id, name or beginning')
    .option('--undo', 'let it come after all')
    .action((job: string, options) => skip({ ...globals(), ...options, job }))

  program
    .command('backfill')
    .description('run a job for planned times that are over and for which it did not run, oldest first')
    .argument('<job>', 'its id, name or beginning')
    .requiredOption('--from <time>', 'from a date or a time on')
    .option('--to <time>', 'up to it; the day of a date included; now, if not given')
    .option('--dry-run', 'only say which')
    .action((job: string, options) => backfill({ ...globals(), ...options, job }))

  program
    .command('serve')
    .description('keep the deck running in this terminal: jobs run by themselves as long as it does')
    .option('--drain <time>', 'after a signal, let what runs go on for so long', checkSpan, '30s')
    .option('--web', 'also in a browser on this machine, by a link that it prints')
    .option('--port <number>', 'the port for that (4680, or the next one that is free)', portNumber)
    .option('--open', 'open the link where there is a browser')
    .addHelpText('after', SERVE_HELP)
    .action(async (options) => {
      const { serve } = await import('../serve.ts') // with its log it would slow every other command down
      finish(await serve({ ...globals(), ...options }))
    })

  program
    .command('open')
    .description('make a new link to the deck that serve --web keeps running, and open it in a browser')
    .option('--print', 'only print it')
    .action((options) => open({ ...globals(), ...options }))
}

const withPolicy = (command: Command): Command =>
  command
    .option('--replace', 'take the place of the job of this name, as if it had never been otherwise')
    .option('--disabled', 'it does not run by itself before it is enabled')
    .option('--description <text>', 'what it is for')
    .option('--category <path>', 'its category, a/b/c')
    .option('--tag <tag>', 'a word to find it by; may be repeated', collect)
    .option('-p, --param <name=value>', 'one parameter; may be repeated', collect)
    .option('--params <json>', 'all parameters as a JSON object, or @FILE that holds one')
    .option('--env <name=value>', 'one variable of its environment; may be repeated', collect)
    .option('--directory <folder>', 'where it runs; for a command the folder in which this is typed')
    .addOption(new Option('--mode <mode>', 'in-process is faster, process is safer').choices(MODES))
    .option('--priority <number>', 'higher ones start first', priority, 0)
    .option('--max-workers <number>', 'how many of its runs may be open at once', positiveNumber)
    .option('--timeout <time>', 'end a run after 30s, 5m, 1h30m …', checkDuration)
    .option('--grace <time>', 'time to end by itself after a stop', checkDuration)
    .option('--attempts <number>', 'how often it is tried in all if it fails', positiveNumber)
    .option('--retry-delay <time>', 'before the second attempt; it grows', checkDuration)
    .option('--expire-after <time>', 'cancel a run that waits for longer', checkDuration)
    .addOption(
      new Option('--missed <what>', 'what becomes of times that were missed (latest)').choices(MISSED),
    )
    .option('--missed-window <time>', 'what was missed longer ago is let pass (7d)', checkDuration)
    .option('--missed-limit <number>', 'with --missed all, how many are run at most (100)', positiveNumber)
    .addOption(
      new Option('--overlap <what>', 'what becomes of a time while a run is still open (skip)').choices(
        OVERLAPS,
      ),
    )
    .addOption(new Option('--restart <when>', 'when a daemon is started again (always)').choices(RESTARTS))
    .option('--keep-runs <number>', 'how many ended runs are kept', positiveNumber)
    .option('--keep-for <time>', 'how long ended runs are kept', checkDuration)
    .option(
      '--set <field=value>',
      'any other field of its policy, as memoryLimit=2GB; may be repeated',
      collect,
    )

const ADD_HELP = `
Without --cron, --every, --at, --in or --daemon it runs when it is started: jobdeck start NAME.

Examples:
  jobdeck add Backup --cron '30 2 * * *' -- restic backup ~/documents
  jobdeck add Report reports/weekly.ts --cron '0 9 * * mon' --tz Europe/Berlin --attempts 3
  jobdeck add Mail --every 15m --quiet 22:00-07:00 -- mbsync -a
  jobdeck add Tunnel --daemon -- ssh -N home

A cron expression has 5 fields: minute, hour, day of month, month, day of
week; or 6, with the second first. They take names (mon, jan), ranges (1-5),
steps (*/10), lists (1,15), L, W and #. To see what one means: jobdeck next
--cron '…'

Missed are times at which nothing ran jobs, since the machine slept or was off:
  skip     they are let pass        latest   it runs once for all of them
  all      it runs for each         ask      you are asked: jobdeck missed
Overlap is when a time comes and a run of the job is still open:
  skip     the time is let pass     queue      one run waits     queue-all  each waits
  replace  the open run is ended    allow      both run, up to --max-workers`

const PLANNED_HELP = `
Each planned time is told once: started, skipped, missed, or held for an
answer. Those that follow one another and did not start for the same reason
share a line.`

const NEXT_HELP = `
Around the days on which clocks are set, it says what becomes of a time that
the clock leaves out or shows twice. With --json each time is one line: {"at":
"2026-03-29T01:00:00.000Z", "dst": null}, where dst is null, "gap",
"first-pass" or "second-pass".`

const SERVE_HELP = `
With --web the deck is also shown in a browser: on this machine only, to whoever
has the link, which works once and for 5 minutes. What it makes of a browser
lasts until serve ends. jobdeck open makes another link.

It runs until Ctrl-C, SIGTERM or SIGHUP, and ends with 0. The first signal
begins nothing more, interrupts daemons and lets other runs go on for the time
of --drain; a second one asks them to end now, with their grace; a third one
waits for nothing. When the file of the deck is replaced or removed, it says
so and ends with 1.

Several programs may have one deck open; one of them plans. When that goes,
another takes over within seconds.

What it does is told on standard error and in
FOLDER/jobdeck.db-files/logs/serve.log, which is begun anew at 5 MiB; the one
before it is kept as serve.old.log. Runs get a clean environment: PATH, HOME,
the language and the like, and what their jobs say; not what is set in this
terminal.`
