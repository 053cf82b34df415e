import { execFileSync, spawnSync } from 'node:child_process'
import { truncateSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { BIN, Cli, jobdeck } from '../support/cli.ts'
import { temporaryFolder, writeFile } from '../support/deck.ts'

const dataFolder = () => join(temporaryFolder(), 'data')

/** Runs each command line in turn on one deck. */
async function inTurn(data: string, ...lines: string[][]) {
  const results = []
  for (const args of lines) results.push(await jobdeck(args, { data }))
  return results
}

describe('a command line that is not understood ends with 2, one clear message and no output:', () => {
  test.each([
    [['run'], /FILE.*COMMAND/],
    [['run', '--'], /a command after --/],
    [['run', 'handler.mjs', '--', 'true'], /FILE.*COMMAND/],
    [['run', 'handler.mjs', 'more'], /too many arguments/],
    [['run', '--timeout', 'soon', '--', 'true'], /--timeout.*'soon'.*30s/],
    [['run', '--timeout', '0s', '--', 'true'], /timeout.*0s/],
    [['run', '--timeout', '9999d', '--', 'true'], /^jobdeck: --timeout: .*365d.*9999d/],
    [['run', '--mode', 'fast', '--', 'true'], /--mode.*'fast'.*in-process, process/],
    [['run', '--priority', 'high', '--', 'true'], /--priority.*'high'.*whole number/],
    [['run', '--priority', '1001', '--', 'true'], /priority.*1000/],
    [['run', '--frob', '--', 'true'], /unknown option '--frob'/],
    [['run', '--name', '', '--', 'true'], /^jobdeck: --name: must not be empty/],
    [['run', '--name', 'two\nlines', '--', 'true'], /^jobdeck: --name: must be one line/],
    [['run', '--category', '//', '--', 'true'], /^jobdeck: --category: must name a category/],
    [['pause', '--category', ' '], /^jobdeck: --category: must not be empty/],
    [['pause', '--deck', '--for', '999d'], /^jobdeck: --for: .*365d/],
    [['logs', 'x'.repeat(5000)], /^jobdeck: JOB: /],
    [['frobnicate'], /unknown command 'frobnicate'/],
    [['runs', '--limit', '0'], /--limit.*'0'.*at least 1/],
    [['runs', '--limit', '1.5'], /--limit.*'1\.5'.*whole number/],
    [['runs', '--status', 'done'], /--status.*'done'.*completed/],
    [['show'], /missing required argument 'what'/],
    [['logs', '1', '--level', 'loud'], /--level.*'loud'.*warn/],
    [['--data', '', 'list'], /--data: must name a folder/],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await jobdeck(args)
    expect(stderr).toMatch(message)
    expect(stderr).toMatch(/^jobdeck: /)
    expect(stderr).not.toMatch(/^ +at |handlers\.0|key:/m)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})

test('a list takes the largest limit that it allows', async () => {
  const [most, more] = await inTurn(
    dataFolder(),
    ['runs', '--limit', '100000'],
    ['runs', '--limit', '100001'],
  )
  expect(most).toMatchObject({ code: 0, stderr: 'No runs yet. Try: jobdeck run -- echo hello\n' })
  expect(more!.code).toBe(2)
  expect(more!.stderr).toMatch(/limit.*100,?000/)
})

describe('a file that cannot be run ends with 2, says why, and nothing is recorded:', () => {
  test.each([
    ['a missing file', undefined, ['gone.mjs'], /gone\.mjs does not exist/],
    ['a word that is a command', undefined, ['ls'], /jobdeck run -- ls/],
    ['a folder', undefined, ['.'], /is a folder/],
    ['a syntax error', ['x.ts', 'let a: = 1\nexport default 1'], ['x.ts'], /x\.ts:1:8: .*\n +let a: = 1/],
    ['a file of no known kind', ['notes.txt', 'hello'], ['notes.txt'], /no script.*#!.*execute permission/],
    [
      'a script in a thread',
      ['x.sh', 'true'],
      ['--mode', 'in-process', 'x.sh'],
      /x\.sh is a program.*"process" only/,
    ],
    [
      'a command in a thread',
      undefined,
      ['--mode', 'in-process', '--', 'true'],
      /a command runs in mode "process" only/,
    ],
    ['metadata that is no TOML', ['x.sh', '# /// script\n# a = = 1\n# ///\n'], ['x.sh'], /x\.sh: .*TOML/],
  ])('%s', async (_, file, args, message) => {
    const folder = temporaryFolder()
    const data = dataFolder()
    if (file) writeFile(folder, file[0]!, file[1]!)
    const { code, stdout, stderr } = await jobdeck(['run', ...args], { data, cwd: folder })
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/^ +at /m)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    for (const list of ['runs', 'list']) {
      expect((await jobdeck(['--json', list], { data })).stdout, `jobdeck ${list}`).toBe('')
    }
  })
})

describe.skipIf(process.platform === 'win32')('what is no regular file is refused at once, not read:', () => {
  test.each([
    ['a device', ['run', '/dev/zero'], /\/dev\/zero is a device/],
    ['a named pipe', ['run', 'pipe'], /pipe is a named pipe/],
    [
      'parameters from a named pipe',
      ['run', 'script.sh', '--params', '@pipe'],
      /--params: pipe is not a reg/,
    ],
    ['parameters from a device', ['run', 'script.sh', '--params', '@/dev/zero'], /\/dev\/zero is not a reg/],
    [
      'parameters of 1 GB',
      ['run', 'script.sh', '--params', '@giant'],
      /giant has 1,000,000,000 bytes; it may have 10,485,760/,
    ],
    ['a module of 1 GB', ['run', 'giant.mjs'], /giant\.mjs has 1,000,000,000 bytes; a module may have/],
  ])('%s', async (_, args, message) => {
    const folder = temporaryFolder()
    execFileSync('mkfifo', [join(folder, 'pipe')])
    writeFile(folder, 'script.sh', 'true')
    for (const name of ['giant', 'giant.mjs']) truncateSync(writeFile(folder, name, ''), 1_000_000_000)
    const { code, stdout, stderr } = await jobdeck(args, { cwd: folder })
    expect(stderr).toMatch(message)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})

test('a program of 3 GB is run without being read into memory, and described by its head', async () => {
  const folder = temporaryFolder()
  const source = '#!/bin/sh\n# /// script\n# [tool.jobdeck]\n# title = "Giant"\n# ///\necho here\nexit\n'
  truncateSync(writeFile(folder, 'giant', source, 0o755), 3_000_000_000)
  const cli = new Cli(['--json', 'run', 'giant'], { cwd: folder })
  const peak = await cli.peakMemory()
  const { code, stderr, stdout } = await cli.done()
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('"message":"here"')
  expect(peak).toBeLessThan(500)
})

describe('a run that cannot be started or fails ends with 1 and says why:', () => {
  test.each([
    ['a missing command', ['--', 'no-such-command-7'], /"no-such-command-7" was not found on the PATH/],
    ['no execute permission', ['--', './tool'], /\.\/tool may not be executed.*chmod \+x/],
    ['a missing interpreter', ['script.rb'], /\/no\/such\/ruby does not exist/],
    ['an interpreter named by its metadata', ['named.sh'], /"no-such-shell" was not found/],
    ['another exit code', ['--', 'sh', '-c', 'exit 7'], /exited with code 7/],
    ['a signal', ['--', 'sh', '-c', 'kill -9 $$'], /ended by SIGKILL/],
    ['an error', ['throws.mjs'], /^Error: on purpose\n +at .*throws\.mjs:1:/m],
  ])('%s', async (_, args, message) => {
    const folder = temporaryFolder()
    writeFile(folder, 'tool', '#!/bin/sh\n')
    writeFile(folder, 'script.rb', '#!/no/such/ruby\n')
    writeFile(folder, 'named.sh', '# /// script\n# [tool.jobdeck]\n# interpreter = "no-such-shell"\n# ///\n')
    writeFile(folder, 'throws.mjs', `export default () => { throw new Error('on purpose') }`)
    const { code, stdout, stderr } = await jobdeck(['run', ...args], { cwd: folder })
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/at .*(dist|node_modules)/)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  })

  test('a folder that was removed under the shell', async () => {
    const folder = join(temporaryFolder(), 'gone')
    const line = 'mkdir "$1" && cd "$1" && rmdir "$1" && exec "$2" "$3" --data "$4" run -- true'
    const words = ['-c', line, 'sh', folder, process.execPath, BIN, dataFolder()]
    const { status, stderr } = spawnSync('sh', words, { encoding: 'utf8' })
    expect(stderr).toMatch(/^jobdeck: .*(folder|directory)/)
    expect(stderr).not.toContain('a fault of Jobdeck itself')
    expect(status).toBe(1)
  })
})

test('a run that passes its time limit ends with 124, and says so', async () => {
  const { code, stderr } = await jobdeck(['run', '--timeout', '200ms', '--', 'sleep', '1000'])
  expect(stderr).toMatch(/timeout {2}run #1/)
  expect(code).toBe(124)
})

test('what does not exist is named, with exit code 2', async () => {
  const data = dataFolder()
  const results = await inTurn(
    data,
    ['show', '999'],
    ['logs', '#999'],
    ['runs', 'nope'],
    ['show', 'nope'],
    ['logs', 'nope'],
  )
  expect(results.map(({ code, stderr }) => `${code} ${stderr}`)).toEqual([
    '2 jobdeck: there is no run #999\n',
    '2 jobdeck: there is no run #999\n',
    '2 jobdeck: there is no job "nope"\n',
    '2 jobdeck: there is no job "nope"\n',
    '2 jobdeck: there is no job "nope"\n',
  ])
})

test('a job is found by a beginning that fits it alone; one that fits more lists them', async () => {
  const data = dataFolder()
  await inTurn(
    data,
    ['run', '--name', 'Backup home', '--', 'echo', 'home'],
    ['run', '--name', 'backup work', '--', 'true'],
  )
  const [runs, show, logs, both] = await inTurn(
    data,
    ['--json', 'runs', 'Backup h'],
    ['--json', 'show', 'BACKUP W'],
    ['logs', 'backup h'],
    ['runs', 'back'],
  )
  expect(runs!.json()).toMatchObject([{ id: 1, jobName: 'Backup home' }])
  expect(show!.json()).toMatchObject([{ name: 'backup work', counts: { completed: 1 } }])
  expect(logs!.stdout).toMatch(/ info {2}home\n$/)
  const { id } = show!.json()[0]!
  expect(both).toMatchObject({ code: 2, stdout: '' })
  expect(both!.stderr).toMatch(/"back" fits more than one job: .*Backup home \(\w+\)/)
  expect(both!.stderr).toContain(`backup work (${id})`)
  expect((await jobdeck(['--json', 'show', id.slice(0, 6)], { data })).json()).toMatchObject([{ id }])
})

test('a name that begins with a dash is one after --, in every command but run, with options before it', async () => {
  const data = dataFolder()
  const [, logs, last, list, stop, empty] = await inTurn(
    data,
    ['run', '--name', '-name', '--', 'echo', 'yes'],
    ['logs', '--', '-name'],
    ['logs', '--last', '1', '--', '-name'],
    ['--json', 'list', '--', '-na'],
    ['stop', '--force', '--', '-name'],
    ['logs', '--'],
  )
  expect(logs!.stdout).toMatch(/info {2}yes\n$/)
  expect(last!.stdout).toMatch(/info {2}yes\n$/)
  expect(list!.json()).toMatchObject([{ name: '-name' }])
  expect(stop).toMatchObject({ code: 0, stderr: 'Nothing of it is running or waiting.\n' })
  expect(empty!.stderr).toMatch(/name a run or a job; or say what to look for/)
})

test('a name of 10,000 characters is refused with its length and the limit', async () => {
  const data = dataFolder()
  const [run, list] = await inTurn(
    data,
    ['run', '--name', 'x'.repeat(10_000), '--', 'true'],
    ['--json', 'list'],
  )
  expect(run!.stderr).toBe('jobdeck: --name: is 10,000 characters long; at most 200 fit\n')
  expect(run!.code).toBe(2)
  expect(list!.stdout).toBe('')
})

test.each([
  ['emoji', '🚀 rocket 👩‍👩‍👧'],
  ['right-to-left', 'גיבוי של הבית'],
  ['quotes', `it's "quoted" \`here\` \\ $HOME`],
  ['wildcards', '100%_done'],
  ['a very long word', 'w'.repeat(200)],
])(
  'a job whose name has %s is created, listed and found again, and no other one with it',
  async (_, name) => {
    const data = dataFolder()
    const [run, , list, some, runs, show, logs] = await inTurn(
      data,
      ['run', '--name', name, '--', 'echo', 'yes'],
      ['run', '--name', '100 percent done', '--', 'true'],
      ['list'],
      ['--json', 'list', name],
      ['--json', 'runs', name],
      ['--json', 'show', name],
      ['logs', name],
    )
    expect(run!.code).toBe(0)
    expect(list!.stdout).toContain(name)
    expect(some!.json()).toMatchObject([{ name }])
    expect(runs!.json()).toMatchObject([{ id: 1, jobName: name }])
    expect(show!.json()).toMatchObject([{ name }])
    expect(logs!.stdout).toContain('yes')
  },
)
