import { addFolder, listFolders, removeFolder } from '../script-folders.ts'
import { listScripts, showScript } from '../scripts.ts'
import { distrust, trust } from '../trust.ts'
import type { CommandLine } from './command-line.ts'

/** Commands over the scripts folders. */
export function registerScripts({ program, globals }: CommandLine): void {
  program.commandsGroup('Scripts:')
  program
    .command('scripts')
    .description(
      'list what lies in the scripts folders, and what of it waits for approval; or show one script',
    )
    .argument('[script]', 'its name: its path in the folder')
    .option('--diff', 'show how it differs from what was approved last; a new one as it is')
    .option('--run <run>', 'show the script as that run ran it')
    .action((script: string | undefined, options) =>
      script === undefined && options.run === undefined
        ? listScripts(globals())
        : showScript({ ...globals(), ...options, script }),
    )

  program
    .command('trust')
    .description('approve scripts as they are now: from then on they run; once changed they wait again')
    .argument('<scripts...>', 'their names, as jobdeck scripts shows them')
    .option('-y, --yes', 'without showing them and asking')
    .action((scripts: string[], options) => trust({ ...globals(), ...options, scripts }))
  program
    .command('distrust')
    .description('withdraw the approval of scripts, in every form in which they had it')
    .argument('<scripts...>', 'their names')
    .action((scripts: string[]) => distrust({ ...globals(), scripts }))

  const folders = program
    .command('folders')
    .description('list the scripts folders')
    .action(() => listFolders(globals()))
  folders
    .command('add')
    .description('look for scripts in another folder too; they are called @NAME/…')
    .argument('<folder>', 'a folder that is there')
    .option('--name <name>', 'how it is called here; if not given, its own name')
    .option('--trust-owner', 'approve by itself what only you can have written')
    .action((path: string, options) => addFolder({ ...globals(), ...options, path }))
  folders
    .command('remove')
    .description('look into a folder no more; what lies in it stays')
    .argument('<name>', 'how it is called here')
    .action((name: string) => removeFolder({ ...globals(), name }))
}
