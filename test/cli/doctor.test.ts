import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { jobdeck } from '../support/cli.ts'
import { temporaryFolder, writeFile } from '../support/deck.ts'
import { filled, ran } from '../support/filled.ts'

const deck = () => filled((deck) => ran(deck, 'job', 'true'))
type Filled = Awaited<ReturnType<typeof deck>>

async function found({ on }: Pick<Filled, 'on'>, check: string) {
  const { code, json } = await on('--json', 'doctor')
  return { code, ...json().find((finding) => finding.check === check) }
}

describe('doctor', () => {
  test('says of each thing that it is well, with exit code 0', async () => {
    const { on } = await deck()
    const { code, stdout, stderr } = await on('doctor')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const check of 'versions place permissions space integrity copies size programs clock'.split(' ')) {
      expect(stdout).toMatch(new RegExp(`^[✔!] ${check} `, 'm'))
    }
    expect(stdout).toMatch(/^✔ versions +Node\.js \d+\.\d+\.\d+, SQLite \d+\.\d+/m)
  })

  test('makes no deck where there is none', async () => {
    const data = join(temporaryFolder(), 'data')
    const { code, stderr } = await jobdeck(['doctor'], { data })
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('There is no deck') })
    expect((await jobdeck(['--json', 'doctor'], { data })).json()).toMatchObject([
      { check: 'deck', state: 'ok' },
    ])
  })

  test('finds a damaged file, and names the copy to put back', async () => {
    const own = await deck()
    const file = join(own.data, 'jobdeck.db')
    await own.on('clean')
    const copies = join(`${file}-files`, 'backups')
    mkdirSync(copies, { recursive: true })
    copyFileSync(file, join(copies, 'daily-2026-01-01.db'))
    const database = new Database(file)
    const root = database
      .prepare(`select rootpage from sqlite_master where name = 'snapshots'`)
      .pluck()
      .get() as number
    const size = database.pragma('page_size', { simple: true }) as number
    database.pragma('wal_checkpoint(TRUNCATE)')
    database.close()
    const broken = Buffer.alloc(size, 0x5a)
    const { openSync, writeSync, closeSync } = await import('node:fs')
    const handle = openSync(file, 'r+')
    writeSync(handle, broken, 0, size, (root - 1) * size)
    closeSync(handle)
    const { code, stdout } = await own.on('doctor')
    expect(code).toBe(1)
    expect(stdout).toMatch(/^✖ integrity +.*jobdeck\.db is damaged/m)
    expect(stdout).toContain(`jobdeck restore ${join(copies, 'daily-2026-01-01.db')}`)
  })

  test('says why a deck cannot be opened, and still looks at its place', async () => {
    const data = join(temporaryFolder(), 'data')
    mkdirSync(data)
    writeFileSync(join(data, 'jobdeck.db'), 'no database at all')
    const { code, stdout, stderr } = await jobdeck(['doctor'], { data })
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout).toMatch(/^✖ deck +the deck cannot be opened: .*is not a database/m)
    expect(stdout).toMatch(/^✔ space /m)
    expect(stdout).toMatch(/^2 problems/m)
  })

  test('finds that the deck is paused, and that something waits which nobody runs', async () => {
    const own = await filled(async (deck) => {
      await deck.client.request('pauses.set', { target: { deck: true } })
      const job = deck.once('process', { name: 'job' }).add(0, { shell: 'true' })
      await job.save()
      await deck.client.request('jobs.start', { job: 'job', trigger: 'scheduled' })
    })
    expect(await found(own, 'pause')).toMatchObject({
      code: 0,
      state: 'warning',
      mend: expect.stringContaining('resume --deck'),
    })
    expect(await found(own, 'programs')).toMatchObject({
      state: 'warning',
      message: expect.stringMatching(/^1 run waits/),
    })
  })

  test('finds what is stored of the future: the clock was set back', async () => {
    const own = await deck()
    const database = new Database(join(own.data, 'jobdeck.db'))
    database.prepare('update trail set at = ?').run(Date.now() + 3_600_000)
    database.close()
    expect(await found(own, 'clock')).toMatchObject({
      code: 1,
      state: 'problem',
      mend: expect.stringContaining('clock'),
    })
  })

  test('finds a copy that has become old', async () => {
    const own = await deck()
    const copy = join(own.data, 'jobdeck.db-files', 'backups', 'daily-2020-01-01.db')
    mkdirSync(join(copy, '..'), { recursive: true })
    writeFileSync(copy, '')
    utimesSync(copy, new Date('2020-01-01'), new Date('2020-01-01'))
    expect(await found(own, 'copies')).toMatchObject({
      code: 0,
      state: 'warning',
      message: 'the newest copy is of 2020-01-01',
    })
  })

  test.skipIf(process.platform === 'win32')(
    'finds others who can change or read the deck, where they can reach it',
    async () => {
      const own = await deck()
      expect(await found(own, 'permissions')).toMatchObject({ state: 'ok' })
      chmodSync(join(own.data, '..'), 0o755)
      expect(await found(own, 'permissions')).toMatchObject({ state: 'ok' }) // the deck's own folder is closed
      chmodSync(own.data, 0o755)
      expect(await found(own, 'permissions')).toMatchObject({
        code: 0,
        state: 'warning',
        mend: expect.stringContaining('chmod 700'),
      })
      chmodSync(own.data, 0o777)
      expect(await found(own, 'permissions')).toMatchObject({
        code: 1,
        state: 'problem',
        mend: expect.stringContaining('go-w'),
      })
      chmodSync(own.data, 0o700)
      expect(await found(own, 'permissions')).toMatchObject({ code: 0, state: 'ok' })
    },
  )

  test('finds a folder that is synced, by its name or by what the program leaves in it', async () => {
    for (const [folder, marker, name] of [
      ['Dropbox', undefined, 'Dropbox'],
      ['OneDrive - Company', undefined, 'OneDrive'],
      ['shared', '.stfolder', 'Syncthing'],
    ] as const) {
      const top = join(temporaryFolder(), folder)
      mkdirSync(top)
      if (marker) mkdirSync(join(top, marker))
      const data = join(top, 'data')
      await jobdeck(['categories', 'add', 'x'], { data })
      const place = (await jobdeck(['--json', 'doctor'], { data }))
        .json()
        .find(({ check }) => check === 'place')
      expect(place).toMatchObject({ state: 'warning', message: expect.stringContaining(`synced by ${name}`) })
    }
  })

  test('survives a file that is cut short while it is looked at', async () => {
    const own = await deck()
    await own.on('clean')
    truncateSync(join(own.data, 'jobdeck.db'), 5000)
    const { code, stdout, stderr } = await own.on('doctor')
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout).toMatch(/^✖ /m)
  })
})

describe('doctor FILE', () => {
  const file = (name: string, text: string) => writeFile(temporaryFolder(), name, text)

  test('says what a script gets, with exit code 0, and makes no deck', async () => {
    const data = join(temporaryFolder(), 'data')
    const { code, stdout, stderr } = await jobdeck(['doctor', file('a.sh', '#!/bin/sh\necho\n')], { data })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^✔ interpreter +it is run by \/bin\/sh/m)
    expect(stdout).toMatch(/^✔ path +the PATH is that of /m)
    expect(stdout).toMatch(/^All is well\.$/m)
    expect(existsSync(data)).toBe(false)
  })

  test('says what stands in its way and how to mend that, with exit code 1', async () => {
    // Would catch: a doctor that finds something, and a script that goes on as if it had not.
    const script = file('a.sh', '#!/no/such/shell\r\necho\r\n')
    const { code, stdout } = await jobdeck(['doctor', script])
    expect(code).toBe(1)
    expect(stdout).toMatch(/^✖ text .*CR LF.*\n +→ Let its lines end as on Linux: perl .*a\.sh$/m)
    expect(stdout).toMatch(/^✖ interpreter .*\/no\/such\/shell does not exist/m)
    expect(stdout).toMatch(/^2 problems$/m)
    const json = (await jobdeck(['--json', 'doctor', script])).json()
    expect(json).toContainEqual(expect.objectContaining({ check: 'interpreter', state: 'problem' }))
  })

  test('tells of a file that is not there', async () => {
    const { code, stdout } = await jobdeck(['doctor', '/no/such/file.py'])
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: expect.stringContaining('/no/such/file.py does not exist'),
    })
  })
})
