import { checkSpan } from '../options.ts'
import type { CommandLine } from './command-line.ts'

/** Commands about jobs that run by themselves. */
export function registerScheduling({ program, globals, finish }: CommandLine): void {
  program.commandsGroup('Schedule:')
  program
    .command('serve')
    .description('keep the deck running in this terminal: jobs run by themselves as long as it does')
    .option('--drain <time>', 'after a signal, let what runs go on for so long', checkSpan, '30s')
    .addHelpText(
      'after',
      `
It runs until Ctrl-C, SIGTERM or SIGHUP, and ends with 0. The first signal begins nothing more, interrupts daemons and
lets other runs go on for the time of --drain; a second one asks them to end now, with their grace; a third one waits
for nothing. When the file of the deck is replaced or removed, it says so and ends with 1.

Several programs may have one deck open; one of them plans. When that goes, another takes over within seconds.

What it does is told on standard error and in FOLDER/jobdeck.db-files/logs/serve.log, which is begun anew at 5 MiB; the
one before it is kept as serve.old.log. Runs get a clean environment: PATH, HOME, the language and the like, and what
their jobs say; not what is set in this terminal.`,
    )
    .action(async (options) => {
      const { serve } = await import('../serve.ts') // with its log it would slow every other command down
      finish(await serve({ ...globals(), ...options }))
    })
}
