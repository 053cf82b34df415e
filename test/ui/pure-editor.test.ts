/** The decisions of the editor of jobs and of its forms, which need no window. */
import { freeName } from '../../src/renderer/free-name.ts'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Job } from '../../src/shared/contract.ts'
import { DEFAULT_POLICY, PLANNING_DEFAULTS, policySchema } from '../../src/shared/policy.ts'
import { scheduleSchema } from '../../src/shared/schedule.ts'
import { placeOfLine, codeLines } from '../../src/renderer/parts/code-lines.ts'
import { halfTyped } from '../../src/renderer/parts/form/half-typed.ts'
import { readJson, readNumber, readParameters } from '../../src/renderer/parts/form/read.ts'
import { engineProblems, fieldKind, problemsOf, withDefaults } from '../../src/renderer/parts/form/schema.ts'
import { joinWords, splitLine } from '../../src/renderer/command-line.ts'
import {
  EMPTY,
  draftOf,
  fieldOfFault,
  inputOf,
  suggestedName,
  wrongsOf,
  type Draft,
  withoutPasswords,
} from '../../src/renderer/views/editor/draft.ts'
import { POLICY_FIELDS, defaultOf, policyOf, textsOf } from '../../src/renderer/views/editor/policy-fields.ts'
import {
  NO_WHEN,
  cronOf,
  isLeftOut,
  scheduleOf,
  whenOf,
  whenOfCron,
  type When,
} from '../../src/renderer/views/editor/when.ts'
import { differences } from '../../src/renderer/views/job/differences.ts'

describe('a command line', () => {
  test('is split into the arguments that it was joined from, whatever they hold', () => {
    const words = fc.array(fc.string({ unit: 'binary' }).filter((word) => word.isWellFormed()))
    fc.assert(
      fc.property(words, (given) => {
        expect(splitLine(joinWords(given))).toEqual({ words: given, isOpen: false })
      }),
    )
  })

  test('is split at white space; quotation marks and backslashes hold it together', () => {
    expect(splitLine(String.raw`tar  -czf "my files.tgz" 'it'"'"s a\ b ""`).words).toEqual([
      'tar',
      '-czf',
      'my files.tgz',
      "it's",
      'a b',
      '',
    ])
    expect(splitLine(String.raw`C:\tools\run.exe \\server\share "say \"hi\""`).words).toEqual([
      String.raw`C:\tools\run.exe`,
      String.raw`\\server\share`,
      'say "hi"',
    ])
    expect(splitLine('echo "open').isOpen).toBe(true)
  })
})

describe('when a job runs', () => {
  const stored = (when: When) => {
    const schedule = scheduleOf(when)
    return schedule === null ? null : (scheduleSchema.parse(schedule) as Job['schedule'])
  }

  test('is shown as the preset that it was chosen as', () => {
    const times = fc
      .tuple(fc.nat(23), fc.nat(59))
      .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`)
    const presets: fc.Arbitrary<Partial<When>> = fc.oneof(
      fc.record({ preset: fc.constantFrom('day', 'weekdays'), time: times }),
      fc.record({
        preset: fc.constant('week' as const),
        time: times,
        days: fc.subarray(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], { minLength: 1, maxLength: 4 }),
      }),
      fc.record({
        preset: fc.constant('month' as const),
        time: times,
        dayOfMonth: fc.constantFrom('1', '15', '31', 'L'),
      }),
      fc.record({ preset: fc.constantFrom('hand', 'daemon', 'start') }),
      fc.record({
        preset: fc.constant('every' as const),
        amount: fc.integer({ min: 1, max: 23 }).map(String),
        unit: fc.constantFrom('s', 'm', 'h', 'd'),
      }),
      fc.record({ preset: fc.constant('once' as const), at: fc.constant('2026-12-24T18:00') }),
      fc.record({ preset: fc.constant('cron' as const), cron: fc.constantFrom('*/5 * * * *', '0 0 13 * 5') }),
    ) as fc.Arbitrary<Partial<When>>
    fc.assert(
      fc.property(presets, (part) => {
        const when = { ...NO_WHEN, ...part }
        expect(whenOf(stored(when))).toMatchObject(part)
      }),
    )
  })

  test('keeps what narrows it down', () => {
    const when: When = {
      ...NO_WHEN,
      preset: 'day',
      zone: 'Asia/Shanghai',
      jitter: '5m',
      from: '2026-12-01T00:00',
      until: '2027-01-01T00:00',
      quiet: [
        { from: '22:00', to: '06:00', days: ['sat'] },
        { from: '12:00', to: '13:00', days: [] },
      ],
      skip: ['2026-12-24'],
    }
    const { exact, ...shown } = whenOf(stored(when))
    expect({ ...shown, exact: {} }).toEqual(when)
    expect(Object.keys(exact)).toEqual(['from', 'until'])
  })

  test('keeps its times to the millisecond, and in the hour that they are in, when something else is touched', () => {
    const from = Date.UTC(2026, 9, 25, 0, 30, 12, 345)
    // In Europe, this hour is repeated: both times have the same text.
    for (const time of [from, from + 3_600_000]) {
      const touched = (part: Partial<When>, schedule: object) =>
        scheduleOf({ ...whenOf(scheduleSchema.parse(schedule)), ...part })
      expect(touched({}, { at: time })).toEqual({ at: time })
      expect(touched({ jitter: '5m' }, { cron: '0 9 * * *', from: time, until: time + 1 })).toMatchObject({
        from: time,
        until: time + 1,
        jitter: '5m',
      })
      expect(
        touched({ from: '2026-12-01T00:00' }, { every: '5m', from: time, until: time * 2 }),
      ).toMatchObject({
        from: new Date('2026-12-01T00:00').getTime(),
        until: time * 2,
      })
    }
  })

  test('finds no fault with a year that is still being typed, or that is far away', () => {
    for (const text of ['0002-01-01T00:30', '12026-01-01T00:30', '2026-12-24T18:00', ''])
      expect([text, isLeftOut(text)]).toEqual([text, false])
  })

  test('reads as a preset only what means the same', () => {
    expect(whenOfCron('0 9 * * MON,wed')).toMatchObject({ preset: 'week', days: ['mon', 'wed'] })
    expect(whenOfCron('5 7 * * 0')).toMatchObject({ preset: 'week', days: ['sun'], time: '07:05' })
    expect(whenOfCron(' @Reboot ')).toEqual({ preset: 'start' })
    for (const cron of [
      '0 9 1 * 1',
      '61 9 * * *',
      '0 24 * * *',
      '0 0 9 * * *',
      '0 9 32 * *',
      '0 9 * 1 *',
      '0 9 * * 1#2',
    ])
      expect(whenOfCron(cron)).toEqual({ preset: 'cron', cron })
  })

  test('is written as cron for whoever looks at it', () => {
    expect(cronOf({ ...NO_WHEN, preset: 'weekdays', time: '08:30' })).toBe('30 8 * * 1-5')
    expect(cronOf({ ...NO_WHEN, preset: 'week', days: ['sun', 'mon'] })).toBe('0 9 * * 0,1')
    expect(cronOf({ ...NO_WHEN, preset: 'every' })).toBeUndefined()
  })
})

describe('a policy', () => {
  test('has a field in the editor for everything that can be set', () => {
    const tops = new Set(POLICY_FIELDS.map((field) => field.split('.')[0]))
    expect(new Set([...tops, 'environment'])).toEqual(new Set(Object.keys(policySchema.shape)))
  })

  test('is the same after it was shown and typed', () => {
    const policy = policySchema.parse({
      timeout: '1h30m',
      maxWorkers: 3,
      retry: {
        attempts: 4,
        on: ['failed', 'timeout'],
        delay: '2s',
        jitter: false,
        nonRetryableCodes: [2, 77],
      },
      environment: { HOME: '/x', TOKEN: { secret: 'token' }, EMPTY: '' },
      environmentFiles: ['/a.env', 'b c.env'],
      successCodes: [0, 3],
      memoryLimit: '512MB',
      detach: true,
      stopCommand: ['docker', 'stop', 'a b'],
      missed: 'ask',
      overlap: 'queue-all',
      encoding: 'gbk',
      stdin: 'params',
    })
    const { texts, variables } = textsOf(policy)
    expect(policySchema.parse(policyOf(texts, variables))).toEqual(policy)
  })

  test('shows the defaults that the engine has', () => {
    for (const [field, value] of Object.entries({ ...DEFAULT_POLICY, ...PLANNING_DEFAULTS }))
      if (field !== 'environment') expect([field, defaultOf(field as 'grace')]).toEqual([field, value])
  })

  test('tells what is wrong at the field that it is wrong in', () => {
    const draft: Draft = {
      ...EMPTY,
      kind: 'shell',
      shell: 'ls',
      policy: {
        timeout: '3x',
        memoryLimit: 'lots',
        'retry.attempts': 'a',
        successCodes: '0, q',
        'retry.delay': '1',
      },
      variables: [
        { name: 'A', value: '1', isSecret: false },
        { name: 'A', value: '2', isSecret: false },
        { name: '', value: '3', isSecret: false },
        { name: 'B=C', value: '', isSecret: false },
      ],
    }
    const wrongs = wrongsOf(draft, inputOf(draft, null, 'ls'))
    expect(Object.fromEntries([...wrongs].map(([field, { kind }]) => [field, kind]))).toEqual({
      timeout: 'duration',
      memoryLimit: 'size',
      'retry.attempts': 'count',
      'retry.delay': 'duration',
      successCodes: 'codes',
      'environment.1': 'twice',
      'environment.2': 'variable',
      'environment.3': 'variable',
    })
  })
})

describe('a draft', () => {
  const JOB = {
    id: 'x',
    key: 'x',
    name: 'x',
    description: null,
    category: null,
    tags: [],
    policy: {},
    handlers: [],
    params: {},
  }

  test('makes the job again that it was made of', () => {
    const job = {
      ...JOB,
      key: 'the key',
      name: 'Backup',
      description: 'Copies\nall',
      category: 'a/b',
      tags: ['one', 'two'],
      policy: { timeout: 5000 },
      handlers: [
        { priority: 3, handler: { file: '/x.py', interpreter: ['python3'] } },
        { priority: 0, handler: { command: ['a', 'b c'] } },
      ],
      params: { n: 1 },
      schedule: { cron: '0 9 * * *' },
    } as unknown as Job
    expect(inputOf(draftOf(job), job, '')).toEqual({
      key: 'the key',
      name: 'Backup',
      description: 'Copies\nall',
      category: 'a/b',
      tags: ['one', 'two'],
      timeout: '5s',
      handlers: job.handlers,
      params: { n: 1 },
      schedule: { cron: '0 9 * * *' },
    })
  })

  test('leaves a schedule that nobody touched as it was written, to the second', () => {
    for (const schedule of [
      { at: 1_800_000_000_123 },
      { cron: '0  9 * * MON-FRI', from: 1_800_000_000_123 },
    ]) {
      const job = { ...JOB, schedule } as unknown as Job
      expect(inputOf(draftOf(job), job, '').schedule).toEqual(schedule)
    }
  })

  test('is named after what it runs, and after no other job', () => {
    expect(suggestedName({ ...EMPTY, script: 'photos/back-up_all.py' }, null)).toBe('Back up all')
    expect(suggestedName({ ...EMPTY, script: 'x.py' }, 'A title')).toBe('A title')
    expect(suggestedName({ ...EMPTY, kind: 'command', line: 'df\n -h' }, null)).toBe('df -h')
    expect(freeName('A', (name) => ['A', 'A 2'].includes(name))).toBe('A 3')
  })

  test('finds the field that the engine names', () => {
    const cron: Draft = { ...EMPTY, when: { ...NO_WHEN, preset: 'cron' } }
    expect(fieldOfFault('schedule.cron', cron)).toBe('when.cron')
    expect(fieldOfFault('schedule.zone', cron)).toBe('when.zone')
    expect(fieldOfFault('schedule.cron', EMPTY)).toBe('when')
    expect(fieldOfFault('retry.delay', EMPTY)).toBe('retry.delay')
    expect(fieldOfFault('handlers.0.handler', EMPTY)).toBe('what')
    expect(fieldOfFault('unknown', EMPTY)).toBeUndefined()
  })
})

describe('a form of parameters', () => {
  const schema = {
    type: 'object',
    required: ['to'],
    properties: {
      to: { type: 'string', minLength: 2 },
      size: { $ref: '#/$defs/size' },
      quality: { type: 'integer', minimum: 1, maximum: 100, default: 80 },
      kinds: { type: 'array', items: { enum: ['jpg', 'png'] } },
    },
    $defs: { size: { type: 'object', required: ['width'], properties: { width: { type: 'number' } } } },
  }
  const kinds = (value: unknown) =>
    Object.fromEntries([...problemsOf(schema, value)].map(([path, { keyword }]) => [path, keyword]))

  test('tells what is wrong by the path of the value', () => {
    expect(kinds({ to: 'ab' })).toEqual({})
    expect(kinds({})).toEqual({ to: 'required' })
    expect(kinds({ to: 'a', quality: 101, size: {}, kinds: ['jpg', 'gif'] })).toEqual({
      to: 'minLength',
      quality: 'maximum',
      'size.width': 'required',
      'kinds.1': 'enum',
    })
    expect(kinds({ to: 'ab', quality: '80x' })).toMatchObject({ quality: 'type' })
  })

  test('takes a secret for any value, and checks what lies beside it', () => {
    expect(kinds({ to: { secret: 'a' }, quality: { secret: 'b' } })).toEqual({})
    expect(kinds({ to: { secret: 'a' }, quality: 0 })).toEqual({ quality: 'minimum' })
  })

  test('leaves the formats that the engine has of its own to the engine', () => {
    const spans = {
      properties: { wait: { type: 'string', format: 'duration' }, at: { type: 'string', format: 'date' } },
    }
    expect([...problemsOf(spans, { wait: '30s', at: 'soon' }).keys()]).toEqual(['at'])
  })

  test('counts defaults as given, and leaves them to the script', () => {
    expect(withDefaults(schema, schema, { to: 'ab' })).toEqual({ to: 'ab', quality: 80 })
  })

  test('says nothing of a schema that it cannot read', () => {
    expect(problemsOf({ properties: { a: { type: 'string', pattern: '(' } } }, { a: 'x' }).size).toBe(0)
    expect(fieldKind({ type: ['string', 'null'] })).toBe('text')
    expect(fieldKind({ oneOf: [{ const: 1, title: 'One' }] })).toBe('choice')
    expect(fieldKind({ anyOf: [{ type: 'string' }, { type: 'number' }] })).toBe('json')
  })

  test('puts what the engine says under the parameter that it names', () => {
    const issues = ['parameter "size.width" must be number; got "x"', 'the parameters must be object; got 1']
    expect([...engineProblems('', issues).keys()]).toEqual(['size.width', ''])
  })

  test('takes an object or nothing as JSON', () => {
    expect(readParameters('')).toEqual({ value: {} })
    expect(readParameters('{"a": 1}')).toEqual({ value: { a: 1 } })
    expect(readParameters('[1]')).toEqual({ error: 'object' })
    expect(readParameters('{')).toEqual({ error: 'json' })
  })

  test('takes as a number only what is kept as the number that was typed', () => {
    for (const text of [
      '12345678901234567890',
      '-9007199254740993',
      '0x10',
      '1e3',
      '1e999',
      'Infinity',
      '1,5',
      '.',
    ])
      expect([text, readNumber(text)]).toEqual([text, text])
    for (const [text, number] of [
      ['9007199254740991', 9007199254740991],
      [' -3 ', -3],
      ['+1.50', 1.5],
      ['.5', 0.5],
    ])
      expect([text, readNumber(text as string)]).toEqual([text, number])
    expect(readNumber(' ')).toBeUndefined()
    expect(readJson('{"a": [12345678901234567890]}')).toEqual({ error: 'digits' })
    expect(readJson('[1e999]')).toEqual({ error: 'digits' })
    expect(readJson('{"a": ["12345678901234567890", 1e3]}')).toEqual({
      value: { a: ['12345678901234567890', 1000] },
    })
    expect(kinds({ to: 'ab', quality: '12345678901234567890' })).toEqual({ quality: 'digits' })
  })

  test('is wrong where something is half typed, and says nothing else of that', () => {
    const any = { properties: { any: {}, all: { type: 'array', items: { minProperties: 9 } } } }
    const found = problemsOf(any, { any: halfTyped('{"a": '), all: [halfTyped('12345678901234567890')] })
    expect([...found].map(([path, { keyword }]) => [path, keyword])).toEqual([
      ['any', 'json'],
      ['all.0', 'digits'],
    ])
    const kept = JSON.parse(JSON.stringify({ any: halfTyped('{') })) as object
    expect([...problemsOf({ properties: { any: { type: 'string' } } }, kept).keys()]).toEqual(['any'])
    // It may lie in a draft that has become one of a command, where no schema says anything.
    const draft = { ...EMPTY, kind: 'shell' as const, shell: 'ls', params: { any: halfTyped('{') } }
    expect(wrongsOf(draft, inputOf(draft, null, 'ls')).get('params')).toMatchObject({ kind: 'json' })
  })
})

test('versions differ in the fields that changed, whatever the order of their keys', () => {
  const version = (name: string, definition: object) => ({
    number: 1,
    at: 0,
    name,
    description: null,
    category: null,
    definition,
  })
  const handlers = [{ priority: 0, handler: { shell: 'a' } }]
  const before = version('A', {
    handlers,
    params: { x: { b: 1, a: 2 } },
    policy: { timeout: 1, retry: { attempts: 2 } },
  })
  const after = version('B', {
    handlers,
    params: { x: { a: 2, b: 1 }, y: 1 },
    policy: { retry: { attempts: 3 } },
    schedule: { cron: '0 9 * * *' },
  })
  expect(differences(before, before)).toEqual([])
  expect(differences(before, after)).toEqual([
    { field: 'name', before: 'A', after: 'B' },
    { field: 'when', before: null, after: { cron: '0 9 * * *' } },
    { field: 'policy.timeout', before: 1, after: null },
    { field: 'policy.retry.attempts', before: 2, after: 3 },
    { field: 'params.y', before: null, after: 1 },
  ])
})

test('the line with the mistake is found among those that were removed', () => {
  const lines = codeLines('a\nb\nc\n', 'a\nx\nc\n')
  expect(lines[placeOfLine(lines, 2)]).toEqual({ kind: 'added', text: 'x' })
  expect(placeOfLine(lines, undefined)).toBe(-1)
})

test('a password that was typed is not kept with the draft; the name of a secret is', () => {
  const schema = {
    type: 'object',
    properties: {
      pass: { type: 'string', format: 'password' },
      key: { type: 'string', format: 'password' },
      user: { type: 'string' },
    },
  }
  const params = { pass: 'hunter2', key: { secret: 'KEY' }, user: 'me' }
  expect(withoutPasswords({ ...EMPTY, params }, schema).params).toEqual({
    key: { secret: 'KEY' },
    user: 'me',
  })
  expect(withoutPasswords({ ...EMPTY, params }, null).params).toEqual(params)
})
