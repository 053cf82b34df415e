/** The package as others get it: packed, and installed into a project that has nothing else. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const run = promisify(execFile)
const ROOT = resolve(import.meta.dirname, '../..')
const project = mkdtempSync(join(tmpdir(), 'jobdeck-package-'))
const installed = join(project, 'node_modules/jobdeck')

interface Packed {
  filename: string
  size: number
  files: { path: string; size: number }[]
}
let packed: Packed

/** A tool of this clone, where the project has none. */
const link = (name: string) => {
  const target = join(project, 'node_modules', name)
  mkdirSync(join(target, '..'), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules', name), target, 'dir')
}
const node = (...args: string[]) => run(process.execPath, args, { cwd: project })
const tsc = (...files: string[]) => {
  const options = ['--noEmit', '--strict', '--target', 'es2024', '--module', 'nodenext', '--types', 'node']
  return node(join(ROOT, 'node_modules/typescript/bin/tsc'), '--ignoreConfig', ...options, ...files).catch(
    ({ stdout }: { stdout: string }) => expect(stdout).toBe(''),
  )
}
const write = (name: string, text: string) => writeFileSync(join(project, name), text)

beforeAll(async () => {
  // What it is built from was built before, as for all tests of the command line.
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', project], {
    cwd: ROOT,
  })
  const found = JSON.parse(stdout) as Packed[] | Record<string, Packed>
  packed = Object.values(found)[0]!
  write('package.json', JSON.stringify({ name: 'empty', version: '1.0.0', type: 'module', private: true }))
  const options = ['--prefer-offline', '--no-audit', '--no-fund']
  await run('npm', ['install', ...options, join(project, packed.filename)], { cwd: project })
}, 240_000)
afterAll(() => rmSync(project, { recursive: true, force: true }))

describe('the package', () => {
  test('is fit for every way of importing it, by the rules of publint', async () => {
    const { messages } = await publint({ pkgDir: installed, strict: true, pack: false })
    // `main` is what Electron starts in the folder of the application; whoever imports the package gets its `exports`.
    const others = messages.filter(({ path }) => path.join('.') !== 'main')
    expect(others).toEqual([])
  })

  test('has what is needed to run it, and nothing else: no tests, no sources, no tools', () => {
    const strange = packed.files.filter(
      ({ path }) =>
        !/^(package\.json|README\.md|LICENSE|bin\/jobdeck\.js|dist\/[\w-]+\.js|out\/renderer\/(index\.html|icon\.svg|assets\/[\w.-]+\.(js|css))|dist\/types\/(core|shared)\/.+\.d\.ts)$/.test(
          path,
        ),
    )
    expect(strange).toEqual([])
    const total = packed.files.reduce((sum, { size }) => sum + size, 0)
    // Some 0.4 MB of it are drizzle and zod, 0.3 MB the types of the contract, 1.1 MB the window, of which 0.1 MB reads Markdown.
    expect(total).toBeLessThan(3_200_000)
    expect(packed.size).toBeLessThan(850_000)
  })

  test('brings the command line', async () => {
    const bin = join(project, 'node_modules/.bin/jobdeck')
    const { stdout } = await node(bin, '--data', join(project, 'data'), 'run', '--', 'echo', 'it runs')
    expect(stdout).toContain('it runs')
    expect((await node(bin, '--version')).stdout.trim()).toBe('0.1.0')
  })

  test('loads nothing of OpenTelemetry until it is asked for it, and then says what is missing', async () => {
    const names = ['jobdeck', 'jobdeck/testing']
    for (const name of names) await node('--input-type=module', '--eval', `await import('${name}')`)
    const failed = await node('--input-type=module', '--eval', `await import('jobdeck/opentelemetry')`).catch(
      ({ stderr }: { stderr: string }) => stderr,
    )
    expect(failed).toContain(`Cannot find package '@opentelemetry/api'`)
  })
})

/** The first program of the README that uses the library, as it stands there. */
function example(): string {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const [, code] = /```ts\n(import \{ open \} from 'jobdeck'\n.*?)```/s.exec(readme)!
  return code!
}
const DO_WORK = `async function doWork({ signal }: { signal: AbortSignal }) {\n  signal.throwIfAborted()\n}\n`
const END = `console.log(status, JSON.stringify(result))\nawait deck.close()\n`

describe('the example of the README', () => {
  test('runs in JavaScript, word for word', async () => {
    write('example.js', `${example()}${DO_WORK.replace(': { signal: AbortSignal }', '')}${END}`)
    expect((await node('example.js')).stdout).toBe('completed {"rows":12}\n')
  })

  test('is right in TypeScript, whose types need nothing but those of Node', async () => {
    link('@types/node')
    link('undici-types')
    write('example.ts', `${example()}${DO_WORK}${END}`)
    await tsc('example.ts')
    expect((await node('example.ts')).stdout).toBe('completed {"rows":12}\n')
  })

  test('has types that are right in all entries, and refuse what is wrong', async () => {
    link('@opentelemetry/api')
    write(
      'types.ts',
      `import { open, Fault, type Deck, type Job, type TelemetryEnd } from 'jobdeck'
import { observe } from 'jobdeck/opentelemetry'
import { createTestClock, openTestDeck } from 'jobdeck/testing'
const stop: () => void = observe()
const deck: Deck = await openTestDeck({ clock: createTestClock({ now: new Date() }) })
const job: Job = deck.once('in-process', { name: 'typed', retry: { attempts: 3, delay: '1h' } })
job.add(1, async ({ signal, params }) => [signal.aborted, params.anything])
const { status } = await job.finished()
const ended: TelemetryEnd['status'] = status
// @ts-expect-error a mode that there is not
deck.once('elsewhere', { name: 'typed' })
// @ts-expect-error a field that there is not
await open({ file: 'jobs.db', colour: 'red' })
export { stop, ended, Fault }
`,
    )
    await tsc('types.ts')
  })
})
