import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Cli, hasTerminal, inTerminal, jobdeck, livingProcesses, uniqueSeconds } from '../support/cli.ts'
import { openDeck, temporaryFolder, writeFile } from '../support/deck.ts'

const TYPED = String.fromCharCode(3) // Ctrl-C

/** What a test starts and never ends by itself; killed when the test fails to. */
function sleepers() {
  const seconds = uniqueSeconds()
  onTestFinished(() => livingProcesses(seconds).forEach(({ pid }) => process.kill(pid, 'SIGKILL')))
  return seconds
}

/** Never ends, heeds nothing, and neither does its child, which has a session of its own. */
const deafTree = (seconds: string) =>
  `trap '' TERM HUP INT; setsid sh -c 'trap "" TERM HUP INT; echo ready; sleep ${seconds}; sleep ${seconds}' & wait; sleep ${seconds}`

const OBEDIENT = `export default ({ signal, info }) => new Promise((end) => {
  signal.onabort = () => end('cleaned up')
  info('ready')
})`

/** A run that has said that it is ready. */
async function begin(args: string[], through?: typeof inTerminal) {
  const data = join(temporaryFolder(), 'data')
  const cli = new Cli(['run', ...args], { data, ...(through && { through }) })
  await cli.line((line) => line.trimEnd().endsWith('ready'))
  return { cli, data }
}

const shell = (line: string) => ['--', 'sh', '-c', line]
const asked = (line: string) => line.includes('press Ctrl-C again')
const show = async (data: string) => (await jobdeck(['--json', 'show', '1'], { data })).json()[0]!

describe('Ctrl-C', () => {
  test.each(['process', 'in-process'])(
    'once asks the script (%s): it may clean up, and is not killed',
    async (mode) => {
      const file = writeFile(temporaryFolder(), 'obedient.mjs', OBEDIENT)
      const { cli, data } = await begin(['--mode', mode, '--grace', '1h', file])
      cli.child.kill('SIGINT')
      const { code, stdout, stderr } = await cli.done()
      expect(code).toBe(130)
      expect(stderr).toMatch(/press Ctrl-C again to kill it\n.*cancelled {2}run #1/)
      expect(stdout).toContain('cleaned up')
      expect(await show(data)).toMatchObject({ status: 'cancelled', forced: false, result: 'cleaned up' })
    },
  )

  test('twice kills the deaf, grandchildren too, without waiting for the grace', async () => {
    const seconds = sleepers()
    const { cli, data } = await begin(['--grace', '1h', ...shell(deafTree(seconds))])
    cli.child.kill('SIGINT')
    await cli.note(asked)
    cli.child.kill('SIGINT')
    const { code, stderr } = await cli.done()
    expect(code).toBe(130)
    expect(stderr).toContain('Killing it')
    expect(livingProcesses(seconds)).toEqual([])
    expect(await show(data)).toMatchObject({ status: 'cancelled', forced: true })
  })

  test.skipIf(!hasTerminal)('typed in a terminal reaches Jobdeck alone, not the script as well', async () => {
    const file = writeFile(temporaryFolder(), 'obedient.mjs', OBEDIENT)
    const { cli, data } = await begin(['--grace', '1h', file], inTerminal)
    cli.child.stdin!.write(TYPED)
    expect((await cli.done()).code).toBe(130)
    expect(await show(data)).toMatchObject({ status: 'cancelled', forced: false, result: 'cleaned up' })
  })
})

test.each([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)(
  '%s ends what runs, grandchildren too, as interrupted, and exits with %d',
  async (signal, exit) => {
    const seconds = sleepers()
    const { cli, data } = await begin(['--grace', '100ms', ...shell(deafTree(seconds))])
    cli.child.kill(signal)
    const { code, stderr } = await cli.done()
    expect(code).toBe(exit)
    expect(stderr).toMatch(/interrupted {2}run #1/)
    expect(livingProcesses(seconds)).toEqual([])
    expect(await show(data)).toMatchObject({ status: 'interrupted', forced: true, stopReason: null })
  },
)

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  '%s ends a run that still waits for a slot: it is cancelled and never begins',
  async (signal, exit) => {
    const seconds = sleepers()
    const data = join(temporaryFolder(), 'data')
    const deck = await openDeck({ file: join(data, 'jobdeck.db') })
    const fillers = deck.once('process', { name: 'fillers', maxWorkers: 1000 })
    for (let slot = 0; slot < availableParallelism(); slot++) fillers.add(1, { command: ['sleep', seconds] })
    await fillers.start()
    const cli = new Cli(['--json', 'run', '--', 'echo', 'begun'], { data })
    await cli.line((line) => line.includes('"queued"'))
    cli.child.kill(signal)
    const { code, json } = await cli.done()
    expect(code).toBe(exit)
    expect(json().map(({ type, status }) => status ?? type)).toEqual(['queued', 'cancelled', 'result'])
    await deck.close()
  },
)

describe('a run whose user ends it before it has begun is never left for others:', () => {
  /** Sends the signal the moment that a run lies in the deck: looks without pause, in a thread. */
  const signalWhenQueued = (data: string, pid: number, signal: string) =>
    new Worker(
      `const { file, pid, signal, sqlite } = require('node:worker_threads').workerData
       const database = new (require(sqlite))(file, { readonly: true })
       const count = database.prepare('select count(*) from executions').pluck()
       while (count.get() === 0);
       process.kill(pid, signal)`,
      {
        eval: true,
        workerData: {
          file: join(data, 'jobdeck.db'),
          pid,
          signal,
          sqlite: createRequire(import.meta.url).resolve('better-sqlite3'),
        },
      },
    )

  const statuses = async (data: string) =>
    (await jobdeck(['--json', 'runs'], { data })).json().map(({ status }) => status as string)

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('by %s as soon as it is queued', async (signal) => {
    for (let round = 0; round < 5; round++) {
      const data = join(temporaryFolder(), 'data')
      await jobdeck(['list'], { data })
      const cli = new Cli(['run', '--', 'sleep', '1000'], { data })
      const watcher = signalWhenQueued(data, cli.child.pid!, signal)
      const { code } = await cli.done()
      await watcher.terminate()
      expect(code).toBe({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal])
      expect(['cancelled', 'interrupted']).toContain((await statuses(data))[0])
    }
  })

  test('at any moment from its start on', async () => {
    const data = join(temporaryFolder(), 'data')
    const begun = performance.now()
    const first = new Cli(['run', '--', 'sh', '-c', 'echo begun; sleep 1000'], { data })
    await first.line((line) => line.endsWith('begun'))
    const whole = performance.now() - begun
    first.child.kill('SIGINT')
    await first.done()
    const moments = 24
    for (let moment = 1; moment <= moments; moment++) {
      const cli = new Cli(['run', '--', 'sleep', '1000'], { data })
      const signal = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const)[moment % 3]!
      setTimeout(() => cli.child.kill(signal), (whole * moment) / moments)
      await cli.done()
    }
    // Those that were ended before they were queued left nothing.
    const left = await statuses(data)
    expect(left.filter((status) => status !== 'cancelled' && status !== 'interrupted')).toEqual([])
  })
})

describe('after kill -9 of the command line', () => {
  test('whoever follows its log ends what is left, settles the run and comes to its end', async () => {
    const seconds = sleepers()
    const { cli, data } = await begin(shell(deafTree(seconds)))
    const follower = new Cli(['logs', '--follow', '1'], { data })
    await follower.line((line) => line.endsWith('ready'))
    cli.child.kill('SIGKILL')
    expect((await follower.done()).code).toBe(0)
    expect(livingProcesses(seconds)).toEqual([])
    expect(await show(data)).toMatchObject({ status: 'interrupted', durationMs: null })
  })

  test.each(['a program', 'a script'])(
    'the next command ends what %s left running and settles its run',
    async (what) => {
      const seconds = sleepers()
      const source = `import { spawn } from 'node:child_process'
        export default ({ info }) => new Promise(() => {
          spawn('sh', ['-c', ${JSON.stringify(deafTree(seconds))}]).stdout.on('data', (data) => info(String(data).trim()))
        })`
      const script = writeFile(temporaryFolder(), 'deaf.mjs', source)
      const { cli, data } = await begin(what === 'a script' ? [script] : shell(deafTree(seconds)))
      cli.child.kill('SIGKILL')
      expect((await cli.done()).signal).toBe('SIGKILL')
      expect(livingProcesses(seconds)).not.toEqual([])
      const runs = await jobdeck(['runs'], { data })
      expect(livingProcesses(seconds)).toEqual([])
      expect(runs.stdout).toMatch(/#1 +⚡ interrupted/)
      expect(runs.code).toBe(0)
    },
  )
})

test.skipIf(!hasTerminal)(
  'a terminal that is closed ends the run in order: its last write is no crash',
  async () => {
    // Descriptor 3 is the pipe of the test, which outlives the terminal.
    const line = `trap 'exit 0' TERM; echo ready; while :; do echo; done`
    const { cli, data } = await begin(shell(line), (command) => [
      'sh',
      '-c',
      `exec script -qec "exec $0" /dev/null 3>&1`,
      command,
    ])
    cli.child.kill('SIGKILL')
    await cli.done()
    expect(await show(data)).toMatchObject({
      status: 'interrupted',
      forced: false,
      durationMs: expect.any(Number),
    })
  },
)
