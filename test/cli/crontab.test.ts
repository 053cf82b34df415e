/** `import crontab`: that lines become the jobs that they are, and that cron and Jobdeck never both forget or run one. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import { execFileSync } from 'node:child_process'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { withInput } from '../../src/core/crontab/jobs.ts'
import { aboutNext, atPercent, readCrontab } from '../../src/core/crontab/lines.ts'
import { giveBack, takeOver } from '../../src/core/crontab/rewrite.ts'
import { jobdeck } from '../support/cli.ts'
import { temporaryFolder, writeFile } from '../support/deck.ts'

/** A deck, and a program `crontab` that keeps its text in a file and cannot write it where there is a file `refuse`. */
function workplace(text?: string) {
  const folder = temporaryFolder()
  const [bin, tab] = [join(folder, 'bin'), join(folder, 'tab')]
  mkdirSync(bin)
  const program = `#!/bin/sh
cd '${folder}'
if [ "$1" = -l ]; then
  [ -f tab ] || { echo "no crontab for you" >&2; exit 1; }
  cat tab
elif [ -f refuse ]; then echo "you may not" >&2; exit 1
else cat > tab
fi
`
  chmodSync(writeFile(bin, 'crontab', program), 0o755)
  if (text !== undefined) writeFileSync(tab, text)
  const env = { PATH: `${bin}${delimiter}${process.env.PATH}` }
  const on = (...args: string[]) => jobdeck(args, { data: join(folder, 'data'), env })
  const file = (content: string) => writeFile(folder, 'given', content)
  const jobs = async () => (await on('--json', 'list')).json()
  const states = async () => (await jobs()).map(({ name, enabled }) => `${name} ${enabled}`)
  return { folder, on, file, jobs, states, tab: () => readFileSync(tab, 'utf8') }
}

const TAB = `# Edit this file
# m h  dom mon dow   command

# Nightly backup
# of the home folder
  0 3 * * *   /usr/bin/backup --all
MAILTO="me@example.org"
PATH=/usr/bin:/bin
CRON_TZ=Europe/Berlin
@daily cat%hello%50\\% done
SHELL=/bin/bash
@reboot echo a && echo b`

test('it is only shown, until it is applied; then new jobs are disabled, and a second time nothing is done', async () => {
  const { on, jobs, states, tab } = workplace(TAB)
  const shown = await on('import', 'crontab')
  expect(shown.code).toBe(0)
  expect(shown.stdout).toContain('+ line 6: Nightly backup\n    when: 0 3 * * * (At 03:00, next ')
  expect(shown.stdout).toContain('    runs: /usr/bin/backup --all\n')
  expect(shown.stderr).toContain('line 7: MAILTO is not kept: ')
  expect(shown.stderr).toContain('Nothing was done; it would be: 3 created')
  expect(await jobs()).toEqual([])
  const done = await on('import', 'crontab', '--apply')
  expect(done.stderr).toContain('New jobs are disabled, so that nothing runs twice')
  const all = await jobs()
  expect(all).toMatchObject([
    {
      name: 'cat',
      category: 'crontab',
      enabled: false,
      schedule: { cron: '@daily', zone: 'Europe/Berlin' },
      handlers: [{ handler: { shell: "{ cat\n} <<'END'\nhello\n50% done\nEND" } }],
      policy: { environment: { PATH: '/usr/bin:/bin' }, directory: userInfo().homedir },
    },
    {
      name: 'echo a && echo b',
      enabled: false,
      schedule: { cron: '@reboot' },
      handlers: [{ handler: { command: ['/bin/bash', '-c', 'echo a && echo b'] } }],
    },
    {
      name: 'Nightly backup',
      description: 'Nightly backup\nof the home folder',
      schedule: { cron: '0 3 * * *' },
      handlers: [{ handler: { shell: '/usr/bin/backup --all' } }],
    },
  ])
  await on('enable', 'cat')
  const again = await on('import', 'crontab', '--apply')
  expect(again).toMatchObject({ code: 0, stdout: '' })
  expect(again.stderr).toContain('0 created, 0 updated, 3 unchanged\n')
  expect(again.stderr).not.toContain('New jobs')
  expect(await states()).toEqual(['cat true', 'echo a && echo b false', 'Nightly backup false'])
  expect(tab()).toBe(TAB)
})

test('lines are taken over and given back, to the byte; their jobs are enabled and disabled with them', async () => {
  const { on, states, tab } = workplace(TAB)
  const taken = await on('import', 'crontab', '--take-over')
  expect(taken.stderr).toContain('3 lines taken over: cron runs them no longer')
  expect(tab()).toMatch(
    /^# jobdeck crontab:\w{12} runs the next line .*\n# {2}0 3 \* \* \* {3}\/usr\/bin\/backup --all$/m,
  )
  expect(readCrontab(tab(), false).entries).toEqual([])
  expect(await states()).toEqual(['cat true', 'echo a && echo b true', 'Nightly backup true'])
  expect((await on('list', '--status', 'ready')).stdout).toContain('echo a && echo b')
  expect((await on('import', 'crontab')).stderr).toContain('There is no line to import.')
  const back = await on('import', 'crontab', '--give-back')
  expect(back.stderr).toBe('3 lines given back to cron, 3 jobs disabled\n')
  expect(tab()).toBe(TAB)
  expect(await states()).toEqual(['cat false', 'echo a && echo b false', 'Nightly backup false'])
  expect((await on('import', 'crontab', '--give-back')).stderr).toBe(
    'No line of the crontab was taken over.\n',
  )
})

test('a crontab that cannot be written leaves the jobs as they were, whichever way', async () => {
  const { folder, on, states, tab } = workplace('0 3 * * * one\n')
  writeFileSync(join(folder, 'refuse'), '')
  const refused = await on('import', 'crontab', '--take-over')
  expect(refused).toMatchObject({ code: 1, stderr: 'jobdeck: the crontab cannot be written: you may not\n' })
  expect([tab(), await states()]).toEqual(['0 3 * * * one\n', ['one false']])
  execFileSync('rm', [join(folder, 'refuse')])
  await on('import', 'crontab', '--take-over')
  writeFileSync(join(folder, 'refuse'), '')
  expect((await on('import', 'crontab', '--give-back')).code).toBe(1)
  expect(await states()).toEqual(['one true'])
})

test('lines with users are refused, unless it is said; those of other users are left out', async () => {
  const { on, file, jobs } = workplace()
  const given = file(`17 * * * * root run-parts\n* * * * * ${userInfo().username} true\n`)
  const refused = await on('import', 'crontab', given)
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(refused.stderr).toContain(
    'name the user that they run as, as those of the system do: add --user-column',
  )
  const other = file(`17 * * * * somebody-else run-parts\n* * * * * ${userInfo().username} true\n`)
  const done = await on('import', 'crontab', other, '--user-column', '--apply')
  expect(done.stderr).toContain('line 1: is left out, it runs as somebody-else')
  expect(await jobs()).toMatchObject([{ name: 'true', handlers: [{ handler: { shell: 'true' } }] }])
})

describe('what cannot be read is named by its line, and nothing is imported', () => {
  test.each([
    ['no command', '0 3 * * *', 'line 2: wants five fields or a nickname such as @daily, then a command'],
    ['a wrong field', '0 25 * * * x', 'line 2: hour "25": wants a number from 0 to 23'],
    ['a day that never comes', '0 0 30 2 * x', 'line 2: day of month and month: no year has such a day'],
    ['an unknown nickname', '@noon x', 'line 2: does not know "@noon"'],
    ['a zone that is none', 'CRON_TZ=Mars', 'line 2: CRON_TZ: "Mars" is no time zone'],
    ['a shell by its name', 'SHELL=bash', 'line 2: SHELL: wants the whole path of a shell'],
    ['a word', 'hello', 'line 2: wants five fields'],
  ])('%s', async (_, line, message) => {
    const { on, file, jobs } = workplace()
    const given = file(`* * * * * good\n${line}\n`)
    const { code, stdout, stderr } = await on('import', 'crontab', given, '--apply')
    expect(stderr).toContain(`${given}: ${message}`)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(await jobs()).toEqual([])
  })

  test('no crontab, no program, no file, options that do not go together', async () => {
    const { on, folder } = workplace()
    expect(await on('import', 'crontab')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('you have no crontab'),
    })
    expect(await on('import', 'crontab', '/no/such')).toMatchObject({ code: 2 })
    expect(await on('import', 'crontab', '/no/such', '--take-over')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--take-over: is for your own crontab'),
    })
    expect((await on('import', 'crontab', '--take-over', '--give-back')).code).toBe(2)
    expect(await on('import', 'crontab', '--take-over', '--dry-run')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--dry-run: only shows'),
    })
    const none = await jobdeck(['import', 'crontab'], { data: join(folder, 'data'), env: { PATH: folder } })
    expect(none.stderr).toContain('there is no program crontab here')
    expect(existsSync(join(folder, 'tab'))).toBe(false)
  })
})

test.each([
  ['a b', { command: 'a b', input: undefined }],
  ['date +\\%F', { command: 'date +%F', input: undefined }],
  ['cat%a%%b', { command: 'cat', input: 'a\n\nb' }],
  ['cat%', { command: 'cat', input: '' }],
])('%s is what cron makes of it', (written, wanted) => expect(atPercent(written)).toEqual(wanted))

test('a command gets any text on its standard input, with an end of line, and its exit code is kept', () => {
  const property = fc.property(
    fc.string({ unit: fc.constantFrom('a', '\n', 'END', '_', "'", '$', '\\', '`') }),
    (input) => {
      const output = execFileSync('/bin/sh', ['-c', withInput('cat # all', input)], { encoding: 'utf8' })
      expect(output).toBe(`${input}\n`)
    },
  )
  fc.assert(property, { numRuns: 50 })
  expect(() => execFileSync('/bin/sh', ['-c', withInput('cat >/dev/null; exit 3', 'x')])).toThrow(
    expect.objectContaining({ status: 3 }),
  )
})

test('any text whose lines are taken over is the same when they are given back', () => {
  const line = fc.constantFrom('0 3 * * * x', '  @daily y', '#z', '', '# about', '\r', 'A=b', '#0 * * * * w')
  const property = fc.property(fc.array(line), fc.array(fc.nat(10)), (lines, chosen) => {
    const text = lines.join('\n')
    const taken = [...new Set(chosen)]
      .filter((index) => index < lines.length)
      .map((index) => ({ line: index + 1, key: `crontab:${String(index).padStart(12, 'a')}` }))
    const back = giveBack(takeOver(text, taken))
    expect(back.text).toBe(text)
    expect(back.keys.toSorted()).toEqual(taken.map(({ key }) => key).toSorted())
  })
  fc.assert(property)
})

test.each([
  [['# Backup'], ['Backup']],
  [
    ['# ---', '#### Backup ####', '# of home'],
    ['Backup', 'of home'],
  ],
  [['# Intro', '# m h  dom mon dow   command'], []],
  [['# m h  dom mon dow   command', '#0 4 * * * old', '# New'], ['New']],
  [['# Backup', '#0 4 * * * old command'], ['Backup']],
  [['#a', '#b', '#c', '#d', '# Backup'], ['Backup']],
])('of the comment %j what is about the next line is %j', (comment, wanted) =>
  expect(aboutNext(comment)).toEqual(wanted),
)
