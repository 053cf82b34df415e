/** `jobdeck secrets`, and the options that use them. */
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { holding } from '../support/bytes.ts'
import { Cli, hasTerminal, inTerminal, jobdeck } from '../support/cli.ts'
import { temporaryFolder, writeFile } from '../support/deck.ts'

const VALUE = 'geheim-4711-xyz'

/** A deck of the test's own, and its commands; `set` pipes a value in. */
function deck() {
  const data = join(temporaryFolder(), 'data')
  return {
    data,
    on: (...args: string[]) => jobdeck(args, { data }),
    set: (name: string, printf: string, ...flags: string[]) =>
      jobdeck([...flags, 'secrets', 'set', name], {
        data,
        through: (command) => ['sh', '-c', `printf '${printf}' | ${command}`],
      }),
  }
}

const module = (text: string) => writeFile(temporaryFolder(), 'module.mjs', text)

describe('jobdeck secrets', () => {
  test('sets what is piped in, lists and removes by name, and never prints a value', async () => {
    const { data, on, set } = deck()
    const done = await set('TOKEN', `${VALUE}\\n`)
    expect(done).toMatchObject({ code: 0, stdout: '' })
    expect(done.stderr).toContain('The secret "TOKEN" is set')
    await on('add', 'Uses', '--secret', 'token=TOKEN', '--', 'true')
    const list = await on('secrets')
    expect(list.stdout).toMatch(/^SECRET +SET +USED BY\nTOKEN +\S+ \S+ +Uses\n$/)
    expect((await on('--json', 'secrets')).json()).toMatchObject([
      { name: 'TOKEN', jobs: [{ name: 'Uses' }] },
    ])
    const refused = await on('secrets', 'remove', 'TOKEN')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(/the secret "TOKEN" is used by the job "Uses".*\(--force\)/)
    const history = await on('history')
    expect(history.stdout).toMatch(/secret set +TOKEN/)
    const removed = await on('--json', 'secrets', 'remove', '--force', 'TOKEN')
    expect(removed.json()).toMatchObject([{ name: 'TOKEN' }])
    expect((await on('secrets')).stderr).toContain('No secrets yet')
    const all = [done, list, refused, history, removed].map(({ stdout, stderr }) => stdout + stderr).join('')
    expect(all).not.toContain('geheim')
    expect(holding(data, [VALUE])).toEqual([])
  })

  test.each([
    [VALUE, VALUE],
    [`${VALUE}\\n`, VALUE],
    [`${VALUE}\\r\\n`, VALUE],
    [`${VALUE}\\n\\n`, `${VALUE}\n`],
    [` a\\nb `, ' a\nb '],
  ])('keeps what is piped in to the byte, but for one newline at its end: %j', async (printf, value) => {
    const { on, set } = deck()
    await set('TOKEN', printf)
    // Told by its numbers, as it is masked otherwise.
    const file = module('export default ({ params }) => [...Buffer.from(params.token)]')
    const run = await on('--json', 'run', file, '--secret', 'token=TOKEN')
    expect(run.json().at(-1)).toMatchObject({ execution: { result: [...Buffer.from(value)] } })
  })

  test.each([
    ['nothing', 'TOKEN', '', /^jobdeck: the value is empty/],
    ['bytes that are no text', 'TOKEN', '\\377geheim', /^jobdeck: standard input: is not text in UTF-8/],
    ['a name that is none', 'no name', 'geheim', /^jobdeck: SECRET: must begin with a letter/],
  ])('refuses %s, says what is wrong, and does not print it', async (_, name, printf, said) => {
    const { code, stderr } = await deck().set(name, printf)
    expect(code).toBe(2)
    expect(stderr).toMatch(said)
    expect(stderr).not.toContain('geheim')
  })

  test('refuses more than fits', async () => {
    const { data } = deck()
    const through = (command: string): [string, ...string[]] => [
      'sh',
      '-c',
      `head -c 70000 /dev/zero | ${command}`,
    ]
    const { code, stderr } = await jobdeck(['secrets', 'set', 'TOKEN'], { data, through })
    expect([code, stderr]).toEqual([2, 'jobdeck: standard input: has more than 65,536 bytes\n'])
  })

  test('says that it cannot mask what is too short', async () => {
    const { stderr } = await deck().set('PIN', 'ab')
    expect(stderr).toContain('fewer than 3 characters: it is not masked')
  })

  test.skipIf(!hasTerminal)('asks for it at a terminal, which does not show what is typed', async () => {
    const { data, on } = deck()
    const cli = new Cli(['secrets', 'set', 'TOKEN'], { data, through: (command) => inTerminal(command) })
    // The question ends no line: it is answered as soon as it is there.
    await once(cli.child.stdout!, 'data')
    cli.child.stdin!.write(`${VALUE}\r`)
    const { stdout } = await cli.done()
    expect(stdout).toContain('Value of TOKEN (it is not shown)')
    expect(stdout).not.toContain('geheim')
    const file = module('export default ({ params }) => params.token.length')
    const run = await on('--json', 'run', file, '--secret', 'token=TOKEN')
    expect(run.json().at(-1)).toMatchObject({ execution: { result: VALUE.length } })
  })
})

describe('secrets of jobs', () => {
  test('are given to a script by --secret, and to a command by --secret-env', async () => {
    const { data, on, set } = deck()
    await set('TOKEN', VALUE)
    const file = module(
      `export const params = { type: 'object', required: ['token', 'count'], properties: {
        token: { type: 'string', minLength: 10 }, count: { type: 'integer' } } }
      export default ({ params, info }) => (info(params.token), [params.token.length, params.count])`,
    )
    const run = await on('--json', 'run', file, '--secret', 'token=TOKEN', '-p', 'count=3')
    expect(run.json().at(-1)).toMatchObject({ execution: { result: [VALUE.length, 3] } })
    const params = { token: { secret: 'TOKEN' }, count: 3 }
    expect((await on('--json', 'show', '1')).json()[0]).toMatchObject({ params })
    expect(run.stdout).toContain('***')
    const print = 'printf %s "$T" | wc -c; echo "$T"'
    const command = await on('run', '--secret-env', 'T=TOKEN', '--', 'sh', '-c', print)
    expect(command.stdout).toMatch(/15\n[^]*\*\*\*/)
    expect(run.stdout + command.stdout).not.toContain(VALUE)
    expect(holding(data, [VALUE])).toEqual([])
  })

  test('are added, edited, shown and exported as references', async () => {
    const { on, set } = deck()
    await set('TOKEN', VALUE)
    await set('OTHER', VALUE)
    await on('add', 'A', '--secret', 'token=TOKEN', '--env', 'X=1', '--secret-env', 'T=TOKEN', '--', 'true')
    await on('edit', 'A', '--secret', 'more=OTHER', '--secret-env', 'U=OTHER')
    expect((await on('--json', 'show', 'A')).json()[0]).toMatchObject({
      params: { token: { secret: 'TOKEN' }, more: { secret: 'OTHER' } },
      policy: { environment: { X: '1', T: { secret: 'TOKEN' }, U: { secret: 'OTHER' } } },
    })
    expect((await on('show', 'A')).stdout).toContain('T=(the secret TOKEN)')
    const toml = (await on('export', '--format', 'toml')).stdout
    expect(toml).toContain('secret = "TOKEN"')
    const elsewhere = deck()
    const file = writeFile(temporaryFolder(), 'jobs.toml', toml)
    const imported = await elsewhere.on('import', file)
    expect(imported.stderr).toContain('jobdeck secrets set OTHER, TOKEN')
    expect(await elsewhere.on('run', '--keep', 'K', '--secret-env', 'T=TOKEN', '--', 'true')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no secret "TOKEN"; to set it: jobdeck secrets set TOKEN'),
    })
  })

  test.each([
    [['--secret', 'token'], '--secret: wants name=value, got "token"'],
    [['--secret', 'token='], '--secret: wants the name of a secret after "token="'],
    [['--secret', 'a=B', '-p', 'a=c'], '--secret: the parameter "a" is given by --param too'],
    [['--secret-env', 'a=no such'], '--secret-env'],
  ])(
    'that are not given as they should be (%j) are refused by the name of the option',
    async (args, said) => {
      const { code, stderr } = await deck().on('run', ...args, '--', 'true')
      expect(code).toBe(2)
      expect(stderr).toContain(said)
    },
  )

  test('are completed by their names', async () => {
    const { on, set } = deck()
    await set('TOKEN', VALUE)
    await set('OTHER', VALUE)
    const offered = async (...words: string[]) =>
      (await on('complete', 'zsh', '--', ...words)).stdout.trimEnd().split('\n').slice(1)
    expect(await offered('secrets', 'remove', '')).toEqual(['OTHER', 'TOKEN'])
    expect(await offered('secrets', 'set', 'T')).toEqual(['TOKEN'])
    expect(await offered('run', '--secret', 'token=T')).toEqual(['token=TOKEN'])
    expect(await offered('add', 'A', '--secret-env=X=')).toEqual([
      '--secret-env=X=OTHER',
      '--secret-env=X=TOKEN',
    ])
  })
})

test('files of variables are given by --env-from, in their order, and kept by their whole path', async () => {
  const { on } = deck()
  const folder = temporaryFolder()
  const files = ['A=1\nB=1', 'B=2'].map((text, index) => writeFile(folder, `${index}.env`, text))
  const options = files.flatMap((file) => ['--env-from', file])
  const run = await on('run', ...options, '--', 'sh', '-c', 'echo $A $B')
  expect(run.stdout).toMatch(/1 2/)
  await on('add', 'A', ...options, '--', 'true')
  await on('edit', 'A', '--env-from', files[1]!)
  expect((await on('--json', 'show', 'A')).json()[0]!.policy.environmentFiles).toEqual([files[1]])
  const missing = await on('run', '--env-from', join(folder, 'none.env'), '--', 'true')
  expect(missing.code).toBe(1)
  expect(missing.stdout + missing.stderr).toContain(`${join(folder, 'none.env')} does not exist`)
})
