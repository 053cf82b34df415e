/** The decisions of the frame and of the list of jobs, which need no window. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TFunction } from 'i18next'
import { bytesText, localText, relativeText, spanText } from '../../src/renderer/format.ts'
import { commandFor, inForce, keysText, type Command } from '../../src/renderer/state/commands.ts'
import { jobsBelow, openFolders } from '../../src/renderer/state/folders.ts'
import { waitText } from '../../src/renderer/waiting.ts'
import { WAITS } from '../../src/shared/waits.ts'
import { isolated } from '../../src/renderer/language.ts'
import { fewOf } from '../../src/renderer/state/upcoming.ts'
import { filtered, sorted } from '../../src/renderer/state/jobs-view.ts'
import { bestOf, fitOf } from '../../src/renderer/state/fit.ts'
import type { Category, Job } from '../../src/shared/contract.ts'

const job = (changes: Partial<Job>): Job => ({
  id: 'a',
  key: 'a',
  name: 'Backup',
  description: null,
  category: null,
  status: 'ready',
  progress: null,
  tags: [],
  enabled: true,
  mode: null,
  policy: {},
  handlers: [],
  params: {},
  schedule: null,
  next: null,
  stopped: null,
  counts: {},
  pause: null,
  lastExecutionId: null,
  managedBy: null,
  createdAt: 0,
  updatedAt: 0,
  ...changes,
})

describe('jobs', () => {
  const all = { text: '', status: null, folder: null }
  const jobs = [
    job({ id: '1', name: 'Nightly backup', category: 'home/disk', status: 'failed', tags: ['weekly'] }),
    job({
      id: '2',
      name: 'Backup of photos',
      category: 'home',
      handlers: [{ priority: 1, handler: { script: 'Photos.py' } }],
    }),
    job({ id: '3', name: '每日备份', category: 'homework', next: { at: 5, dueAt: 5 }, lastExecutionId: 9 }),
  ]
  const ids = (found: Job[]) => found.map(({ id }) => id).join('')

  test.each([
    [{ text: 'BACKUP' }, '12'],
    [{ text: 'photos backup' }, '2'],
    [{ text: 'photos.py' }, '2'],
    [{ text: 'weekly' }, '1'],
    [{ text: '备份' }, '3'],
    [{ folder: 'home' }, '12'],
    [{ folder: 'home/disk' }, '1'],
    [{ status: 'failed' as const }, '1'],
    [{ status: 'failed' as const, folder: 'homework' }, ''],
  ])('that fit %j are found, and those of no other folder with a like name', (wanted, found) => {
    expect(ids(filtered(jobs, { ...all, ...wanted }))).toBe(found)
  })

  test('are in the order that was asked for, and the same ones', () => {
    expect(ids(sorted(jobs, 'next', false))).toBe('312')
    expect(ids(sorted(jobs, 'status', false))[0]).toBe('1')
    expect(ids(sorted(jobs, 'last', false))[0]).toBe('3')
    expect(ids(sorted(jobs, 'name', true))).toBe('321')
  })
})

test('the tree of folders is open on the way to the chosen one, and counts what lies below', () => {
  const folder = (path: string, jobs: number): Category => ({
    id: 1,
    path,
    description: null,
    maxWorkers: null,
    policy: {},
    jobs,
  })
  const folders = [folder('a', 1), folder('a/b', 2), folder('a/b/c', 4), folder('ab', 8), folder('ab/d', 16)]
  const shown = (chosen: string | null) => openFolders(folders, chosen).map(({ path }) => path)
  expect(shown(null)).toEqual(['a', 'ab'])
  expect(shown('a')).toEqual(['a', 'a/b', 'ab'])
  expect(shown('a/b')).toEqual(['a', 'a/b', 'a/b/c', 'ab'])
  expect(jobsBelow(folders, 'a')).toBe(7)
})

describe('keys', () => {
  const commands: Command[] = ['g n', 'n', 'g j', '?', 'mod+k', 'Escape'].map((keys) => ({
    id: keys,
    title: keys,
    keys,
    run: () => {},
  }))
  const press = (key: string, held: object = {}) => ({
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    ...held,
  })
  test.each([
    ['one key', press('n'), '', 'n'],
    ['two in a row', press('n'), 'g', 'g n'],
    ['the first of two alone', press('g'), '', undefined],
    ['one that needs Shift', press('?', { shiftKey: true }), '', '?'],
    ['one with Ctrl', press('k', { ctrlKey: true }), '', 'mod+k'],
    ['what belongs to the browser', press('n', { ctrlKey: true }), '', undefined],
    ['what types a character', press('n', { altKey: true }), '', undefined],
    ['a key after one that began nothing', press('?'), 'x', '?'],
  ])('%s', (_, event, before, id) => {
    expect(commandFor(commands, event, before)?.id).toBe(id)
  })
  test('those of the view go before those that do the same everywhere, whichever was drawn last', () => {
    const [everywhere, view] = [
      { ...commands[1]!, id: 'new' },
      { ...commands[1]!, id: 'next match', scope: 'view' as const },
    ]
    const layers = (...order: Command[]) => ({
      layers: new Map(order.map((each) => [Symbol('layer'), [each]])),
    })
    for (const order of [layers(everywhere, view), layers(view, everywhere)])
      expect(commandFor(inForce(order), press('n'), '')?.id).toBe('next match')
  })
  test('are written as people write them', () => {
    expect(keysText('mod+k')).toBe('Ctrl+K')
    expect(keysText('Escape')).toBe('Esc')
    expect(keysText('g n')).toBe('g n')
  })
})

describe('what is typed into the palette', () => {
  test('finds what has all of its words, the beginning of words first', () => {
    const names = ['Rebackup', 'Nightly backup', 'Backup of photos', 'Report']
    expect(bestOf(names, (name) => name, 'back')).toEqual(['Backup of photos', 'Nightly backup', 'Rebackup'])
    expect(bestOf(names, (name) => name, 'photos back')).toEqual(['Backup of photos'])
    expect(bestOf(names, (name) => name, '')).toEqual(names)
  })
  test('fits whatever it was cut out of', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.nat(), fc.nat(), (text, from, length) => {
        const part = text.slice(from % text.length, (from % text.length) + 1 + (length % 5))
        expect(fitOf(text, part)).toBeGreaterThan(0)
      }),
    )
  })
})

test('amounts and times are written as they are typed', () => {
  expect(relativeText('en', new Date(2026, 5, 3, 22).getTime(), new Date(2026, 5, 1, 23).getTime())).toBe(
    'in 2 days',
  )
  expect(bytesText('en', 2 * 1024 ** 3)).toBe('2 GB')
  expect(bytesText('en', 1536)).toBe('1.5 kB')
  expect(bytesText('en', 0)).toBe('0 bytes')
  expect(localText(new Date(2026, 0, 2, 3, 4).getTime())).toBe('2026-01-02T03:04')
})

test('a span of time is told in its two largest units, and never as none of something', () => {
  const t = ((key: string, values: Record<string, number>) =>
    `${Object.values(values)[0]}${key.slice(5)}`) as unknown as TFunction
  const SECOND = 1000
  const DAY = 86_400 * SECOND
  expect(
    [
      0,
      999,
      1500,
      9990,
      60 * SECOND,
      61 * SECOND,
      3600 * SECOND,
      7 * DAY,
      7 * DAY + 60 * SECOND,
      1.5 * DAY,
    ].map((ms) => spanText(t, ms)),
  ).toEqual(['0ms', '999ms', '1.5s', '9.9s', '1m', '1m 1s', '1h', '7d', '7d', '1d 12h'])
})

test('a name within a sentence does not turn the sentence around', () => {
  expect(isolated('Backup')).toBe('Backup')
  expect(isolated('גיבוי')).toBe('\u2068גיבוי\u2069')
  expect(isolated('evil\u202Egnp.exe')).toBe('evilgnp.exe')
})

test('what comes next has room for each job before further times of one', () => {
  const planned = (jobId: string, at: number) => ({
    jobId,
    jobName: jobId,
    at,
    snoozed: false,
    paused: false,
  })
  const times = [...Array.from({ length: 20 }, (_, at) => planned('minutely', at)), planned('nightly', 100)]
  expect(fewOf(times, 4).map(({ jobId, at }) => [jobId, at])).toEqual([
    ['minutely', 0],
    ['minutely', 1],
    ['minutely', 2],
    ['nightly', 100],
  ])
  expect(fewOf(times, 1)).toEqual([planned('minutely', 0)])
})

test.each(['en', 'zh'])('what a run waits for has its words, whatever it is: %s', (language) => {
  const file = join('src/renderer/texts', language, 'words.json')
  const { waits } = JSON.parse(readFileSync(file, 'utf8')) as { waits: Record<string, string> }
  expect(Object.keys(waits).toSorted()).toEqual(WAITS.toSorted())
  const t = ((key: string) => waits[key.slice('waits.'.length)]) as unknown as TFunction
  expect(waitText(t, { what: 'job-resumed', reason: 'by hand' })).toBe(`${waits['job-resumed']} (by hand)`)
})
