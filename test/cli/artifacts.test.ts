/** `artifacts`, and what `show` tells of a run besides: that files are found, and none is lost by saving them. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { filled } from '../support/filled.ts'
import { temporaryFolder } from '../support/deck.ts'

/** Run 1 keeps two files and a summary, run 2 nothing. */
const deck = () =>
  filled(async (deck) => {
    const folder = temporaryFolder()
    for (const name of ['a.txt', 'b.txt']) writeFileSync(join(folder, name), `this is ${name}`)
    const keeper = deck.once('in-process', { name: 'Keeper' }).add(1, async ({ attach, summarize }) => {
      await attach(join(folder, 'a.txt'))
      await attach(join(folder, 'b.txt'), 'second\u001B[31m.txt')
      summarize('# All is well\n\n* two files\n')
    })
    const empty = deck.once('in-process', { name: 'Empty' }).add(1, () => {})
    for (const job of [keeper, empty]) {
      await job.start()
      await job.finished()
    }
  })

describe('artifacts', () => {
  test('lists the files of a run, or of the latest run of a job', async () => {
    const { on } = await deck()
    const { stdout } = await on('artifacts', '1')
    expect(stdout).toMatch(/^FILE +SIZE +KEPT +WHERE\n *a\.txt +13 B .*\n *second_\[31m\.txt +13 B /)
    const listed = (await on('--json', 'artifacts', 'Keeper')).json()
    expect(listed).toMatchObject([
      { name: 'a.txt', size: 13 },
      { name: 'second_[31m.txt', size: 13 },
    ])
    expect(readFileSync(listed[0]!.path as string, 'utf8')).toBe('this is a.txt')
    expect(await on('artifacts', 'Empty')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'Run #2 has kept no files.\n',
    })
  })

  test('saves them, and writes over nothing unless told to', async () => {
    const { on, refused } = await deck()
    const folder = join(temporaryFolder(), 'new', 'folder')
    expect((await on('artifacts', '1', '--save', folder)).stderr).toBe(
      `2 files of run #1 saved in ${folder}\n`,
    )
    expect(readdirSync(folder)).toEqual(['a.txt', 'second_[31m.txt'])
    writeFileSync(join(folder, 'second_[31m.txt'), 'mine')
    const other = temporaryFolder()
    writeFileSync(join(other, 'second_[31m.txt'), 'mine')
    expect(await refused('artifacts', '1', '--save', other)).toMatch(
      /^1 jobdeck: .* is there already: add --force/,
    )
    expect(existsSync(join(other, 'a.txt'))).toBe(false)
    expect(readFileSync(join(other, 'second_[31m.txt'), 'utf8')).toBe('mine')
    await on('artifacts', '1', '--save', other, '--force')
    expect(readFileSync(join(other, 'second_[31m.txt'), 'utf8')).toBe('this is b.txt')
  })

  test('refuses what makes no sense', async () => {
    const { refused } = await deck()
    expect(await refused('artifacts', '1', '--force')).toMatch(/^2 jobdeck: --force: is for --save/)
    expect(await refused('artifacts', '9')).toMatch(/^2 jobdeck: there is no run #9/)
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    expect(await refused('artifacts', '1', '--save', join(file, 'x'))).toMatch(
      /^2 jobdeck: the files cannot be saved in /,
    )
  })
})

test('show has the summary and the files of a run, also as JSON; stats has the size of all files', async () => {
  const { on } = await deck()
  const { stdout } = await on('show', '1')
  expect(stdout).toMatch(/\nSummary\n# All is well\n\n\* two files\n/)
  expect(stdout).toMatch(/Files: jobdeck artifacts 1 --save FOLDER\nFILE +SIZE/)
  expect((await on('--json', 'show', '1')).json()[0]).toMatchObject({
    summary: '# All is well\n\n* two files\n',
    artifacts: [{ name: 'a.txt' }, { name: 'second_[31m.txt' }],
  })
  const none = await on('show', '2')
  expect(none.stdout).not.toMatch(/Summary|Files/)
  expect((await on('stats')).stdout).toMatch(/26 B of files kept with runs/)
})
