import { describe, expect, test } from 'vitest'
import { Fault, type JobData } from '../../src/core/index.ts'
import { collect, messages, openDeck, temporaryFolder, writeFile } from '../support/deck.ts'

const MODES = ['in-process', 'process'] as const
type Mode = (typeof MODES)[number]

/** Starts a script as a job of its own. */
async function start(mode: Mode, source: string, data: Partial<JobData> = {}, name = 'handler.mjs') {
  const deck = await openDeck()
  const file = writeFile(temporaryFolder(), name, source)
  const job = deck.once(mode, { name: 'faulty', ...data }).add(1, { file })
  const progress: number[] = []
  job.onProgress((event) => progress.push(event.progress))
  const [execution] = await job.start()
  return { deck, file, execution: execution!, progress }
}

/** Runs it to its end. */
async function run(...given: Parameters<typeof start>) {
  const { execution, ...started } = await start(...given)
  const ended = await execution.finished()
  return { ...started, ended, log: await collect(execution.logs()) }
}

describe.each(MODES)('in mode %s a script that', (mode) => {
  test('throws fails with the name, message and original line of its error, across types and imports', async () => {
    const folder = temporaryFolder()
    writeFile(
      folder,
      'deep.ts',
      `interface Wide {\n  a: number\n}\n\nexport function fall(wide: Wide): never {\n  throw new RangeError(\`broken \${wide.a}\`)\n}\n`,
    )
    const file = writeFile(
      folder,
      'top.ts',
      `import { fall } from './deep.ts'\n\nexport default async function () {\n  await null\n  fall({ a: 1 })\n}\n`,
    )
    const deck = await openDeck()
    const job = deck.once(mode, { name: 'throws' }).add(1, { file })
    await job.start()
    const { status, executions } = await job.finished()
    expect(status).toBe('failed')
    expect(executions[0]!.error).toMatchObject({ name: 'RangeError', message: 'broken 1' })
    expect(executions[0]!.error!.stack).toContain(`${folder}/deep.ts:6:`)
    expect(executions[0]!.error!.stack).toContain(`${file}:5:`)
  })

  test.each([
    [
      'throws while it is imported',
      `\nthrow new SyntaxError('at the top')\nexport default () => {}`,
      'at the top',
    ],
    ['rejects', `export default () => \n Promise.reject(new SyntaxError('later'))`, 'later'],
    [
      'leaves a rejection unhandled',
      `export default () => new Promise(() => \n void Promise.reject(new SyntaxError('lost')))`,
      'lost',
    ],
    [
      'throws from a timer',
      `export default () => new Promise(() => setTimeout(() => {\n throw new SyntaxError('tick') }))`,
      'tick',
    ],
  ])('%s fails with that error and its line', async (_, source, message) => {
    const { ended, file } = await run(mode, source)
    expect(ended).toMatchObject({ status: 'failed', error: { name: 'SyntaxError', message } })
    expect(ended.error!.stack).toContain(`${file}:2:`)
  })

  test.each([
    [`throw 'a text'`, 'a text'],
    ['throw undefined', 'undefined'],
    ['throw { x: 1, deep: { list: [1] } }', '{ x: 1, deep: { list: [ 1 ] } }'],
    ['throw Object.create(null)', 'thrown'],
    ['throw { toString() { throw 1 } }', 'thrown'],
  ])('throws what is no error (%s) fails, and says so', async (statement, message) => {
    const { ended } = await run(mode, `export default () => { ${statement} }`)
    expect(ended.status).toBe('failed')
    expect(ended.error!.message).toContain(message)
  })

  test('exports something else than a function fails, and says what it found', async () => {
    const { ended } = await run(mode, 'export default 42')
    expect(ended.status).toBe('failed')
    expect(ended.error!.message).toMatch(/default export.*number/)
  })

  test.each([
    ['async function* () { throw new Error("never") }', /default export.*generator/],
    ['function* () {}', /default export.*generator/],
    ['class Handler {}', /default export.*class/],
  ])('exports %s, which does nothing when called, fails and does not complete', async (source, message) => {
    const { ended } = await run(mode, `export default ${source}`)
    expect(ended.status).toBe('failed')
    expect(ended.error!.message).toMatch(message)
  })

  test('logs an error has its stack without the frames of the engine', async () => {
    const { log } = await run(
      mode,
      `export default ({ info }) => { info(new Error('mine')); console.error('with', new Error('too')) }`,
    )
    expect(log.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Error: mine\n +at .*handler\.mjs:1/),
      expect.stringMatching(/^with Error: too\n +at .*handler\.mjs:1/),
    ])
    for (const { message } of log) expect(message).not.toMatch(/executors|dist\//)
  })

  test('uses console.table and console.dir has a table, and no options among what it shows', async () => {
    const { log } = await run(
      mode,
      `export default () => { console.table([{ a: 1 }]); console.dir({ b: { c: { d: {} } } }, { depth: 0 }) }`,
    )
    expect(log.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^┌.*┐\n│.*│ a │\n├.*┤\n│ 0.*│ 1 │\n└.*┘$/),
      '{ b: [Object] }',
    ])
  })

  test.each([
    ['a cycle', 'const me = { a: 1 }; me.me = me; return me', { a: 1, me: '[Circular]' }],
    ['undefined', 'return', null],
    [
      'what JSON has no words for',
      'return { big: 10n, nan: NaN, map: new Map([["a", 1]]), date: new Date(0), f() {} }',
      { big: 10, nan: 'NaN', map: { a: 1 }, date: '1970-01-01T00:00:00.000Z', f: '[Function f]' },
    ],
    ['a getter that throws', 'return { get a() { throw new Error("no") } }', expect.stringContaining('no')],
  ])('returns %s completes, with a result that can be read', async (_, body, result) => {
    const { ended } = await run(mode, `export default () => { ${body} }`)
    expect(ended).toMatchObject({ status: 'completed', error: null })
    expect(ended.result).toEqual(result)
  })

  test('returns 100 MB completes, with the beginning of it and a warning', async () => {
    const { ended, log } = await run(mode, `export default () => 'x'.repeat(1e8)`)
    expect(ended).toMatchObject({ status: 'completed', result: { truncated: true, bytes: 1e8 + 2 } })
    expect(JSON.stringify(ended.result).length).toBeLessThan(1024 * 1024)
    expect(log).toMatchObject([{ level: 'warn', message: expect.stringContaining('result') }])
  })

  test('throws an error with a message of 100 MB fails, with a bounded one', async () => {
    const { ended } = await run(mode, `export default () => { throw new Error('x'.repeat(1e8)) }`)
    expect(ended.status).toBe('failed')
    expect(JSON.stringify(ended.error).length).toBeLessThan(1024 * 1024)
  })

  test.each([
    ['its own code', 'process.exitCode = 7; process.exit()', 7, '7'],
    ['what is no code', `process.exit('nonsense')`, null, 'nonsense'],
  ])('exits with %s fails with that', async (_, code, exitCode, message) => {
    const { ended } = await run(mode, `export default () => { ${code} }`)
    const error = { message: expect.stringContaining(message) }
    expect(ended).toMatchObject(
      mode === 'process' ? { status: 'failed', exitCode, error } : { status: 'failed' },
    )
  })

  test('says something as it exits is heard', async () => {
    const { ended, log } = await run(
      mode,
      `export default ({ info }) => { process.on('exit', (code) => info('leaves with ' + code)); process.exit(4) }`,
    )
    expect(ended).toMatchObject({ status: 'failed', exitCode: 4 })
    expect(messages(log)).toEqual(['leaves with 4'])
  })

  test('calls process.exit fails with its code, and keeps what it logged before', async () => {
    const { ended, log } = await run(
      mode,
      `export default ({ info }) => { for (let i = 0; i < 500; i++) info('line ' + i); process.exit(3) }`,
    )
    expect(ended).toMatchObject({
      status: 'failed',
      exitCode: 3,
      error: { message: expect.stringContaining('3') },
    })
    expect(messages(log)).toEqual(Array.from({ length: 500 }, (_, index) => `line ${index}`))
  })

  test('spins for ever is ended by its time limit, and keeps what it logged before', async () => {
    const { ended, log } = await run(
      mode,
      `export default ({ info, setProgress }) => { setProgress(30); info('before'); for (;;); }`,
      { timeout: '2s', grace: 50 },
    )
    expect(ended).toMatchObject({ status: 'timeout', forced: true, progress: 30 })
    expect(messages(log)).toEqual(['before'])
  })

  test('spins for ever is ended by a forced stop without waiting for its grace', async () => {
    const { execution } = await start(mode, `export default ({ info }) => { info('before'); for (;;); }`, {
      grace: '1h',
    })
    for await (const { message } of execution.logs({ follow: true })) {
      expect(message).toBe('before')
      await execution.stop({ force: true })
    }
    expect(await execution.finished()).toMatchObject({ status: 'cancelled', forced: true, error: null })
  })

  test('reports progress beyond its bounds is taken as the nearer bound, and NaN is refused by its name', async () => {
    const { ended, progress } = await run(
      mode,
      `export default async ({ setProgress }) => {
        const refused = [NaN, '50', undefined, null].map((value) => {
          try { setProgress(value); return 'taken' } catch (error) { return error.name + ': ' + error.message }
        })
        setProgress(-5)
        await new Promise((resolve) => setTimeout(resolve, 150))
        setProgress(1e9)
        return refused
      }`,
    )
    const refusal = (value: string) => `TypeError: setProgress: wants a number from 0 to 100, got ${value}`
    expect(ended).toMatchObject({
      status: 'completed',
      result: ['NaN', `'50'`, 'undefined', 'null'].map(refusal),
      progress: 100,
    })
    expect(progress).toEqual([0, 100])
  })

  test('reports progress a million times is not slowed down by it, and its last report is stored', async () => {
    const { ended, progress } = await run(
      mode,
      `export default ({ setProgress }) => {
        for (let count = 1; count <= 1e6; count++) setProgress(count / 2e4, 'step ' + count)
      }`,
    )
    expect(ended).toMatchObject({ status: 'completed', progress: 50, progressMessage: 'step 1000000' })
    expect(progress.at(-1)).toBe(50)
    expect(progress.length).toBeLessThanOrEqual(ended.durationMs! / 100 + 3)
  })

  test('logs fields that JSON has no words for has them readable', async () => {
    const { log } = await run(
      mode,
      `export default ({ info, error }) => {
        const fields = { f() {}, n: 10n, a: [1], deep: {} }
        fields.deep.up = fields
        info('fields', fields)
        error('with an error', { error: new RangeError('inner') })
        error(new RangeError('as message'))
        info({ a: 1 }, 'text')
        info(undefined, undefined)
      }`,
    )
    expect(log).toMatchObject([
      {
        level: 'info',
        message: 'fields',
        fields: { f: '[Function f]', n: 10, a: [1], deep: { up: '[Circular]' } },
      },
      { level: 'error', fields: { error: { name: 'RangeError', message: 'inner' } } },
      { level: 'error', message: expect.stringMatching(/^RangeError: as message\n/), fields: null },
      { level: 'info', message: '{ a: 1 }', fields: { value: 'text' } },
      { level: 'info', message: 'undefined', fields: null },
    ])
  })

  test('uses the console has entries of the matching level, and what it writes past it by stream', async () => {
    const { log } = await run(
      mode,
      `export default async () => {
        for (const level of ['debug', 'log', 'info', 'warn', 'error']) console[level]('%s %d', level, 1, { a: 1 })
        console.assert(false, 'asserted')
        process.stdout.write('written ')
        process.stdout.write('in parts\\nno end')
        process.stderr.write('to stderr\\n')
      }`,
    )
    const seen = log.map(({ level, message, stream }) => `${level} ${stream}: ${message}`)
    expect(seen).toEqual(
      expect.arrayContaining([
        'debug log: debug 1 { a: 1 }',
        'info log: log 1 { a: 1 }',
        'info log: info 1 { a: 1 }',
        'warn log: warn 1 { a: 1 }',
        'error log: error 1 { a: 1 }',
        'info stdout: written in parts',
        'info stdout: no end',
        'info stderr: to stderr',
      ]),
    )
    expect(seen.join()).toContain('asserted')
  })

  test.each([
    ['a missing file', undefined, 'handler-missing', /does not exist/],
    ['a syntax error', 'export default () => {\n  let 1a\n}', 'handler-syntax', /handler\.mjs:2:8: /],
    ['no default export', 'export const a = 1', 'handler-unsuitable', /default export/],
    [
      'an import that is not there',
      `import './no.mjs'\nexport default 1`,
      'handler-syntax',
      /:1:8: .*no\.mjs/,
    ],
  ] as const)('has %s is refused at its start, and nothing is queued', async (_, source, code, message) => {
    const deck = await openDeck()
    const folder = temporaryFolder()
    const file = source === undefined ? `${folder}/gone.mjs` : writeFile(folder, 'handler.mjs', source)
    const refused = deck.once(mode, { name: 'unfit' }).add(1, { file }).start()
    const fault: Fault = await refused.then(
      () => expect.fail('it was started'),
      (thrown) => thrown,
    )
    expect(fault).toBeInstanceOf(Fault)
    expect(fault.code).toBe(code)
    expect(fault.message).toMatch(message)
    expect(fault.message).toContain(file)
    expect(await deck.client.request('executions.list', {})).toEqual([])
  })
})

test('a script that kills its own process fails with the signal, and keeps what it logged before', async () => {
  const { ended, log } = await run(
    'process',
    `export default ({ info }) => { info('before'); process.kill(process.pid, 'SIGKILL'); for (;;); }`,
  )
  expect(ended).toMatchObject({
    status: 'failed',
    exitSignal: 'SIGKILL',
    error: { message: expect.stringContaining('SIGKILL') },
  })
  expect(messages(log)).toEqual(['before'])
})

test('a function that misbehaves is treated as a script is', async () => {
  const deck = await openDeck()
  const job = deck.once('in-process', { name: 'functions', maxWorkers: 5 })
  job.add(3, ({ setProgress }) => setProgress(Number.NaN))
  job.add(2, () => {
    const me: Record<string, unknown> = {}
    return (me.me = me)
  })
  job.add(1, () => Promise.reject('no error')) // oxlint-disable-line typescript/prefer-promise-reject-errors -- the fault tested
  job.add(0, ({ info }) => info('fields', { f() {} }))
  await job.start()
  const { executions } = await job.finished()
  expect(executions).toMatchObject([
    { status: 'failed', error: { name: 'TypeError', message: expect.stringContaining('got NaN') } },
    { status: 'completed', result: { me: '[Circular]' } },
    { status: 'failed', error: { message: 'a value was thrown: no error' } },
    { status: 'completed', result: null },
  ])
  expect(executions[0]!.error!.stack).toContain('faults.test.ts')
})

test.each([
  ['a command', { command: ['no-such-command-7'] }, /"no-such-command-7".*PATH/],
  ['a path', { command: ['/no/such/command'] }, /\/no\/such\/command does not exist/],
  ['an interpreter', { file: 'INTERPRETER' }, /\/no\/such\/interpreter/],
  ['its working folder', { command: ['true'] }, /working directory \/no\/such\/folder does not exist/],
])(
  'a run whose %s is missing fails with its name and no stack of the engine',
  async (what, handler, message) => {
    const deck = await openDeck()
    const script = writeFile(temporaryFolder(), 'script', '#!/no/such/interpreter -x\n', 0o755)
    const job = deck
      .once('process', { name: 'missing', ...(what.endsWith('folder') && { directory: '/no/such/folder' }) })
      .add(1, 'file' in handler ? { file: script } : handler)
    await job.start()
    const { status, executions } = await job.finished()
    expect(status).toBe('failed')
    expect(executions[0]!.error!.message).toMatch(message)
    expect(executions[0]!.error!.stack).toBeUndefined()
  },
)
