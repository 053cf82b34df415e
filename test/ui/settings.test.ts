/** The settings, in a real browser with the real engine behind it. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { AxeBuilder } from '@axe-core/playwright'
import { WebDeck, withoutBrowser } from './support/window.ts'

describe.skipIf(withoutBrowser)('the settings', () => {
  test.each(['light', 'dark'] as const)('bar nobody, in %s colours', async (colorScheme) => {
    const deck = await WebDeck.serve()
    const page = await deck.window({ colorScheme }, '#/settings')
    await page.getByLabel('Runs kept of each job').waitFor()
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map(({ id, nodes }) => [id, nodes[0]!.html])).toEqual([])
  })

  test('change the language and the colours at once, and keep them', async () => {
    const deck = await WebDeck.serve()
    const page = await deck.window({ colorScheme: 'light' }, '#/settings')
    await page.getByLabel('Colours').selectOption('dark')
    const ground = () => page.evaluate('getComputedStyle(document.documentElement).backgroundColor')
    await expect.poll(ground).toBe('rgb(23, 24, 28)')
    await page.getByLabel('Language').selectOption('zh')
    await page.getByRole('heading', { name: '设置' }).waitFor()
    expect(await page.evaluate('document.documentElement.lang')).toBe('zh-Hans')
    await page.reload()
    await page.getByRole('heading', { name: '设置' }).waitFor()
    expect(await ground()).toBe('rgb(23, 24, 28)')
  })

  test('say what is wrong as it is typed, and store what is right', async () => {
    const deck = await WebDeck.serve()
    const page = await deck.window({}, '#/settings')
    const kept = page.getByLabel('Runs are kept for')
    await kept.fill('99999d')
    await page.getByText('Write a time such as').waitFor()
    await kept.fill('a while')
    await page.getByText('Write a time such as').waitFor()
    await kept.press('Enter')
    await page.reload()
    await expect.poll(() => kept.inputValue()).toBe('90d')
    await kept.fill('30d')
    await kept.press('Enter')
    await page.getByText('Enter saves it').waitFor({ state: 'detached' })
    await page.reload()
    await expect.poll(() => kept.inputValue()).toBe('30d')
  })

  test('back up, export and import; a file that is none changes nothing', async () => {
    const deck = await WebDeck.serve()
    await deck.run('add', 'Report', '--', 'true')
    const page = await deck.window({}, '#/settings')
    await page.getByLabel('Back up').fill(join(deck.data, 'copy.db'))
    await page.getByRole('button', { name: 'Back up now' }).click()
    await page.getByText('and checked').waitFor()
    expect(existsSync(join(deck.data, 'copy.db'))).toBe(true)

    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export all jobs' }).click()
    const file = join(deck.data, 'exported.json')
    await (await download).saveAs(file)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ jobs: [{ name: 'Report' }] })

    await deck.write('broken.json', '{ "jobdeck": 1, ')
    const choose = page.locator('input[type=file]')
    await choose.setInputFiles(join(deck.data, 'broken.json'))
    await page.getByRole('alert').getByText('neither an export of Jobdeck nor a crontab').waitFor()

    await deck.write('crontab.txt', '# Water the plants\n30 6 * * 1-5 /usr/bin/true\n')
    await choose.setInputFiles(join(deck.data, 'crontab.txt'))
    await page.getByRole('dialog').getByText('Water the plants').waitFor()
    expect(await deck.run('list')).not.toContain('Water')
    await page.getByRole('dialog').getByRole('button', { name: 'Import 1' }).click()
    await page.getByText('1 entry was imported').waitFor()
    expect(await deck.run('list')).toMatch(/disabled[^\n]*Water the plants/)
  })

  test('say how many runs may be open at once', async () => {
    const deck = await WebDeck.serve()
    const page = await deck.window({}, '#/settings')
    const field = page.getByLabel('Separate runs at once')
    await field.fill('0')
    await page.getByText('A number from 1 to 1000').waitFor()
    await field.fill('37')
    await field.press('Enter')
    await page.getByText('Separate: 0 of 37').waitFor()
    expect(await deck.run('settings')).toMatch(/processes +37/)
    await field.fill('')
    await field.press('Enter')
    await page.getByText('Separate: 0 of 37').waitFor({ state: 'detached' })
    expect(await deck.run('settings')).toMatch(/processes +null/)
  })

  test('set a secret that nothing shows again, and delete it once that is confirmed', async () => {
    const deck = await WebDeck.serve()
    const page = await deck.window({}, '#/settings')
    await page.getByPlaceholder('Name').fill('API_TOKEN')
    await page.getByPlaceholder('Value').fill('correct horse battery')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('API_TOKEN is set').waitFor()
    expect(await page.content()).not.toContain('correct horse')
    expect(await deck.run('secrets')).toContain('API_TOKEN')
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    expect(await deck.run('secrets')).toContain('API_TOKEN')
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await expect.poll(() => deck.run('secrets')).not.toContain('API_TOKEN')
  })

  test('bring back what was deleted, long after it was said', async () => {
    const deck = await WebDeck.serve()
    await deck.run('add', 'Report', '--', 'true')
    await deck.run('remove', 'Report')
    const page = await deck.window({}, '#/settings')
    await page.getByRole('button', { name: 'Bring back Report' }).click()
    await page.getByRole('button', { name: 'Bring back Report' }).waitFor({ state: 'detached' })
    expect(await deck.run('list')).toContain('Report')
  })

  test('look whether all is well', async () => {
    const deck = await WebDeck.serve()
    const page = await deck.window({}, '#/settings')
    await page.getByRole('button', { name: 'Check', exact: true }).click()
    await page.locator('.findings li').first().waitFor()
  })
})
