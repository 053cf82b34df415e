import { PassThrough } from 'node:stream'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LINE_LIMIT, LineSplitter } from '../../src/core/executors/lines.ts'
import { readWithBackPressure, textReader } from '../../src/core/executors/pipe.ts'
import { entryOf, read, split } from '../support/output.ts'

describe('lines', () => {
  test('are the same however the bytes are cut into chunks', () => {
    const text = [
      'a',
      'ü',
      '漢',
      '💡',
      '\n',
      '\r',
      '\r\n',
      '\r\r\n',
      '\xff',
      ' ',
      '::',
      'x'.repeat(LINE_LIMIT - 1),
    ]
    const colour = ['\x1b[31m', '\x1b[0m', '\x1b[2K', '\x1b[1A', '\x1b]0;title\x07', '\x1b']
    const progress = ['1;42\x07', '3;0\x1b\\', '1;7\x1b\\', '2\x1b\\', '2\x07', '0;\x07'].map(
      (end) => `\x1b]9;4;${end}`,
    )
    const piece = fc.constantFrom(...text, ...colour, ...progress)
    const encoding = fc.constantFrom('utf-8', 'utf-16le', 'latin1', 'gbk', 'shift_jis')
    const property = fc.property(
      fc.array(piece, { maxLength: 30 }),
      encoding,
      fc.array(fc.nat(1000)),
      (pieces, encoding, cuts) => {
        const bytes = Buffer.from(pieces.join(''), encoding === 'utf-16le' ? 'utf16le' : 'utf8')
        const chunks: Buffer[] = []
        let start = 0
        for (const cut of cuts) {
          chunks.push(bytes.subarray(start, start + (cut % 7 === 0 ? cut * 100 : cut % 7)))
          start += chunks.at(-1)!.length
        }
        chunks.push(bytes.subarray(start))
        expect(split(chunks, encoding)).toEqual(split([bytes], encoding))
      },
    )
    fc.assert(property, { numRuns: 500 })
  })

  test.each([
    ['an empty line in the middle is kept, none is made at the end', 'a\n\nb\n', ['a', '', 'b']],
    ['the last line needs no newline', 'a\nb', ['a', 'b']],
    ['Windows ends lines with CRLF', 'a\r\nb\r\n', ['a', 'b']],
    ['Python on Windows writes CR CR LF', 'a\r\r\nb', ['a', 'b']],
    ['curl redraws its bar', '\r  10%\r  55%\r 100%\n', [' 100%']],
    [
      'pip redraws with a CR before each state',
      'Downloading\n\r━ 1/2 MB\r━━ 2/2 MB\ndone\n',
      ['Downloading', '━━ 2/2 MB', 'done'],
    ],
    [
      'rsync ends each state with a CR, the last with CR LF',
      ' 32,768  10%\r 327,680 100%\r\nsent\n',
      [' 327,680 100%', 'sent'],
    ],
    ['a bar that ends with a CR keeps its last state', ' 1%\r 99%\r', [' 99%']],
    [
      'colours stay',
      '\x1b[1;31mred\x1b[0m \x1b[38;5;9mx\x1b[m',
      ['\x1b[1;31mred\x1b[0m \x1b[38;5;9mx\x1b[m'],
    ],
    ['cursor movement and clearing go', '\x1b[2K\x1b[1Ga\x1b[?25lb\x1b[10;20Hc\x1b7d\x1b8', ['abcd']],
    ['titles and links go, their text stays', '\x1b]0;t\x07a\x1b]8;;http://x\x1b\\b\x1b]8;;\x1b\\', ['ab']],
    ['bells, backspaces and NULs go, tabs stay', 'a\x07\x08\0\tb\x7f', ['a\tb']],
    ['commands of one character (C1) go', 'a\x9b2Jb\x9d0;t\x9cc\x85\x9b31md\x90q\x9ce', ['abcde']],
    ['strings for the terminal go', 'a\x1bP+q544e\x1b\\b\x1b_x\x1b\\c\x1b^y\x1b\\d', ['abcd']],
    [
      'commands without an end lose what makes them one',
      'a\x1b]0;t\nb\x1bPq\nc\x1b#8\nd\x1b',
      ['a]0;t', 'bPq', 'c#8', 'd'],
    ],
  ])('%s', (_title, text, lines) => {
    expect(split([text]).lines).toEqual(lines)
    expect(split(text.split('')).lines).toEqual(lines)
  })

  test('that are no valid UTF-8 are shown with replacement characters, and the next ones are whole', () => {
    expect(split([Buffer.from([0xff, 0x61, 0xc3, 0x0a, 0xc3, 0xa4, 0x0a])]).lines).toEqual(['�a�', 'ä'])
  })

  test.each([
    ['gbk', [0xc4, 0xe3, 0xba, 0xc3, 0x0a, 0xc4, 0xe3], ['你好', '你']],
    ['shift_jis', [0x93, 0xfa, 0x96, 0x7b, 0x0d, 0x0a, 0x83, 0x5c], ['日本', 'ソ']],
    ['utf-16le', [...Buffer.from('\ufeffaĊ漢\r\nb', 'utf16le')], ['aĊ漢', 'b']],
    ['windows-1252', [0x80, 0x20, 0xe4], ['€ ä']],
  ])('in %s are decoded, also when a character is cut in two', (encoding, bytes, lines) => {
    expect(split([Buffer.from(bytes)], encoding).lines).toEqual(lines)
    expect(
      split(
        bytes.map((byte) => Buffer.from([byte])),
        encoding,
      ).lines,
    ).toEqual(lines)
  })

  test('in an encoding that is not known are refused, not decoded wrongly', () => {
    expect(() => split(['a'], 'klingon')).toThrow(RangeError)
  })

  test('longer than 64 KiB are cut and say so; exactly 64 KiB are not', () => {
    const exact = 'x'.repeat(LINE_LIMIT)
    const { lines } = split([`${exact}\n${exact}y\nz\n`])
    expect(lines[0]).toBe(exact)
    expect(lines[1]).toBe(`${exact} … [cut: the line has 65,537 bytes]`)
    expect(lines[2]).toBe('z')
  })

  test('of 50 MB without a newline are not gathered in memory', async () => {
    const lines: string[] = []
    const splitter = new LineSplitter(
      'utf-8',
      (line) => lines.push(line),
      () => {},
    )
    const before = process.memoryUsage().arrayBuffers
    for (let count = 0; count < 800; count++) splitter.push(Buffer.alloc(64 * 1024, 'x'))
    setFlagsFromString('--expose-gc')
    const collectGarbage = runInNewContext('gc') as () => void
    // What was collected is given back by another thread.
    const kept = () => {
      collectGarbage()
      return process.memoryUsage().arrayBuffers - before
    }
    await expect.poll(kept).toBeLessThan(5_000_000)
    splitter.push(Buffer.from('\n'))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/… \[cut: the line has 52,428,800 bytes\]$/)
    expect(lines[0]!.length).toBeLessThan(LINE_LIMIT + 100)
  })
})

describe('terminal progress', () => {
  test.each(['\x07', '\x1b\\'])('split over chunks is read at once and does not show, ended by %j', (end) => {
    for (const state of ['1;42', '1;0', '4;100']) {
      const text = `a\x1b]9;4;${state}${end}b`
      for (let cut = 0; cut <= text.length; cut++) {
        const percent = Number(state.split(';')[1])
        expect(split([text.slice(0, cut), text.slice(cut)])).toEqual({ lines: ['ab'], progress: [percent] })
      }
    }
  })

  test('without a value (an error, a pause) does not throw the bar back to 0', () => {
    expect(split(['\x1b]9;4;1;42\x07\x1b]9;4;2\x07\x1b]9;4;4\x07']).progress).toEqual([42])
  })

  test('that is removed or indeterminate is no report', () => {
    expect(split(['\x1b]9;4;0;0\x07\x1b]9;4;3;0\x07\x1b]9;4;3\x07\x1b]9;9;/tmp\x07']).progress).toEqual([])
  })

  test('of a module that writes past its log is clamped to 100', async () => {
    const progress: number[] = []
    const stream = new PassThrough()
    const sink = {
      log: () => {},
      mask: () => {},
      hide: () => {},
      count: () => {},
      room: () => undefined,
      release: () => {},
      attach: async () => false,
      summarize: () => {},
      progress: (value: number) => void progress.push(value),
    }
    const pipe = readWithBackPressure(stream, sink, textReader('stdout', sink))
    stream.end('\x1b]9;4;1;250\x07')
    await pipe.closed
    expect(progress.every((value) => value <= 100)).toBe(true)
  })
})

describe('workflow commands', () => {
  test.each([
    ['::debug::d', { level: 'debug', message: 'd' }],
    ['::notice::n', { level: 'info', message: 'n' }],
    ['  ::warning::indented', { level: 'warn', message: 'indented' }],
    ['::error::a::b: c', { level: 'error', message: 'a::b: c' }],
    ['::error::', { level: 'error', message: '' }],
    [
      '::error file=a.js,line=3,title=Oh no::m',
      {
        level: 'error',
        message: 'm',
        fields: { file: 'a.js', line: '3', title: 'Oh no' },
      },
    ],
    [
      '::warning file=C%3A\\a%2Cb.js,title=50%25%0Aoff::1%0A2%0D3 100%25 %250A',
      {
        level: 'warn',
        message: '1\n2\r3 100% %0A',
        fields: { file: 'C:\\a,b.js', title: '50%\noff' },
      },
    ],
    ['::notice title=%253A::x', { level: 'info', message: 'x', fields: { title: '%3A' } }],
    ['::group::Install', { level: 'info', message: 'Install', fields: { group: 'start' } }],
    ['::endgroup::', { level: 'info', message: '', fields: { group: 'end' } }],
  ])('%s is an entry', (line, entry) => {
    expect(entryOf(line)).toEqual(entry)
  })

  test.each([
    ['::progress::42 Half way', [42, 'Half way']],
    ['::progress::42', [42, null]],
    ['::progress::12.5% of it', [12.5, 'of it']],
    ['::progress::100%', [100, null]],
  ])('%s is progress, and no entry', (line, report) => {
    expect(read([line])).toMatchObject({ entries: [], progress: [report] })
  })

  test('add-mask names a secret, and is not shown itself', () => {
    expect(read(['::add-mask::s3cret%25'])).toMatchObject({ masks: ['s3cret%'], entries: [] })
  })

  test('stop-commands takes what follows as text, on both streams, until its token comes', () => {
    const { messages, masks, progress } = read([
      '::stop-commands::t0k.n',
      '::add-mask::no',
      '::progress::5',
      '::t0kxn::',
      '::t0k.n::',
      '::progress::6',
    ])
    expect(messages.slice(0, 3)).toEqual(['::add-mask::no', '::progress::5', '::t0kxn::'])
    expect(masks).toEqual([])
    expect(progress).toEqual([[6, null]])
  })

  test.each([
    '::unknown::x',
    'see ::error::x',
    ':error:x',
    '::error x',
    '::progress::soon',
    '::progress::-5',
    '::::',
    '::1::',
    'std::vector<int>::iterator',
    '::ffff:127.0.0.1',
    '::constructor::x',
    '::valueof::x',
    '::to-string::x',
  ])('%s is none, but text', (line) => {
    expect(read([line]).entries).toEqual([{ level: 'info', message: line, fields: null, stream: 'stdout' }])
  })

  test('of a plain command are text', () => {
    const lines = ['::error::x', '::add-mask::x', '::progress::5', '::stop-commands::x']
    expect(read(lines, false)).toMatchObject({ messages: lines, masks: [], progress: [] })
  })
})

describe('JSON lines', () => {
  test.each([
    [
      'pino',
      '{"level":40,"time":1531171074631,"pid":657,"hostname":"h","msg":"hi"}',
      {
        level: 'warn',
        message: 'hi',
        time: 1531171074631,
        fields: { pid: 657, hostname: 'h' },
      },
    ],
    [
      'bunyan',
      '{"name":"a","pid":1,"level":60,"msg":"hi","time":"2013-01-04T18:46:23.851Z","v":0}',
      {
        level: 'fatal',
        message: 'hi',
        time: 1357325183851,
        fields: { name: 'a', pid: 1, v: 0 },
      },
    ],
    [
      'winston',
      '{"level":"verbose","message":"hi","timestamp":"2024-01-02T03:04:05.678Z"}',
      {
        level: 'debug',
        message: 'hi',
        time: 1704164645678,
      },
    ],
    [
      'zap',
      '{"level":"dpanic","ts":1600000000.1234567,"caller":"a.go:1","msg":"hi","n":3}',
      {
        level: 'fatal',
        message: 'hi',
        time: 1600000000123,
        fields: { caller: 'a.go:1', n: 3 },
      },
    ],
    [
      'slog',
      '{"time":"2024-01-02T04:04:05.678901234+01:00","level":"INFO+2","msg":"hi","n":3}',
      {
        level: 'info',
        message: 'hi',
        time: 1704164645678,
        fields: { n: 3 },
      },
    ],
    [
      'zerolog',
      '{"level":"debug","time":1516134303,"message":"hi"}',
      {
        level: 'debug',
        message: 'hi',
        time: 1516134303000,
      },
    ],
    [
      'zerolog in microseconds',
      '{"level":"trace","time":1516134303000001,"message":"hi"}',
      {
        level: 'trace',
        message: 'hi',
        time: 1516134303000,
      },
    ],
    [
      'structlog',
      '{"event": "hi", "level": "warning", "timestamp": "2024-01-02T03:04:05.678901Z", "a": [1]}',
      {
        level: 'warn',
        message: 'hi',
        time: 1704164645678,
        fields: { a: [1] },
      },
    ],
    [
      'Python',
      '{"asctime": "2024-01-02 03:04:05,678", "levelname": "CRITICAL", "message": "hi", "taskName": null}',
      {
        level: 'fatal',
        message: 'hi',
        time: new Date(2024, 0, 2, 3, 4, 5, 678).getTime(),
        fields: { taskName: null },
      },
    ],
  ])('of %s give level, message and time; the rest are fields', (_library, line, entry) => {
    expect(entryOf(line)).toEqual(entry)
  })

  test('whose time cannot be read keep it as a field', () => {
    expect(entryOf('{"level":"info","msg":"hi","time":"noon"}')).toEqual({
      level: 'info',
      message: 'hi',
      fields: { time: 'noon' },
    })
  })

  test.each([
    ['without a level', '{"message":"x"}'],
    ['without a message', '{"level":"info"}'],
    ['with a level of its own', '{"level":"expert","message":"x"}'],
    ['with a level that no logger writes', '{"level":3,"event":"boss reached"}'],
    ['with a level that is named like a member of every object', '{"level":"constructor","msg":"x"}'],
    ['with a level that is an object', '{"level":{},"msg":"x"}'],
    ['with no level', '{"level":null,"msg":"x"}'],
    ['with a message that is no text', '{"level":"info","message":{"a":1}}'],
    ['in an array', '[{"level":"info","msg":"x"}]'],
    ['with text around it', 'LOG {"level":"info","msg":"x"}'],
    ['that is broken', '{"level":"info","msg":"x"'],
  ])('%s are text', (_title, line) => {
    expect(read([line]).entries).toEqual([{ level: 'info', message: line, fields: null, stream: 'stdout' }])
  })
})

test('a JSON line that is nested 20,000 deep is an entry, whose fields end where nobody reads on', () => {
  const { message, fields } = entryOf(
    `{"level":"warn","msg":"deep","a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
  ) as { message: string; fields: object }
  expect(message).toBe('deep')
  expect(JSON.stringify(fields).length).toBeLessThan(1000)
})

test('no line makes the reader throw, and each becomes at most one entry with a known level', () => {
  const words = [
    '::',
    'error',
    'constructor',
    '__proto__',
    ' file=',
    '{"level":',
    '"msg"',
    ':',
    ',',
    '}',
    '%',
    '1e400',
  ]
  const line = fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom(...words)).map((parts) => parts.join('')),
    fc.json(),
  )
  const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal']
  fc.assert(
    fc.property(line, (text) => {
      const { entries } = read([text])
      expect(entries.length).toBeLessThanOrEqual(1)
      for (const { level } of entries) expect(levels).toContain(level)
    }),
    { numRuns: 1000 },
  )
})
