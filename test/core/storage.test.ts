import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createEngine } from '../../src/core/engine.ts'
import type { FaultCode } from '../../src/core/index.ts'
import { refuseNetworkShare } from '../../src/core/store/filesystem.ts'
import { connect } from '../../src/core/store/open.ts'
import type { FaultData } from '../../src/shared/fault.ts'
import { openDeck, temporaryFolder, writeFile } from '../support/deck.ts'
import { NODE } from '../support/node.ts'

/** A file that was a deck, with a job in it, and is closed. */
async function closedDeck(): Promise<string> {
  const deck = await openDeck()
  for (let count = 0; count < 50; count++)
    await deck
      .once('process', { name: `job ${count}` })
      .add(1, { shell: 'true' })
      .save()
  await deck.close()
  return deck.file
}

/** Keeps the file locked from a process of its own; returns the function that ends it. */
async function lockElsewhere(file: string): Promise<() => void> {
  const source = `
    const database = new (require('better-sqlite3'))(process.argv[1])
    database.pragma('locking_mode = exclusive')
    database.exec('begin exclusive')
    console.log('locked')
    setInterval(() => {}, 1000)`
  const child = spawn(NODE, ['-e', source, file], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return () => void child.kill('SIGKILL')
}

describe('an engine does not open, and does not touch,', () => {
  test.each<[string, FaultCode, RegExp, () => string | Promise<string>]>([
    [
      'a text',
      'database-foreign',
      /is not a database: choose another file/,
      () => writeFile(temporaryFolder(), 'jobs.db', 'hello '.repeat(1000)),
    ],
    [
      'the database of another program',
      'database-foreign',
      /is an SQLite database, but not one of Jobdeck/,
      () => {
        const file = join(temporaryFolder(), 'jobs.db')
        new Database(file).exec('create table notes (text)').close()
        return file
      },
    ],
    [
      'a database that another program marks as its own, still without tables',
      'database-foreign',
      /not one of Jobdeck/,
      () => {
        const file = join(temporaryFolder(), 'jobs.db')
        new Database(file).exec('pragma application_id = 7').close()
        return file
      },
    ],
    [
      'a deck that was cut off',
      'database-damaged',
      /is damaged: put it aside and restore a copy/,
      async () => {
        const file = await closedDeck()
        truncateSync(file, 20_000)
        return file
      },
    ],
    [
      'a deck whose list of tables is overwritten',
      'database-damaged',
      /is damaged/,
      async () => {
        const file = await closedDeck()
        writeFileSync(file, readFileSync(file).fill(0xaa, 100, 4096))
        return file
      },
    ],
  ])('%s', async (_, code, message, prepare) => {
    const file = await prepare()
    const before = readFileSync(file)
    const refused = createEngine({ file })
    await expect(refused).rejects.toMatchObject({ name: 'Fault', code })
    await expect(refused).rejects.toThrow(message)
    await expect(refused).rejects.toThrow(file)
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  test('a folder of that name, nor a file where no folder can be made', async () => {
    const folder = join(temporaryFolder(), 'jobs.db')
    mkdirSync(folder)
    await expect(createEngine({ file: folder })).rejects.toMatchObject({
      code: 'database-permission',
      message: `${folder} cannot be written: check the permissions of the file and of its folder`,
    })
    const inFile = join(writeFile(temporaryFolder(), 'file', ''), 'below', 'jobs.db')
    await expect(createEngine({ file: inFile })).rejects.toMatchObject({
      code: 'database-permission',
      message: expect.stringMatching(/^the folder \S+ cannot be made: EEXIST/),
    })
  })

  test('a deck that another process keeps locked, after it has waited for it', async () => {
    const file = await closedDeck()
    await lockElsewhere(file)
    const start = performance.now()
    vi.spyOn(performance, 'now')
      .mockReturnValueOnce(start)
      .mockReturnValue(start + 10_001)
    const refused = createEngine({ file })
    await expect(refused).rejects.toMatchObject({
      code: 'database-locked',
      message: `another program keeps ${file} locked: close it and try again`,
    })
    vi.restoreAllMocks()
  })
})

test('an engine waits for a deck that another process lets go of in time', async () => {
  const file = await closedDeck()
  const release = await lockElsewhere(file)
  const opening = openDeck({ file })
  release()
  expect(await (await opening).client.request('jobs.list', {})).toHaveLength(50)
})

test.skipIf(process.platform === 'win32')(
  'a folder that the deck makes lets nobody else in; one that was there stays as it is',
  async () => {
    const modeOf = (path: string) => statSync(path).mode & 0o777
    const shared = join(temporaryFolder(), 'shared')
    mkdirSync(shared)
    chmodSync(shared, 0o755)
    const inside = await openDeck({ file: join(shared, 'jobs.db') })
    const below = await openDeck({ file: join(shared, 'new', 'deck', 'jobs.db') })
    const made = [`${inside.file}-files`, dirname(below.file), dirname(dirname(below.file))]
    expect(made.map(modeOf)).toEqual([0o700, 0o700, 0o700])
    expect(modeOf(shared)).toBe(0o755)
  },
)

describe('a network share', () => {
  test.each([
    [0x6969, 'NFS'],
    [0x517b, 'SMB'],
    [0xff534d42, 'CIFS'],
    [0xff534d42 | 0, 'CIFS'], // as a signed number, which some systems tell
    [0xfe534d42, 'SMB'],
    [0x01021997, '9P'],
  ])('of type %i is refused, by its name', (type, name) => {
    expect(() => refuseNetworkShare('/share', () => type)).toThrow(
      expect.objectContaining({
        code: 'network-share',
        message: `/share lies on a network share (${name}), where the database would be damaged: choose a folder on a local disk`,
      }),
    )
  })

  test.each([0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0x2fc12fc1])(
    'is not seen in the local type %i',
    (type) => expect(() => refuseNetworkShare('/local', () => type)).not.toThrow(),
  )
})

describe('a write that cannot be made', () => {
  /** A connection, what it told of trouble, and a write that the engine would not give up. */
  async function writing() {
    const told: (FaultData | null)[] = []
    const news = Promise.withResolvers<void>()
    const connection = await connect(join(temporaryFolder(), 'jobs.db'), {
      onTrouble(fault) {
        told.push(fault)
        news.resolve()
      },
    })
    onTestFinished(() => void connection.database.close())
    const insert = connection.database.prepare(`insert into meta values (?, zeroblob(100000) || '')`)
    const write = (key: string, patient: boolean) =>
      connection.writer.run(() => insert.run(key).changes, { patient })
    return { ...connection, told, news: news.promise, write }
  }

  test.each<[string, FaultCode, RegExp, string, string]>([
    [
      'because the disk is full',
      'disk-full',
      /the disk that holds \S+ is full: free some space/,
      'max_page_count = 1',
      'max_page_count = 1000000',
    ],
    [
      'because it may not be',
      'database-permission',
      /cannot be written: check the permissions/,
      'query_only = ON',
      'query_only = OFF',
    ],
  ])(
    '%s is told to who can be told; what the engine must record waits and is stored once',
    async (_, code, message, obstruct, relieve) => {
      const { database, told, news, write } = await writing()
      database.pragma(obstruct)
      const recorded = write('engine', true)
      const asked = write('caller', false)
      await expect(asked).rejects.toMatchObject({ name: 'Fault', code })
      await expect(asked).rejects.toThrow(message)
      await news
      expect(told).toMatchObject([{ code }])
      database.pragma(relieve)
      expect(await recorded).toBe(1)
      expect(told).toEqual([expect.objectContaining({ code }), null])
      const keys = database.prepare(`select key from meta where key <> 'deck'`).pluck().all()
      expect(keys).toEqual(['engine'])
    },
  )
})
