import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodingOf } from '../../src/shared/encoding.ts'
import { collect, messages, openDeck, temporaryFolder, writeFile } from '../support/deck.ts'
import { split } from '../support/output.ts'

const recorded = (name: string) =>
  readFileSync(join(import.meta.dirname, '../fixtures/output', `${name}.txt`))
/** As text without its colours. */
// oxlint-disable-next-line no-control-regex -- colours are begun by one
const bare = (lines: string[]) => lines.map((line) => line.replaceAll(/\x1b\[[\d;:]*m/g, ''))
const oneByOne = (bytes: Buffer) => [...bytes].map((byte) => Buffer.from([byte]))

async function run(command: string[], data: { encoding?: string } = {}) {
  const deck = await openDeck()
  const [execution] = await deck
    .once('process', { name: 'writes', ...data })
    .add(1, { command })
    .start()
  const ended = await execution!.finished()
  return { ended, log: await collect(execution!.logs()) }
}

describe('recorded progress bars leave their last state', () => {
  test.each([
    [
      'curl',
      [
        '  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current',
        '                                 Dload  Upload   Total   Spent    Left  Speed',
        '100 2929k  100 2929k    0     0  1001k      0  0:00:02  0:00:02 --:--:-- 1001k',
      ],
    ],
    [
      'pip',
      [
        'Collecting numpy',
        '  Downloading numpy-1.26.4-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl (18.3 MB)',
        `     ${'━'.repeat(40)} 18.3/18.3 MB 21.0 MB/s eta 0:00:00`,
        'Installing collected packages: numpy',
        'Successfully installed numpy-1.26.4',
      ],
    ],
    [
      'rsync',
      [
        'sending incremental file list',
        'photos/IMG_1.jpg',
        '      1,048,576 100%    1.00MB/s    0:00:01 (xfr#1, to-chk=1/3)',
        'photos/IMG_2.jpg',
        '            512 100%    0.50kB/s    0:00:00 (xfr#2, to-chk=0/3)',
        '',
        'sent 1,049,412 bytes  received 54 bytes  699,644.00 bytes/sec',
        'total size is 1,049,088  speedup is 1.00',
      ],
    ],
  ])('of %s, whole and byte by byte', (name, lines) => {
    const bytes = recorded(name)
    expect(bare(split([bytes]).lines)).toEqual(lines)
    expect(split(oneByOne(bytes))).toEqual(split([bytes]))
  })

  test('of pip with their colours', () => {
    expect(split([recorded('pip')]).lines[2]).toContain('\x1b[32m18.3/18.3 MB\x1b[0m')
  })

  test('even a line of nothing but carriage returns takes no time that grows with its square', () => {
    const started = performance.now()
    const { lines } = split([Buffer.from(`\n${'\r'.repeat(60_000)}x\r\n\n`)])
    expect(lines).toEqual(['', 'x', ''])
    expect(performance.now() - started).toBeLessThan(1000)
  })
})

describe('bytes that are no UTF-8', () => {
  test('are shown as such, whatever comes, the same however they are cut', () => {
    const piece = fc.constantFrom(
      [0xff],
      [0xc3],
      [0xe6, 0xbc],
      [0xf0, 0x9f, 0x92],
      [0xc2, 0x9b],
      [0xed, 0xa0, 0x80],
      [0xef, 0xbb, 0xbf],
      [0x0a],
      [0x0d, 0x0a],
      [0x0d],
      [0x1b],
      [0x61],
      [0xe6, 0xbc, 0xa2],
    )
    fc.assert(
      fc.property(fc.array(piece), fc.nat(80), (pieces, cut) => {
        const bytes = Buffer.from(pieces.flat())
        expect(split([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(split([bytes]))
        expect(split(oneByOne(bytes))).toEqual(split([bytes]))
      }),
      { numRuns: 1000 },
    )
  })

  test('half a character of UTF-16 at the end is shown, not lost', () => {
    expect(split([Buffer.from([0x61, 0, 0x0a, 0, 0x62])], 'utf-16le').lines).toEqual(['a', '�'])
  })

  test('a mark of the order of bytes is no part of the first line, nor of one that another file began', () => {
    expect(split(['\ufeffa\n\ufeffb\n']).lines).toEqual(['a', 'b'])
  })
})

test('a line of 64 KiB is whole however much comes with it, and one byte more is cut', () => {
  const exact = 'x'.repeat(64 * 1024)
  for (const before of ['', 'a\n', 'b\n'.repeat(40_000)]) {
    const { lines } = split([`${before}${exact}\nz\n${exact}y\n`])
    expect(lines.at(-3)).toBe(exact)
    expect(lines.at(-1)).toBe(`${exact} … [cut: the line has 65,537 bytes]`)
  }
})

describe('the encoding of a job', () => {
  test.each([
    ['utf-8', 'utf-8'],
    ['UTF8', 'utf-8'],
    ['utf_8', 'utf-8'],
    ['cp65001', 'utf-8'],
    ['gbk', 'gbk'],
    ['GB2312', 'gbk'],
    ['936', 'gbk'],
    ['cp936', 'gbk'],
    ['CP-936', 'gbk'],
    ['windows-936', 'gbk'],
    ['Code page 936', 'gbk'],
    ['ms932', 'shift_jis'],
    ['windows-31j', 'shift_jis'],
    ['932', 'shift_jis'],
    ['950', 'big5'],
    ['949', 'euc-kr'],
    ['54936', 'gb18030'],
    ['1252', 'windows-1252'],
    ['cp1251', 'windows-1251'],
    ['latin-1', 'windows-1252'],
    ['iso8859-15', 'iso-8859-15'],
    ['866', 'ibm866'],
    ['koi8_r', 'koi8-r'],
    ['utf-16', 'utf-16le'],
    ['1201', 'utf-16be'],
  ])('%j is %s', (name, label) => {
    expect(encodingOf(name)).toBe(label)
  })

  test.each(['', 'klingon', '850', 'cp437', '0', '99999', 'oem', 'utf-7', 'constructor'])(
    '%j is none, and refused when the job is saved',
    async (encoding) => {
      const deck = await openDeck()
      const saving = deck
        .once('process', { name: 'odd', encoding })
        .add(1, { command: ['true'] })
        .save()
      await expect(saving).rejects.toMatchObject({
        code: 'invalid-input',
        message: expect.stringMatching(
          /^encoding: must be an encoding that can be read, such as utf-8, .* or a code page such as 936; got "/,
        ) as string,
      })
    },
  )

  test.each([
    ['cp936', [0xc4, 0xe3, 0xba, 0xc3]],
    ['utf-16', [0x60, 0x4f, 0x7d, 0x59]],
  ])('%s is that of what its program writes', async (encoding, bytes) => {
    const octal = bytes.map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')
    const { log } = await run(['printf', octal], { encoding })
    expect(messages(log)).toEqual(['你好'])
  })

  test('that a script names in its comment may be a code page, too', async () => {
    const deck = await openDeck()
    const head = '#!/bin/sh\n# /// script\n# [tool.jobdeck]\n# encoding = "936"\n# ///\n'
    const file = writeFile(temporaryFolder(), 'gbk.sh', `${head}printf '\\304\\343\\n'\n`, 0o755)
    const [execution] = await deck.once('process', { name: 'script' }).add(1, { file }).start()
    await execution!.finished()
    expect(messages(await collect(execution!.logs()))).toEqual(['你'])
  })
})

describe('a program', () => {
  test('has the lines of each stream in their order, and knows them apart', async () => {
    const script = 'i=0; while [ $i -lt 300 ]; do echo "out $i"; echo "err $i" >&2; i=$((i+1)); done'
    const { log } = await run(['/bin/sh', '-c', script])
    for (const [stream, word] of [['stdout', 'out'] as const, ['stderr', 'err'] as const]) {
      const lines = log.filter((entry) => entry.stream === stream)
      expect(messages(lines)).toEqual(Array.from({ length: 300 }, (_, index) => `${word} ${index}`))
    }
  })

  test('that writes a character byte by byte is read whole', async () => {
    const script = String.raw`printf '\346'; printf '\274' ; printf '\242\nno '; printf 'newline'`
    expect(messages((await run(['/bin/sh', '-c', script])).log)).toEqual(['漢', 'no newline'])
  })

  test('that leaves a child with its output is heard until that is silent, and ends', async () => {
    const script = '(read line < "$0"; echo from the child) & echo from the parent'
    // What the child waits for never comes: it would hold the pipe for ever.
    const fifo = join(temporaryFolder(), 'pipe')
    const { ended, log } = await run(['/bin/sh', '-c', `mkfifo ${fifo}; ${script.replace('$0', fifo)}`])
    expect(ended.status).toBe('completed')
    expect(messages(log)).toEqual(['from the parent'])
    expect(ended.durationMs).toBeLessThan(10_000)
  })

  test('whose child writes on after it has ended has that in its log', async () => {
    const { log } = await run(['/bin/sh', '-c', '(yes | head -n 2000; echo last) & echo first'])
    expect(log).toHaveLength(2002)
    expect(messages(log)).toContain('last')
  })

  test.each(['\\007', '\\033\\\\'])(
    'that tells its progress as terminals are told (OSC 9;4, %s)',
    async (end) => {
      const { ended, log } = await run(['printf', `\\033]9;4;1;30${end}a\\033]9;4;1;75${end}b\\n`])
      expect(ended.progress).toBe(75)
      expect(messages(log)).toEqual(['ab'])
    },
  )

  test('keeps its colours', async () => {
    const { log } = await run(['printf', '\\033[1;31mred\\033[0m\\n'])
    expect(messages(log)).toEqual(['\x1b[1;31mred\x1b[0m'])
  })
})
