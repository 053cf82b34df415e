import { Option } from 'commander'
import { LANGUAGES } from '../../shared/templates/index.ts'
import { newScript } from '../new.ts'
import type { CommandLine } from './command-line.ts'

/** Commands that make files to begin with. */
export function registerMaking({ program, globals }: CommandLine): void {
  program.commandsGroup('Change:')
  program
    .command('new')
    .description('make a file to begin with')
    .command('script')
    .description('a script that runs as it is, with a parameter, progress, a warning and a result')
    .argument('<name>', 'its name; the ending says the language')
    .addOption(new Option('--lang <language>', 'its language; ts if nothing says it').choices(LANGUAGES))
    .option('--folder <folder>', 'where it goes instead of the scripts folder')
    .option('--title <title>', 'its title; made from the name if not given')
    .action((name: string, options) => newScript({ ...globals(), ...options, name }))
}
