/** `jobdeck new script`, as people type it. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { jobdeck } from '../support/cli.ts'
import { temporaryFolder } from '../support/deck.ts'

describe('new script', () => {
  test('writes one into a folder that is named, which runs at once', async () => {
    // Would catch: a template that the build leaves out, or that does not run from where it was put.
    const cwd = temporaryFolder()
    const data = join(temporaryFolder(), 'data')
    const made = await jobdeck(['new', 'script', 'count-my-files', '--lang', 'sh', '--folder', '.'], {
      cwd,
      data,
    })
    const file = join(cwd, 'count-my-files.sh')
    expect(made).toMatchObject({
      code: 0,
      stdout: `${file}\n`,
      stderr: expect.stringContaining('jobdeck run'),
    })
    expect(statSync(file).mode & 0o111).not.toBe(0)
    const ran = await jobdeck(['--json', 'run', file], { cwd, data })
    expect(ran.code).toBe(0)
    expect(ran.json()).toContainEqual(
      expect.objectContaining({
        execution: expect.objectContaining({ result: expect.objectContaining({ files: 1 }) }),
      }),
    )
    expect((await jobdeck(['list'], { data })).stdout).toContain('Count my files')
    expect(existsSync(join(data, 'jobdeck.db'))).toBe(true)
  })

  test('takes the language from the ending, and a folder that it makes', async () => {
    const cwd = temporaryFolder()
    const args = ['--json', 'new', 'script', 'report.py', '--folder', 'a/b', '--title', `My "own"`]
    const [made] = (await jobdeck(args, { cwd })).json()
    expect(made).toEqual({ file: join(cwd, 'a/b/report.py'), language: 'py' })
    expect(readFileSync(join(cwd, 'a/b/report.py'), 'utf8')).toContain(String.raw`# title = "My \"own\""`)
  })

  test('is TypeScript if nothing says another language', async () => {
    const cwd = temporaryFolder()
    expect(await jobdeck(['new', 'script', 'x', '--folder', '.'], { cwd })).toMatchObject({ code: 0 })
    const file = join(cwd, 'x.ts')
    expect(statSync(file).mode & 0o111).toBe(0)
    expect(await jobdeck(['run', file], { cwd })).toMatchObject({ code: 0 })
  })

  test('overwrites nothing, and makes no deck', async () => {
    // Would catch: work of an evening lost to a name that was used before.
    const cwd = temporaryFolder()
    const data = join(temporaryFolder(), 'data')
    writeFileSync(join(cwd, 'x.ts'), 'mine')
    const { code, stderr } = await jobdeck(['new', 'script', 'x.ts', '--folder', '.'], { cwd, data })
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/x\.ts exists already, and is left/),
    })
    expect(readFileSync(join(cwd, 'x.ts'), 'utf8')).toBe('mine')
    expect(existsSync(data)).toBe(false)
  })

  test.each([
    [['x.py', '--lang', 'ts'], /says ts, and the name "x\.py" says py/],
    [['x', '--lang', 'cobol'], /Allowed choices are ts, js, py, sh, ps1, rb/],
    [['folder/'], /no name for a file/],
    [[], /missing required argument 'name'/],
    [['x', '--folder', 'a file'], /cannot be written/],
  ])('refuses %j, and says why', async (args, message) => {
    const cwd = temporaryFolder()
    mkdirSync(join(cwd, 'folder'))
    writeFileSync(join(cwd, 'a file'), '')
    const { code, stderr } = await jobdeck(['new', 'script', ...args], { cwd })
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) })
  })
})

test('new script without a folder goes into the scripts folder, is approved and runs by its name', async () => {
  const data = join(temporaryFolder(), 'data')
  const made = await jobdeck(['new', 'script', 'hello.sh'], { data })
  expect(made).toMatchObject({ code: 0, stdout: `${join(data, 'scripts', 'hello.sh')}\n` })
  expect((await jobdeck(['run', 'hello.sh'], { data })).code).toBe(0)
  expect((await jobdeck(['doctor', 'hello.sh'], { data })).stdout).toMatch(/approval.*hello.sh is approved/)
  expect(await jobdeck(['new', 'script', 'hello.sh'], { data })).toMatchObject({ code: 1 })
  writeFileSync(join(data, 'scripts', 'hello.sh'), 'echo 1')
  expect(await jobdeck(['run', 'hello.sh'], { data })).toMatchObject({ code: 1 })
  expect((await jobdeck(['doctor', 'hello.sh'], { data })).stdout).toMatch(/→ jobdeck trust hello.sh/)
})
