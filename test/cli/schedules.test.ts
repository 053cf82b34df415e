/** Jobs that run by themselves, made and looked at by the command line. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Cli, jobdeck } from '../support/cli.ts'
import { temporaryFolder, writeFile } from '../support/deck.ts'

const dataFolder = () => join(temporaryFolder(), 'data')
const HOUR = 3_600_000

/** One deck, and commands on it that must succeed. */
function deck(env: Record<string, string | undefined> = {}) {
  const data = dataFolder()
  return {
    data,
    async run(...args: string[]) {
      const result = await jobdeck(args, { data, env: { TZ: 'UTC', ...env } })
      expect(result, args.join(' ')).toMatchObject({ code: 0 })
      return result
    },
    fail: (...args: string[]) => jobdeck(args, { data, env: { TZ: 'UTC', ...env } }),
    /** A deck that runs jobs by itself, until the test ends. */
    async serve() {
      const cli = new Cli(['serve', '--drain', '0s'], { data, env: { TZ: 'UTC' } })
      await cli.note((line) => line.includes('Serving'))
      return cli
    },
  }
}

describe('wrong input ends with 2, changes nothing and names the option:', () => {
  const command = ['--', 'true']
  test.each<[string[], RegExp]>([
    [['add'], /missing required argument 'name'/],
    [['add', 'A'], /FILE.*COMMAND/],
    [['add', 'A', '--'], /a command after --/],
    [['add', 'A', 'file.mjs', ...command], /FILE.*COMMAND/],
    [['add', 'A', 'missing.mjs'], /missing\.mjs.*for a command: jobdeck add "A" -- missing\.mjs/],
    [['add', '', ...command], /^jobdeck: NAME: must not be empty/],
    [['add', 'A', '--cron', '61 * * * *', ...command], /^jobdeck: --cron: minute "61".*0 to 59/],
    [['add', 'A', '--cron', '0 0 30 2 *', ...command], /^jobdeck: --cron: day of month and month/],
    [['add', 'A', '--cron', '61 * * * *', '--disabled', ...command], /^jobdeck: --cron: minute "61"/],
    [
      ['add', 'A', '--cron', '@daily', '--tz', 'Mars/Base', ...command],
      /^jobdeck: --tz: .*Europe\/Berlin.*Mars/,
    ],
    [['add', 'A', '--cron', '@daily', '--every', '1h', ...command], /--cron and --every do not go together/],
    [['add', 'A', '--every', 'often', ...command], /--every.*'often'.*15m/],
    [['add', 'A', '--every', '1ms', ...command], /^jobdeck: --every: .*1s/],
    [['add', 'A', '--every', '1h', '--jitter', '2h', ...command], /^jobdeck: --jitter: .*1h/],
    [['add', 'A', '--at', 'soon', ...command], /^jobdeck: --at: .*2026-12-24T18:00.*"soon"/],
    [['add', 'A', '--at', '2h', ...command], /^jobdeck: --at: .*--in 2h/],
    [['add', 'A', '--at', '2026-02-30T10:00', ...command], /^jobdeck: --at: /],
    [['add', 'A', '--in', '-1h', ...command], /--in/],
    [['add', 'A', '--in', '999d', ...command], /^jobdeck: --in: .*365d/],
    [['add', 'A', '--daemon', '--quiet', '22:00-07:00', ...command], /^jobdeck: --quiet: goes with/],
    [['add', 'A', '--every', '1h', '--quiet', '22-7', ...command], /^jobdeck: --quiet: .*22:00-07:00/],
    [
      ['add', 'A', '--every', '1h', '--quiet', 'xyz 22:00-07:00', ...command],
      /^jobdeck: --quiet: the days are/,
    ],
    [['add', 'A', '--every', '1h', '--skip', '2026-02-30', ...command], /^jobdeck: --skip: /],
    [['add', 'A', '--every', '1h', '--from', 'x', ...command], /^jobdeck: --from: /],
    [
      ['add', 'A', '--every', '1h', '--from', '2030-01-02', '--until', '2030-01-01', ...command],
      /^jobdeck: --until: lies before/,
    ],
    [['add', 'A', '--anchor', '2026-01-01', ...command], /^jobdeck: --anchor: goes with --every/],
    [['add', 'A', '--missed', 'never', ...command], /--missed.*'never'.*latest/],
    [['add', 'A', '--missed', 'ask', ...command], /^jobdeck: --missed: goes with/],
    [['add', 'A', '--restart', 'always', ...command], /^jobdeck: --restart: goes with --daemon/],
    [['add', 'A', '--retry-delay', '5s', ...command], /^jobdeck: --retry-delay: goes with --attempts/],
    [['add', 'A', '--env', 'NAME', ...command], /^jobdeck: --env: wants name=value/],
    [['add', 'A', '--set', 'colour=red', ...command], /^jobdeck: --set: .*"colour"/],
    [['add', 'A', '--tag', '', ...command], /^jobdeck: --tag: /],
    [['next'], /JOB.*--cron.*--every/],
    [['next', 'A', '--cron', '@daily'], /JOB.*--cron/],
    [['next', '--cron', '* 24 * * *'], /^jobdeck: --cron: hour "24"/],
    [['next', '--cron', ''], /^jobdeck: --cron: wants 5 fields/],
    [['next', '--cron', '@daily', '--tz', 'Nowhere'], /--tz.*'Nowhere'/],
    [['next', '--cron', '@daily', '--from', 'x'], /^jobdeck: --from: /],
    [['next', '--cron', '@daily', '-n', '0'], /--count.*at least 1/],
    [['next', '--cron', '@daily', '-n', '1001'], /^jobdeck: --count: .*1000/],
    [['next', 'Unknown'], /no job "Unknown"/],
    [['planned', 'Unknown'], /no job "Unknown"/],
    [['planned', '--outcome', 'gone'], /--outcome.*'gone'.*held/],
    [['planned', '--since', 'x'], /--since.*'x'/],
    [
      ['planned', '--since', '2026-02-01', '--until', '2026-01-01'],
      /^jobdeck: --since: must be before --until/,
    ],
    [['missed', 'Unknown'], /no job "Unknown"/],
    [['missed', '--run', '--skip'], /--run.*--skip/],
    [['skip'], /missing required argument 'job'/],
    [['skip', 'Unknown'], /no job "Unknown"/],
    [['restart', 'Unknown'], /no job "Unknown"/],
    [['start', 'Unknown'], /no job "Unknown"/],
    [['start', 'Unknown', '-p', 'x'], /^jobdeck: --param: wants name=value/],
    [['backfill', 'A'], /required option '--from <time>'/],
    [['backfill', 'A', '--from', 'x'], /^jobdeck: --from: /],
    [
      ['backfill', 'A', '--from', '2026-01-02', '--to', '2026-01-01'],
      /^jobdeck: --from: must be before --to/,
    ],
    [['backfill', 'Unknown', '--from', '2026-01-02'], /no job "Unknown"/],
    [['pause', '--deck', '--until', 'x'], /^jobdeck: --until: .*18:00/],
    [['pause', '--deck', '--until', '2020-01-01'], /^jobdeck: --until: 2020-01-01 is over/],
    [['pause', '--deck', '--until', '18:00', '--for', '1h'], /--for.*--until/],
    [['list', '--schedule', 'never'], /--schedule.*'never'.*daemon/],
    [['edit', 'A', '--from', '2026-01-01'], /no job "A"/],
    [['serve', '--drain', 'long'], /--drain.*'long'/],
    [['serve', 'extra'], /too many arguments/],
  ])('%j', async (args, message) => {
    const data = dataFolder()
    const { code, stdout, stderr } = await jobdeck(args, { data })
    expect(stderr).toMatch(message)
    expect(stderr).toMatch(/^jobdeck: /)
    expect(stderr).not.toMatch(/^ +at |schedule\.|document\./m)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect((await jobdeck(['--json', 'list'], { data })).stdout).toBe('')
  })
})

describe('jobdeck next', () => {
  test('tells programs each time and what the clock does to it, in exactly this form', async () => {
    // Would catch: local times, other fields, or marks by other names.
    const next = (zone: string, from: string, expression = '30 2 * * *') =>
      jobdeck(['--json', 'next', '--cron', expression, '--tz', zone, '--from', from, '-n', '2'])
    expect((await next('Europe/Berlin', '2026-03-28')).stdout).toBe(
      '{"at":"2026-03-28T01:30:00.000Z","dst":null}\n{"at":"2026-03-29T01:00:00.000Z","dst":"gap"}\n',
    )
    expect((await next('Europe/Berlin', '2026-10-25T00:00:00Z')).json()).toEqual([
      { at: '2026-10-25T00:30:00.000Z', dst: 'first-pass' },
      { at: '2026-10-26T01:30:00.000Z', dst: null },
    ])
    expect((await next('Europe/Berlin', '2026-10-25T00:31:00Z', '*/30 2 * * *')).json()).toEqual([
      { at: '2026-10-25T01:00:00.000Z', dst: 'second-pass' },
      { at: '2026-10-25T01:30:00.000Z', dst: 'second-pass' },
    ])
  })

  test('tells people the time here, that of the zone, the schedule in words and what the clock does', async () => {
    const { run } = deck()
    const args = ['--cron', '30 2 * * *', '--tz', 'Europe/Berlin', '--from', '2026-03-28', '-n', '2']
    const { stdout } = await run('next', ...args)
    expect(stdout).toMatch(/^At 02:30 \(Europe\/Berlin\)\nHERE \(UTC\) +Europe\/Berlin\n/)
    expect(stdout).toMatch(/^Sat 2026-03-28 01:30:00 {2}Sat 2026-03-28 02:30:00$/m)
    expect(stdout).toMatch(
      /^Sun 2026-03-29 01:00:00 {2}Sun 2026-03-29 03:00:00 {2}the clock leaves this time out/m,
    )
  })

  test('reads a date of --from in the zone of the schedule', async () => {
    // Would catch: the date being midnight of this machine.
    const args = ['--cron', '0 1 * * *', '--tz', 'Asia/Kolkata', '--from', '2026-06-01', '-n', '1']
    const [first] = (await deck().run('--json', 'next', ...args)).json()
    expect(first).toEqual({ at: '2026-05-31T19:30:00.000Z', dst: null })
  })
})

describe('jobdeck add', () => {
  test('keeps all that was said, and tells it in words with the next three times', async () => {
    // Would catch: an option that is read and not stored.
    const { run } = deck()
    const options = [
      ['add', 'Backup', '--cron', '30 2 * * *', '--tz', 'Europe/Berlin', '--jitter', '5m'],
      ['--from', '2030-01-01', '--until', '2030-12-31', '--quiet', 'sat-sun 00:00-04:00'],
      ['--skip', '2030-05-01,2030-05-02', '--missed', 'all', '--missed-window', '2d', '--missed-limit', '5'],
      ['--overlap', 'queue', '--timeout', '1h', '--grace', '9s', '--attempts', '3', '--retry-delay', '10s'],
      ['--max-workers', '2', '--priority', '7', '--category', 'home/disk', '--tag', 'a', '--tag', 'b'],
      ['--env', 'LEVEL=9', '--keep-runs', '8', '--keep-for', '30d', '--expire-after', '3h'],
      ['--description', 'Copies', '-p', 'x=1', '--set', 'memoryLimit=2GB', '--', 'echo', '--json'],
    ]
    const { stdout, stderr } = await run(...options.flat())
    expect(stdout).toMatch(/^Added "Backup" \(\w+\)\. At 02:30 \(Europe\/Berlin\)\nIt runs echo --json in /)
    expect(stdout.match(/^\w{3} 2030-01-\d\d 01:30:00 /gm)).toHaveLength(3)
    expect(stderr).toMatch(/no program keeps this deck running.*jobdeck serve/)
    const [job] = (await run('--json', 'show', 'Backup')).json()
    expect(job).toMatchObject({
      description: 'Copies',
      category: 'home/disk',
      tags: ['a', 'b'],
      enabled: true,
      params: { x: '1' },
      handlers: [{ priority: 7, handler: { command: ['echo', '--json'] } }],
      schedule: {
        cron: '30 2 * * *',
        zone: 'Europe/Berlin',
        jitter: 300_000,
        from: Date.parse('2029-12-31T23:00:00Z'),
        until: Date.parse('2030-12-31T23:00:00Z') - 1,
        quiet: [{ from: '00:00', to: '04:00', days: ['sat', 'sun'] }],
        skip: ['2030-05-01', '2030-05-02'],
      },
      policy: {
        missed: 'all',
        missedWindow: 48 * HOUR,
        missedLimit: 5,
        overlap: 'queue',
        timeout: HOUR,
        grace: 9000,
        retry: { attempts: 3, delay: 10_000 },
        maxWorkers: 2,
        environment: { LEVEL: '9' },
        keepRuns: 8,
        keepFor: 30 * 24 * HOUR,
        expireAfter: 3 * HOUR,
        memoryLimit: 2 * 2 ** 30,
        directory: process.cwd(),
      },
    })
  })

  test('refuses a name that exists, and takes its place with --replace, as the same job', async () => {
    // Would catch: a second job of the same name, or one that keeps what it was.
    const { run, fail } = deck()
    await run('add', 'Twice', '--every', '1h', '--timeout', '1m', '--', 'echo', 'one')
    const [before] = (await run('--json', 'show', 'Twice')).json()
    const refused = await fail('add', 'Twice', '--', 'echo', 'two')
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toMatch(/a job "Twice" already.*--replace/)
    expect((await run('add', 'Twice', '--replace', '--', 'echo', 'two')).stdout).toMatch(/^Replaced "Twice"/)
    const jobs = (await run('--json', 'list')).json()
    expect(jobs).toHaveLength(1)
    expect(jobs[0]).toMatchObject({ id: before!.id, schedule: null })
    expect(jobs[0]!.policy).not.toHaveProperty('timeout')
  })

  test('wants what a script wants, as nobody is asked when it runs by itself', async () => {
    // Would catch: a job that is refused each time it is due.
    const { run, fail } = deck()
    const file = writeFile(
      temporaryFolder(),
      'copy.mjs',
      `export const params = { type: 'object', required: ['count'], properties: { count: { type: 'integer' }, more: { default: 1 } } }
       export default ({ params, info }) => info(typeof params.count)`,
    )
    const refused = await fail('add', 'Copy', file, '--every', '1h')
    expect(refused.stderr).toMatch(/"count" is missing/)
    expect(refused.code).toBe(2)
    await run('add', 'Copy', file, '--every', '1h', '-p', 'count=4')
    expect((await run('--json', 'show', 'Copy')).json()[0]).toMatchObject({ params: { count: 4 } })
  })

  test('makes a job that is disabled before it could have run', async () => {
    const { run, serve } = deck()
    await serve()
    await run('add', 'Late', '--at', '2020-01-01T00:00', '--disabled', '--', 'true')
    const [job] = (await run('--json', 'show', 'Late')).json()
    expect(job).toMatchObject({ enabled: false, status: 'disabled', lastExecutionId: null })
  })

  test('without a schedule makes a job that is started by hand, here where nothing keeps the deck running', async () => {
    const { run, serve } = deck()
    await run('add', 'Hand', '--', 'echo', 'by hand')
    expect((await run('start', 'Hand')).stdout).toContain('by hand')
    await serve()
    const { stdout, stderr } = await run('start', 'Hand')
    expect({ stdout, stderr }).toEqual({ stdout: '', stderr: 'Queued run #2 of "Hand": jobdeck logs 2 -f\n' })
    expect((await run('logs', 'Hand', '-f')).stdout).toContain('by hand')
  })
})

test('run --keep stores what is set in the terminal, but for secrets, and says what', async () => {
  // Would catch: a job that does not find what its command found, or a token that lies in the deck unnoticed.
  const { run, fail } = deck({
    COLOUR: 'red',
    MY_TOKEN: 'abc',
    STORE: 'https://me:pw@host/',
    PWD: '/not-where-it-is',
  })
  const { stdout, stderr } = await run(
    'run',
    '--timeout',
    '1m',
    '--keep',
    'Greet',
    '--',
    'sh',
    '-c',
    'echo $COLOUR',
  )
  expect(stdout).toMatch(/Kept as "Greet"/)
  expect(stderr).toMatch(/^Variables that are stored with it:.*\bCOLOUR\b/m)
  expect(stderr).toMatch(/^Not stored, as they look like secrets:.*\bMY_TOKEN, STORE\b/m)
  const [job] = (await run('--json', 'show', 'Greet')).json()
  expect(job!.policy).toMatchObject({
    timeout: 60_000,
    directory: process.cwd(),
    environment: { COLOUR: 'red' },
  })
  expect(Object.keys(job!.policy.environment)).not.toEqual(expect.arrayContaining(['MY_TOKEN']))
  expect(JSON.stringify(job)).not.toMatch(/abc|me:pw|not-where-it-is/)
  const again = await fail('run', '--keep', 'Greet', '--', 'echo', 'ran')
  expect(again).toMatchObject({ code: 1, stdout: '' })
  expect(again.stderr).toMatch(/--keep: there is a job "Greet" already/)
})

test('edit gives a job a schedule and takes it away', async () => {
  const { run } = deck()
  await run('add', 'Job', '--', 'true')
  await run('edit', 'Job', '--every', '2h', '--quiet', '22:00-07:00')
  expect((await run('--json', 'show', 'Job')).json()[0]).toMatchObject({
    schedule: { every: 2 * HOUR, quiet: [{ from: '22:00', to: '07:00' }] },
    words: 'Every 2h',
  })
  await run('edit', 'Job', '--unset', 'schedule')
  expect((await run('--json', 'show', 'Job')).json()[0]).toMatchObject({ schedule: null })
})

test('list shows what comes next first, by kind, and show tells the schedule in words', async () => {
  const { run } = deck()
  await run('add', 'Later', '--cron', '0 0 1 1 *', '--', 'true')
  await run('add', 'Sooner', '--in', '1h', '--', 'true')
  await run('add', 'Kept', '--daemon', '--restart', 'on-failure', '--', 'true')
  await run('add', 'Hand', '--', 'true')
  const names = async (...args: string[]) =>
    (await run('--json', 'list', ...args)).json().map(({ name }) => name)
  expect((await names('--sort', 'next')).slice(0, 2)).toEqual(['Sooner', 'Later'])
  expect(await names('--schedule', 'cron,daemon')).toEqual(['Kept', 'Later'])
  expect((await run('list', '--sort', 'next')).stdout).toMatch(/NEXT/)
  expect((await run('show', 'Later')).stdout).toMatch(/When +At 00:00, on day 1 of the month/)
  expect((await run('show', 'Kept')).stdout).toMatch(/When +Kept running\nRestart +on-failure/)
})

test('skip lets the next time pass, and comes back from that', async () => {
  const { run, fail } = deck()
  await run('add', 'Job', '--cron', '0 0 * * *', '--', 'true')
  const first = async () => (await run('--json', 'next', 'Job', '-n', '1')).json()[0]!.at as string
  const before = await first()
  expect((await run('--json', 'skip', 'Job')).json()[0]).toMatchObject({ skipped: before, undo: false })
  expect(Date.parse(await first()) - Date.parse(before)).toBe(24 * HOUR)
  await run('skip', 'Job', '--undo')
  expect(await first()).toBe(before)
  expect(await fail('skip', 'Job', '--undo')).toMatchObject({ code: 1 })
})

test('backfill takes whole days of this machine, says which with --dry-run, and does not run one twice', async () => {
  // Would catch: the last day left out, or one that was made up for and is made up for again.
  const { run } = deck()
  await run('add', 'Job', '--cron', '0 */12 * * *', '--', 'true')
  const dry = await run(
    '--json',
    'backfill',
    'Job',
    '--from',
    '2026-01-01',
    '--to',
    '2026-01-02',
    '--dry-run',
  )
  const times = ['2026-01-01T00:00', '2026-01-01T12:00', '2026-01-02T00:00', '2026-01-02T12:00']
  expect(dry.json()).toEqual(times.map((at) => ({ at: `${at}:00.000Z`, execution: null })))
  expect((await run('--json', 'runs')).stdout).toBe('')
  await run('backfill', 'Job', '--from', '2026-01-01', '--to', '2026-01-02')
  expect((await run('--json', 'runs')).json()).toHaveLength(4)
  const again = await run('backfill', 'Job', '--from', '2026-01-01', '--to', '2026-01-02')
  expect(again.stderr).toMatch(/It ran for every time/)
  expect((await run('planned', 'Job')).stdout).toMatch(/started +#4 +Job +it was made up for by hand/)
})

test('pause --until ends at that time, the day of a date included', async () => {
  const { run } = deck()
  await run('pause', '--deck', '--until', '2030-01-01')
  const [pause] = (await run('--json', 'pause', '--deck', '--until', '2030-01-01')).json()
  expect(pause).toMatchObject({ pausedUntil: Date.parse('2030-01-02T00:00:00Z') })
})
