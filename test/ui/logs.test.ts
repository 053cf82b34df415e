/** Looking through the logs of all runs, in a real browser with the real engine behind it. */
import { AxeBuilder } from '@axe-core/playwright'
import { describe, expect, test } from 'vitest'
import { WebDeck, withoutBrowser } from './support/window.ts'

const sh = (line: string) => ['--', 'sh', '-c', line]

describe.skipIf(withoutBrowser)('all logs', () => {
  async function filled(): Promise<WebDeck> {
    const deck = await WebDeck.serve()
    await deck.run('add', 'Apples', ...sh('for i in $(seq 1 80); do echo "apple $i"; done'))
    await deck.run('add', 'Pears', ...sh('echo "pear 1"; echo "an apple too"'))
    await deck.run('start', 'Apples', '--here')
    await deck.run('start', 'Pears', '--here')
    return deck
  }

  test('are searched by text, and a line leads to its place in its run', async () => {
    const deck = await filled()
    const page = await deck.window({}, '#/logs')
    await page.getByText('What are you looking for?').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('apple')
    await page.getByText('81 lines found').waitFor()
    const list = page.getByRole('list', { name: 'Lines found, by run' })
    await expect.poll(() => list.getByRole('link').first().innerText()).toContain('Pears')
    await page.getByRole('searchbox').fill('apple 41')
    await page.getByText('1 line found').waitFor()
    await list.getByRole('link', { name: 'apple 41' }).click()
    expect(page.url()).toMatch(/#\/runs\/1\/41$/)
    const line = page.getByRole('log').locator('.line').filter({ hasText: 'apple 41' })
    await line.waitFor()
    expect(await line.getAttribute('data-chosen')).toBe('true')
    // What was looked for is still there when one comes back.
    await page.goBack()
    await page.getByText('1 line found').waitFor()
  })

  test('are searched in one job alone, which is typed, and gone through with arrow keys', async () => {
    const deck = await filled()
    const page = await deck.window({}, '#/logs')
    const job = page.getByRole('combobox', { name: 'Job' })
    // The browser itself knows whether the list of names is open.
    expect(await job.getAttribute('aria-expanded')).toBeNull()
    await job.fill('pea')
    await page.getByText('2 lines found').waitFor()
    const links = page.getByRole('list', { name: 'Lines found, by run' }).getByRole('link')
    await links.first().focus()
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => page.evaluate('document.activeElement.textContent')).toContain('an apple too')
    await page.getByRole('combobox', { name: 'Job' }).fill('nobody')
    await page.getByText('No job has that in its name.').waitFor()
    await deck.run('add', 'Nobody', '--', 'true')
    await page.getByText('No job has that in its name.').waitFor({ state: 'detached' })
  })

  test('say where nothing was found, and what is no regular expression', async () => {
    const deck = await filled()
    const page = await deck.window({}, '#/logs')
    await page.getByRole('searchbox').fill('plum')
    await page.getByText('Nothing found').waitFor()
    await page.getByRole('button', { name: 'Regular expression' }).click()
    await page.getByRole('searchbox').fill('apple [')
    await page
      .getByRole('alert')
      .getByText(/^Not a regular expression/)
      .waitFor()
    await page.getByRole('searchbox').fill('apple [67]$')
    await page.getByText('2 lines found').waitFor()
    await page.getByRole('combobox', { name: 'When' }).selectOption('Last hour')
    await page.getByText('2 lines found').waitFor()
  })

  test('are not held up by a pattern that takes for ever on a line that is shown', async () => {
    const deck = await WebDeck.serve()
    await deck.run('add', 'Long', ...sh(`echo ${'a'.repeat(60)}b`))
    await deck.run('start', 'Long', '--here')
    const page = await deck.window({}, '#/logs')
    await page.getByRole('searchbox').fill('aaa')
    await page.locator('.hit mark').first().waitFor()
    await page.getByRole('button', { name: 'Regular expression' }).click()
    await page.getByRole('searchbox').fill('(a+)+$')
    await page.getByRole('alert').getByText('takes too long').waitFor()
    await page.getByRole('searchbox').fill('a{3}b')
    await page.locator('.hit mark').getByText('aaab', { exact: true }).waitFor()
  })

  test('of one job are shown across its runs without asking for anything', async () => {
    const deck = await filled()
    await deck.run('start', 'Pears', '--here')
    const page = await deck.window({}, '#/jobs')
    await page.getByRole('link', { name: 'Pears' }).first().click()
    await page.getByRole('link', { name: 'Log', exact: true }).click()
    await page.getByText('4 lines found').waitFor()
    const runs = page.locator('.hit-row.run')
    await expect.poll(() => runs.allInnerTexts()).toHaveLength(2)
    expect((await runs.allInnerTexts())[0]).toContain('#3')
  })

  test.each(['light', 'dark'] as const)('bar nobody, in %s colours', async (colorScheme) => {
    const deck = await filled()
    const page = await deck.window({ colorScheme }, '#/logs')
    await page.getByRole('searchbox').fill('apple')
    await page.getByText('81 lines found').waitFor()
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map(({ id, nodes }) => [id, nodes[0]!.html])).toEqual([])
  })
})
