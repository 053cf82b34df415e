/** `edit`, `enable`, `disable`, `remove --run`: that only what was asked for changes. */
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import { describe, expect, test } from 'vitest'
import { Cli, hasTerminal, inTerminal } from '../support/cli.ts'
import { temporaryFolder, writeFile } from '../support/deck.ts'
import { filled, ran } from '../support/filled.ts'

const deck = (data: object = {}) =>
  filled((deck) =>
    ran(deck, '备份', 'true', {
      key: 'own-key',
      category: 'home',
      tags: ['a', 'b'],
      description: 'what it is',
      params: { keep: true, list: [1, 2] },
      timeout: '5m',
      environment: { A: '1', 'B.C': '2' },
      retry: { attempts: 2, delay: '9s' },
      ...data,
    }),
  )

/** A script that stands for an editor. */
function editor(body: string): string {
  const file = writeFile(temporaryFolder(), 'editor.sh', `#!/bin/sh\n${body}\n`)
  chmodSync(file, 0o755)
  return file
}

type Filled = Awaited<ReturnType<typeof deck>>
const jobOf = async ({ on }: Filled) => (await on('--json', 'show', 'own-key')).json()[0]!

describe('edit by options', () => {
  test('changes what is named and keeps all else, under the same key', async () => {
    const own = await deck()
    const before = await jobOf(own)
    const { code, stderr } = await own.on(
      'edit',
      'own-key',
      '--timeout',
      '7m',
      '--attempts',
      '5',
      '--env',
      'A=x=y',
      '--param',
      'more=1',
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'Changed "备份"\n' })
    expect(await jobOf(own)).toMatchObject({
      ...before,
      policy: {
        ...before.policy,
        timeout: 420_000,
        retry: { attempts: 5, delay: 9000 },
        environment: { A: 'x=y', 'B.C': '2' },
      },
      params: { keep: true, list: [1, 2], more: '1' },
      effectivePolicy: expect.anything(),
      updatedAt: expect.any(Number),
    })
    await own.on(
      'edit',
      'own-key',
      '--name',
      '🚀',
      '--tag',
      'only',
      '--category',
      'x/y',
      '--description',
      'new',
    )
    await own.on(
      'edit',
      'own-key',
      '--max-workers',
      '3',
      '--mode',
      'process',
      '--grace',
      '1s',
      '--retries',
      '1',
    )
    expect(await jobOf(own)).toMatchObject({
      id: before.id,
      name: '🚀',
      tags: ['only'],
      category: 'x/y',
      description: 'new',
      policy: { maxWorkers: 3, grace: 1000, retry: { attempts: 2, delay: 9000 } },
    })
  })

  test('takes fields away, also parts of them', async () => {
    const own = await deck()
    await own.on(
      'edit',
      'own-key',
      '--unset',
      'timeout',
      '--unset',
      'environment.B.C',
      '--unset',
      'params.keep',
    )
    await own.on('edit', 'own-key', '--unset', 'retry.delay', '--unset', 'tags', '--unset', 'category')
    const job = await jobOf(own)
    expect(job).toMatchObject({
      tags: [],
      category: null,
      params: { list: [1, 2] },
      description: 'what it is',
    })
    expect(job.policy).toEqual({ mode: 'process', environment: { A: '1' }, retry: { attempts: 2 } })
  })

  test('sets any field of the policy, as JSON where the field takes that', async () => {
    const own = await deck()
    await own.on(
      'edit',
      'own-key',
      '--set',
      'successCodes=[0,2]',
      '--set',
      'memoryLimit=1GB',
      '--set',
      'environment.N=3',
    )
    expect((await jobOf(own)).policy).toMatchObject({
      successCodes: [0, 2],
      memoryLimit: 2 ** 30,
      environment: { A: '1', N: '3' },
    })
  })

  test('turns a parameter into the type that the script wants, or refuses it', async () => {
    const file = writeFile(
      temporaryFolder(),
      'typed.mjs',
      `export const params = { type: 'object', required: ['other'], properties: { count: { type: 'integer' } } }
export default () => {}`,
    )
    const own = await filled((deck) =>
      deck
        .once('process', { name: 'typed', key: 'own-key' })
        .add(0, { file })
        .save()
        .then(() => {}),
    )
    expect((await own.on('edit', 'typed', '-p', 'count=12')).code).toBe(0)
    expect((await jobOf(own)).params).toEqual({ count: 12 })
    expect(await own.refused('edit', 'typed', '-p', 'count=many')).toMatch(/^2 jobdeck: .*"count".*integer/)
  })

  test('that changes nothing says so, and makes no version', async () => {
    const own = await deck()
    expect((await own.on('edit', 'own-key', '--timeout', '300s')).stderr).toBe('Nothing was changed.\n')
    expect((await own.on('history', 'own-key')).stdout).not.toContain('edited')
  })

  test.each([
    [['--timeout', '999d'], /^2 jobdeck: --timeout: .*365d/],
    [['--name', 'two\nlines'], /^2 jobdeck: --name: must be one line/],
    [['--tag', ''], /^2 jobdeck: --tag: must not be empty/],
    [['--category', '//'], /^2 jobdeck: --category: must name a category/],
    [['--max-workers', '5000'], /^2 jobdeck: --max-workers: /],
    [['--env', 'novalue'], /^2 jobdeck: --env: wants name=value, got "novalue"/],
    [['--set', 'frob=1'], /^2 jobdeck: --set: there is no field "frob"; there are mode, timeout/],
    [['--set', 'retry.attempts=often'], /^2 jobdeck: --set: retry.attempts: /],
    [['--unset', 'retry.attempts'], /^2 jobdeck: --unset: retry.attempts: /],
    [['--unset', 'name'], /^2 jobdeck: --unset: there is no field "name"/],
    [['--attempts', '2', '--retries', '1'], /^2 jobdeck: .*--attempts.*--retries/],
    [['--format', 'json', '--timeout', '1s'], /^2 jobdeck: --format: /],
    [[], /^2 jobdeck: edit: wants options, or \$VISUAL or \$EDITOR/],
  ])('%j is refused by the name of the option, and nothing is changed', async (args, message) => {
    const own = await deck()
    const before = await jobOf(own)
    const { code, stdout, stderr } = await own.with(
      { env: { VISUAL: '', EDITOR: '' } },
      'edit',
      'own-key',
      ...args,
    )
    expect(`${code} ${stdout}${stderr}`).toMatch(message)
    expect(await jobOf(own)).toEqual(before)
  })
})

describe('edit in an editor', () => {
  test.each(['toml', 'json'])('as %s saves what was edited and keeps all else', async (format) => {
    const own = await deck()
    const before = await jobOf(own)
    const VISUAL = `${editor(`sed -i 's/"5m"/"7m"/' "$2"`)} --flag`
    const { code, stderr } = await own.with({ env: { VISUAL } }, 'edit', 'own-key', '--format', format)
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'Changed "备份"\n' })
    expect(await jobOf(own)).toEqual({
      ...before,
      policy: { ...before.policy, timeout: 420_000 },
      effectivePolicy: expect.anything(),
      updatedAt: expect.any(Number),
    })
  })

  test('shows the job in words, opens JSON where TOML cannot hold it, and changes nothing if nothing was', async () => {
    const own = await deck({ params: { no: null } })
    const copy = join(temporaryFolder(), 'seen')
    const { stderr } = await own.with(
      { env: { EDITOR: editor(`cp "$1" '${copy}'`), VISUAL: '' } },
      'edit',
      'own-key',
    )
    expect(stderr).toBe('Nothing was changed.\n')
    expect(JSON.parse(readFileSync(copy, 'utf8'))).toMatchObject({
      name: '备份',
      timeout: '5m',
      params: { no: null },
    })
  })

  test.each([
    ['a wrong value', `sed -i 's/"5m"/"soon"/' "$1"`, /^jobdeck: timeout: must be a time span/m],
    ['a mistyped field', `sed -i 's/^timeout/timeuot/' "$1"`, /^jobdeck: timeuot: is not known here/m],
    ['another key', `sed -i '1,3s/^name/key = "x"\\nname/' "$1"`, /^jobdeck: key: cannot be changed/m],
    ['no TOML', `echo '= =' >> "$1"`, /^jobdeck: the text is not TOML/m],
    ['nothing at all', `: > "$1"`, /^jobdeck: .*name: /m],
  ])('with %s changes nothing and keeps the text', async (_, body, message) => {
    const own = await deck()
    const before = await jobOf(own)
    const { code, stdout, stderr } = await own.with({ env: { VISUAL: editor(body) } }, 'edit', 'own-key')
    expect(stderr).toMatch(message)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    const [, kept] = /^The text is kept in (.*)$/m.exec(stderr)!
    expect(existsSync(kept!)).toBe(true)
    expect(await jobOf(own)).toEqual(before)
  })

  test('refuses to write over what somebody else changed meanwhile', async () => {
    const own = await deck()
    const bin = join(import.meta.dirname, '../../bin/jobdeck.js')
    const other = `'${process.execPath}' '${bin}' --data '${own.data}' edit own-key --timeout 9m`
    const VISUAL = editor(`${other}; sed -i 's/"5m"/"7m"/' "$1"`)
    const { code, stderr } = await own.with({ env: { VISUAL } }, 'edit', 'own-key')
    expect(stderr).toMatch(/^jobdeck: the job was changed by somebody else meanwhile/m)
    expect(code).toBe(1)
    expect((await jobOf(own)).policy.timeout).toBe(540_000)
  })

  test('that fails changes nothing', async () => {
    const own = await deck()
    const { code, stderr } = await own.with({ env: { VISUAL: '/no/such/editor' } }, 'edit', 'own-key')
    expect(stderr).toContain('jobdeck: the editor "/no/such/editor" ended with code 127')
    expect(code).toBe(1)
  })

  test.skipIf(!hasTerminal)('offers to go on after an error, with the text as it was left', async () => {
    const own = await deck()
    const mark = join(temporaryFolder(), 'mark')
    const body = `if [ -e '${mark}' ]; then sed -i 's/"soon"/"8m"/' "$1"; else touch '${mark}'; sed -i 's/"5m"/"soon"/' "$1"; fi`
    const cli = new Cli(['edit', 'own-key'], {
      data: own.data,
      env: { VISUAL: editor(body) },
      through: (command) => inTerminal(command),
    })
    await cli.line((line) => line.includes('timeout: must be a time span'))
    cli.child.stdin!.write('\n')
    await cli.line((line) => line.includes('Changed "备份"'))
    expect((await cli.done()).code).toBe(0)
    expect((await jobOf(own)).policy.timeout).toBe(480_000)
  })
})

test('several jobs are enabled and disabled, or none where one is not there', async () => {
  const own = await filled(async (deck) => {
    for (const name of ['one', 'two']) await ran(deck, name, 'true', {}, 0)
  })
  const states = async () => (await own.on('--json', 'list')).json().map(({ enabled }) => enabled as boolean)
  expect(await own.refused('disable', 'one', 'nope')).toBe('2 jobdeck: there is no job "nope"\n')
  expect(await states()).toEqual([true, true])
  expect((await own.on('disable', 'one', 'two')).stderr).toBe(
    '"one" is disabled now\n"two" is disabled now\n',
  )
  expect((await own.on('disable', 'one')).stderr).toBe('"one" is disabled already\n')
  expect((await own.on('show', 'one')).stdout).toMatch(
    /^Disabled +it does not run by itself: jobdeck enable \w+$/m,
  )
  expect((await own.on('--json', 'enable', 'one')).json()).toMatchObject([{ name: 'one', enabled: true }])
  expect(await states()).toEqual([true, false])
})

describe('remove --run', () => {
  test('removes runs that have ended, each or none of them', async () => {
    const own = await filled((deck) => ran(deck, 'job', 'true', {}, 3))
    expect(await own.refused('remove', '--run', '1', '9')).toBe('2 jobdeck: there is no run #9\n')
    expect(await own.refused('remove', '--run', '1', 'x')).toMatch(
      /^2 jobdeck: --run: wants the number of a run, such as 12 or #12, got "x"/,
    )
    expect(await own.refused('remove', 'job', '--run', '1')).toMatch(
      /^2 jobdeck: remove: wants either JOBS or --run/,
    )
    expect(await own.refused('remove')).toMatch(/^2 jobdeck: remove: wants JOBS/)
    expect((await own.on('remove', '--run', '1', '#2')).stderr).toBe('Removed 2 runs\n')
    expect((await own.on('--json', 'runs')).json().map(({ id }) => id)).toEqual([3])
    expect((await own.on('--json', 'remove', '--run', '3', '--yes')).json()).toEqual([{ removed: 1 }])
  })

  test.skipIf(!hasTerminal)('asks on a terminal, and only a clear yes is one', async () => {
    const own = await filled((deck) => ran(deck, 'job', 'true'))
    const answered = async (answer: string) => {
      const cli = new Cli(['remove', '--run', '1'], {
        data: own.data,
        through: (command) => inTerminal(command),
      })
      cli.child.stdin!.write(`${answer}\n`)
      return (await cli.done()).stdout
    }
    expect(await answered('')).toContain('Nothing was removed.')
    expect((await own.on('runs', '--count')).stdout).toBe('1 run\n')
    expect(await answered('yes')).toContain('Removed 1 run')
  })
})

describe('a schedule in an editor', () => {
  const bounds = {
    zone: 'Europe/Berlin',
    jitter: '1m30s',
    from: '2026-12-24T17:00:00Z',
    until: '2027-12-24T17:00:00.500Z',
    quiet: [{ from: '22:00', to: '06:00', days: ['mon' as const, 'sun' as const] }],
    skip: ['2026-12-25'],
  }
  const kinds = [
    { cron: '0 3 * * MON-FRI', ...bounds },
    { cron: '@reboot' },
    { every: '15m', anchor: '2026-01-01T00:00:00Z', ...bounds },
    { at: '2030-01-01T00:00:00.001Z' },
    { daemon: true as const },
  ]

  test.each(['toml', 'json'])(
    'as %s stands as people write it, and is the same when it is saved',
    async (format) => {
      const own = await filled(async (deck) => {
        await deck.saveJob({ key: 'own-key', name: 'job', handlers: [] })
      })
      for (const schedule of kinds) {
        const copy = join(temporaryFolder(), 'seen')
        const given = writeFile(
          temporaryFolder(),
          'job.json',
          JSON.stringify({ jobdeck: 1, jobs: [{ key: 'own-key', name: 'job', handlers: [], schedule }] }),
        )
        await own.on('import', given)
        const before = await jobOf(own)
        const VISUAL = editor(`cp "$1" '${copy}'; echo >> "$1"`)
        expect((await own.with({ env: { VISUAL } }, 'edit', 'own-key', '--format', format)).stderr).toBe(
          'Nothing was changed.\n',
        )
        expect(await jobOf(own)).toEqual({ ...before, updatedAt: expect.any(Number) })
        const text = readFileSync(copy, 'utf8')
        const seen = (format === 'json' ? JSON.parse(text) : parse(text)) as { schedule: object }
        expect(seen.schedule).toEqual(schedule)
        expect(Object.keys(seen.schedule)[0]).toBe(Object.keys(schedule)[0])
      }
    },
  )

  test('is changed there, or refused with its field', async () => {
    const own = await deck()
    const add = (line: string) =>
      own.with(
        { env: { VISUAL: editor(`printf '[schedule]\\n%s\\n' '${line}' >> "$1"`) } },
        'edit',
        'own-key',
      )
    expect((await add('cron = "0 99 * * *"')).stderr).toContain('jobdeck: schedule.cron: hour "99": wants')
    expect((await add('at = "tomorrow"')).stderr).toContain('schedule')
    expect((await jobOf(own)).schedule).toBeNull()
    expect((await add('every = "20m"')).stderr).toBe('Changed "备份"\n')
    expect((await jobOf(own)).schedule).toEqual({ every: 1_200_000 })
  })
})
