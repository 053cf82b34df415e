import { execFileSync } from 'node:child_process'
import { writeFile as write } from 'node:fs/promises'
import { join } from 'node:path'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { Cli, hasTerminal, inTerminal, jobdeck, type CliOptions } from '../support/cli.ts'
import { openDeck, temporaryFolder, until, writeFile } from '../support/deck.ts'

const ESCAPE = String.fromCharCode(27)
const COLOUR = new RegExp(`${ESCAPE}\\[[1-9][\\d;]*m`)
/** What a terminal of today says of itself; nothing of where the test runs. */
const TERMINAL = {
  TERM: 'xterm-256color',
  SHELL: '/bin/sh',
  NO_COLOR: undefined,
  FORCE_COLOR: undefined,
  CI: undefined,
}

const dataFolder = () => join(temporaryFolder(), 'data')

describe.skipIf(!hasTerminal)('in a terminal (needs script of util-linux)', () => {
  /** A run with progress of 10 and then 60 percent, whose bar is seen at each; all that the terminal got. */
  async function painted(env: CliOptions['env'], through = inTerminal) {
    const folder = temporaryFolder()
    const fifo = join(folder, 'fifo')
    execFileSync('mkfifo', [fifo])
    const source = `#!/bin/sh\necho ::progress::10 begun\necho one\nread go < ${fifo}\necho ::progress::60\necho two\n`
    const file = writeFile(folder, 'bar.sh', source)
    const cli = new Cli(['run', file], { env: { ...TERMINAL, ...env }, through })
    await cli.line((line) => line.includes('one'))
    await write(fifo, 'go\n')
    const { code, stdout } = await cli.done()
    expect(code).toBe(0)
    return stdout
  }

  test('the bar moves, under lines in colour, and the cursor comes back', async () => {
    const text = await painted({})
    expect(text).toMatch(/██░{22}.*10 %.*begun[^]*█{14}░{10}.*60 %/)
    expect(text).toMatch(COLOUR)
    expect(text).not.toMatch(/\b0ms/) // the time is told once there is some
    expect(text.lastIndexOf(`${ESCAPE}[?25h`)).toBeGreaterThan(text.lastIndexOf(`${ESCAPE}[?25l`))
  })

  test('with NO_COLOR the bar moves without colours', async () => {
    const text = await painted({ NO_COLOR: '1' })
    expect(text).toMatch(/10 %[^]*60 %/)
    expect(text).not.toMatch(COLOUR)
  })

  test('that is dumb progress is plain lines', async () => {
    const text = await painted({ TERM: 'dumb' })
    expect(text).toMatch(/^10 % {2}begun\r\n[^]*^60 %/m)
    expect(text).not.toContain(ESCAPE)
  })

  test('that does not know its width a list is whole', async () => {
    const data = dataFolder()
    await jobdeck(['run', '--name', 'Backup', '--', 'true'], { data })
    const through = (command: string) => inTerminal(command, 0)
    const { stdout } = await jobdeck(['runs'], { data, env: { ...TERMINAL, NO_COLOR: '1' }, through })
    expect(stdout).toMatch(/#1 .*completed .*Backup/)
  })

  test.each([30, 40, 80])('of %d columns every list shows at least 12 of a name', async (columns) => {
    const data = dataFolder()
    const args = ['--name', 'Photographs', '--category', 'home/of/the/pictures']
    await jobdeck(['run', ...args, '--', 'sh', '-c', 'echo no >&2; exit 3'], { data })
    const through = (command: string) => inTerminal(command, columns)
    for (const list of ['runs', 'list', 'history']) {
      const { stdout } = await jobdeck([list], { data, env: { ...TERMINAL, NO_COLOR: '1' }, through })
      const lines = stdout.trimEnd().split('\r\n')
      expect(lines.at(-1), list).toContain('Photographs')
      for (const line of lines) expect(stringWidth(line), line).toBeLessThanOrEqual(columns)
    }
  })

  test('a row of a list is one line, however long it is', async () => {
    const data = dataFolder()
    await jobdeck(['run', '--name', 'word '.repeat(39), '--', 'true'], { data })
    const { stdout } = await jobdeck(['runs'], { data, env: TERMINAL, through: inTerminal })
    const lines = stdout
      .trimEnd()
      .split('\r\n')
      .map((line) => line.replaceAll(new RegExp(COLOUR, 'g'), ''))
    expect(lines).toHaveLength(2)
    expect(lines[1]).toMatch(/word …$|word…$|…$/)
    expect(lines[1]!.length).toBeLessThanOrEqual(80)
  })
})

test('without a terminal nothing has an escape sequence, also where the script prints them', async () => {
  const data = dataFolder()
  const file = writeFile(
    temporaryFolder(),
    'red.sh',
    `#!/bin/sh\nprintf '\\033[31mred\\033[0m\\n'; echo ::progress::50 half; echo '{"a":"\\u001b[31m"}' > "$JOBDECK_OUTPUT"; exit 3\n`,
  )
  const lines = [
    ['run', file],
    ['runs'],
    ['list'],
    ['show', '1'],
    ['show', 'red'],
    ['logs', '1'],
    ['logs', '2'],
    ['fly'],
  ]
  const env = { ...TERMINAL, TERM: 'xterm-256color' }
  for (const args of lines) {
    const { stdout, stderr } = await jobdeck(args, { data, env })
    expect(stdout + stderr, args.join(' ')).not.toContain(ESCAPE)
    expect(stdout + stderr, args.join(' ')).not.toBe('')
    if (args[0] === 'run')
      expect({ stdout, stderr }).toMatchObject({
        stdout: expect.stringMatching(/info {2}red\n/),
        stderr: expect.stringMatching(/^50 % {2}half\n✖ failed/),
      })
  }
})

/** What commands a terminal, ESC and C1, and what turns the direction of the line; newlines apart. */
// oxlint-disable-next-line no-control-regex -- control characters are the subject here
const COMMANDING = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/
const HOSTILE = '\u001b]0;title\u0007\u001b[2J\u009b31m\u202Eabc\u2066'

test.each([
  [
    'a progress message',
    {
      'x.mjs': `export default ({ setProgress }) => setProgress(50, ${JSON.stringify(`half\nRun #9${HOSTILE}`)})`,
    },
    ['run', 'x.mjs'],
    /^50 % {2}half Run #9abc$/m,
  ],
  [
    'an error',
    { 'x.mjs': `export default () => { throw new Error(${JSON.stringify(HOSTILE)}) }` },
    ['run', 'x.mjs'],
    /failed/,
  ],
  [
    'a path',
    {},
    ['run', `no${HOSTILE}\njobdeck: all is well`],
    /^jobdeck: the file .*\n {4}jobdeck: all is well does not exist/,
  ],
  ['an option', {}, ['run', '--mode', HOSTILE, '--', 'true'], /abc/],
  ['a reference', {}, ['show', HOSTILE], /there is no job/],
])('%s cannot command the terminal, nor look like a line of ours', async (_, files, args, expected) => {
  const folder = temporaryFolder()
  for (const [name, source] of Object.entries(files)) writeFile(folder, name, source)
  const { stderr } = await jobdeck(args, { cwd: folder })
  expect(stderr).toMatch(expected)
  expect(stderr).not.toMatch(COMMANDING)
})

test('a name cannot turn the rest of its row around', async () => {
  const data = dataFolder()
  await jobdeck(['run', '--name', 'back\u202Eup', '--category', 'a\u2067b', '--', 'true'], { data })
  for (const args of [['runs'], ['list'], ['show', 'back'], ['show', '1'], ['history']]) {
    const { stdout } = await jobdeck(args, { data })
    expect(stdout, args.join(' ')).toContain('backup')
    expect(stdout, args.join(' ')).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/)
  }
})

describe('a reader that goes (| head -1)', () => {
  const head =
    (redirect: string) =>
    (command: string): [string, ...string[]] => [
      'sh',
      '-c',
      `{ ${command} ${redirect}; echo "exit $?" >&3; } 3>&2 | head -1`,
    ]
  const flood = ['run', '--', 'sh', '-c', 'seq 20000']

  test.each([
    ['output', '', /^✔ completed {2}run #1 in \S+\nexit 0\n$/],
    ['output and messages', '2>&1', /^exit 0\n$/],
  ])('of the %s of a run is no error, and the run goes on', async (_, redirect, stderr) => {
    const data = dataFolder()
    const ran = await jobdeck(flood, { data, through: head(redirect) })
    expect(ran.stdout).toMatch(/ info {2}1\n$/)
    expect(ran.stderr).toMatch(stderr)
    const run = await jobdeck(['--json', 'show', '1'], { data })
    expect(run.json()).toMatchObject([{ status: 'completed', logCount: 20_000 }])
  })

  test('of a log is no error', async () => {
    const data = dataFolder()
    await jobdeck(['--json', ...flood], { data })
    const { stdout, stderr } = await jobdeck(['logs', '1'], { data, through: head('') })
    expect(stdout).toMatch(/ info {2}1\n$/)
    expect(stderr).toBe('exit 0\n')
  })

  test('of a log that is followed ends it, while its run goes on', async () => {
    const data = dataFolder()
    const ticking = new Cli(['run', '--', 'sh', '-c', 'while echo tick; do sleep 0.05; done'], { data })
    await ticking.line((line) => line.endsWith('tick'))
    const { stdout, stderr } = await jobdeck(['logs', '--follow', '1'], { data, through: head('') })
    expect(stdout).toMatch(/ info {2}tick\n$/)
    expect(stderr).toBe('exit 0\n')
    expect((await jobdeck(['--json', 'show', '1'], { data })).json()).toMatchObject([{ status: 'running' }])
    ticking.child.kill('SIGINT')
    expect((await ticking.done()).code).toBe(130)
  })
})

test('output that cannot be written is told in one line and by the exit code, and the run goes on', async () => {
  const data = dataFolder()
  const through = (command: string): [string, ...string[]] => ['sh', '-c', `${command} > /dev/full`]
  const ran = await jobdeck(['run', '--', 'sh', '-c', 'seq 5000'], { data, through })
  expect(ran.stderr).toMatch(
    /^jobdeck: the output cannot be written: ENOSPC.*\n✔ completed {2}run #1 in \S+\n$/,
  )
  expect(ran.code).toBe(1)
  const runs = await jobdeck(['--json', 'runs'], { data, through })
  expect(runs.stderr).toMatch(/^jobdeck: the output cannot be written: ENOSPC.*\n$/)
  expect(runs.code).toBe(1)
  expect((await jobdeck(['--json', 'runs'], { data })).json()).toMatchObject([{ status: 'completed' }])
})

test('300 MB without a newline are one line, cut, and are not gathered in memory', async () => {
  const data = dataFolder()
  const peakOf = async (line: string) => {
    const cli = new Cli(['run', '--', 'sh', '-c', line], { data })
    const peak = await cli.peakMemory()
    expect((await cli.done()).code).toBe(0)
    return peak
  }
  const quiet = await peakOf('true')
  expect(quiet).toBeGreaterThan(10) // else it was not seen
  expect(await peakOf(`head -c 300000000 /dev/zero | tr '\\0' x`)).toBeLessThan(quiet + 100)
  const log = (await jobdeck(['--json', 'logs', '2'], { data })).json()
  expect(log).toMatchObject([
    { message: expect.stringMatching(/^x{65536} … \[cut: the line has 300,000,000 bytes\]$/) },
  ])
})

test('a reader that lags holds back what is printed: a million lines are not gathered in memory', async () => {
  const data = dataFolder()
  const deck = await openDeck({ file: join(data, 'jobdeck.db') })
  const peakOf = async (count: number, run: number) => {
    const cli = new Cli(['--json', 'run', '--', 'seq', String(count)], { data })
    const peak = cli.peakMemory()
    await cli.line((line) => line.includes('"state"'))
    cli.child.stdout!.pause()
    await until(deck, run, ({ endedAt }) => endedAt !== null)
    cli.child.stdout!.resume()
    const { code, json, stderr } = await cli.done()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(json().at(-1)).toMatchObject({ type: 'result', execution: { status: 'completed' } })
    return peak
  }
  const quiet = await peakOf(1, 1)
  expect(await peakOf(1_000_000, 2)).toBeLessThan(quiet + 300)
})

test('of 200,000 lines the first and the newest are kept, and one row stands for all between', async () => {
  const data = dataFolder()
  expect((await jobdeck(['run', '--', 'seq', '200000'], { data })).code).toBe(0)
  const log = (await jobdeck(['--json', 'logs', '1'], { data })).json()
  expect(log).toHaveLength(100_001)
  expect(log.find(({ droppedThrough }) => droppedThrough !== null)).toMatchObject({
    sequence: 10_001,
    droppedThrough: 110_000,
    message: '100,000 entries not kept: the log reached its limit',
  })
  let last = 0
  for (const { sequence, droppedThrough, message } of log) {
    expect(sequence).toBe(last + 1)
    last = droppedThrough ?? sequence
    if (droppedThrough === null) expect(message).toBe(String(sequence))
  }
  expect(last).toBe(200_000)
  const newest = await jobdeck(['logs', '1', '--last', '2'], { data })
  expect(newest.stdout).toMatch(/^\S+ info {2}199999\n\S+ info {2}200000\n$/)
})

test('bytes that are no UTF-8 become replacement characters, and leave the next line whole', async () => {
  const data = dataFolder()
  const ran = await jobdeck(['run', '--', 'printf', String.raw`caf\351 \377\n\303\244\303`], { data })
  expect(ran.stdout).toMatch(/info {2}caf\uFFFD \uFFFD\n.*info {2}ä\uFFFD\n/)
  const log = (await jobdeck(['--json', 'logs', '1'], { data })).json()
  expect(log.map(({ message }) => message)).toEqual(['caf\uFFFD \uFFFD', 'ä\uFFFD'])
})
