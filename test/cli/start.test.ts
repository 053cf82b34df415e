import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  rmdirSync,
  statSync,
  truncateSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { BIN, jobdeck, type CliOptions } from '../support/cli.ts'
import { temporaryFolder, writeFile } from '../support/deck.ts'

const FILE = 'jobdeck.db'

/** One clear line, and nothing else, from a command that looks and from one that runs. */
async function expectRefused(message: RegExp, options: CliOptions) {
  for (const args of [['list'], ['run', '--', 'true']]) {
    const { code, stdout, stderr } = await jobdeck(args, options)
    expect(stderr).toMatch(/^jobdeck: .*\n$/)
    expect(stderr).toMatch(message)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  }
}

test('the data folder is made where it is missing, with those above it, also by a command that only looks', async () => {
  const data = join(temporaryFolder(), 'not', 'there yet')
  expect(await jobdeck(['list'], { data })).toMatchObject({ code: 0, stdout: '' })
  expect(existsSync(join(data, FILE))).toBe(true)
})

test('the data folder is that of --data, else of JOBDECK_DATA, else of the system', () => {
  const home = temporaryFolder()
  const list = (variables: NodeJS.ProcessEnv, ...args: string[]) => {
    const env = { PATH: process.env.PATH, HOME: home, ...variables }
    spawnSync(process.execPath, [BIN, ...args, 'list'], { cwd: home, env })
    return ['given', 'variable', '.local/share/jobdeck'].map((name) => existsSync(join(home, name, FILE)))
  }
  const variables = { JOBDECK_DATA: join(home, 'variable') }
  expect(list(variables, '--data', 'given')).toEqual([true, false, false])
  expect(list(variables)).toEqual([true, true, false])
  expect(list({})).toEqual([true, true, process.platform === 'linux'])
})

const sql = (data: string, line: string) => new Database(join(data, FILE)).exec(line).close()

/** What lies in the folder: each file with its content. */
const contents = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => {
    const path = join(folder, name)
    return [name, statSync(path).isFile() && readFileSync(path, 'base64')]
  })

test.each<[string, RegExp, (data: string) => unknown]>([
  [
    'is a file',
    /the folder \S+ cannot be made: EEXIST/,
    (data) => rmdirSync(data) ?? writeFile(data, '', ''),
  ],
  [
    'is below a file',
    /the folder \S+ cannot be made: EEXIST/,
    (data) => rmSync(dirname(data), { recursive: true }) ?? writeFile(dirname(data), '', ''),
  ],
  ['has a folder called like the deck', /db cannot be written/, (data) => mkdirSync(join(data, FILE))],
  [
    'has a text called like the deck',
    /db is not a database/,
    (data) => writeFile(data, FILE, 'hello '.repeat(99)),
  ],
  [
    'has the database of another program',
    /db is an SQLite database, but not one of Jobdeck/,
    (data) => sql(data, 'create table notes (text)'),
  ],
  [
    'has a deck from the future',
    /newer Jobdeck \(database version 99, .*: update Jobdeck/,
    async (data) => {
      await jobdeck(['list'], { data })
      sql(data, 'pragma user_version = 99')
    },
  ],
  [
    'has half a deck',
    /db is damaged: put it aside/,
    async (data) => {
      await jobdeck(['list'], { data })
      truncateSync(join(data, FILE), 20_000)
    },
  ],
])('a data folder that %s is refused in one line, and left as it was', async (_, message, prepare) => {
  const folder = temporaryFolder()
  const data = join(folder, 'above', 'data')
  mkdirSync(data, { recursive: true })
  await prepare(data)
  const before = contents(folder)
  await expectRefused(message, { data })
  expect(contents(folder)).toEqual(before)
})

/** Somebody else where we are root, whom permissions do not hold back. */
const person = process.getuid?.() === 0 ? 65534 : undefined
const canReadUs =
  spawnSync(process.execPath, ['-e', 'fs.accessSync(process.argv[1])', BIN], { uid: person }).status === 0

test.skipIf(!canReadUs).each<[string, RegExp, (data: string) => Promise<void>]>([
  [
    'cannot be made',
    /the folder \S+ cannot be made: EACCES/,
    async (data) => chmodSync(dirname(data), 0o555),
  ],
  [
    'may not be looked into',
    /db cannot be written: check the permissions/,
    async (data) => mkdirSync(data, 0),
  ],
  [
    'may not be written',
    /db cannot be written: check the permissions/,
    async (data) => {
      await jobdeck(['list'], { data })
      chmodSync(join(data, FILE), 0o444)
      chmodSync(data, 0o555)
    },
  ],
])(
  'a data folder that %s is refused in one line (needs the build to be readable by others)',
  async (_, message, prepare) => {
    const data = join(temporaryFolder(), 'data')
    chmodSync(dirname(data), 0o755)
    await prepare(data)
    await expectRefused(message, { data, ...(person !== undefined && { user: person }) })
    chmodSync(dirname(data), 0o755)
    if (existsSync(data)) chmodSync(data, 0o755)
  },
)

/** The command line on a Node that calls itself so. */
const onNode = (version: string) => {
  const versions = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`
  const name = `Object.defineProperty(process, 'version', { value: 'v${version}' })`
  const words = ['--import', `data:text/javascript,${versions};${name}`, BIN, '--version']
  return spawnSync(process.execPath, words, { encoding: 'utf8' })
}

test.each(['18.20.8', '20.19.5', '22.13.1'])('Node %s is told in one line that it is too old', (version) => {
  const { status, stdout, stderr } = onNode(version)
  expect(stderr).toBe(
    `jobdeck: needs Node.js 22.14 or newer, and this is v${version} (${process.execPath})\n`,
  )
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
})

test.each(['22.14.0', '24.1.0', '100.0.0'])('Node %s is new enough', (version) => {
  expect(onNode(version)).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
})
