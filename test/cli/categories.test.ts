import { describe, expect, test } from 'vitest'
import { Cli, hasTerminal, inTerminal } from '../support/cli.ts'
import { filled, ran } from '../support/filled.ts'

const deck = () =>
  filled(async (deck) => {
    await ran(deck, 'one', 'true', { category: 'home/nightly' }, 0)
    await ran(deck, 'two', 'true', { category: 'home' }, 0)
    await ran(deck, 'three', 'true', { category: '家/备份 🚀' }, 0)
  })
const paths = async ({ on }: Awaited<ReturnType<typeof deck>>) =>
  (await on('--json', 'categories')).json().map(({ path }) => path as string)

describe('categories', () => {
  test('are a tree with what is in each and below it, their limits and defaults', async () => {
    const own = await deck()
    await own.on(
      'categories',
      'add',
      'home',
      '--description',
      'All',
      '--max-workers',
      '2',
      '--set',
      'timeout=90m',
      '--set',
      'retry.attempts=3',
    )
    const { stdout } = await own.on('categories')
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^CATEGORY +JOBS +AT ONCE +DEFAULTS OF ITS JOBS$/),
      expect.stringMatching(/^home +1 \(2 with those below\) +2 +timeout 1h30m, retry.attempts 3 +All$/),
      expect.stringMatching(/^ {2}nightly +1$/),
      expect.stringMatching(/^家 +0 \(1 with those below\)$/),
      expect.stringMatching(/^ {2}备份 🚀 +1$/),
      '',
    ])
    expect((await own.on('show', 'one')).stdout).toMatch(/^timeout +1h30m +category home$/m)
  })

  test('are changed where they are named, and keep the rest', async () => {
    const own = await deck()
    await own.on(
      'categories',
      'add',
      'home',
      '--description',
      'All',
      '--max-workers',
      '2',
      '--set',
      'timeout=1h',
    )
    expect((await own.on('categories', 'add', 'home', '--set', 'grace=1s')).stderr).toBe(
      'Changed the category "home"\n',
    )
    const of = async () => (await own.on('--json', 'categories')).json().find(({ path }) => path === 'home')
    expect(await of()).toMatchObject({
      description: 'All',
      maxWorkers: 2,
      policy: { timeout: 3_600_000, grace: 1000 },
    })
    await own.on(
      'categories',
      'add',
      'home',
      '--unset',
      'max-workers',
      '--unset',
      'timeout',
      '--unset',
      'description',
    )
    expect(await of()).toMatchObject({ description: null, maxWorkers: null, policy: { grace: 1000 } })
    expect((await own.on('categories', 'add', 'new/a//b')).stderr).toBe('Added the category "new/a/b"\n')
  })

  test('are moved and removed with what is in them', async () => {
    const own = await deck()
    expect((await own.on('categories', 'move', 'home', 'x/y')).stderr).toBe(
      'The category "home" is "x/y" now\n',
    )
    expect(await paths(own)).toEqual(['x', 'x/y', 'x/y/nightly', '家', '家/备份 🚀'])
    expect((await own.on('categories', 'remove', 'x/y', '家/备份 🚀')).stderr).toBe(
      'Removed the category "x/y"\nRemoved the category "家/备份 🚀"\n3 jobs went to the category above\n',
    )
    expect((await own.on('--json', 'list', '--category', 'x')).json()).toHaveLength(2)
    expect((await own.on('--json', 'categories', 'remove', 'x')).json()).toMatchObject([{ path: 'x' }])
  })

  test('are in the history with what was done to them', async () => {
    const own = await deck()
    await own.on('categories', 'add', 'new', '--max-workers', '2', '--set', 'timeout=1h')
    await own.on('categories', 'add', 'new', '--unset', 'max-workers', '--set', 'timeout=2h')
    await own.on('categories', 'move', 'new', 'x/y')
    await own.on('categories', 'remove', 'x/y')
    expect((await own.on('history', '--limit', '4')).stdout.split('\n').slice(1)).toEqual([
      expect.stringMatching(/ command line +removed +the category "x\/y"$/),
      expect.stringMatching(/ command line +moved +the category "new" → "x\/y"$/),
      expect.stringMatching(
        / command line +edited +the category "new": maxWorkers 2 → none, timeout "1h" → "2h"$/,
      ),
      expect.stringMatching(/ command line +created +the category "new"$/),
      '',
    ])
  })

  test.each([
    [['add', '//'], /^2 jobdeck: PATH: must name a category/],
    [['add', ''], /^2 jobdeck: PATH: must not be empty/],
    [['add', 'a', '--max-workers', '0'], /^2 jobdeck: .*--max-workers.*at least 1/],
    [['add', 'a', '--set', 'timeout=soon'], /^2 jobdeck: --set: timeout: must be a time span/],
    [['add', 'a', '--set', 'timeout'], /^2 jobdeck: --set: wants name=value/],
    [['add', 'a', '--description', 'x'.repeat(10_001)], /^2 jobdeck: --description: /],
    [['move', 'nope', 'b'], /^2 jobdeck: there is no category "nope"/],
    [['move', 'home', 'home/a'], /^1 jobdeck: home cannot be moved below itself/],
    [['move', 'home', ''], /^2 jobdeck: TO: must not be empty/],
    [['remove', 'nope'], /^2 jobdeck: there is no category "nope"/],
    [['frob'], /^2 jobdeck: /],
  ])('%j is refused, and nothing is changed', async (args, message) => {
    const own = await deck()
    expect(await own.refused('categories', ...args)).toMatch(message)
    expect(await paths(own)).toEqual(['home', 'home/nightly', '家', '家/备份 🚀'])
  })

  test.skipIf(!hasTerminal)('stand on one line each where the terminal is narrow', async () => {
    const { data } = await deck()
    const { stdout } = await new Cli(['categories'], {
      data,
      through: (command) => inTerminal(command, 24),
    }).done()
    expect(stdout.trimEnd().split(/\r?\n/)).toHaveLength(5)
  })
})
