/** Scripts are reviewed, mended, written and made into jobs in the window. */
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { WebDeck, withoutBrowser } from './support/window.ts'

function put(deck: WebDeck, name: string, text: string): void {
  mkdirSync(join(deck.data, 'scripts'), { recursive: true })
  writeFileSync(join(deck.data, 'scripts', name), text, { mode: 0o755 })
}
const failures = async (page: Page) =>
  (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)

const WITH_PARAMETERS = `export const title = 'Greeting'
export const params = {
  type: 'object',
  required: ['who'],
  properties: { who: { type: 'string', title: 'Who', description: 'Whom to greet' } },
}
export default ({ params, info }) => info('hello ' + params.who)
`

describe.skipIf(withoutBrowser)('the scripts', () => {
  test('a script that is dropped in is scheduled and running in a few steps, each of which is the next button', async () => {
    const deck = await WebDeck.serve()
    const page = await deck.window({}, '#/scripts')
    await page.getByText('No scripts yet').waitFor()
    put(deck, 'greet.js', WITH_PARAMETERS)
    const began = Date.now()
    await page.getByRole('list', { name: 'To review' }).getByRole('button', { name: 'Review' }).click()
    await page.getByText("info('hello '").waitFor()
    await page.getByText('Whom to greet').first().waitFor()
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.getByRole('button', { name: 'Make a job of it' }).click()
    await page.getByRole('textbox', { name: 'Who' }).fill('world')
    await page.getByLabel('Runs', { exact: true }).selectOption('Every … minutes or hours')
    await page.getByRole('list', { name: 'Next times' }).waitFor()
    await page.getByRole('button', { name: 'Save and run' }).click()
    await page.getByRole('log').getByText('hello world').waitFor()
    expect(Date.now() - began).toBeLessThan(120_000)
    const { jobs } = JSON.parse(await deck.run('export')) as { jobs: unknown[] }
    expect(jobs).toMatchObject([{ name: 'Greeting', params: { who: 'world' }, schedule: { every: '15m' } }])
  })

  test('what waits comes first, then what is broken, with the place of the mistake, then what is approved', async () => {
    const deck = await WebDeck.serve()
    put(deck, 'fine.js', WITH_PARAMETERS)
    await deck.run('trust', 'fine.js')
    put(deck, 'broken.js', 'export default () => {\n  const a = [1, 2\n  return a\n}\n')
    put(deck, 'new.sh', '#!/bin/sh\necho hi\n')
    const page = await deck.window({}, '#/scripts')
    await page.getByRole('list', { name: 'Cannot run' }).getByText('Line 3, column 3').waitFor()
    expect(await page.locator('h2').allTextContents()).toEqual(['To review', 'Cannot run', 'Approved'])
    expect(await failures(page)).toEqual([])
    await page.getByRole('link', { name: 'broken.js' }).click()
    await page.locator('.line.marked').getByText('return a').waitFor()
    await page.getByRole('button', { name: 'Edit' }).click()
    await page.getByRole('textbox', { name: 'Text of broken.js' }).fill('export default () => 1\n')
    await page.getByRole('button', { name: 'Save and approve' }).click()
    await page.locator('header [data-state=approved]').waitFor()
    expect(readFileSync(join(deck.data, 'scripts/broken.js'), 'utf8')).toBe('export default () => 1\n')
    expect(await failures(page)).toEqual([])
  })

  test('a text that is typed is kept when the script is left, and says so, until it is saved or discarded', async () => {
    const deck = await WebDeck.serve()
    put(deck, 'fine.js', WITH_PARAMETERS)
    await deck.run('trust', 'fine.js')
    const page = await deck.window({}, '#/scripts/fine.js')
    const text = page.getByRole('textbox', { name: 'Text of fine.js' })
    await page.getByRole('button', { name: 'Edit' }).click()
    await text.fill('export default () => 1\n')
    await page.getByRole('link', { name: /All scripts/ }).click()
    await page.getByRole('link', { name: 'fine.js' }).click()
    await page.getByText('What you typed before was kept.').waitFor()
    expect(await text.inputValue()).toBe('export default () => 1\n')
    expect(await failures(page)).toEqual([])
    // It is compared with what the file said as it was begun.
    put(deck, 'fine.js', `${WITH_PARAMETERS}// elsewhere\n`)
    await page.reload()
    await page.getByText('The file was changed elsewhere meanwhile.').waitFor()
    expect(await text.inputValue()).toBe('export default () => 1\n')
    await page.getByRole('button', { name: 'Discard it' }).click()
    await page.getByText('// elsewhere').waitFor()
    await page.reload()
    await page.getByText('// elsewhere').waitFor()
    expect(await text.count()).toBe(0)
    await page.getByRole('button', { name: 'Edit' }).click()
    await text.fill('export default () => 2\n')
    await page.getByRole('button', { name: 'Save and approve' }).click()
    await page.getByText('fine.js was saved').waitFor()
    await page.reload()
    await page.getByRole('button', { name: 'Edit' }).waitFor()
  })

  test('a script is made from a template, in a language, and never over another one', async () => {
    const deck = await WebDeck.serve()
    put(deck, 'mine.sh', '#!/bin/sh\necho hi\n')
    const page = await deck.window({ colorScheme: 'dark' }, '#/scripts')
    await page.getByRole('button', { name: 'New from a template' }).click()
    await page.getByRole('button', { name: 'Make it' }).click()
    await page.getByText('It needs a name.').waitFor()
    await page.getByLabel('Name', { exact: true }).fill('mine')
    await page.getByLabel('Language').selectOption('Shell')
    await page.keyboard.press('Tab')
    await page.getByRole('button', { name: 'Make it' }).click()
    await page.getByText('There is a script of this name already.').waitFor()
    await page.getByLabel('Name', { exact: true }).fill('photos/count')
    expect(await failures(page)).toEqual([])
    await page.getByLabel('Name', { exact: true }).press('Enter')
    await page.getByRole('heading', { name: 'photos/count.sh', level: 1 }).waitFor()
    await page.locator('header [data-state=approved]').waitFor()
    expect(await deck.run('run', 'photos/count.sh')).toContain('"files": 1')
  })

  test('an approval that was withdrawn comes back with undo', async () => {
    const deck = await WebDeck.serve()
    put(deck, 'fine.js', WITH_PARAMETERS)
    await deck.run('trust', 'fine.js')
    const page = await deck.window({}, '#/scripts/fine.js')
    await page.getByRole('button', { name: 'Withdraw approval' }).click()
    await page.locator('header [data-state=new]').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.locator('header [data-state=approved]').waitFor()
  })
})
