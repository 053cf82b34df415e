import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { foldersOf } from '../../src/core/folders.ts'
import { Cli, jobdeck } from '../support/cli.ts'
import {
  USER,
  dataOf,
  newerApplication,
  openWindow,
  profile,
  startApplication,
  test,
} from '../support/electron.ts'
import { deckOf } from '../support/page-client.ts'
import { rows } from '../support/store.ts'

const NEWER = `create table newer (a text) strict; insert into newer values ('made by the upgrade')`

/** A profile whose deck was used from a terminal; with what runs a command there. */
async function usedProfile() {
  const home = profile()
  const database = join(dataOf(home), 'jobdeck.db')
  const as = { data: dataOf(home), ...(USER !== undefined && { user: USER, env: { HOME: home } }) }
  const added = await jobdeck(['add', 'Kept', '--cron', '0 3 * * *', '--', 'echo', 'from before'], as)
  expect(added.code).toBe(0)
  expect((await jobdeck(['start', 'Kept', '--here'], as)).code).toBe(0)
  const said = () => {
    const { logs } = foldersOf(database)
    const files = existsSync(logs) ? readdirSync(logs) : []
    return files.map((file) => readFileSync(join(logs, file), 'utf8')).join('')
  }
  return { home, as, database, said }
}

const versionOf = (database: string) =>
  rows<{ user_version: number }>(database, 'select user_version from pragma_user_version')[0]!.user_version

test('an application that knows a newer database upgrades the deck, keeps a copy, and the older one leaves it alone', async () => {
  const { home, database, said } = await usedProfile()
  const { app, page } = await openWindow({ home, application: newerApplication(NEWER) })
  const deck = await deckOf(page)
  const [job] = await deck.request('jobs.list', {})
  expect(job).toMatchObject({ name: 'Kept', schedule: { cron: '0 3 * * *' }, lastExecutionId: 1 })
  const log = await deck.request('logs.list', { execution: '1' })
  expect(log.map(({ message }) => message)).toEqual(['from before'])
  await page.goto('app://jobdeck/#/jobs')
  await page.reload() // the client of the test took the place of the page's own, maybe before it had read anything
  await page.locator('[data-row]').getByText('Kept').waitFor()
  expect(versionOf(database)).toBe(2)
  expect(rows(database, 'select a from newer')).toEqual([{ a: 'made by the upgrade' }])
  const copy = join(foldersOf(database).backups, 'version-1.db')
  expect(versionOf(copy)).toBe(1)
  expect(rows(copy, 'select name from jobs')).toEqual([{ name: 'Kept' }])
  await app.close()

  await startApplication({ home })
  await vi.waitFor(
    () => expect(said()).toContain('was written by a newer Jobdeck (database version 2'),
    20_000,
  )
  expect(versionOf(database)).toBe(2)
})

test('an upgrade is refused while another program has the deck open, and nothing is changed', async () => {
  const { home, as, database, said } = await usedProfile()
  const other = new Cli(['serve'], as)
  await other.note((line) => line.includes('Serving'))
  await startApplication({ home, application: newerApplication(NEWER) })
  await vi.waitFor(() => expect(said()).toContain('is open in another program'), 20_000)
  expect(versionOf(database)).toBe(1)
  expect(other.child.exitCode).toBe(null)
})
