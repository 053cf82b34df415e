/** The command line. Every command goes through the contract, as the windows do. */
import { Command, CommanderError } from 'commander'
import { Fault } from '../shared/fault.ts'
import { version } from '../core/version.ts'
import { registerChanging } from './commands/changing.ts'
import type { CommandLine } from './commands/command-line.ts'
import { registerCompletions } from './commands/completions.ts'
import { registerConfiguring } from './commands/configuring.ts'
import { registerData } from './commands/data.ts'
import { registerLooking } from './commands/looking.ts'
import { registerMaking } from './commands/making.ts'
import { registerRunning } from './commands/running.ts'
import { registerScheduling } from './commands/scheduling.ts'
import { registerScripts } from './commands/scripts.ts'
import { registerSecrets } from './commands/secrets.ts'
import { EXIT } from './exit.ts'
import { messageOf } from './fields.ts'
import { closeQuietly, printError, printable, withoutDirections } from './terminal.ts'

/** Faults that lie in what was typed. */
const USAGE_FAULTS = new Set([
  'invalid-input',
  'not-found',
  'ambiguous',
  'handler-missing',
  'handler-syntax',
  'handler-unsuitable',
])

/** After `--` a command follows that a job runs. */
const TAKING_COMMANDS = new Set(['run', 'add'])

/** Runs one command line and sets the exit code. Never throws. */
export async function main(argv: string[]): Promise<void> {
  closeQuietly()
  let name: string | undefined
  try {
    process.exitCode = await parse(argv, (command) => (name = command))
  } catch (thrown) {
    if (thrown instanceof CommanderError) process.exitCode = thrown.exitCode === 0 ? EXIT.ok : EXIT.usage
    else process.exitCode = explain(thrown, name)
  }
}

/** @param command the one that was typed, if any was understood */
function explain(thrown: unknown, command: string | undefined): number {
  if (thrown instanceof Fault && thrown.code !== 'internal') {
    printError(messageOf(thrown, command))
    return USAGE_FAULTS.has(thrown.code) ? EXIT.usage : EXIT.failed
  }
  const error = thrown instanceof Error ? ((thrown.cause as Error | undefined) ?? thrown) : thrown
  printError(`a fault of Jobdeck itself: ${error instanceof Error ? error.message : String(error)}`)
  if (process.env.JOBDECK_DEBUG && error instanceof Error) console.error(error.stack)
  else console.error('Set JOBDECK_DEBUG=1 to see where it happened.')
  return EXIT.failed
}

async function parse(argv: string[], onCommand: (name: string) => void): Promise<number> {
  let exitCode: number = EXIT.ok
  // Of some, what follows `--` is a command of its own, whose options are none of ours.
  const dashes = argv.indexOf('--')
  const own = dashes === -1 ? argv : argv.slice(0, dashes)
  const rest = dashes === -1 ? undefined : argv.slice(dashes + 1)

  const program = new Command('jobdeck')
    .description('Runs the jobs of your own machine, with live progress and logs.')
    .version(version)
    .option('--data <folder>', 'where the deck lies (or set JOBDECK_DATA)')
    .option('--json', 'one JSON object a line on standard output, and nothing else')
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(withoutDirections(printable(text.replace(/^error:/, 'jobdeck:')))),
    })
    .showHelpAfterError('Add --help to see how it is used.')
    .configureHelp({ showGlobalOptions: true })
    .hook('preAction', (_, command) => onCommand(fullName(command)))

  const line: CommandLine = {
    program,
    globals: () => program.opts(),
    finish: (code) => (exitCode = code),
    rest,
  }
  registerRunning(line)
  registerScheduling(line)
  registerLooking(line)
  registerChanging(line)
  registerScripts(line)
  registerMaking(line)
  registerConfiguring(line)
  registerSecrets(line)
  registerData(line)
  registerCompletions(line)

  if (argv.length === 0) {
    program.outputHelp()
    return exitCode
  }
  const takesCommand = TAKING_COMMANDS.has(program.parseOptions(own).operands[0] ?? '')
  await program.parseAsync(takesCommand ? own : argv, { from: 'user' })
  return exitCode
}

/** The name of a command with those that it belongs to: `categories add`. */
function fullName(command: Command): string {
  const above = command.parent
  return above?.parent ? `${fullName(above)} ${command.name()}` : command.name()
}
