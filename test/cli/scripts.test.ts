import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Cli, hasTerminal, inTerminal, jobdeck, type CliOptions } from '../support/cli.ts'
import { temporaryFolder } from '../support/deck.ts'

function begin() {
  const data = join(temporaryFolder(), 'data')
  const folder = join(data, 'scripts')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return {
    data,
    folder,
    put: (name: string, text: string, mode = 0o644) => writeFileSync(join(folder, name), text, { mode }),
    on: (...args: string[]) => jobdeck(args, { data }),
    /** As somebody at a terminal, who types the answer. */
    async typing(answer: string, ...args: string[]) {
      const options: CliOptions = { data, through: inTerminal }
      const cli = new Cli(args, options)
      await cli.line((line) => line.includes('echo'))
      cli.child.stdin!.write(`${answer}\r`)
      return cli.done()
    },
  }
}

describe('jobdeck scripts', () => {
  test('says where to put the first, lists what is there and shows one', async () => {
    const { on, put, folder } = begin()
    expect((await on('scripts')).stderr).toContain(folder)
    put(
      'a.sh',
      '# /// script\n# [tool.jobdeck]\n# title = "Says a"\n# [tool.jobdeck.params.properties.word]\n# type = "string"\n# default = "a"\n# ///\necho a\n',
    )
    put('b.ts', 'export default () => {')
    put('data.csv', '')
    const listed = await on('scripts')
    expect(listed.stdout).toMatch(/^\+ new +a\.sh +Says a$/m)
    expect(listed.stdout).toMatch(/^✖ broken +b\.ts .*Unexpected end of file/m)
    expect(listed.stderr).toContain('1 script to look at: jobdeck trust a.sh')
    const shown = await on('scripts', 'a.sh')
    expect(shown.stdout).toMatch(/^word +string +"a"$/m)
    expect((await on('--json', 'scripts')).json()).toMatchObject([
      { name: 'a.sh', state: 'new', title: 'Says a' },
      { name: 'b.ts', state: 'broken', problem: { line: 1 } },
    ])
    const lost = await on('scripts', 'c.sh')
    expect(lost).toMatchObject({ code: 2, stdout: '' })
    expect(lost.stderr).toContain('the script c.sh is not there in the scripts folder')
  })

  test('shows a difference, and what a run ran though the file is another by now', async () => {
    const { on, put } = begin()
    put('a.sh', 'echo one\n')
    await on('trust', 'a.sh')
    expect((await on('run', 'a.sh')).stdout).toContain('one')
    put('a.sh', 'echo two\n')
    const { stdout } = await on('scripts', 'a.sh', '--diff')
    expect(stdout).toContain('-echo one\n+echo two')
    expect((await on('scripts', '--run', '1')).stdout).toContain('echo one')
    expect((await on('scripts', '--run', '2')).code).toBe(2)
  })

  test('hides nothing of what is to be approved: controls and turned text are shown as codes', async () => {
    const { on, put } = begin()
    put('a.sh', 'echo safe \u001B[2K\rrm -rf x\necho "\u202E;x"\n')
    const { stdout } = await on('scripts', 'a.sh', '--diff')
    expect(stdout).toContain('echo safe <U+001B>[2K<U+000D>rm -rf x')
    expect(stdout).toContain('<U+202E>')
  })
})

describe('jobdeck trust', () => {
  test('lets a script run by its name, until it is changed or no longer trusted', async () => {
    const { on, put } = begin()
    put('a.sh', 'echo one\n')
    const refused = await on('run', 'a.sh')
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toContain('jobdeck trust a.sh')
    expect((await on('trust', 'a.sh')).stdout).toContain('Approved a.sh: 1 file')
    expect((await on('add', 'greets', 'a.sh', '--cron', '0 3 * * *')).stdout).toContain('It runs a.sh')
    expect((await on('start', 'greets')).stdout).toContain('one')
    put('a.sh', 'echo two\n')
    expect(await on('start', 'greets')).toMatchObject({ code: 1 })
    await on('trust', 'a.sh')
    expect((await on('start', 'greets')).stdout).toContain('two')
    expect((await on('distrust', 'a.sh')).stdout).toContain('runs no more')
    expect((await on('start', 'greets')).code).toBe(1)
    expect((await on('history')).stdout).toMatch(/approv/)
  })

  test.skipIf(!hasTerminal)('shows at a terminal what it approves, and takes only a yes', async () => {
    const { put, typing, on } = begin()
    put('a.sh', 'echo one\n')
    expect((await typing('n', 'trust', 'a.sh')).stdout).toContain('a.sh was not approved')
    expect((await on('--json', 'scripts')).json()).toMatchObject([{ state: 'new' }])
    expect((await typing('y', 'trust', 'a.sh')).stdout).toContain('Approved a.sh')
  })

  test('refuses what is broken or not there', async () => {
    const { on, put } = begin()
    put('b.ts', 'export default () => {')
    expect((await on('trust', 'b.ts')).stderr).toContain('Unexpected end of file')
    expect((await on('trust', 'c.ts')).code).toBe(2)
    expect((await on('distrust', 'c.ts')).code).toBe(2)
  })
})

test('folders are added and removed, and their scripts are called by them', async () => {
  const { on } = begin()
  const other = temporaryFolder()
  writeFileSync(join(other, 'x.sh'), 'echo x')
  expect((await on('folders', 'add', other, '--name', 'work')).stdout).toContain('@work/…')
  expect((await on('--json', 'scripts')).json()).toMatchObject([{ name: '@work/x.sh', state: 'new' }])
  await on('trust', '@work/x.sh')
  expect((await on('run', '@work/x.sh')).stdout).toContain('x')
  expect((await on('folders', 'add', join(other, 'nothing'))).stderr).toContain('is no folder')
  await on('folders', 'remove', '@work')
  expect((await on('run', '@work/x.sh')).code).toBe(2)
})

test('serve tells of a script that is dropped into the folder, and of what becomes of it', async () => {
  const { data, on, put, folder } = begin()
  rmSync(folder, { recursive: true })
  const serve = new Cli(['serve'], { data })
  await serve.note((line) => line.includes('Serving'))
  await expect
    .poll(() => {
      try {
        put('a.sh', 'echo one\n')
        return true
      } catch {
        return false
      }
    })
    .toBe(true)
  await serve.note((line) => line.includes('The script a.sh is new'))
  await on('trust', 'a.sh')
  put('a.sh', 'echo two\n')
  await serve.note((line) => line.includes('The script a.sh was changed'))
  put('b.ts', 'export default (')
  await serve.note((line) => line.includes('The script b.ts cannot run'))
  serve.child.kill('SIGTERM')
  expect((await serve.done()).code).toBe(0)
})

test('status says which jobs cannot run because of their scripts, and what mends it', async () => {
  const { on, put, folder } = begin()
  for (const name of ['new.sh', 'gone.sh', 'broken.ts'])
    put(name, name.endsWith('ts') ? 'export default () => 1' : 'echo 1')
  for (const [job, script] of [
    ['a', 'new.sh'],
    ['b', 'gone.sh'],
    ['c', 'broken.ts'],
  ] as const)
    await on('add', job, script)
  rmSync(join(folder, 'gone.sh'))
  put('broken.ts', 'export default (')
  const { stdout } = await on('status')
  expect(stdout).toContain(
    '"a" cannot run: the script new.sh is new and waits to be looked at: jobdeck trust new.sh',
  )
  expect(stdout).toContain('"b" cannot run: the script gone.sh is not there')
  expect(stdout).toMatch(/"c" cannot run: the script broken\.ts is broken: .*Unexpected end of file/)
})
