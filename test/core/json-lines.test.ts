import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import which from 'which'
import { collect, openDeck } from '../support/deck.ts'
import { NODE } from '../support/node.ts'
import { entryOf, read, split } from '../support/output.ts'

const fixture = (name: string) => join(import.meta.dirname, '../fixtures/output', name)
const python = which.sync('python3', { nothrow: true })

/** What a program really writes, line by line. */
const written = (command: string, name: string) => split([execFileSync(command, [fixture(name)])]).lines
const entries = (lines: string[]) => lines.map(entryOf)
/** Level and message of each. */
const told = (lines: string[]) => entries(lines).map(({ level, message }) => [level, message])

const HOUR = 3_600_000
const AT = 1_700_000_000_000

function expectNow(lines: string[]): void {
  for (const { time, message } of entries(lines)) {
    expect(Math.abs(time! - Date.now()), message).toBeLessThan(HOUR)
  }
}

describe('what libraries write when they run gives the level, message and time that were given to', () => {
  test('pino: a line without a message is an entry, and errors keep their stack', () => {
    const lines = written(NODE, 'pino.ts')
    // What pino still holds when its process ends may overtake its first line.
    expect(told(lines).map(String).toSorted()).toEqual([
      'error,disk full',
      'fatal,gave up',
      'info,iso',
      'info,listening',
      'trace,fine',
      'warn,',
    ])
    expectNow(lines)
    const [info, warn, error, fatal] = ['listening', '', 'disk full', 'gave up'].map((wanted) =>
      entries(lines).find(({ message }) => message === wanted),
    )
    expect(info!.fields).toEqual({ pid: 7, hostname: 'box', port: 8080 })
    expect(warn!.fields).toMatchObject({ only: 'fields' })
    expect(error!.fields!.err).toMatchObject({ type: 'Error', message: 'disk full' })
    expect((error!.fields!.err as Error).stack).toMatch(/^Error: disk full\n {4}at /)
    expect(fatal!.fields).toMatchObject({ module: 'db', row: 3, err: { type: 'TypeError' } })
  })

  test('winston: its own levels have a place, and a line without a time has none', () => {
    const lines = written(NODE, 'winston.ts')
    expect(told(lines)).toEqual([
      ['trace', 'fine'],
      ['debug', 'talks'],
      ['info', 'GET / 200'],
      ['info', 'listening on 8080'],
      ['warn', 'ünïcode'],
      ['error', 'disk full'],
      ['info', 'no time'],
    ])
    expectNow(lines.slice(0, -1))
    expect(entryOf(lines.at(-1)!).time).toBeUndefined()
    expect(entryOf(lines[5]!).fields!.stack).toMatch(/^Error: disk full\n {4}at /)
  })

  test('bunyan', () => {
    const lines = written(NODE, 'bunyan.ts')
    expect(told(lines)).toEqual([
      ['trace', 'fine'],
      ['info', 'copied 3 files'],
      ['warn', 'slow'],
      ['error', 'disk full'],
      ['fatal', 'gave up'],
    ])
    expectNow(lines)
    expect(entryOf(lines[1]!).fields).toMatchObject({ name: 'backup', files: 3, v: 0 })
    expect(entryOf(lines[4]!).fields!.err).toMatchObject({ name: 'TypeError', message: 'bad row' })
  })

  test.skipIf(!python)(
    "Python's logging, whose times are local and have a comma (there is no python3)",
    () => {
      const lines = written(python!, 'logging_json.py')
      expect(told(lines)).toEqual([
        ['debug', 'fine'],
        ['info', 'copied 3 files'],
        ['warn', 'slöw'],
        ['error', 'gave up on it'],
        ['fatal', 'gave up'],
      ])
      expectNow(lines)
      expect(entryOf(lines[3]!).fields!.exc_info).toMatch(/^Traceback [^]*ValueError: bad row$/)
    },
  )

  test('pino in a job, in the log of the run', async () => {
    const deck = await openDeck()
    const command = [NODE, fixture('pino.ts')]
    const [run] = await deck.once('process', { name: 'logs' }).add(1, { command }).start()
    await run!.finished()
    const log = await collect(run!.logs({ level: 'error' }))
    expect(log.map(({ level, message }) => [level, message])).toEqual([
      ['error', 'disk full'],
      ['fatal', 'gave up'],
    ])
  })
})

describe('recorded lines', () => {
  const recorded = (name: string) =>
    readFileSync(fixture(`${name}.jsonl`), 'utf8')
      .trimEnd()
      .split('\n')
  /** With the time as far from the one that all are near. */
  const table = (name: string) =>
    entries(recorded(name)).map(({ level, message, time }) => [level, message, time && time - AT])

  test('of zap, with seconds that have a fraction, or times whose zone has no colon', () => {
    const [, , error] = entries(recorded('zap'))
    expect(table('zap')).toEqual([
      ['info', 'started', 123],
      ['warn', 'slow', 500],
      ['error', 'cannot read', 1000],
      ['fatal', 'cannot be', 2250],
      ['fatal', 'gave up', 3750],
      ['info', recorded('zap')[5], undefined],
      ['info', 'with the ISO 8601 encoder', 123 - 8 * HOUR],
    ])
    expect(error!.fields).toMatchObject({
      caller: 'backup/main.go:21',
      error: 'open /x: no such file or directory',
      stacktrace: expect.stringMatching(/^main\.run\n\t/) as string,
    })
  })

  test('of slog, with levels between ours, nanoseconds and zones', () => {
    expect(table('slog')).toEqual([
      ['info', 'started', 123],
      ['info', 'notice', 100],
      ['trace', 'fine', 0],
      ['debug', '', 500 + 8 * HOUR],
      ['warn', 'nearly', 500],
      ['error', 'cannot read', 500],
      ['fatal', 'gave up', 500],
    ])
    expect(entries(recorded('slog'))[1]!.fields).toEqual({ http: { method: 'GET', status: 200 } })
  })

  test('of zerolog, with times of each of its forms, without a message, and without a level', () => {
    expect(table('zerolog')).toEqual([
      ['info', 'started', 0],
      ['debug', 'in seconds', 0],
      ['trace', 'in milliseconds', 123],
      ['warn', 'slow', 0],
      ['error', 'cannot read', 0],
      ['fatal', 'gave up', 0],
      ['info', '', 0],
      ['info', 'without a level', 0],
      ['fatal', 'without a time', undefined],
    ])
    expect(entries(recorded('zerolog'))[6]!.fields).toEqual({ sent: 3 })
  })

  test('of structlog, with exceptions', () => {
    expect(table('structlog')).toEqual([
      ['info', 'started', 123],
      ['warn', 'slöw', 123],
      ['error', 'gave up', 0],
      ['fatal', 'all lost', 123],
      ['debug', 'without a time', undefined],
    ])
    expect(entries(recorded('structlog'))[2]!.fields!.exception).toMatch(/ValueError: bad row$/)
  })
})

describe('a time', () => {
  test.each([
    ['2023-11-14T22:13:20Z', 0],
    ['2023-11-14 22:13:20Z', 0],
    ['2023-11-14 22:13:20 +0000', 0],
    ['2023-11-14 22:13:20 UTC', 0],
    ['2023-11-15T07:58:20+09:45', 0],
    ['2023-11-14T11:13:20-11', 0],
    ['2023-11-14T22:13:20.1Z', 100],
    ['2023-11-14T22:13:20,123456789Z', 123],
    [1_700_000_000, 0],
    [1_700_000_000.123, 123],
    [1_700_000_000_123, 123],
    [1_700_000_000_123_456, 123],
    [1.700000000123456e18, 123],
    ['1700000000123', 123],
  ])('%j is understood', (time, after) => {
    expect(entryOf(JSON.stringify({ level: 'info', msg: 'm', time }))).toEqual({
      level: 'info',
      message: 'm',
      time: AT + after,
    })
  })

  // A line that says 1970 or 9999 would else be found at neither time that it was written in.
  test.each([
    0,
    -1,
    12,
    1e300,
    '1970-01-01T00:00:00Z',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
    '2023-13-45T99:00:00Z',
    '14/Nov/2023:22:13:20 +0000',
    'noon',
    '',
    null,
    true,
    {},
  ])('%j is none, and stays a field', (time) => {
    expect(entryOf(JSON.stringify({ level: 'info', msg: 'm', time }))).toEqual({
      level: 'info',
      message: 'm',
      fields: { time },
    })
  })
})

test.each([
  ['what an API answers', '{"message":"Not Found","documentation_url":"https://example.com","status":"404"}'],
  ['an event of another kind', '{"event":"push","time":"2023-11-14T22:13:20Z"}'],
  ['a level of a game', '{"level":30,"time":1700000000000}'],
  ['a result', '{"rows":12,"files":["a","b"]}'],
  ['an empty object', '{}'],
  ['an array of entries', '[{"level":"info","msg":"x"}]'],
  ['two on one line', '{"level":"info","msg":"x"}{"level":"info","msg":"y"}'],
  ['JSON in text', 'got {"level":"info","msg":"x"}'],
  ['JSON with a comment', '{"level":"info","msg":"x"} # ok'],
  ['a line of Python', "{'level': 'info', 'msg': 'x'}"],
])('%s is no line of a log, but text', (_, line) => {
  expect(read([line]).entries).toEqual([{ level: 'info', message: line, fields: null, stream: 'stdout' }])
})

test('a field that is called like what every object has is kept, and changes nothing', () => {
  const { fields } = entryOf('{"level":"info","msg":"m","__proto__":{"a":1},"constructor":2}')
  expect(Object.entries(fields!)).toEqual([
    ['__proto__', { a: 1 }],
    ['constructor', 2],
  ])
  expect(({} as { a?: number }).a).toBeUndefined()
})

test('whatever a command writes, each of its lines becomes exactly one entry', () => {
  const keys = [
    'level',
    'msg',
    'message',
    'event',
    'time',
    'ts',
    'severity',
    '__proto__',
    'pid',
    'hostname',
    'x',
  ]
  const value = fc.oneof(
    fc.constantFrom('info', 'INFO+2', 30, 1_700_000_000, '2023-11-14T22:13:20Z', 'constructor', null),
    fc.jsonValue(),
  )
  const line = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.dictionary(fc.constantFrom(...keys), value).map((entry) => JSON.stringify(entry)),
    fc.json(),
    fc.tuple(fc.json(), fc.string(), fc.nat()).map(([json, text, at]) => json.slice(0, at) + text),
  )
  fc.assert(
    fc.property(fc.array(line), (texts) => {
      const bytes = Buffer.from(texts.map((text) => `${text.replaceAll(/[\r\n]/g, '')}\n`).join(''))
      expect(read(split([bytes]).lines, false).entries).toHaveLength(texts.length)
    }),
    { numRuns: 500 },
  )
})
