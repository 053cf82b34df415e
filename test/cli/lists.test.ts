import { readdirSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Cli, jobdeck, livingProcesses, uniqueSeconds } from '../support/cli.ts'
import { temporaryFolder, writeFile } from '../support/deck.ts'

/** A deck with run #1 of Backup and #2 of Copy, which completed, #3 of Backup, which failed, and #4, which took too long. */
async function filledDeck() {
  const data = join(temporaryFolder(), 'data')
  const on = (...args: string[]) => jobdeck(args, { data })
  const run = (name: string, line: string, ...options: string[]) =>
    on('run', '--name', name, '--category', 'home/nightly', ...options, '--', 'sh', '-c', line)
  await run('Backup', 'echo saved')
  await run('Copy', 'true')
  await run('Backup', 'exit 3')
  await run('Late', 'exec sleep 1000', '--timeout', '100ms')
  return {
    data,
    on,
    ids: async (...args: string[]) => (await on('--json', ...args)).json().map(({ id }) => id as number),
  }
}

test('runs are listed newest first, by job, by one status or several, and at most so many', async () => {
  const { on, ids } = await filledDeck()
  expect(await ids('runs')).toEqual([4, 3, 2, 1])
  expect(await ids('runs', 'backup')).toEqual([3, 1])
  expect(await ids('runs', '--status', 'failed')).toEqual([3])
  expect(await ids('runs', '--status', 'failed, timeout')).toEqual([4, 3])
  expect(await ids('runs', '--status', 'failed', '--status', 'completed')).toEqual([3, 2, 1])
  expect(await ids('runs', 'copy', '--status', 'failed')).toEqual([])
  expect(await ids('runs', '--limit', '3')).toEqual([4, 3, 2])

  const all = await on('runs', '--limit', '4')
  expect(all.stderr).toBe('')
  expect(all.stdout.split('\n')).toEqual([
    expect.stringMatching(/^RUN +STATUS +STARTED +TOOK +JOB$/),
    expect.stringMatching(
      /^#4 +◷ timeout +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +\S+ +Late +.*time limit of 100ms$/,
    ),
    expect.stringMatching(/^#3 +✖ failed .* Backup +exited with code 3$/),
    expect.stringMatching(/^#2 +✔ completed .* Copy$/),
    expect.stringMatching(/^#1 +✔ completed .* Backup$/),
    '',
  ])
  const some = await on('runs', '--limit', '2')
  expect(some.stdout.split('\n')).toHaveLength(4)
  expect(some.stderr).toBe('2 of 4 runs; the next: --page 2\n')
})

test('jobs are listed by name, with the status, number and newest of their runs', async () => {
  const { on } = await filledDeck()
  const { stdout } = await on('list')
  expect(stdout.split('\n')).toEqual([
    expect.stringMatching(/^ID +STATUS +RUNS +LAST +CATEGORY +NAME$/),
    expect.stringMatching(/^\w{10} +✖ failed +2 +#3 +home\/nightly +Backup$/),
    expect.stringMatching(/^\w{10} +✔ completed +1 +#2 +home\/nightly +Copy$/),
    expect.stringMatching(/^\w{10} +✖ failed +1 +#4 +home\/nightly +Late$/),
    '',
  ])
  const names = async (text: string) =>
    (await on('--json', 'list', text)).json().map(({ name }) => name as string)
  expect(await names('LAT')).toEqual(['Late'])
  expect(await names('nightly')).toEqual(['Backup', 'Copy', 'Late'])
  expect(await on('list', 'zebra')).toMatchObject({ code: 0, stdout: '', stderr: 'No job fits that.\n' })
})

test('a job and a run are shown for people, and as JSON', async () => {
  const { on } = await filledDeck()
  const [job] = (await on('--json', 'show', 'backup')).json()
  expect(job).toMatchObject({
    name: 'Backup',
    category: 'home/nightly',
    status: 'failed',
    counts: { completed: 1, failed: 1 },
    lastExecutionId: 3,
  })
  const shown = (await on('show', 'backup')).stdout
  expect(shown).toMatch(/^Backup\nId +\w{10}\n/)
  expect(shown).toMatch(/^Its runs +1 completed, 1 failed: jobdeck runs \w{10}$/m)
  expect(shown).toMatch(/^Runs +sh -c "exit 3"$/m)

  const [run] = (await on('--json', 'show', '#3')).json()
  expect(run).toMatchObject({
    id: 3,
    jobId: job!.id,
    status: 'failed',
    exitCode: 3,
    directory: process.cwd(),
  })
  const text = (await on('show', '3')).stdout
  expect(text).toMatch(new RegExp(`^Run #3\nJob +Backup \\(${job!.id}\\)\nStatus +✖ failed\n`))
  expect(text).toMatch(/^Exit +code 3$/m)
  expect(text).toMatch(/^Error\nProgramFailed: exited with code 3$/m)
  expect(text).toMatch(/^Environment\n[^]*^PATH=/m)
})

describe('logs', () => {
  const SCRIPT = `#!/bin/sh
for level in debug notice warning error; do echo "::$level::$level of 100%25"; done
echo 'of 100 lines'
`

  test('are shown from a level on, by a text taken as it is, and from the end', async () => {
    const data = join(temporaryFolder(), 'data')
    await jobdeck(['run', writeFile(temporaryFolder(), 'levels.sh', SCRIPT)], { data })
    const seen = async (...args: string[]) =>
      (await jobdeck(['--json', 'logs', '1', ...args], { data })).json().map(({ level }) => level as string)
    expect(await seen()).toEqual(['debug', 'info', 'warn', 'error', 'info'])
    expect(await seen('--level', 'warn')).toEqual(['warn', 'error'])
    expect(await seen('--grep', '100%')).toEqual(['debug', 'info', 'warn', 'error'])
    expect(await seen('--grep', 'WARNING')).toEqual(['warn'])
    expect(await seen('--grep', 'of 100%', '--level', 'info', '--last', '2')).toEqual(['warn', 'error'])
    const { stdout } = await jobdeck(['logs', 'levels', '-n', '2'], { data })
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d error error of 100%\n\d\d:\d\d:\d\d info {2}of 100 lines\n$/)
  })

  test('are followed from another process: lines come while the run goes on, and it ends with the run', async () => {
    const data = join(temporaryFolder(), 'data')
    // Each line is printed when the one before has been seen: the program waits for a signal.
    const line = `trap 'echo two; trap "echo skipped; echo last; exit" USR1' USR1; echo pid=$$; while :; do sleep 0.02; done`
    const run = new Cli(['run', '--', 'sh', '-c', line], { data })
    const pid = Number((await run.line((text) => text.includes('pid='))).split('pid=')[1])
    const all = new Cli(['logs', '--follow', '1'], { data })
    const some = new Cli(['--json', 'logs', '--follow', '1', '--grep', 'T', '--last', '1'], { data })
    await all.line((text) => text.endsWith(`pid=${pid}`))
    process.kill(pid, 'SIGUSR1')
    for (const follower of [all, some]) await follower.line((text) => text.includes('two'))
    process.kill(pid, 'SIGUSR1')
    const [ran, shown, filtered] = await Promise.all([run.done(), all.done(), some.done()])
    expect([ran.code, shown.code, filtered.code]).toEqual([0, 0, 0])
    expect(shown.stdout).toBe(ran.stdout)
    expect(shown.stdout).toMatch(/info {2}skipped\n.*info {2}last\n$/)
    expect(filtered.json().map(({ message }) => message)).toEqual(['two', 'last'])
  })
})

describe('stop', () => {
  /** A run that has said that it is ready. */
  async function begin(data: string, name: string, line: string) {
    const cli = new Cli(['run', '--name', name, '--grace', '1h', '--', 'sh', '-c', line], { data })
    await cli.line((text) => text.endsWith('ready'))
    return cli
  }
  const obedient = `trap 'exit 0' TERM; echo ready; while :; do sleep 0.02; done`

  test('of a run asks it, wherever it runs, and is told; what has ended is refused', async () => {
    const data = join(temporaryFolder(), 'data')
    const cli = await begin(data, 'Nice', obedient)
    const stopped = await jobdeck(['stop', '1'], { data })
    expect(stopped).toMatchObject({ code: 0, stdout: '', stderr: 'Stopping run #1 of "Nice"\n' })
    expect((await cli.done()).code).toBe(130)
    expect((await jobdeck(['--json', 'show', '1'], { data })).json()).toMatchObject([
      { status: 'cancelled', forced: false },
    ])
    for (const args of [[], ['--force']]) {
      const stderr = 'jobdeck: run #1 has ended already (cancelled)\n'
      expect(await jobdeck(['stop', '#1', ...args], { data })).toMatchObject({ code: 1, stdout: '', stderr })
    }
    const stderr = 'Nothing of it is running or waiting.\n'
    expect(await jobdeck(['stop', 'nice'], { data })).toMatchObject({ code: 0, stdout: '', stderr })
    expect(await jobdeck(['stop', '7'], { data })).toMatchObject({
      code: 2,
      stderr: 'jobdeck: there is no run #7\n',
    })
  })

  test('with --force kills the deaf and its child without waiting for the grace', async () => {
    const seconds = uniqueSeconds()
    onTestFinished(() => livingProcesses(seconds).forEach(({ pid }) => process.kill(pid, 'SIGKILL')))
    const data = join(temporaryFolder(), 'data')
    const deaf = `trap '' TERM; setsid sh -c 'trap "" TERM; echo ready; sleep ${seconds}; exit' & wait; sleep ${seconds}`
    const cli = await begin(data, 'Deaf', deaf)
    const asked = await jobdeck(['--json', 'stop', '1'], { data })
    expect(asked.json()).toMatchObject([{ id: 1, status: 'running', stopReason: 'cancelled' }])
    expect((await jobdeck(['stop', '1', '--force'], { data })).stderr).toBe('Killing run #1 of "Deaf"\n')
    expect((await cli.done()).code).toBe(130)
    expect(livingProcesses(seconds)).toEqual([])
    expect((await jobdeck(['--json', 'show', '1'], { data })).json()).toMatchObject([
      { status: 'cancelled', forced: true },
    ])
  })

  test('of a job ends all its runs, waiting ones too, and no run of another job', async () => {
    const data = join(temporaryFolder(), 'data')
    const first = await begin(data, 'Twice', obedient)
    const other = new Cli(['--json', 'run', '--name', 'Other', '--', 'sh', '-c', obedient], { data })
    await other.line((line) => line.includes('"state"'))
    const second = new Cli(['--json', 'run', '--name', 'Twice', '--', 'sh', '-c', obedient], { data })
    await second.line((line) => line.includes('"state"'))
    const { stderr } = await jobdeck(['stop', 'twice'], { data })
    expect(stderr.trimEnd().split('\n').toSorted()).toEqual([
      expect.stringMatching(/^(Cancelled|Stopping) run #\d of "Twice"$/),
      expect.stringMatching(/^Stopping run #\d of "Twice"$/),
    ])
    expect(await Promise.all([first, second].map(async (cli) => (await cli.done()).code))).toEqual([130, 130])
    const left = (
      await jobdeck(['--json', 'runs', '--status', 'queued,initializing,running'], { data })
    ).json()
    expect(left).toMatchObject([{ id: 2, jobName: 'Other', stopReason: null }])
    await jobdeck(['stop', '2'], { data })
    expect((await other.done()).code).toBe(130)
  })
})

describe('what people did is told in names and local times, without ids and JSON:', () => {
  const TIME = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`

  test('pauses of a job, its category and the deck', async () => {
    const { on } = await filledDeck()
    await on('pause', 'backup', '--for', '1h', '--reason', 'moving house')
    await on('pause', '--category', 'home')
    expect((await on('show', 'copy')).stdout).toMatch(
      new RegExp(`^Paused +since ${TIME}, with the category "home", until it is resumed$`, 'm'),
    )
    const { stdout } = await on('queue')
    expect(stdout).toMatch(new RegExp(`^Paused: the job "Backup" until ${TIME}: moving house$`, 'm'))
    expect(stdout).toMatch(/^Paused: the category "home" until it is resumed$/m)
    await on('resume', '--category', 'home')
    expect((await on('show', 'backup')).stdout).toMatch(
      new RegExp(`^Paused +since ${TIME}, by itself, until ${TIME}: moving house$`, 'm'),
    )
    await on('pause', '--deck')
    expect((await on('show', 'copy')).stdout).toMatch(/^Paused .*with the whole deck, until it is resumed$/m)
  })

  test('the history, of removed jobs too', async () => {
    const { on } = await filledDeck()
    await on('pause', 'copy', '--for', '1h')
    await on('pause', '--category', 'home', '--reason', 'moving house')
    await on('resume', '--category', 'home')
    await on('run', '--name', 'Copy', '--timeout', '5s', '--', 'true')
    await on('remove', 'copy')
    const { stdout } = await on('history')
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((row) => row.replaceAll(new RegExp(TIME, 'g'), 'TIME').replaceAll(/ {2,}/g, ' | '))
    expect(rows.slice(0, 7)).toEqual([
      'WHEN | BY | WHAT | JOB | RUN | DETAILS',
      'TIME | command line | removed | Copy',
      'TIME | command line | started | Copy | #5',
      expect.stringMatching(/^TIME \| command line \| edited \| Copy/),
      'TIME | command line | resumed | the category "home"',
      'TIME | command line | paused | the category "home" until it is resumed: moving house',
      'TIME | command line | paused | Copy | until TIME',
    ])
    expect(stdout).not.toMatch(/[{}]|\d{13}|category:|job:/)
    expect((await on('history', 'Copy')).stdout).toMatch(/removed +Copy/)
  })
})

test('a list that is filtered to nothing does not say that there is nothing', async () => {
  const { on } = await filledDeck()
  expect((await on('runs', '--status', 'queued')).stderr).toBe('No run fits that.\n')
})

test('what can be brought back is cleaned away on demand alone, and that is said', async () => {
  const { on } = await filledDeck()
  await on('remove', 'copy')
  expect((await on('clean')).stdout).toMatch(/^Deleted nothing\./)
  expect((await on('clean', '--removed', '--dry-run')).stdout).toMatch(
    /^Would delete 1 removed job that cannot be brought back then\./,
  )
  expect((await on('remove', '--undo', 'Copy')).code).toBe(0)
  await on('remove', 'copy')
  expect((await on('clean', '--removed')).stdout).toMatch(
    /^Deleted 1 removed job that cannot be brought back any more\./,
  )
  expect((await on('remove', '--undo', 'Copy')).stderr).toMatch(/no job "Copy" was removed/)
})

test('what is wrong with a copy is said of the copy, not of the deck', async () => {
  const { on, data } = await filledDeck()
  const folder = temporaryFolder()
  const refused = async (...args: string[]) => {
    const { code, stderr } = await on(...args)
    return `${code} ${stderr}`
  }
  expect(await refused('backup', '/proc/x.db')).toMatch(/^1 jobdeck: \/proc\/x\.db cannot be written/)
  const inFile = join(writeFile(folder, 'file', ''), 'x.db')
  expect(await refused('backup', inFile)).toContain(`1 jobdeck: ${inFile} cannot be written`)
  expect(await refused('restore', folder)).toBe(
    `2 jobdeck: ${folder} is a folder: name the file that is the copy\n`,
  )
  const copy = join(folder, 'copy.db')
  await on('backup', copy)
  truncateSync(copy, 20_000)
  expect(await refused('restore', copy)).toBe(
    `1 jobdeck: the copy ${copy} is damaged: choose another one. The deck is as it was\n`,
  )
  expect(readdirSync(data)).toContain('jobdeck.db')
})

describe('a deck that is removed while it is open ends with 1 and a clear message', () => {
  test.each([
    ['a run', ['run', '--grace', '100ms', '--', 'sh', '-c', 'echo ready; exec sleep 1000']],
    ['whoever follows a log', ['logs', '--follow', '1']],
  ])('%s', async (what, args) => {
    const data = join(temporaryFolder(), 'data')
    const running = new Cli(['run', '--grace', '100ms', '--', 'sh', '-c', 'echo ready; exec sleep 1000'], {
      data,
    })
    await running.line((line) => line.endsWith('ready'))
    const cli = what === 'a run' ? running : new Cli(args, { data })
    await cli.line((line) => line.endsWith('ready'))
    rmSync(join(data, 'jobdeck.db'))
    const { code, stderr } = await cli.done()
    expect(stderr).toMatch(/^jobdeck: \S+jobdeck\.db was removed while it was open/m)
    expect(stderr).not.toContain('Waiting')
    expect(code).toBe(1)
  })
})
