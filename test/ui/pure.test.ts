/** The decisions of the window, which need no window. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLasting, type Connection } from '../../src/renderer/bridge.ts'
import { clockText, plainLine, relativeText } from '../../src/renderer/format.ts'
import { chooseLanguage, localeOf } from '../../src/renderer/language.ts'
import { codeLines } from '../../src/renderer/parts/code-lines.ts'
import { rowCount, rowOf, sequenceAt } from '../../src/renderer/state/log-rows.ts'
import { parseRoute } from '../../src/renderer/state/route.ts'
import { memoryChannels } from '../../src/shared/memory.ts'
import { serve } from '../../src/shared/rpc.ts'
import type { Batch } from '../../src/shared/watch.ts'
import { fakeBridge } from '../support/transports.ts'

describe('rows of a log', () => {
  test('hold each line that was kept once, in order, and one row for those that were not', () => {
    const logs = fc
      .tuple(fc.integer({ min: 1, max: 200 }), fc.nat(200), fc.nat(200))
      .map(([last, from, length]) => {
        const first = (from % last) + 1
        return { last, dropped: { from: first, through: Math.min(last, first + length) } }
      })
    fc.assert(
      fc.property(logs, ({ last, dropped }) => {
        const rows = rowCount(last, dropped)
        const shown = Array.from({ length: rows }, (_, row) => sequenceAt(row, dropped))
        const all = Array.from({ length: last }, (_, index) => index + 1)
        expect(shown).toEqual(all.filter((n) => n <= dropped.from || n > dropped.through))
        for (const [row, sequence] of shown.entries()) expect(rowOf(sequence, dropped)).toBe(row)
        for (const n of all)
          if (n > dropped.from && n <= dropped.through) expect(rowOf(n, dropped)).toBe(dropped.from - 1)
      }),
    )
    expect([rowCount(5, undefined), sequenceAt(4, undefined), rowOf(5, undefined)]).toEqual([5, 5, 4])
  })
})

test.each([
  ['', { view: 'now' }],
  ['#/now', { view: 'now' }],
  ['#/jobs', { view: 'jobs', folder: null }],
  ['#/folders/a%2Fb', { view: 'jobs', folder: 'a/b' }],
  ['#/jobs/a%2Fb', { view: 'job', id: 'a/b', tab: 'overview' }],
  ['#/jobs/abc/runs', { view: 'job', id: 'abc', tab: 'runs' }],
  ['#/jobs/abc/nothing', { view: 'job', id: 'abc', tab: 'overview' }],
  ['#/jobs/abc/edit', { view: 'edit-job', id: 'abc' }],
  ['#/new-job', { view: 'new-job', script: null }],
  ['#/new-job/a%2Fb.py', { view: 'new-job', script: 'a/b.py' }],
  ['#/runs/0', { view: 'now' }],
  ['#/runs/12x', { view: 'now' }],
  ['#/scripts', { view: 'scripts' }],
  ['#/scripts/photos%2Fimport.ts', { view: 'script', name: 'photos/import.ts' }],
  ['#/scripts/%E4%BD%A0.py', { view: 'script', name: '你.py' }],
  ['#/scripts/%', { view: 'scripts' }],
  ['#/timeline', { view: 'timeline' }],
  ['#/nothing', { view: 'now' }],
  ['#<script>', { view: 'now' }],
])('the address %s is a place', (hash, route) => {
  expect(parseRoute(hash)).toEqual(route)
})

test.each([
  [['de-DE', 'zh-CN', 'en'], 'zh'],
  [['en-GB', 'zh'], 'en'],
  [['ZH-Hant-TW'], 'zh'],
  [['fr', 'de'], 'en'],
  [[], 'en'],
])('of the languages %j one is spoken', (wanted, language) => {
  expect(chooseLanguage(wanted)).toBe(language)
})

test('times and numbers are written as in the land that the system names', () => {
  expect(localeOf('en', ['de-DE', 'en-GB'])).toBe('en-GB')
  expect(localeOf('en', ['de-DE'])).toBe('en')
  expect(localeOf('zh', ['zh-TW', 'en-GB'])).toBe('zh')
})

test.each([
  ['\u001B[31mred\u001B[0m', 'red'],
  ['\u001B]8;;http://x\u0007link\u001B]8;;\u0007', 'link'],
  ['a\r\nb\nc', 'a ⏎ b ⏎ c'],
  ['bell\u0007 and\u0000 nul', 'bell and nul'],
  ['a\tb\n', 'a\tb'],
])('the message %j is one plain line', (message, line) => {
  expect(plainLine(message)).toBe(line)
})

test('times are told by what is near', () => {
  const now = Date.UTC(2026, 0, 10, 12)
  expect(relativeText('en', now + 90_000, now)).toBe('in 1 min.')
  expect(relativeText('en', now - 3 * 3_600_000, now)).toBe('3 hr. ago')
  expect(relativeText('en', now - 30 * 86_400_000, now)).toContain('2025')
  expect(clockText(new Date(2026, 0, 1, 3, 4, 5, 6).getTime())).toBe('03:04:05.006')
})

describe('code', () => {
  test('that was approved before shows what became of it', () => {
    expect(codeLines('a\nb\nc\n', 'a\nB\nc\n').map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      'same a',
      'removed b',
      'added B',
      'same c',
    ])
    expect(codeLines(null, 'a\n')).toEqual([{ kind: 'same', text: 'a' }])
    expect(codeLines('a\n', null)).toEqual([{ kind: 'removed', text: 'a' }])
    expect(codeLines(null, null)).toEqual([])
  })
})

describe('a bridge that lasts', () => {
  /** Whoever serves, and can be made to go away. */
  function server(told: string[] = []) {
    const takers = new Set<(batch: Batch) => unknown>()
    let close = () => {}
    return {
      connect: async () => {
        const [near, far] = memoryChannels()
        serve(
          far,
          fakeBridge({
            request: async (name) => (told.push(name), { ok: true, data: name }),
            watch: (_, take) => (takers.add(take), () => takers.delete(take)),
          }),
        )
        close = () => (takers.clear(), far.close())
        return near
      },
      stop: () => close(),
      tell: (jobs: string[]) =>
        takers.forEach((take) =>
          take({ executions: [], progress: [], logs: [], jobs, scripts: [], stale: false }),
        ),
      watched: () => takers.size,
    }
  }
  const waitFor = (states: Connection[], state: Connection) => expect.poll(() => states.at(-1)).toBe(state)

  test('goes on watching after the connection was lost, and says that anything may have changed', async () => {
    const far = server()
    const states: Connection[] = []
    const bridge = createLasting(far.connect, (state) => states.push(state))
    const batches: Batch[] = []
    bridge.watch({ jobs: {} }, (batch) => batches.push(batch))
    await expect.poll(far.watched).toBe(1)
    far.stop()
    await waitFor(states, 'offline')
    bridge.hurry()
    await expect.poll(far.watched).toBe(1)
    expect(batches.at(-1)).toMatchObject({ stale: true })
    expect(batches.some(({ closed }) => closed)).toBe(false)
    far.tell(['a'])
    await expect.poll(() => batches.at(-1)?.jobs).toEqual(['a'])
  })

  test('does nothing later that was asked for while it was not there', async () => {
    // Would catch: a start that happens minutes after the click.
    const told: string[] = []
    const far = server(told)
    const states: Connection[] = []
    const bridge = createLasting(far.connect, (state) => states.push(state))
    expect(await bridge.request('first', {})).toEqual({ ok: true, data: 'first' })
    far.stop()
    await waitFor(states, 'offline')
    expect(await bridge.request('lost', {})).toMatchObject({ ok: false, fault: { code: 'disconnected' } })
    bridge.hurry()
    await waitFor(states, 'online')
    expect(await bridge.request('second', {})).toEqual({ ok: true, data: 'second' })
    expect(told).toEqual(['first', 'second'])
  })

  test('says that a link is needed, and is there once it was opened elsewhere', async () => {
    const far = server()
    const states: Connection[] = []
    let isLetIn = false
    const bridge = createLasting(
      async () => {
        if (!isLetIn) throw Object.assign(new Error('no'), { needsLink: true })
        return far.connect()
      },
      (state) => states.push(state),
    )
    await waitFor(states, 'link-needed')
    isLetIn = true
    bridge.hurry()
    await waitFor(states, 'online')
  })
})
