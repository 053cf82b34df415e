/** `list` and `runs`: that what is asked for is found, all of it, and nothing else. */
import { describe, expect, test } from 'vitest'
import { Cli, hasTerminal, inTerminal, jobdeck } from '../support/cli.ts'
import { filled, ran } from '../support/filled.ts'
import { parseTime } from '../../src/cli/times.ts'

/** Runs: 1 and 2 of Backup, 3 of 备份 🚀, which fails, 4 of Slow. */
const deck = () =>
  filled(async (deck) => {
    await ran(deck, 'Backup', 'true', { category: 'home/nightly', tags: ['disk', 'weekly'] }, 2)
    await ran(deck, '备份 🚀', 'exit 3', { category: 'home', tags: ['disk'] })
    await ran(deck, 'Slow', 'sleep 0.5', { category: 'work' })
    await deck
      .once('in-process', { name: 'Function' })
      .add(0, () => 1)
      .save()
    await deck.client.request('jobs.enable', { job: 'Slow', enabled: false })
    await deck.client.request('pauses.set', { target: { job: 'Backup' } })
  })

describe('list', () => {
  test('finds by status, category with those below, all tags, mode, handler and text', async () => {
    const { on } = await deck()
    const names = async (...args: string[]) =>
      (await on('--json', 'list', ...args)).json().map(({ name }) => name as string)
    expect(await names()).toEqual(['Backup', 'Function', 'Slow', '备份 🚀'])
    expect(await names('--status', 'paused,failed')).toEqual(['Backup', '备份 🚀'])
    expect(await names('--status', 'disabled')).toEqual(['Slow'])
    expect(await names('--category', 'home')).toEqual(['Backup', '备份 🚀'])
    expect(await names('--category', ' home // nightly ')).toEqual(['Backup'])
    expect(await names('--tag', 'disk')).toEqual(['Backup', '备份 🚀'])
    expect(await names('--tag', 'disk', '--tag', 'weekly')).toEqual(['Backup'])
    expect(await names('--mode', 'in-process')).toEqual(['Function'])
    expect(await names('--handler', 'SLEEP')).toEqual(['Slow'])
    expect(await names('备')).toEqual(['备份 🚀'])
    expect(await names('--reverse')).toEqual(['备份 🚀', 'Slow', 'Function', 'Backup'])
    expect(await names('--sort', 'last-run')).toEqual(['Slow', '备份 🚀', 'Backup', 'Function'])
    expect(await names('--limit', '2', '--page', '2')).toEqual(['Slow', '备份 🚀'])
  })

  test('says how many there are, which page comes next, and what is held back', async () => {
    const { on } = await deck()
    const first = await on('list', '--limit', '3')
    expect(first.stderr).toBe('3 of 4 jobs; the next: --page 2\n')
    expect(first.stdout).toMatch(/⏸ paused .* Backup +disk, weekly$/m)
    expect(first.stdout).toMatch(/◇ disabled .* Slow$/m)
    expect((await on('list', '--limit', '3', '--page', '2')).stderr).toBe('4 of 4 jobs\n')
    expect(await on('list', '--limit', '3', '--page', '9')).toMatchObject({ code: 0, stdout: '' })
    expect((await on('list')).stderr).toBe('')
  })

  test('refuses what nothing can be, by the name of the option', async () => {
    const { refused } = await deck()
    expect(await refused('list', '--category', 'hom')).toBe('2 jobdeck: there is no category "hom"\n')
    expect(await refused('list', '--status', 'gone')).toMatch(/^2 jobdeck: .*--status.*'gone'.*paused/)
    expect(await refused('list', '--sort', 'size')).toMatch(/^2 jobdeck: .*--sort.*'size'.*last-run/)
    expect(await refused('list', '--tag', 'x'.repeat(60))).toMatch(/^2 jobdeck: --tag: /)
    expect(await refused('list', '--page', '0')).toMatch(/^2 jobdeck: .*--page.*at least 1/)
  })

  test.skipIf(!hasTerminal)('keeps a job on one line where the terminal is narrow', async () => {
    const { data } = await deck()
    const cli = new Cli(['list'], { data, through: (command) => inTerminal(command, 30) })
    const { stdout } = await cli.done()
    const lines = stdout.trimEnd().split(/\r?\n/)
    expect(lines).toHaveLength(5)
    expect(lines.join('\n')).toContain('备份 🚀')
  })
})

describe('runs', () => {
  test('are found by each filter, sorted, paged and counted', async () => {
    const { on } = await deck()
    const ids = async (...args: string[]) =>
      (await on('--json', 'runs', ...args)).json().map(({ id }) => id as number)
    expect(await ids()).toEqual([4, 3, 2, 1])
    expect(await ids('--category', 'home')).toEqual([3, 2, 1])
    expect(await ids('--tag', 'weekly')).toEqual([2, 1])
    expect(await ids('--text', '备份')).toEqual([3])
    expect(await ids('--handler', 'sleep')).toEqual([4])
    expect(await ids('--trigger', 'api')).toEqual([4, 3, 2, 1])
    expect(await ids('--trigger', 'scheduled,retry')).toEqual([])
    expect(await ids('--mode', 'in-process')).toEqual([])
    expect(await ids('--min-duration', '400ms')).toEqual([4])
    expect(await ids('--max-duration', '400ms', '--status', 'failed')).toEqual([3])
    expect(await ids('--since', '1h')).toEqual([4, 3, 2, 1])
    expect(await ids('--until', '1h')).toEqual([])
    expect(await ids('--until', new Date(Date.now() + 86_400_000).toISOString().slice(0, 10))).toHaveLength(4)
    expect((await ids('--sort', 'duration'))[0]).toBe(4)
    expect(await ids('--sort', 'number', '--reverse', '--limit', '2')).toEqual([1, 2])
    expect(await ids('--limit', '3', '--page', '2')).toEqual([1])
    expect((await on('runs', '--count', '--status', 'completed')).stdout).toBe('3 runs\n')
    expect((await on('--json', 'runs', 'slow', '--count')).json()).toEqual([{ count: 1 }])
    expect((await on('runs', '--limit', '3', '--page', '2')).stderr).toBe('4 of 4 runs\n')
  })

  test('refuse times and ranges that are none, by the name of the option', async () => {
    const { refused } = await deck()
    expect(await refused('runs', '--since', 'soon')).toMatch(/^2 jobdeck: .*--since.*'soon'.*2026-01-31/)
    expect(await refused('runs', '--until', '2026-02-30')).toMatch(/^2 jobdeck: .*--until.*2026-02-30/)
    expect(await refused('runs', '--since', '1h', '--until', '2h')).toBe(
      '2 jobdeck: --since: must be before --until\n',
    )
    expect(await refused('runs', '--min-duration', '2s', '--max-duration', '1s')).toBe(
      '2 jobdeck: --min-duration: must not be more than --max-duration\n',
    )
    expect(await refused('runs', '--trigger', 'magic')).toMatch(/^2 jobdeck: .*--trigger.*manual, scheduled/)
  })

  test('beyond a thousand are all there as JSON, and said to be more for people', async () => {
    const { on } = await filled(async (deck) => {
      const job = deck.once('in-process', { name: 'many', maxWorkers: 100 }).add(0, () => {})
      const started = await Promise.all(Array.from({ length: 1005 }, () => job.start()))
      await Promise.all(started.flat().map((run) => run.finished()))
    })
    expect((await on('--json', 'runs')).json().map(({ id }) => id)).toEqual(
      Array.from({ length: 1005 }, (_, index) => 1005 - index),
    )
    expect((await on('runs')).stderr).toBe('25 of 1,000+ runs; the next: --page 2\n')
    expect((await on('runs', '--count')).stdout).toBe('1,005 runs\n')
  })
})

test('lists of an empty deck say so, and as JSON say nothing', async () => {
  for (const command of ['list', 'runs', 'categories']) {
    expect(await jobdeck([command])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(/^No /),
    })
    expect(await jobdeck(['--json', command])).toMatchObject({ code: 0, stdout: '', stderr: '' })
  }
})

describe('a time', () => {
  const now = Date.UTC(2026, 5, 15, 12)
  const local = (...parts: [number, number, number, number?, number?]) => new Date(...parts).getTime()
  test.each([
    ['2h', 'start', now - 7_200_000],
    ['3d', 'end', now - 3 * 86_400_000],
    ['2026-01-31', 'start', local(2026, 0, 31)],
    ['2026-01-31', 'end', local(2026, 1, 1)],
    ['2026-01-31T18:30', 'end', local(2026, 0, 31, 18, 30)],
    ['2026-01-31 18:30', 'start', local(2026, 0, 31, 18, 30)],
    ['2026-01-31T18:30:05.250Z', 'start', Date.UTC(2026, 0, 31, 18, 30, 5, 250)],
    ['2026-01-31t18:30+02:00', 'start', Date.UTC(2026, 0, 31, 16, 30)],
    ['2026-02-29', 'start', undefined],
    ['2026-13-01', 'start', undefined],
    ['2026-01-31T24:01', 'start', undefined],
    ['yesterday', 'start', undefined],
    ['1e3', 'start', undefined],
    ['', 'start', undefined],
    ['99999999d', 'start', undefined],
  ] as const)('%j at the %s of a day is read or refused, never guessed', (text, edge, time) => {
    expect(parseTime(text, edge, now)).toBe(time)
  })
})
