import { doctor, examineFile } from '../doctor.ts'
import { backup, clean, restore } from '../storage.ts'
import type { CommandLine } from './command-line.ts'

/** Commands about the deck as a whole. */
export function registerData({ program, globals, finish }: CommandLine): void {
  program.commandsGroup('Data:')
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

  program
    .command('doctor')
    .description('look whether all is well with the deck, or with a script, and say how to mend what is not')
    .argument(
      '[file]',
      'a script: its interpreter, PATH, folder, packages and syntax, as where no terminal is',
    )
    .action(async (file: string | undefined) =>
      finish(await (file === undefined ? doctor(globals()) : examineFile({ ...globals(), file }))),
    )
}
