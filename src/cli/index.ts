/** The command line. Every command goes through the contract, as the windows do. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { LEVELS, MODES, STATUSES, type Status } from '../shared/contract.ts'
import { parseDuration } from '../shared/duration.ts'
import { Fault } from '../shared/fault.ts'
import { version } from '../core/version.ts'
import { EXIT } from './exit.ts'
import { messageOf } from './fields.ts'
import { history } from './history.ts'
import { list } from './list.ts'
import { logs } from './logs.ts'
import { pause, resume } from './pause.ts'
import { queue } from './queue.ts'
import { bringBack, remove } from './remove.ts'
import { run } from './run.ts'
import { runs } from './runs.ts'
import { show } from './show.ts'
import { backup, clean, restore } from './storage.ts'
import { stop } from './stop.ts'
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
  // Of `run`, what follows `--` is a command of its own, whose options are none of ours.
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
    .hook('preAction', (_, command) => onCommand(command.name()))

  const globals = () => program.opts<{ data?: string; json?: boolean }>()

  program
    .command('run')
    .description('run a script, or after -- a command, here and now')
    .usage('[options] FILE\n       jobdeck run [options] -- COMMAND [ARGUMENTS…]')
    .argument('[file]', 'a JavaScript or TypeScript module, or a program in any language')
    .option('-p, --param <name=value>', 'one parameter; may be repeated', collect, [])
    .option('--params <json>', 'all parameters as a JSON object, or @FILE that holds one')
    .addOption(new Option('--mode <mode>', 'in-process is faster, process is safer').choices(MODES))
    .option('--timeout <time>', 'end it after 30s, 5m, 1h30m …', checkDuration)
    .option('--grace <time>', 'time to end by itself after a stop (5s)', checkDuration)
    .option('--attempts <number>', 'try it so often in all if it fails', positiveNumber)
    .option('--name <name>', 'the name of the job; the title of the script if not given')
    .option('--category <path>', 'the category of the job, a/b/c')
    .option('--priority <number>', 'higher ones start first', priority, 0)
    .action(async (file: string | undefined, options) => {
      exitCode = await run({ ...globals(), ...options, file, command: rest })
    })

  program
    .command('runs')
    .description('list runs, newest first')
    .argument('[job]', 'only those of this job')
    .option('--status <status>', 'only those with this status; several with commas', statuses)
    .option('--limit <number>', 'how many at most', positiveNumber, 25)
    .action((job: string | undefined, options) => runs({ ...globals(), ...options, job }))

  program
    .command('logs')
    .description(
      'show the log of a run, or of the latest run of a job; without one, look through all runs, newest first',
    )
    .argument('[run]', 'its number, or the name of a job')
    .option('-f, --follow', 'go on until the run ends')
    .addOption(new Option('--level <level>', 'only entries of this level and above').choices(LEVELS))
    .option('--grep <text>', 'only entries that contain this text, in upper or lower case')
    .option('--pattern <expression>', 'only entries that fit this regular expression')
    .option('-i, --ignore-case', 'of the pattern')
    .option('--since <time>', 'only entries from then on: 2h ago as 2h, or 2026-11-24T18:30', moment)
    .option('--until <time>', 'only entries up to then', moment)
    .option('-n, --last <number>', 'only the last entries', positiveNumber)
    .option('--around <number>', 'the entries around the one with this number', wholeNumber)
    .option('--job <job>', 'of all runs, only those of this job')
    .option('--limit <number>', 'how many at most: of all runs 100, around an entry 20', positiveNumber)
    .action((reference: string | undefined, options) => logs({ ...globals(), ...options, reference }))

  program
    .command('list')
    .description('list jobs')
    .argument('[text]', 'only those whose name or category contains this')
    .action((text: string | undefined) => list({ ...globals(), text }))

  program
    .command('show')
    .description('show all about a job or a run')
    .argument('<what>', 'the number of a run, or the id, name or beginning of a job')
    .action((reference: string) => show({ ...globals(), reference }))

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
    .option('--for <time>', 'for 30m, 8h, 2d …; else until it is resumed', checkDuration)
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

  program
    .command('remove')
    .description('remove jobs with their runs; for a day they can be brought back')
    .argument('<jobs...>', 'their ids, names or beginnings')
    .option('--undo', 'bring removed ones back')
    .action((jobs: string[], { undo }) => (undo ? bringBack : remove)({ ...globals(), jobs }))

  program
    .command('history')
    .description('show who did what, newest first: runs started by hand, edits, pauses, stops, removals')
    .argument('[job]', 'only what was done to this job')
    .option('--limit <number>', 'how many at most', positiveNumber, 25)
    .action((job: string | undefined, options) => history({ ...globals(), ...options, job }))

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

  if (argv.length === 0) {
    program.outputHelp()
    return exitCode
  }
  const isRun = program.parseOptions(own).operands[0] === 'run'
  await program.parseAsync(isRun ? own : argv, { from: 'user' })
  return exitCode
}

const collect = (value: string, earlier: string[]) => [...earlier, value]

function statuses(text: string, earlier: Status[] = []): Status[] {
  const given = text.split(',').map((name) => name.trim()) as Status[]
  if (given.every((name) => STATUSES.includes(name))) return [...earlier, ...given]
  throw new InvalidArgumentError(`The statuses are: ${STATUSES.join(', ')}.`)
}

function wholeNumber(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}

function priority(text: string): number {
  const number = wholeNumber(text)
  if (Math.abs(number) > 1000) throw new InvalidArgumentError('It must be from -1000 to 1000.')
  return number
}

function positiveNumber(text: string): number {
  const number = wholeNumber(text)
  if (number < 1) throw new InvalidArgumentError('It must be at least 1.')
  if (number > 100_000) throw new InvalidArgumentError('It must be at most 100,000.')
  return number
}

/** A time span ago, or a date of the calendar here, with or without a time. */
function moment(text: string): number {
  const ago = parseDuration(text)
  if (ago !== undefined) return Date.now() - ago
  const [, date, time] = /^(\d{4}-\d\d-\d\d)(?:[T ](\S+))?$/.exec(text.trim()) ?? []
  const found = date === undefined ? Number.NaN : Date.parse(`${date}T${time ?? '00:00'}`)
  if (Number.isNaN(found))
    throw new InvalidArgumentError(
      'It must be a time span ago such as 2h, or a date such as 2026-11-24 or 2026-11-24T18:30.',
    )
  return found
}

function checkDuration(text: string): string {
  if (parseDuration(text)) return text
  throw new InvalidArgumentError('It must be a time span such as 30s, 15m or 1h30m.')
}
