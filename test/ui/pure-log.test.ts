/** What the log viewer decides, which needs no window. */
import * as fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { messageText, markPieces, piecesOf } from '../../src/renderer/parts/log/ansi.ts'
import { lineTime, sinceText } from '../../src/renderer/parts/log/line-time.ts'
import { ANYTHING, asksNothing, searchInput, toRows } from '../../src/renderer/state/all-logs.ts'
import { FilteredLines } from '../../src/renderer/state/log-filtered.ts'
import { LogLines } from '../../src/renderer/state/log-lines.ts'
import { joinHidden, toLogRow, toShownRow, visibleCount } from '../../src/renderer/state/log-folds.ts'
import {
  LogMatches,
  NOTHING,
  filterOf,
  marksOf,
  nextMatch,
  patternProblem,
} from '../../src/renderer/state/log-search.ts'
import { parseRoute } from '../../src/renderer/state/route.ts'
import { jobNamed } from '../../src/renderer/views/logs/job-named.ts'
import type { LogEntry, LogHit } from '../../src/shared/contract.ts'
import { Fault } from '../../src/shared/fault.ts'

vi.mock('../../src/renderer/client.ts', () => ({ client: {} }))

const ESC = '\u001B'
const entry = (sequence: number): LogEntry => ({
  executionId: 1,
  sequence,
  time: sequence,
  level: 'info',
  message: `line ${sequence}`,
  fields: null,
  stream: 'log',
  droppedThrough: null,
})

describe('colours of a terminal', () => {
  test('become classes, and what else commands a terminal is gone', () => {
    const message = `${ESC}]0;title\u0007${ESC}[2Ka ${ESC}[1;31mred${ESC}[0m ${ESC}[38;5;208mown${ESC}[0m\u0000`
    expect(piecesOf(message).map(({ text, className }) => [text, className])).toEqual([
      ['a ', ''],
      ['red', 'ansi-bold ansi-red-text'],
      [' ', ''],
      ['own', 'ansi-own-text'],
    ])
    expect(piecesOf(message)[3]!.colours).toEqual({ '--text-colour': 'rgb(255, 135, 0)' })
    expect(messageText(message)).toBe('a red own')
  })

  test('never change the text, whatever stands in it', () => {
    const parts = fc.constantFrom(
      'a',
      'ß',
      '你',
      '\n',
      '<b>',
      `${ESC}[31m`,
      `${ESC}[0m`,
      `${ESC}[`,
      `${ESC}[48;5;300m`,
      ESC,
      '[',
      'm',
      '1;',
    )
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 30 }), (texts) => {
        const pieces = piecesOf(texts.join(''))
        const text = pieces.map((piece) => piece.text).join('')
        expect(text).not.toContain(ESC)
        // A mark cuts pieces, and nothing else.
        const marked = markPieces(pieces, [[1, 3]])
        expect(marked.map((piece) => piece.text).join('')).toBe(text)
        const lit = marked.filter(({ isMarked }) => isMarked).map((piece) => piece.text)
        expect(lit.join('')).toBe(text.slice(1, 3))
      }),
    )
  })
})

test('rows that are folded away are passed over, and each other row is shown once', () => {
  const parts = fc.array(
    fc.record({ from: fc.nat(60), length: fc.nat(10) }).map(({ from, length }) => ({
      from: from + 1,
      through: from + length,
    })),
    { maxLength: 6 },
  )
  fc.assert(
    fc.property(parts, (parts) => {
      const rows = 80
      const hidden = joinHidden(parts)
      const isHidden = (row: number) => parts.some(({ from, through }) => row >= from && row <= through)
      const shown = Array.from({ length: visibleCount(rows, hidden) }, (_, row) => toLogRow(row, hidden))
      expect(shown).toEqual(Array.from({ length: rows }, (_, row) => row).filter((row) => !isHidden(row)))
      for (const [row, logRow] of shown.entries()) expect(toShownRow(logRow, hidden)).toBe(row)
      for (let row = 0; row < rows; row++)
        if (isHidden(row)) expect(shown[toShownRow(row, hidden)]!).toBeLessThan(row)
    }),
  )
})

describe('what is looked for', () => {
  test.each([
    [{ text: '', isPattern: true, matchesCase: true }, {}],
    [{ text: 'a.b', isPattern: false, matchesCase: false }, { text: 'a.b' }],
    [{ text: 'a.b(', isPattern: false, matchesCase: true }, { pattern: String.raw`a\.b\(` }],
    [
      { text: 'a.b', isPattern: true, matchesCase: false },
      { pattern: 'a.b', ignoreCase: true },
    ],
  ])('%j is asked of the store', (wanted, filter) => {
    expect(filterOf(wanted)).toEqual(filter)
  })

  test.each([
    ['Error and error', { ...NOTHING, text: 'ERROR' }, ['Error', 'error']],
    ['Error and error', { ...NOTHING, text: 'error', matchesCase: true }, ['error']],
    ['a1 b22', { ...NOTHING, text: String.raw`\d+`, isPattern: true }, ['1', '22']],
    ['one\ntwo', { ...NOTHING, text: '^t', isPattern: true }, ['t']],
    ['aaa', { ...NOTHING, text: 'x*', isPattern: true }, []],
    ['你好你', { ...NOTHING, text: '你' }, ['你', '你']],
    ['anything', NOTHING, []],
    ['a(', { ...NOTHING, text: 'a(', isPattern: true }, []],
  ])('in %j is marked: %j', (text, wanted, found) => {
    expect(marksOf(text, wanted).map(([from, through]) => text.slice(from, through))).toEqual(found)
  })

  test('is told to be no regular expression, with the reason', () => {
    expect(patternProblem({ text: 'a(', isPattern: true, matchesCase: false })).toBe('Unterminated group')
    expect(patternProblem({ text: 'a(', isPattern: false, matchesCase: false })).toBeNull()
    expect(patternProblem({ text: 'a()', isPattern: true, matchesCase: false })).toBeNull()
  })

  test('is gone to match by match, and round', () => {
    expect(nextMatch([3, 7, 9], 3, 1)).toBe(7)
    expect(nextMatch([3, 7, 9], 9, 1)).toBe(3)
    expect(nextMatch([3, 7, 9], 7, -1)).toBe(3)
    expect(nextMatch([3, 7, 9], 3, -1)).toBe(9)
    expect(nextMatch([], 3, 1)).toBeUndefined()
  })

  test('is looked for in the whole log page by page, and in what it grows by', async () => {
    const asked: number[] = []
    let last = 2500
    const matches = new LogMatches(
      { ...NOTHING, text: 'line' },
      undefined,
      async ({ after = 0, through = 0, limit = 0 }) => {
        asked.push(after)
        const count = Math.min(limit, Math.min(through, last) - after)
        return Array.from({ length: count }, (_, index) => entry(after + index + 1))
      },
      () => {},
    )
    matches.grow(last)
    await expect.poll(() => matches.isLooking).toBe(false)
    expect(matches.sequences).toHaveLength(2500)
    expect(asked).toEqual([0, 1000, 2000])
    last = 2503
    matches.grow(last)
    await expect.poll(() => matches.sequences.length).toBe(2503)
    expect(asked.at(-1)).toBe(2500)
  })

  test('counts ten thousand matches, and knows that there are more', async () => {
    const matches = new LogMatches(
      { ...NOTHING, text: 'line' },
      undefined,
      async ({ after = 0, limit = 0 }) =>
        Array.from({ length: Math.min(limit, 15_000 - after) }, (_, index) => entry(after + index + 1)),
      () => {},
    )
    matches.grow(15_000)
    await expect.poll(() => matches.isLooking).toBe(false)
    expect([matches.sequences.length, matches.hasMore]).toEqual([10_000, true])
  })
})

describe('a log of which not all lines come', () => {
  /** As the window does: it draws what is in sight whenever it is told. */
  async function asksFor(log: LogLines | FilteredLines, row: number, asked: () => number): Promise<number> {
    const draw = () => void log.line(row)
    log.subscribe(draw)
    draw()
    // Each answer would lead to the next question within these frames.
    for (let frame = 0; frame < 50; frame++) await new Promise((resolve) => setTimeout(resolve))
    return asked()
  }

  test('asks for a line that does not come once, and again when the log grew', async () => {
    vi.stubGlobal('requestAnimationFrame', (paint: () => void) => setTimeout(paint))
    let asked = 0
    let there = 3
    const log = new LogLines(async ({ after, through = 0 }) => {
      if (after === undefined) return []
      asked++
      return Array.from({ length: Math.max(0, Math.min(there, through) - after) }, (_, i) =>
        entry(after + i + 1),
      )
    })
    log.isFollowed = false
    await log.grow(5)
    expect(await asksFor(log, 4, () => asked)).toBe(1)
    there = 6
    await log.grow(6)
    await expect.poll(() => log.line(4)?.sequence).toBe(5)
    expect(asked).toBe(2)
  })

  test('asks for a line that passed the filter and is gone once', async () => {
    let asked = 0
    const all = Array.from({ length: 25_000 }, (_, index) => index + 1)
    const lines = new FilteredLines(
      async ({ after = 0, through = Infinity, limit = 0 }) => {
        const isAgain = ++asked > 13
        return isAgain
          ? []
          : all
              .filter((n) => n > after && n <= through)
              .slice(0, limit)
              .map(entry)
      },
      { levels: ['info'] },
    )
    lines.grow(25_000)
    await expect.poll(() => lines.isLooking).toBe(false)
    expect(asked).toBe(13)
    // Of so many lines the first ones are not kept.
    expect(await asksFor(lines, 0, () => asked)).toBe(14)
  })
})

describe('a look through a log that was interrupted', () => {
  const broken = new Fault('disconnected', 'lost')
  const tired = new Fault('internal', 'tired')

  test.each([
    ['a lost connection, of which it says nothing', broken, null],
    ['another fault, which it tells until then', tired, 'internal'],
  ])('goes on after %s', async (_, thrown, told) => {
    let isBroken = true
    const read = async ({ after = 0, through = 0 }) => {
      if (isBroken) throw thrown
      return [2, 5, 9].filter((n) => n > after && n <= through).map(entry)
    }
    const lines = new FilteredLines(read, { levels: ['warn'] })
    const matches = new LogMatches({ ...NOTHING, text: 'line' }, undefined, read, () => {})
    for (const each of [lines, matches]) each.grow(10)
    await new Promise((resolve) => setTimeout(resolve))
    expect([lines.fault?.code ?? null, matches.fault?.code ?? null]).toEqual([told, told])
    isBroken = false
    // The log has ended: it is as long as it was.
    for (const each of [lines, matches]) each.grow(10)
    await expect.poll(() => [lines.rows, matches.sequences]).toEqual([3, [2, 5, 9]])
    expect([lines.fault, matches.fault]).toEqual([null, null])
  })

  test('does not begin anew with a pattern that is none', async () => {
    let asked = 0
    const read = async () => {
      asked++
      throw new Fault('invalid-input', 'takes too long')
    }
    const lines = new FilteredLines(read, { pattern: '(a+)+$' })
    const matches = new LogMatches({ ...NOTHING, text: '(a+)+$', isPattern: true }, undefined, read, () => {})
    for (const last of [10, 11]) {
      for (const each of [lines, matches]) each.grow(last)
      await new Promise((resolve) => setTimeout(resolve))
    }
    expect([asked, lines.fault?.code, matches.fault?.code]).toEqual([2, 'invalid-input', 'invalid-input'])
  })
})

describe('lines that pass a filter', () => {
  test('stand in rows without gaps, and a line that is none of them has the next one', async () => {
    const lines = new FilteredLines(
      async ({ after = 0, through = 0 }) => [2, 5, 9].filter((n) => n > after && n <= through).map(entry),
      { levels: ['warn'] },
    )
    lines.grow(10)
    await expect.poll(() => lines.rows).toBe(3)
    expect([0, 1, 2].map((row) => lines.line(row)?.sequence)).toEqual([2, 5, 9])
    expect([1, 2, 3, 5, 6, 10].map(lines.rowOf)).toEqual([0, 0, 1, 1, 2, 2])
  })

  test('are given up with the view', async () => {
    let signal: AbortSignal | undefined
    const lines = new FilteredLines(
      (_, given) => {
        signal = given
        return new Promise((_, reject) =>
          given.addEventListener('abort', () => reject(new Error('given up'))),
        )
      },
      { levels: ['warn'] },
    )
    lines.grow(10)
    lines.close()
    expect(signal?.aborted).toBe(true)
    await expect.poll(() => lines.isLooking).toBe(false)
    expect(lines.fault).toBeNull()
  })
})

test('times of lines are told of the day, since the run began, or since the line before', () => {
  expect(sinceText(0)).toBe('+0:00.000')
  expect(sinceText(61_005)).toBe('+1:01.005')
  expect(sinceText(3_600_000)).toBe('+1:00:00.000')
  expect(sinceText(-5)).toBe('−0:00.005')
  expect(lineTime('relative', 1500, 1000, 1400)).toBe('+0:00.500')
  expect(lineTime('delta', 1500, 1000, 1400)).toBe('+0:00.100')
  expect(lineTime('delta', 1500, 1000, undefined)).toBe('+0:00.000')
})

test('what is asked of all logs is told in the words of the contract', () => {
  expect(asksNothing(ANYTHING)).toBe(true)
  expect(asksNothing({ ...ANYTHING, levels: ['error'] })).toBe(false)
  expect(searchInput({ ...ANYTHING, job: 'a', range: { last: 1000 } }, 5000)).toEqual({
    job: 'a',
    since: 4000,
  })
  expect(searchInput({ ...ANYTHING, range: { since: null, until: 9 } }, 5000)).toEqual({ until: 9 })
})

test('what was found stands below the run in which it was', () => {
  const hit = (executionId: number, sequence: number): LogHit => ({
    ...entry(sequence),
    executionId,
    jobId: 'a',
    jobName: 'A',
  })
  expect(
    toRows([hit(2, 9), hit(2, 3), hit(1, 4)]).map(
      ({ kind, hit }) => `${kind} ${hit.executionId} ${hit.sequence}`,
    ),
  ).toEqual(['run 2 9', 'hit 2 9', 'hit 2 3', 'run 1 4', 'hit 1 4'])
})

test('a job is found by its name, or by a part that only one has', () => {
  const jobs = [
    { id: '1', name: 'Backup' },
    { id: '2', name: 'Backup of photos' },
    { id: '3', name: 'Mail' },
  ]
  expect(['backup', 'photo', 'back', 'mail ', 'x'].map((typed) => jobNamed(jobs, typed))).toEqual([
    '1',
    '2',
    undefined,
    '3',
    undefined,
  ])
})

test('a run is linked to with a line of its log', () => {
  expect(parseRoute('#/runs/12')).toEqual({ view: 'run', id: 12 })
  expect(parseRoute('#/runs/12/345')).toEqual({ view: 'run', id: 12, line: 345 })
  expect(parseRoute('#/runs/12/x')).toEqual({ view: 'run', id: 12 })
})
