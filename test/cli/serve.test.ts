/** `jobdeck serve` as a process of its own, and what commands see of it. */
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { connect } from '../../src/core/index.ts'
import { Cli, jobdeck, livingProcesses, uniqueSeconds } from '../support/cli.ts'
import { temporaryFolder } from '../support/deck.ts'

/** A folder with a deck, commands on it that must succeed, and programs that keep it running. */
function deck() {
  const data = join(temporaryFolder(), 'data')
  return {
    data,
    file: join(data, 'jobdeck.db'),
    log: join(data, 'jobdeck.db-files/logs/serve.log'),
    async run(...args: string[]) {
      const result = await jobdeck(args, { data })
      expect(result, args.join(' ')).toMatchObject({ code: 0 })
      return result
    },
    async serve(args: string[] = [], env: Record<string, string> = {}) {
      // Nowhere near a package.json, as the system starts it.
      const cli = new Cli(['serve', ...args], { data, env, cwd: '/' })
      const line = await cli.note((text) => text.includes('Serving'))
      return { cli, line, pid: cli.child.pid! }
    },
  }
}

const has = (text: string) => (line: string) => line.includes(text)
const sh = (line: string) => ['--', 'sh', '-c', line]

test('says in one line what it serves, and runs what other processes make, change and pause', async () => {
  // Would catch: a planner that does not notice what commands write.
  const { run, serve, file } = deck()
  await run('add', 'Tick', '--every', '1s', '--', 'true')
  const { cli, line, pid } = await serve()
  expect(line).toContain(
    `Serving ${file} (process ${pid}), with 1 job that runs by itself; this program plans`,
  )
  await cli.note(has('of "Tick" completed'))
  await run('add', 'New', '--in', '1ms', ...sh('echo made while it ran'))
  await cli.note(has('of "New" completed'))
  expect((await run('logs', 'New')).stdout).toContain('made while it ran')
  expect((await run('planned', 'New')).stdout).toMatch(/started .*when it was due/)
})

test('what it does stands in a file as well, which does not grow for ever', async () => {
  // Would catch: a log that fills the disk, or one that others can read.
  const { run, serve, log } = deck()
  mkdirSync(join(log, '..'), { recursive: true })
  writeFileSync(log, 'old\n')
  appendFileSync(log, 'x'.repeat(5 * 1024 * 1024 + 1))
  const { cli } = await serve()
  await run('add', 'One', '--in', '1ms', ...sh('exit 3'))
  await cli.note(has('of "One" failed'))
  expect(readFileSync(log, 'utf8')).toMatch(/ info Serving [^]* warn Run #1 of "One" failed after .*code 3/)
  expect(statSync(log).mode & 0o077).toBe(0)
  expect(statSync(log.replace('.log', '.old.log')).size).toBeGreaterThan(5 * 1024 * 1024)
})

test('can be reached by other programs, and gives runs a clean environment', async () => {
  const { run, serve, file } = deck()
  const { cli } = await serve([], { STRANGE: 'yes' })
  using client = await connect({ file })
  const [execution] = await client.request('jobs.run', {
    job: { name: 'Env', handlers: [{ handler: { shell: 'echo "got ${STRANGE:-nothing}"' } }] },
  })
  await cli.note(has(`Run #${execution!.id} of "Env" completed`))
  expect((await run('logs', '1')).stdout).toContain('got nothing')
})

test('with another one it says who plans, and takes over when that is killed', async () => {
  // Would catch: two that start each occurrence twice, or none after the first has gone.
  const { run, serve } = deck()
  const first = await serve()
  const second = await serve()
  expect(second.line).toContain(`process ${first.pid} (serve) plans, and this one takes over when that goes`)
  await run('add', 'Tick', '--every', '1s', '--', 'true')
  await first.cli.note(has('of "Tick" completed'))
  first.cli.child.kill('SIGKILL')
  await second.cli.note(has('this one plans now'))
  await second.cli.note(has('of "Tick" completed'))
  const times = (await run('--json', 'planned', 'Tick')).json().map(({ firstAt }) => firstAt as number)
  expect(new Set(times).size).toBe(times.length)
})

describe('a signal', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    '%s lets what runs end, interrupts daemons and ends with 0',
    async (signal) => {
      // Would catch: runs that are cut off, a daemon that is waited for, or one that counts as failed.
      const { run, serve, data } = deck()
      const { cli } = await serve(['--drain', '1h'])
      const go = join(data, 'go')
      await run('add', 'Daemon', '--daemon', ...sh(`sleep ${uniqueSeconds()}`))
      await run(
        'add',
        'Long',
        '--in',
        '1ms',
        ...sh(`until test -e '${go}'; do sleep 0.05; done; echo finished`),
      )
      await cli.note(has('of "Long" began'))
      await cli.note(has('of "Daemon" began'))
      cli.child.kill(signal)
      await cli.note(has(`Ending after ${signal}; 2 runs may go on for 1h`))
      await cli.note(has('of "Daemon" was interrupted'))
      writeFileSync(go, '')
      const { code, stderr } = await cli.done()
      expect(code).toBe(0)
      expect(stderr).toMatch(/of "Long" completed .*\n.*Ended\n$/)
      expect((await run('--json', 'show', 'Daemon')).json()[0]).toMatchObject({ stopped: null })
    },
  )

  test('waits no longer than it was told, and a second one not even that', async () => {
    // Would catch: a service manager that has to kill it, and what it runs with it.
    const { run, serve } = deck()
    const seconds = uniqueSeconds()
    onTestFinished(() => livingProcesses(seconds).forEach(({ pid }) => process.kill(pid, 'SIGKILL')))
    await run('add', 'Endless', ...sh(`sleep ${seconds}`))
    for (const [drain, signals] of [
      ['100ms', 1],
      ['1h', 2],
    ] as const) {
      const { cli } = await serve(['--drain', drain])
      await run('start', 'Endless')
      await cli.note(has('of "Endless" began'))
      cli.child.kill('SIGTERM')
      await cli.note(has('Ending after SIGTERM'))
      if (signals > 1) cli.child.kill('SIGTERM')
      expect(await cli.done()).toMatchObject({ code: 0 })
      expect(livingProcesses(seconds)).toEqual([])
    }
    const statuses = (await run('--json', 'runs')).json().map(({ status }) => status as string)
    expect(statuses).toEqual(['interrupted', 'interrupted'])
  })
})

test.each(['removed', 'replaced by another'])(
  'a deck that is %s: it says so and ends with 1',
  async (what) => {
    // Would catch: a program that goes on with a file that nobody sees any more.
    const { serve, file } = deck()
    const { cli } = await serve()
    if (what === 'removed') renameSync(file, `${file}.gone`)
    else {
      writeFileSync(`${file}.new`, readFileSync(file))
      renameSync(`${file}.new`, file)
    }
    const { code, stderr } = await cli.done()
    expect(stderr).toMatch(new RegExp(`error .*jobdeck\\.db was ${what} while it was open`))
    expect(code).toBe(1)
    rmSync(`${file}.gone`, { force: true })
  },
)

test('status tells what runs and how far, what comes, and each thing that is in the way', async () => {
  const { run, serve, data } = deck()
  const script = join(data, 'slow.mjs')
  await run('add', 'Later', '--cron', '0 0 1 1 *', '--', 'true')
  expect((await run('status')).stdout).toMatch(
    /^Nothing runs now\n\nNext\n[^]*Later\n\nIn the way\n! No program keeps/,
  )
  writeFileSync(
    script,
    `export default ({ setProgress, info, signal }) => new Promise((end) => {
       setProgress(40, 'halfway to it'); info('ready'); signal.onabort = end
     })`,
  )
  await run('add', 'Slow', script)
  await run('add', 'Bad', ...sh('exit 1'))
  const { cli } = await serve(['--drain', '0s'])
  await run('start', 'Bad')
  await cli.note(has('of "Bad" failed'))
  await run('start', 'Slow')
  const follow = new Cli(['logs', 'Slow', '-f'], { data })
  await follow.line(has('ready'))
  await run('pause', 'Later', '--reason', 'holiday')
  await expect
    .poll(async () => (await run('--json', 'status')).json()[0]!.running[0]?.progress as number, {
      timeout: 20_000,
    })
    .toBe(40)
  const { stdout } = await run('status')
  expect(stdout).toMatch(/^Now\n[^]*#2 +█+░+ +40 % +\S+ +Slow +halfway to it\n/)
  expect(stdout).toMatch(/! Paused: the job "Later" until it is resumed: holiday/)
  expect(stdout).toMatch(/! "Bad" failed last time: jobdeck logs 1/)
  expect(stdout).not.toMatch(/No program/)
})

test('what came due while a job was disabled waits for an answer, which runs it or lets it pass', async () => {
  // Would catch: a single time that is dropped without a word.
  const { run, serve } = deck()
  const { cli } = await serve()
  await run('add', 'Keep', '--disabled', '--in', '2s', ...sh('echo answered'))
  await run('add', 'Drop', '--disabled', '--in', '2s', '--', 'true')
  await expect.poll(async () => (await run('--json', 'missed')).json().length, { timeout: 20_000 }).toBe(2)
  expect((await run('missed')).stdout).toMatch(/held +Keep +\S/)
  expect((await run('status')).stdout).toMatch(/! 2 planned times wait for an answer: jobdeck missed/)
  expect((await run('missed', 'Drop', '--skip')).stderr).toMatch(/Let 1 planned time pass/)
  await run('enable', 'Keep')
  expect((await run('missed', 'Keep', '--run')).stderr).toMatch(/Queued run #1 of "Keep"/)
  await cli.note(has('of "Keep" completed'))
  expect((await run('missed')).stderr).toBe('Nothing waits for an answer.\n')
})

test('restart ends a daemon and starts it again, also one that was stopped', async () => {
  const { run, serve } = deck()
  const { cli } = await serve(['--drain', '0s'])
  await run('add', 'Daemon', '--daemon', ...sh(`sleep ${uniqueSeconds()}`))
  await cli.note(has('Run #1 of "Daemon" began'))
  expect((await run('restart', 'Daemon')).stderr).toMatch(
    /Stopping run #1 of "Daemon"\nQueued run #2 of "Daemon"/,
  )
  await cli.note(has('Run #2 of "Daemon" began'))
  await run('stop', 'Daemon')
  await cli.note(has('Run #2 of "Daemon" was cancelled'))
  expect((await run('show', 'Daemon')).stdout).toMatch(/Stopped +it was stopped: jobdeck restart/)
  await run('restart', 'Daemon')
  await cli.note(has('Run #3 of "Daemon" began'))
})

test('logs --follow of a job that runs by itself goes on with its next runs', async () => {
  // Would catch: a follower that ends with the run of a daemon that is started again.
  const { run, serve, data } = deck()
  await run('add', 'Tick', '--every', '1s', ...sh('echo run $JOBDECK_EXECUTION_ID'))
  const follow = new Cli(['logs', 'Tick', '-f'], { data })
  await follow.note(has('has no runs yet'))
  await serve()
  for (const number of [1, 2, 3]) await follow.note(has(`Run #${number} of "Tick"`))
})

test.skipIf(!userInfo().shell?.endsWith('/bash'))(
  'without a terminal, runs have the PATH that the login shell of the user has',
  async () => {
    // Would catch: a job that finds its program when it is tried by hand, and not when a service runs it.
    const { run, serve } = deck()
    const home = temporaryFolder()
    writeFileSync(join(home, '.bash_profile'), 'PATH="$PATH:/from/profile"\n')
    const { cli } = await serve([], { HOME: home, PATH: '/usr/bin:/bin' })
    await cli.note(has('The PATH is that of the login shell'))
    await run('add', 'Path', '--in', '1ms', ...sh('echo "it is $PATH"'))
    await cli.note(has('of "Path" completed'))
    expect((await run('logs', 'Path')).stdout).toMatch(/it is .*:\/from\/profile/)
  },
)
