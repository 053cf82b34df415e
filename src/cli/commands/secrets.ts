import { listSecrets, removeSecrets, setSecret } from '../secrets.ts'
import type { CommandLine } from './command-line.ts'

/** Commands about secrets. */
export function registerSecrets({ program, globals }: CommandLine): void {
  const secrets = program
    .command('secrets')
    .description('show the secrets, by name and by what uses them; set and remove them')
    .addHelpText('after', HELP)
    .action(() => listSecrets(globals()))
  secrets
    .command('set')
    .description('set a secret, or give it another value: typed unseen, or piped in')
    .argument('<secret>', 'its name: letters, digits, _, . and -')
    .action((name: string) => setSecret({ ...globals(), name }))
  secrets
    .command('remove')
    .description('remove secrets')
    .argument('<secrets...>', 'their names')
    .option('--force', 'also those that are in use: the jobs that use them then do not start')
    .action((names: string[], options) => removeSecrets({ ...globals(), ...options, names }))
}

const HELP = `
Examples:
  jobdeck secrets set GITHUB_TOKEN
  pass show github | jobdeck secrets set GITHUB_TOKEN
  jobdeck add Mirror mirror.ts --secret token=GITHUB_TOKEN
  jobdeck edit Mirror --secret-env GH_TOKEN=GITHUB_TOKEN

Jobs refer to a secret by its name; its value is read when a run begins, and
shown as *** in all that runs write, also as JSON, base64 or in an address.
Nothing prints it again, not even this command.

Values lie encrypted in the database, and their key in a file beside it. So
copies of the database, as jobdeck backup makes them, tell nobody the values.
Programs that run as you can read both.`
