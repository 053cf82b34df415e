/** What is clicked twice is done once. */
import type { Locator, Page } from '@playwright/test'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { WebDeck, withoutBrowser } from './support/window.ts'

/** Two clicks before anything is drawn. */
const clickTwice = (button: Locator) =>
  button.evaluate((element: HTMLElement) => {
    element.click()
    element.click()
  })

/** Begins anew, and counts from then on how often the window asks for something. */
async function counted(page: Page): Promise<(name: string) => number> {
  const sent: string[] = []
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      sent.push(String(payload))
    }),
  )
  await page.reload()
  await page.getByRole('heading', { level: 1 }).waitFor()
  return (name) => sent.filter((text) => text.includes(`"${name}"`)).length
}

describe.skipIf(withoutBrowser)('a button that is clicked twice', () => {
  test('starts one run with parameters', async () => {
    const deck = await WebDeck.serve()
    await deck.run('add', 'Twice', '--', 'true')
    const { id } = JSON.parse(await deck.run('show', 'Twice', '--json')) as { id: string }
    const page = await deck.window({}, `#/jobs/${id}`)
    const times = await counted(page)
    await page.getByRole('button', { name: 'Run with parameters …' }).click()
    await clickTwice(page.getByRole('dialog').getByRole('button', { name: 'Run', exact: true }))
    await page.getByRole('heading', { name: 'Run #1' }).waitFor()
    expect(times('jobs.start')).toBe(1)
  })

  test('writes one script', async () => {
    const deck = await WebDeck.serve()
    const page = await deck.window({}, '#/scripts')
    const times = await counted(page)
    await page.getByRole('button', { name: 'New from a template' }).first().click()
    await page.getByLabel('Name', { exact: true }).fill('mine')
    await clickTwice(page.getByRole('button', { name: 'Make it' }))
    await page.getByRole('heading', { name: 'mine.py', level: 1 }).waitFor()
    expect(times('scripts.write')).toBe(1)
  })

  test('saves a job once', async () => {
    const deck = await WebDeck.serve()
    await deck.run('add', 'Job', '--', 'true')
    const { id } = JSON.parse(await deck.run('show', 'Job', '--json')) as { id: string }
    const page = await deck.window({}, `#/jobs/${id}/edit`)
    const times = await counted(page)
    await clickTwice(page.getByRole('button', { name: 'Save', exact: true }))
    await page.getByText('Job was saved').waitFor()
    expect(times('jobs.save')).toBe(1)
  })

  test('imports once, and sets a secret once', async () => {
    const deck = await WebDeck.serve()
    await deck.write('crontab.txt', '# Water the plants\n30 6 * * 1-5 /usr/bin/true\n')
    const page = await deck.window({}, '#/settings')
    const times = await counted(page)
    await page.locator('input[type=file]').setInputFiles(join(deck.data, 'crontab.txt'))
    await page.getByRole('dialog').getByText('Water the plants').waitFor()
    // Looking at it asks for an import too, which changes nothing.
    expect(times('deck.import')).toBe(1)
    await clickTwice(page.getByRole('dialog').getByRole('button', { name: 'Import 1' }))
    await page.getByText('1 entry was imported').waitFor()
    expect(times('deck.import')).toBe(2)
    await page.getByPlaceholder('Name').fill('TOKEN')
    await page.getByPlaceholder('Value').fill('correct horse battery')
    await clickTwice(page.getByRole('button', { name: 'Save' }))
    await page.getByText('TOKEN is set').waitFor()
    expect(times('secrets.set')).toBe(1)
  })

  test('can be a file to choose, which shows by keyboard that it has the focus', async () => {
    const deck = await WebDeck.serve()
    const page = await deck.window({}, '#/settings')
    const file = page.locator('input[type=file]')
    const label = page.locator('label.button').filter({ has: file })
    await label.waitFor()
    for (let step = 0; step < 60; step++) {
      await page.keyboard.press('Tab')
      if (await file.evaluate((element) => element === document.activeElement)) break
    }
    expect(await label.evaluate((element) => getComputedStyle(element).outlineWidth)).toBe('2px')
    expect(await label.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe('solid')
  })
})
