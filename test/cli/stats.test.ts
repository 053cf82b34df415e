import { describe, expect, test } from 'vitest'
import { bars, hourLine } from '../../src/cli/charts.ts'
import { percent } from '../../src/cli/stats.ts'
import { jobdeck } from '../support/cli.ts'
import { filled, ran } from '../support/filled.ts'

const deck = () =>
  filled(async (deck) => {
    await ran(deck, '备份', 'echo saved', { category: 'home' }, 3)
    await ran(deck, 'fails', 'exit 1', { category: 'work' })
  })

describe('stats', () => {
  test('say how runs ended, how well, how long they took, when, and how large all is', async () => {
    const { on } = await deck()
    const { stdout, stderr } = await on('stats')
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^All runs, \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d\nEnded +4\n/)
    expect(stdout).toMatch(/^✔ completed +3$/m)
    expect(stdout).toMatch(/^Success rate +75 %$/m)
    expect(stdout).toMatch(/^Took +mean \S+, half within /m)
    expect(stdout).toMatch(/^\d{4}-\d\d-\d\d +█+ *4 +✖ 1$/m)
    expect(stdout).toMatch(/^ +0─+4$/m)
    expect(stdout).toMatch(/^Busiest: \d\d:00 \(\d\)/m)
    expect(stdout).toMatch(/^0 running, 0 waiting$/m)
    expect(stdout).toMatch(/ database, of which /)
    expect(stdout).not.toContain('\u001B')
  })

  test('of a job, of a category and of a time count only theirs', async () => {
    const { on, refused } = await deck()
    const ended = async (...args: string[]) => (await on('--json', 'stats', ...args)).json()[0]!.ended
    expect(await ended()).toEqual({ completed: 3, failed: 1 })
    expect(await ended('备份')).toEqual({ completed: 3 })
    expect(await ended('--category', 'work')).toEqual({ failed: 1 })
    expect(await ended('--until', '2d')).toEqual({})
    expect(await ended('--since', '1h')).toEqual({ completed: 3, failed: 1 })
    const [job] = (await on('--json', 'stats', '备份')).json()
    expect(job).toMatchObject({ logBytes: 15, successRate: 1, hours: expect.any(Array) })
    expect(job).not.toHaveProperty('sizes')
    expect(await refused('stats', 'nope')).toBe('2 jobdeck: there is no job "nope"\n')
    expect(await refused('stats', '--category', 'nope')).toBe('2 jobdeck: there is no category "nope"\n')
    expect(await refused('stats', '--since', 'x')).toMatch(/^2 jobdeck: .*--since/)
    expect(await refused('stats', '--since', '1h', '--until', '2h')).toMatch(
      /^2 jobdeck: --since: must be before/,
    )
  })

  test('of an empty deck are none, without a chart and without a division by nought', async () => {
    const { code, stdout } = await jobdeck(['stats'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Ended +none$/m)
    expect(stdout).not.toMatch(/NaN|Infinity|by day|Busiest/)
  })

  test('of a job are shown with it, with its policy and where that comes from', async () => {
    const { on } = await deck()
    const { stdout } = await on('show', '备份')
    expect(stdout).toMatch(/^In 30 days +3 ended, 100 % completed, half within \S+, nine in ten within \S+$/m)
    expect(stdout).toMatch(/^grace +5s +default$/m)
    expect(stdout).toMatch(/^mode +process +job$/m)
    const [job] = (await on('--json', 'show', '备份')).json()
    expect(job).toMatchObject({
      statistics: { ended: { completed: 3 }, successRate: 1 },
      effectivePolicy: expect.arrayContaining([{ field: 'grace', value: 5000, from: 'default' }]),
    })
  })
})

test('each attempt of a run is shown with the whole chain', async () => {
  const { on } = await filled((deck) =>
    ran(deck, 'tries', 'exit 1', { retry: { attempts: 3, delay: '1ms' } }),
  )
  for (const id of [1, 2, 3]) {
    const [run] = (await on('--json', 'show', String(id))).json()
    expect(run!.attempts.map((one: { id: number; attempt: number }) => [one.attempt, one.id])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ])
  }
  expect((await on('show', '2')).stdout).toMatch(/^2 +#2 \(this one\) +✖ failed/m)
})

describe('bars', () => {
  test('begin at nought, keep their proportions to a tenth of a cell, and have a scale that none exceeds', () => {
    const rows = [100, 50, 25, 1, 0].map((value) => ({ label: 'x', value }))
    const lines = bars(rows, 60).split('\n')
    const length = (line: string) => (/█*[▏▎▍▌▋▊▉]?/.exec(line.slice(3))?.[0] ?? '').length
    const [all, half, quarter] = lines.map(length) as [number, number, number]
    expect(Math.abs(half - all / 2)).toBeLessThanOrEqual(1)
    expect(Math.abs(quarter - all / 4)).toBeLessThanOrEqual(1)
    expect(lines[3]).toMatch(/^x {2}[▏▎▍▌▋▊▉]/)
    expect(lines[4]).toMatch(/^x +0$/)
    expect(lines[5]).toMatch(/^ {3}0─+100$/)
    expect(lines[5]).toHaveLength(3 + all)
  })

  test('of very few beside very many have a dot, not nothing', () => {
    expect(
      bars(
        [
          { label: 'a', value: 1_000_000 },
          { label: 'b', value: 1 },
        ],
        40,
      ).split('\n')[1],
    ).toContain('·')
  })

  test('fit into a narrow terminal', () => {
    const rows = [{ label: '2026-01-01', value: 1234, remark: '✖ 12' }]
    for (const line of bars(rows, 40).split('\n')) expect(line.length).toBeLessThan(40)
  })

  test('of hours have 24 places and name the busiest first', () => {
    const hours = Array.from({ length: 24 }, (_, hour) => (hour === 3 ? 8 : hour === 20 ? 4 : 0))
    const [line, , words] = hourLine(hours).split('\n')
    expect(line).toHaveLength(26)
    expect([line![4], line![21]]).toEqual(['█', '▄'])
    expect(words).toBe('Busiest: 03:00 (8), 20:00 (4)')
  })
})

test('a part is never said to be all or nothing where it is not', () => {
  expect([0, 0.0001, 0.5, 0.98765, 0.99999, 1].map(percent)).toEqual([
    '0 %',
    '< 0.1 %',
    '50 %',
    '98.8 %',
    '> 99.9 %',
    '100 %',
  ])
})
