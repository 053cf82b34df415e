import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Cli, jobdeck } from '../support/cli.ts'
import { makeDeck } from '../../bench/decks.ts'
import { temporaryFolder } from '../support/deck.ts'
import { addLines, numbered } from '../support/logs.ts'

/** A deck with run #1 of Backup, which logged one line, and #2 of Copy, which logged three and failed. */
async function loggedDeck() {
  const data = join(temporaryFolder(), 'data')
  const on = (...args: string[]) => jobdeck(args, { data })
  const run = (name: string, line: string) => on('run', '--name', name, '--', 'sh', '-c', line)
  await run('Backup', 'echo saved 100% of 备份')
  await run('Copy', `echo one; echo 'disk FULL'; echo '{"level":"error","msg":"gave up"}'; exit 1`)
  const found = async (...args: string[]) =>
    (await on('--json', 'logs', ...args))
      .json()
      .map(({ executionId, message }) => `${executionId} ${message}`)
  return { data, file: join(data, 'jobdeck.db'), on, found }
}

describe('logs over all runs', () => {
  test('shows run, job, time, level and line, newest first', async () => {
    const { on } = await loggedDeck()
    const { stdout, stderr, code } = await on('logs', '--since', '1h')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(RegExp(`^#2 Copy ${time} error gave up$`)),
      expect.stringMatching(RegExp(`^#2 Copy ${time} info  disk FULL$`)),
      expect.stringMatching(RegExp(`^#2 Copy ${time} info  one$`)),
      expect.stringMatching(RegExp(`^#1 Backup ${time} info  saved 100% of 备份$`)),
      '',
    ])
  })

  test('takes each filter for what it says', async () => {
    const { found, on } = await loggedDeck()
    expect(await found('--grep', 'full')).toEqual(['2 disk FULL'])
    expect(await found('--grep', '备份')).toEqual(['1 saved 100% of 备份'])
    expect(await found('--grep', '0%')).toEqual(['1 saved 100% of 备份'])
    expect(await found('--pattern', '^d.*l$')).toEqual([])
    expect(await found('--pattern', '^d.*l$', '-i')).toEqual(['2 disk FULL'])
    expect(await found('--level', 'warn')).toEqual(['2 gave up'])
    expect(await found('--job', 'backup')).toEqual(['1 saved 100% of 备份'])
    expect(await found('--until', '1h')).toEqual([])
    expect(await found('--until', '2020-01-01')).toEqual([])
    expect(await found('2', '--grep', 'full')).toEqual(['2 disk FULL'])
    expect(await found('copy', '--pattern', 'o')).toEqual(['2 one'])
    const few = await on('logs', '--level', 'info', '--limit', '2')
    expect(few.stdout.split('\n')).toHaveLength(3)
    expect(few.stderr).toBe('Older ones were not looked for: add --limit 8\n')
    const none = await on('logs', '--grep', 'nowhere')
    expect(none).toMatchObject({ code: 0, stdout: '', stderr: 'No line fits that.\n' })
  })

  test('finds one run among twenty thousand by a word of its log', async () => {
    const data = join(temporaryFolder(), 'data')
    mkdirSync(data)
    const file = join(data, 'jobdeck.db')
    await makeDeck(file, { executions: 20_000, lines: 60_000 })
    // Far from both ends: neither the newest runs alone are looked through, nor is the last step left out.
    addLines(file, 7777, ['checked the parcels', 'lost parcel Xanthippe-42', 'done'])
    addLines(file, 1, ['found parcel Xanthippe-43'])
    const { code, stderr, json } = await jobdeck(['--json', 'logs', '--grep', 'xanthippe'], { data })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(json()).toMatchObject([
      { executionId: 7777, jobName: 'job 77', message: 'lost parcel Xanthippe-42' },
      { executionId: 1, jobName: 'job 0', message: 'found parcel Xanthippe-43' },
    ])
  })

  test.each([
    [['logs'], /name a run or a job.*--grep/],
    [['logs', '--pattern', '('], /must be a regular expression/],
    [['logs', '--since', 'yesterday'], /--since.*2h/],
    [['logs', '--grep', 'a', '--around', '5'], /^jobdeck: --around: wants a run/],
    [['logs', '1', '--job', 'backup'], /^jobdeck: --job: /],
    [['logs', '1', '--limit', '5'], /^jobdeck: --limit: .*--last/],
    [['logs', '1', '--around', '5', '--follow'], /^jobdeck: --around: /],
  ])('%j is refused with what is wanted', async (args, message) => {
    const { on } = await loggedDeck()
    const { code, stdout, stderr } = await on(...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
  })

  test('shows the lines around one', async () => {
    const { file, found } = await loggedDeck()
    addLines(file, 1, numbered(1000))
    expect(await found('1', '--around', '500', '--limit', '4')).toEqual(
      [498, 499, 500, 501].map((number) => `1 line ${number}`),
    )
    expect(await found('1', '--around', '500')).toHaveLength(20)
  })

  test('shows the first hit while it goes on, and ends at once with Ctrl-C', async () => {
    const { data, file } = await loggedDeck()
    // A page full of hits, then a line that it would be busy with for ever.
    addLines(file, 1, ['a'.repeat(60)])
    addLines(file, 2, Array<string>(100).fill('aaa'))
    const cli = new Cli(['logs', '--pattern', '^a{3}$|(a+)+!', '--limit', '1000'], { data })
    await cli.line((line) => line.endsWith(' aaa'))
    cli.child.kill('SIGINT')
    const [code, signal] = (await once(cli.child, 'exit')) as [number | null, string | null]
    expect([code, signal]).toEqual([null, 'SIGINT'])
  })
})
