import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Cli, jobdeck } from '../support/cli.ts'
import { temporaryFolder, writeFile } from '../support/deck.ts'

test('a command runs, and its lines are shown and its exit code told', async () => {
  const { code, stdout } = await jobdeck(['run', '--', 'sh', '-c', 'echo hello'])
  expect(stdout).toContain('hello')
  expect(code).toBe(0)
})

test('two at once on one deck both complete, as two runs of two jobs', async () => {
  const data = join(temporaryFolder(), 'data')
  const both = ['one', 'two'].map((word) => jobdeck(['run', '--', 'echo', word], { data }))
  expect((await Promise.all(both)).map(({ code }) => code)).toEqual([0, 0])
  const runs = (await jobdeck(['--json', 'runs'], { data })).json()
  expect(runs).toMatchObject([
    { id: 2, status: 'completed' },
    { id: 1, status: 'completed' },
  ])
  expect(runs.map(({ jobName }) => String(jobName)).toSorted()).toEqual(['echo one', 'echo two'])
})

const SCRIPT = `export default async ({ params: { what }, signal, setProgress, info, warn }) => {
  setProgress(25, 'a quarter')
  info('first', { rows: 3 })
  warn('ready')
  if (what === 'throw') throw new RangeError('on purpose')
  if (what !== 'return') await new Promise((resolve) => (signal.onabort = resolve))
  return { what }
}`

const error = (name: string, message: string) => ({ name, message, stack: expect.any(String) })

test.each([
  ['return', 0, 'completed', { progress: 25, result: { what: 'return' } }],
  ['throw', 1, 'failed', { error: error('RangeError', 'on purpose') }],
  [
    'time out',
    124,
    'timeout',
    { result: { what: 'time out' }, error: { name: 'TimedOut', message: expect.stringContaining('1s') } },
  ],
  ['stop', 130, 'cancelled', { result: { what: 'stop' }, error: null }],
])(
  'with --json a run that is to %s prints state, progress, log and result, a line each, and nothing else',
  async (what, exit, status, ending) => {
    const file = writeFile(temporaryFolder(), 'script.mjs', SCRIPT)
    const limit = what === 'time out' ? ['--timeout', '1s'] : []
    const cli = new Cli(['--json', 'run', ...limit, '--param', `what=${what}`, file])
    await cli.line((line) => line.includes('"ready"'))
    if (what === 'stop') cli.child.kill('SIGINT')
    const { code, stdout, json } = await cli.done()
    expect(code).toBe(exit)
    expect(stdout).toMatch(/\}\n$/)
    const lines = json()
    const of = (wanted: string) => lines.filter(({ type }) => type === wanted)
    expect(new Set(lines.map(({ type }) => type))).toEqual(new Set(['state', 'progress', 'log', 'result']))

    const states = of('state')
    expect(states.slice(-2)).toEqual(
      ['running', status].map((status) => ({ type: 'state', execution: 1, status })),
    )
    expect(new Set(states.map(({ status }) => status)).size).toBe(states.length)
    expect(of('progress')).toEqual([{ type: 'progress', execution: 1, progress: 25, message: 'a quarter' }])
    const entry = {
      type: 'log',
      executionId: 1,
      time: expect.any(Number),
      stream: 'log',
      droppedThrough: null,
    }
    expect(of('log')).toEqual([
      { ...entry, sequence: 1, level: 'info', message: 'first', fields: { rows: 3 } },
      { ...entry, sequence: 2, level: 'warn', message: 'ready', fields: null },
    ])
    expect(of('result')).toEqual([lines.at(-1)])
    const { type: _, ...rest } = lines.at(-1)!
    expect(rest).toEqual({
      execution: {
        id: 1,
        jobId: expect.stringMatching(/^\w{10}$/),
        status,
        attempt: 1,
        startedAt: expect.any(Number),
        endedAt: expect.any(Number),
        durationMs: expect.any(Number),
        progress: 25,
        result: null,
        error: null,
        ...ending,
      },
    })
  },
)
