/** The list of jobs, the palette and the keys, in a real browser with the real engine behind it. */
import { describe, expect, test } from 'vitest'
import { AxeBuilder } from '@axe-core/playwright'
import { WebDeck, withoutBrowser } from './support/window.ts'

const sh = (line: string) => ['--', 'sh', '-c', line]

describe.skipIf(withoutBrowser)('the jobs', () => {
  async function filled(): Promise<WebDeck> {
    const deck = await WebDeck.serve()
    await deck.run('add', 'Nightly backup', '--category', 'home/disk', '--cron', '0 3 * * *', ...sh('true'))
    await deck.run('add', 'Photos', '--category', 'home', '--every', '1h', ...sh('true'))
    await deck.run('add', 'Report', ...sh('echo report'))
    return deck
  }

  test('are narrowed down by text, state and folder, and say when nothing is left', async () => {
    const deck = await filled()
    const page = await deck.window({}, '#/jobs')
    const rows = page.locator('[data-row]')
    await expect.poll(() => rows.count()).toBe(3)
    await page.getByText('At 03:00').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('night')
    await page.getByText('1 of 3 jobs').waitFor()
    await page.keyboard.type('x')
    await page.getByText('No job is like that').waitFor()
    await page.getByRole('button', { name: 'Show all' }).click()
    await expect.poll(() => rows.count()).toBe(3)
    await page.getByRole('link', { name: /^home/ }).click()
    await page.getByRole('heading', { name: 'home', exact: true }).waitFor()
    await expect.poll(() => rows.count()).toBe(2)
    await page.getByRole('combobox', { name: 'State' }).selectOption('failed')
    await page.getByText('No job is like that').waitFor()
  })

  test('are chosen by key and by range, disabled and deleted together, and brought back', async () => {
    const deck = await filled()
    const page = await deck.window({}, '#/jobs')
    // The foot of the sidebar links to the job that runs next: which one that is depends on the time of day.
    await page.locator('[data-row]').getByRole('link', { name: 'Nightly backup' }).focus()
    await page.keyboard.press('Space')
    await page.getByText('1 chosen').waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.getByRole('link', { name: 'Report' }).and(page.locator(':focus')).waitFor()
    await page.keyboard.press('Shift+Space')
    await page.getByText('3 chosen').waitFor()
    await page.getByRole('button', { name: 'Disable' }).click()
    await page.getByText('3 jobs no longer run by themselves').waitFor()
    await expect.poll(() => page.locator('[data-row] [data-state=disabled]').count()).toBe(3)
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => page.locator('[data-row] [data-state=disabled]').count()).toBe(0)
    await page.keyboard.press('Delete')
    await page.getByText('3 jobs were deleted').waitFor()
    expect(await deck.run('list')).not.toContain('Report')
    await page.getByRole('button', { name: 'Undo' }).last().click()
    await page.getByRole('heading', { level: 1, name: 'Nothing here yet' }).waitFor({ state: 'detached' })
    await expect.poll(() => deck.run('list')).toMatch(/Nightly backup[^]*Photos[^]*Report/)
  })

  test('one that is left while it is read anew does not show up in the place of the next', async () => {
    const deck = await filled()
    const page = await deck.window({}, '#/jobs')
    const rows = page.locator('[data-row]')
    await rows.getByRole('link', { name: 'Nightly backup' }).click()
    await page.getByText(/It will run/).waitFor()
    const listed = (await deck.run('list', '--json')).trim().split('\n')
    const { id } = listed
      .map((line) => JSON.parse(line) as { id: string; name: string })
      .find(({ name }) => name === 'Photos')!
    // It is told of the change, and waits a little before it reads: by then another job is looked at.
    await deck.run('disable', 'Nightly backup')
    await page.locator('header [data-state=disabled]').waitFor()
    await page.evaluate((hash) => (location.hash = hash), `#/jobs/${id}`)
    await page.getByRole('heading', { name: 'Photos' }).waitFor()
    await page.getByText(/It will run/).waitFor()
    await deck.run('edit', 'Nightly backup', '--description', 'anything')
    await expect.poll(() => deck.run('show', 'Nightly backup')).toContain('anything')
    expect(await page.getByText(/It will run/).isVisible()).toBe(true)
    expect(await page.title()).toBe('Photos – Jobdeck')
  })

  test('the way back from disabling some does not enable those that were disabled before', async () => {
    const deck = await filled()
    await deck.run('disable', 'Photos')
    const page = await deck.window({}, '#/jobs')
    await page.getByRole('checkbox', { name: 'Choose all' }).check()
    await page.getByRole('button', { name: 'Disable' }).click()
    await page.getByText('2 jobs no longer run by themselves').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => page.locator('[data-row] [data-state=disabled]').count()).toBe(1)
    expect(await deck.run('list')).toMatch(/disabled[^\n]*Photos/)
  })

  test('are moved to a folder that is made by that', async () => {
    const deck = await filled()
    const page = await deck.window({}, '#/jobs')
    await page.getByRole('checkbox', { name: 'Choose Report' }).check()
    await page.getByRole('button', { name: 'Move' }).click()
    await page
      .getByRole('dialog')
      .getByRole('combobox', { name: /Folder/ })
      .fill('office/weekly')
    await page.getByRole('dialog').getByRole('button', { name: 'Move' }).click()
    await page.getByText('Report was moved').waitFor()
    await page
      .getByRole('navigation')
      .getByRole('link', { name: /^office/ })
      .click()
    await page.getByRole('link', { name: 'Report' }).waitFor()
    expect(await deck.run('show', 'Report')).toContain('office/weekly')
  })

  test('are paused for a while and resumed, and so is everything', async () => {
    const deck = await filled()
    const page = await deck.window({}, '#/jobs')
    await page.locator('[data-row]').getByRole('link', { name: 'Photos' }).click()
    await page.locator('header').getByRole('button', { name: 'Pause' }).click()
    await page.getByRole('menuitem', { name: 'For an hour' }).click()
    await page.locator('header [data-state=paused]').waitFor()
    await page.locator('header').getByRole('button', { name: 'Resume' }).click()
    await page.locator('header [data-state=ready]').waitFor()
    await page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: 'Pause' }).click()
    await page.getByRole('menuitem', { name: 'Until …' }).click()
    await page.getByLabel('It goes on by itself at this time').fill('2020-01-01T00:00')
    await page.getByText('That time is over.').waitFor()
    await page.getByLabel('It goes on by itself at this time').fill('2099-01-01T00:00')
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click()
    await page.getByRole('navigation', { name: 'Views' }).getByText('Paused;').waitFor()
    expect(await deck.run('status')).toMatch(/paused/i)
  })

  test('are found by the palette, without the mouse', async () => {
    const deck = await filled()
    const page = await deck.window()
    await page.keyboard.press('Control+k')
    await page.getByPlaceholder('Type a job').waitFor()
    await page.keyboard.type('photos')
    await page.getByRole('option', { name: /^Photos/ }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Photos' }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('j')
    await page.getByRole('heading', { name: 'Jobs' }).waitFor()
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys' }).getByText('Filter jobs').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  test('the palette, a menu, a dialog and what was done bar nobody', async () => {
    const deck = await filled()
    const page = await deck.window({ colorScheme: 'dark' }, '#/jobs')
    const look = async (what: string) => {
      // What comes and goes fades: contrast is that of what is there.
      await page.evaluate('Promise.all(document.getAnimations().map(({ finished }) => finished))')
      const { violations } = await new AxeBuilder({ page })
        .exclude('[data-base-ui-focus-guard]') // it hands the focus on at once
        .disableRules('region') // a menu lies above the page, in no part of it
        .analyze()
      expect(violations.map(({ id, nodes }) => [what, id, nodes[0]!.html])).toEqual([])
    }
    await page.getByRole('checkbox', { name: 'Choose Report' }).check()
    await look('chosen')
    await page.keyboard.press('Control+k')
    await page.getByPlaceholder('Type a job').waitFor()
    await look('palette')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'More for Report' }).click()
    await page.getByRole('menuitem', { name: 'Duplicate' }).waitFor()
    await look('menu')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByText('Report was deleted').waitFor()
    await look('toast')
  })

  test('ten thousand of them are there at once, and the last is reached by a key', async () => {
    const deck = await WebDeck.serve()
    const jobs = Array.from({ length: 10_000 }, (_, index) => ({
      name: `Job ${String(index).padStart(5, '0')}`,
      category: `folder ${index % 500}`,
      handlers: [{ handler: { shell: 'true' } }],
    }))
    await deck.write('jobs.json', JSON.stringify({ jobdeck: 1, jobs }))
    await deck.run('import', `${deck.data}/jobs.json`)
    const page = await deck.window({}, '#/jobs')
    await page.getByText('10,000 jobs').waitFor()
    await page.getByRole('link', { name: 'Job 00000' }).focus()
    await page.keyboard.press('End')
    await page.getByRole('link', { name: 'Job 09999' }).and(page.locator(':focus')).waitFor()
    expect(await page.locator('[data-row]').count()).toBeLessThan(80)
  })
})
