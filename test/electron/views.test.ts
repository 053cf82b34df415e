import { expect } from 'vitest'
import { openWindow, place, profile, test } from '../support/electron.ts'
import { FINAL, deckOf } from '../support/page-client.ts'

const TALKS = `export default async ({ info, error, summarize }) => {
  for (let line = 0; line < 2000; line++) info('row ' + line, { line })
  error('row of trouble')
  await summarize('# Report')
}`

test('every view of the window works in the application as it does in a browser', async () => {
  // Would catch: what the scheme or the policy of the application keeps from loading, and a browser does not.
  const home = profile()
  const { page } = await openWindow({ home })
  const faults: string[] = []
  page.on('pageerror', ({ message }) => faults.push(message))
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
  const deck = await deckOf(page)
  const handler = { file: place(home, 'talks.mjs', TALKS) }
  const id = await deck.run({
    name: 'Talks',
    category: 'home/work',
    mode: 'process',
    handlers: [{ handler }],
  })
  const { jobId } = await deck.until(id, FINAL)
  await page.reload() // the client of the test took the place of the page's own
  const go = (hash: string) => page.evaluate((hash) => (location.hash = hash), hash)
  const views: [hash: string, text: string][] = [
    ['#/now', 'Next up'],
    ['#/jobs', 'Talks'],
    ['#/folders/home%2Fwork', 'Talks'],
    [`#/jobs/${jobId}`, 'How it fares'],
    [`#/jobs/${jobId}/runs`, '#1'],
    [`#/jobs/${jobId}/log`, 'row of trouble'],
    [`#/jobs/${jobId}/settings`, 'talks.mjs'],
    [`#/jobs/${jobId}/edit`, 'Save'],
    ['#/timeline', 'Talks'],
    ['#/scripts', 'script'],
    ['#/logs', 'What are you looking for?'],
    ['#/settings', 'Language'],
    ['#/new-job', 'Save'],
    [`#/runs/${id}`, 'Report'],
  ]
  for (const [hash, text] of views) {
    await go(hash)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.locator('main').getByText(text).first().waitFor()
    expect(faults, hash).toEqual([])
  }

  // The pattern is looked for in a worker, which is a script of its own.
  await page.keyboard.press('/')
  await page.getByRole('button', { name: 'Regular expression' }).click()
  await page.getByRole('searchbox', { name: 'Search this log' }).fill('tro+uble')
  await page.getByText('1 line', { exact: true }).waitFor()
  await page.keyboard.press('Enter')
  await page.locator('mark').getByText('trouble').waitFor()
  await page.keyboard.press('ControlOrMeta+k')
  await page.getByRole('dialog').getByRole('combobox').fill('timeline')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.url()).toContain('#/timeline')
  expect(faults).toEqual([])
})
