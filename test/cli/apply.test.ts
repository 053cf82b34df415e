/** `apply`: that the deck becomes what files say, shows how it differs, and that nothing is half-done. */
import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { jobdeck } from '../support/cli.ts'
import { openDeck, temporaryFolder, until, writeFile } from '../support/deck.ts'

/** A folder of files, and the command line on a deck beside it. */
function workplace(files: Record<string, string>) {
  const folder = temporaryFolder()
  const conf = join(folder, 'conf')
  mkdirSync(conf)
  const write = (name: string, text: string) => void writeFile(conf, name, text)
  for (const [name, text] of Object.entries(files)) write(name, text)
  const on = (...args: string[]) => jobdeck(args, { data: join(folder, 'data'), cwd: folder })
  const jobs = async () => (await on('--json', 'list')).json()
  return { folder, conf, write, on, jobs }
}

const BACKUP = `jobdeck = 1
[[categories]]
path = "home"
policy = { timeout = "1h", directory = "work" }
[[jobs]]
name = "Backup"
category = "home"
environment = { LEVEL = "3" }
schedule = { cron = "0 3 * * *", zone = "Europe/Berlin", jitter = "5m", from = 2026-12-24T18:00:00+01:00, skip = [2026-12-25] }
handlers = [{ handler = { file = "bin/backup.sh" } }]
`
const REPORT = JSON.stringify({
  jobdeck: 1,
  jobs: [
    {
      name: 'Report',
      enabled: false,
      schedule: { every: '15m' },
      handlers: [{ handler: { shell: 'true' } }],
    },
  ],
})

test('a folder is applied, shown by field where it differs, and a second time nothing is done', async () => {
  const { conf, write, on, jobs } = workplace({
    'a.toml': BACKUP,
    'b.json': REPORT,
    'notes.txt': '?',
    '_c.toml': '=',
  })
  const dry = await on('apply', 'conf', '--dry-run')
  expect(dry.stdout).toBe('+ created    category home\n+ created    job Backup\n+ created    job Report\n')
  expect(dry.stderr).toBe('Nothing was done; it would be: 3 created, 0 updated, 0 unchanged\n')
  expect(await jobs()).toEqual([])
  expect(await on('apply', 'conf')).toMatchObject({ code: 0, stdout: dry.stdout })
  expect(await jobs()).toMatchObject([
    {
      name: 'Backup',
      managedBy: conf,
      handlers: [{ handler: { file: join(conf, 'bin/backup.sh') } }],
      schedule: { jitter: 300_000, from: Date.UTC(2026, 11, 24, 17), skip: ['2026-12-25'] },
    },
    { name: 'Report', managedBy: conf, enabled: false, schedule: { every: 900_000 } },
  ])
  expect((await on('--json', 'categories')).stdout).toContain(join(conf, 'work'))
  const trail = (await on('--json', 'history')).stdout
  const again = await on('apply', `${conf}/`)
  expect(again).toMatchObject({ code: 0, stdout: '', stderr: '0 created, 0 updated, 3 unchanged\n' })
  expect((await on('--json', 'history')).stdout).toBe(trail)

  write(
    'a.toml',
    BACKUP.replace('0 3 *', '30 4 *')
      .replace('"1h"', '"90m"')
      .replace('LEVEL = "3"', 'OTHER = "x", API_KEY = "s3cret"'),
  )
  expect((await on('apply', 'conf')).stdout).toBe(
    `~ updated    category home
    policy.timeout: "1h" → "1h30m"
~ updated    job Backup
    schedule.cron: "0 3 * * *" → "30 4 * * *"
    environment.LEVEL: "3" → none
    environment.OTHER: none → "x"
    environment.API_KEY: none → "***"
`,
  )
})

test('an edit by hand of a managed job is allowed, said, and set back by the next apply', async () => {
  const { conf, on, jobs } = workplace({ 'a.toml': BACKUP, 'b.json': REPORT })
  await on('apply', 'conf')
  const said = `It is managed by ${conf}: `
  expect((await on('edit', 'Backup', '--timeout', '7m')).stderr).toBe(
    `Changed "Backup"\n${said}the next apply sets it back\n`,
  )
  expect((await on('enable', 'Report')).stderr).toContain(`${said}where that says "enabled"`)
  expect((await on('disable', 'Backup')).stderr).toContain(said)
  expect((await on('show', 'Backup')).stdout).toMatch(new RegExp(`^Managed by +${conf}:`, 'm'))
  expect((await on('apply', 'conf')).stdout).toBe(
    '~ updated    job Backup\n    timeout: "7m" → none\n~ updated    job Report\n    enabled: true → false\n',
  )
  // What the file leaves open stays as it was set.
  expect((await jobs()).map(({ enabled }) => enabled as boolean)).toEqual([false, false])
})

test('jobs that the folder no longer names stay until it is pruned; those of others stay for ever', async () => {
  const { folder, conf, on, jobs } = workplace({ 'a.toml': BACKUP, 'b.json': REPORT })
  const other = writeFile(folder, 'other.json', REPORT.replace('Report', 'Other'))
  await on('apply', 'conf')
  await on('apply', other)
  rmSync(join(conf, 'b.json'))
  expect((await on('apply', 'conf')).stderr).toContain(
    `1 job that ${conf} no longer names stays: --prune removes it`,
  )
  symlinkSync(conf, join(folder, 'link'))
  expect((await on('apply', 'link', '--prune', '--dry-run')).stdout).toBe('- removed    job Report\n')
  expect((await on('--json', 'apply', 'link', '--prune')).json()).toMatchObject([
    { kind: 'category', outcome: 'unchanged' },
    { key: 'Backup', outcome: 'unchanged' },
    { key: 'Report', outcome: 'removed' },
  ])
  expect((await jobs()).map(({ name }) => name as string)).toEqual(['Backup', 'Other'])
})

describe('refused, with nothing half-done', () => {
  const cases: [string, Record<string, string>, string[]][] = [
    ['a folder without files', { 'x.txt': '' }, ['no file of conf ends with .toml or .json']],
    [
      'text that does not parse',
      { 'a.toml': BACKUP, 'b.json': '{"jobdeck":' },
      ['conf/b.json is not JSON: '],
    ],
    [
      'what is wrong in several files, each by its name',
      {
        'a.toml': BACKUP.replace('"1h"', '"soon"'),
        'b.json': REPORT.replace('15m', 'often'),
        'c.toml': 'jobdeck = 2',
        'package.json': '{"name": "x"}',
      },
      [
        'conf/a.toml: category 1 ("home"): policy.timeout: must be a time span',
        'conf/b.json: job 1 ("Report"): schedule',
        'conf/c.toml: jobdeck: must be 1',
        'conf/package.json: jobdeck: must be 1',
      ],
    ],
    [
      'the same job in two files',
      { 'a.toml': BACKUP, 'b.json': REPORT, 'c.json': REPORT },
      ['conf/c.json: job 1 ("Report"): key: "Report" is given twice'],
    ],
    [
      'a schedule that cannot be kept',
      {
        'a.toml': BACKUP,
        'b.json': REPORT,
        'c.toml': BACKUP.replace('0 3 *', '0 3 31')
          .replace('* *"', '2 *"')
          .replace('"Backup"', '"Never"')
          .replace('[[categories]]\npath = "home"\npolicy = { timeout = "1h", directory = "work" }\n', ''),
      },
      ['conf/c.toml: job 1 ("Never"): schedule.cron: '],
    ],
    [
      'a time that would begin anew',
      { 'a.toml': BACKUP.replace(/schedule = .*/, 'schedule = { in = "1h" }') },
      ['conf/a.toml: job 1 ("Backup"): schedule.in: would begin anew each time'],
    ],
  ]
  test.each(cases)('%s', async (_, files, messages) => {
    const { on, jobs } = workplace(files)
    const { code, stdout, stderr } = await on('apply', 'conf')
    for (const message of messages) expect(stderr).toContain(message)
    expect(stderr).not.toContain('document.')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(await jobs()).toEqual([])
    expect((await on('--json', 'categories')).stdout).toBe('')
  })

  test('what is not there', async () => {
    const { on } = workplace({})
    expect(await on('apply', 'nowhere')).toMatchObject({ code: 2, stdout: '' })
    expect((await on('apply')).code).toBe(2)
  })

  test('a prune of what is running', async () => {
    const { conf, on, jobs, write } = workplace({
      'a.toml': BACKUP,
      'b.json': REPORT.replace('"true"', '"sleep 60"'),
    })
    await on('apply', 'conf')
    const deck = await openDeck({ file: join(conf, '../data/jobdeck.db') })
    const [run] = await deck.client.request('jobs.start', { job: 'Report' })
    await until(deck, run!.id, ({ status }) => status === 'running')
    renameSync(join(conf, 'b.json'), join(conf, 'b.txt'))
    write('a.toml', BACKUP.replace('0 3 *', '30 4 *'))
    const { code, stderr } = await on('apply', 'conf', '--prune')
    expect(stderr).toBe(
      `jobdeck: "Report" (#${run!.id}) is running and would be removed: stop it first; nothing was done\n`,
    )
    expect(code).toBe(1)
    expect((await jobs())[0]).toMatchObject({ name: 'Backup', schedule: { cron: '0 3 * * *' } })
  })
})
