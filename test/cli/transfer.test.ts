/** `export` and `import`: that nothing is lost, nothing invented, and nothing half-done. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { jobdeck } from '../support/cli.ts'
import { temporaryFolder, writeFile } from '../support/deck.ts'
import { filled, ran } from '../support/filled.ts'

const deck = () =>
  filled(async (deck) => {
    await deck.saveCategory({
      path: 'home',
      description: 'All of it',
      maxWorkers: 2,
      policy: { timeout: '90m', environment: { 名: 'x=y', Z: '' }, retry: { attempts: 3, delay: '1m30s' } },
    })
    await ran(deck, 'Backup', 'echo "a\\tb"', {
      key: 'b',
      category: 'home/nightly',
      tags: ['z', 'a'],
      description: 'two\nlines',
      params: { deep: { list: [1, 'x', [true]], n: 1.5 } },
      logBytes: '3MB',
    })
    await ran(deck, '备份 🚀 "quoted"', 'true', { key: 'a' }, 0)
    await deck
      .once('in-process', { name: 'Function' })
      .add(5, function work() {})
      .save()
    await deck.client.request('jobs.enable', { job: 'b', enabled: false })
  })

test.each(['json', 'toml'])(
  'a deck that is exported as %s and imported elsewhere is the same, to the byte',
  async (format) => {
    const { on } = await deck()
    const folder = temporaryFolder()
    const [first, second] = [join(folder, `first.${format}`), join(folder, `second.${format}`)]
    const made = await on('export', '-o', first)
    expect(made.stderr).toContain('3 jobs and 2 categories written to')
    expect(made.stderr).toMatch(/"Function" runs a function of a program \("Function\/1"\)/)
    const data = join(temporaryFolder(), 'data')
    const dry = await jobdeck(['import', first, '--dry-run'], { data })
    expect(dry.stdout).toMatch(/^\+ created +category home$/m)
    expect(dry.stderr).toMatch(/^Nothing was done; it would be: 5 created, 0 updated, 0 unchanged$/m)
    expect((await jobdeck(['list'], { data })).stdout).toBe('')
    expect((await jobdeck(['import', first, '--enable'], { data })).stderr).toMatch(
      /^5 created, 0 updated, 0 unchanged$/m,
    )
    await jobdeck(['export', '-o', second], { data })
    expect(readFileSync(second, 'utf8')).toBe(readFileSync(first, 'utf8'))
    expect(
      (await jobdeck(['--json', 'import', second, '--enable'], { data }))
        .json()
        .map(({ outcome }) => outcome),
    ).toEqual(Array.from({ length: 5 }, () => 'unchanged'))
    const [job] = (await jobdeck(['--json', 'show', 'b'], { data })).json()
    expect(job).toMatchObject({
      enabled: false,
      tags: ['z', 'a'],
      category: 'home/nightly',
      policy: { logBytes: 3 * 2 ** 20 },
    })
    expect((await jobdeck(['history', 'b'], { data })).stdout).toMatch(/ file +created/)
  },
)

test('of some jobs only their categories are exported, in the form that is asked for', async () => {
  const { on } = await deck()
  const some = JSON.parse((await on('export', 'b')).stdout)
  expect(some.jobs.map(({ key }: { key: string }) => key)).toEqual(['b'])
  expect(some.categories.map(({ path }: { path: string }) => path)).toEqual(['home', 'home/nightly'])
  expect(some.categories[0].policy).toMatchObject({ timeout: '1h30m', retry: { delay: '1m30s' } })
  expect(JSON.parse((await on('export', 'a')).stdout).categories).toEqual([])
  expect((await on('export', 'a', '--format', 'toml')).stdout).toMatch(/^jobdeck = 1\n/)
  expect((await on('--json', 'export')).stdout.split('\n')).toHaveLength(2)
  expect(await on('export', 'nope')).toMatchObject({ code: 2, stdout: '' })
})

test('an empty deck is exported and imported as such', async () => {
  const data = join(temporaryFolder(), 'data')
  const { stdout } = await jobdeck(['export'], { data })
  expect(JSON.parse(stdout)).toEqual({ jobdeck: 1, categories: [], jobs: [] })
  const file = writeFile(temporaryFolder(), 'empty.json', stdout)
  expect((await jobdeck(['import', file], { data })).stderr).toBe('0 created, 0 updated, 0 unchanged\n')
})

test('what TOML cannot say is refused with its place, and nothing is written', async () => {
  const { on } = await filled((deck) => ran(deck, 'Null', 'true', { params: { a: { b: [1, null] } } }, 0))
  const { code, stdout, stderr } = await on('export', '--format', 'toml')
  expect(stderr).toBe('jobdeck: jobs.0.params.a.b.1 is null, for which TOML has no word: use --format json\n')
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
})

describe('import', () => {
  const good = { jobdeck: 1, jobs: [{ name: 'New', handlers: [{ handler: { shell: 'true' } }] }] }

  test.each([
    [
      'a wrong value',
      { ...good, jobs: [...good.jobs, { name: 'Bad', handlers: [], timeout: 'soon' }] },
      'job 2 ("Bad"): timeout: must be a time span such as 30s, 15m or 1h30m, at most 365d; got "soon"',
    ],
    [
      'an unknown field',
      { ...good, jobs: [...good.jobs, { name: 'Bad', handlers: [], frob: 1 }] },
      'job 2 ("Bad"): frob: is not known here',
    ],
    ['an unknown list', { ...good, runs: [] }, 'runs: is not known here'],
    [
      'a key twice',
      { ...good, jobs: [...good.jobs, ...good.jobs] },
      'job 2 ("New"): key: "New" is given twice',
    ],
    [
      'a category twice',
      { ...good, categories: [{ path: 'a/b' }, { path: 'a // b' }] },
      'category 2 ("a // b"): path: "a/b" is given twice',
    ],
    [
      'a wrong handler',
      { ...good, jobs: [{ name: 'Bad', handlers: [{ handler: { shel: 'x' } }] }] },
      'job 1 ("Bad"): handlers.0.handler: must be one of',
    ],
    ['another version', { ...good, jobdeck: 2 }, 'jobdeck: must be 1'],
    ['no object', [good], 'expected object'],
  ])('with %s is refused with its place, and nothing of it is done', async (_, document, message) => {
    const data = join(temporaryFolder(), 'data')
    const file = writeFile(temporaryFolder(), 'jobs.json', JSON.stringify(document))
    const { code, stdout, stderr } = await jobdeck(['import', file], { data })
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('document.')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect((await jobdeck(['--json', 'list'], { data })).stdout).toBe('')
  })

  test.each([
    ['x.json', '{"jobdeck":1,', /x\.json is not JSON: .*line 1/],
    ['x.toml', 'jobdeck = 1\nfoo = = 2', /x\.toml is not TOML: [^]*2: +foo = = 2/],
    ['x', 'jobdeck = = 1', /is not TOML/],
  ])('of %s that does not parse says where', async (name, text, message) => {
    const file = writeFile(temporaryFolder(), name, text)
    const { code, stderr } = await jobdeck(['import', file])
    expect(stderr).toMatch(message)
    expect(code).toBe(2)
  })

  test('of no regular file is refused at once', async () => {
    for (const [file, why] of [
      ['/no/such.json', /cannot be read/],
      [temporaryFolder(), /is a folder/],
      ['/dev/zero', /is not a regular file/],
    ] as const) {
      const { code, stderr } = await jobdeck(['import', file])
      expect(stderr).toMatch(why)
      expect(code).toBe(2)
    }
  })

  test('updates by key what differs, keeps what is not named, and takes paths from where the file lies', async () => {
    const { on } = await deck()
    const folder = temporaryFolder()
    const file = writeFile(
      folder,
      'jobs.toml',
      `jobdeck = 1
[[jobs]]
key = "a"
name = "renamed"
[[jobs.handlers]]
handler = { file = "script.sh" }
[[jobs]]
name = "Other"
handlers = []
`,
    )
    const done = (await on('--json', 'import', file)).json()
    expect(done.map(({ key, outcome }) => `${key} ${outcome}`)).toEqual(['a updated', 'Other created'])
    const [job] = (await on('--json', 'show', 'a')).json()
    expect(job).toMatchObject({
      name: 'renamed',
      handlers: [{ priority: 0, handler: { file: join(folder, 'script.sh') } }],
    })
    expect((await on('--json', 'show', 'b')).json()).toMatchObject([
      { enabled: false, counts: { completed: 1 } },
    ])
    writeFileSync(file, 'jobdeck = 1\n[[jobs]]\nkey = "b"\nname = "Backup"\nhandlers = []\n')
    await on('import', file)
    const [held] = (await on('--json', 'show', 'b')).json()
    expect(held).toMatchObject({ enabled: false, handlers: [], description: null })
  })
})

test('new jobs of an import are disabled unless it is asked otherwise, since the file may come from anywhere', async () => {
  const folder = temporaryFolder()
  const data = join(folder, 'data')
  const job = {
    name: 'theirs',
    enabled: true,
    handlers: [{ handler: { shell: 'true' } }],
    schedule: { every: '1h' },
  }
  const file = writeFile(folder, 'jobs.json', JSON.stringify({ jobdeck: 1, jobs: [job] }))
  expect((await jobdeck(['import', file], { data })).stderr).toContain('disabled until you enable it')
  const enabled = async () => (await jobdeck(['--json', 'list'], { data })).json()[0]!.enabled
  expect(await enabled()).toBe(false)
  await jobdeck(['enable', 'theirs'], { data })
  // One that is there already stays as it is.
  await jobdeck(['import', file], { data })
  expect(await enabled()).toBe(true)
})
