/** Drafts of jobs are kept where the window is. */
import { describe, expect, test } from 'vitest'
import { WebDeck, withoutBrowser } from './support/window.ts'

describe.skipIf(withoutBrowser)('the drafts of jobs', () => {
  test('shows drafts that another version kept, which can be discarded, and drops old ones and those of jobs that are gone', async () => {
    const deck = await WebDeck.serve()
    await deck.run('add', 'Old', '--every', '10m', '--', 'echo', 'one')
    const { id } = JSON.parse(await deck.run('show', 'Old', '--json')) as { id: string }
    const page = await deck.window({}, '#/jobs')
    await page.evaluate((job) => {
      const kept = {
        draft: { line: 'echo two', when: { preset: 'sometimes' }, policy: 5 },
        base: null,
        at: Date.now(),
      }
      // As it was before each had a key of its own.
      const drafts = { [job]: kept, gone: kept, 'new/old.py': { ...kept, at: Date.now() - 31 * 86_400_000 } }
      localStorage.setItem('jobdeck-drafts', JSON.stringify({ state: { drafts }, version: 0 }))
      localStorage.setItem('jobdeck-draft/new', 'no JSON')
    }, id)
    await page.goto(new URL(`#/jobs/${id}/edit`, page.url()).href)
    const line = page.getByLabel('Program and arguments')
    await page.getByText('What you typed before was kept').waitFor()
    expect(await line.inputValue()).toBe('echo two')
    expect(await page.getByLabel('Every', { exact: true }).inputValue()).toBe('10')
    expect(
      await page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('draft'))),
    ).toEqual([`jobdeck-draft/${id}`])
    await page.getByRole('button', { name: 'Discard it' }).click()
    expect(await line.inputValue()).toBe('echo one')
  })

  test('keeps what is typed in several windows at once, and says so where there is no room for it', async () => {
    const deck = await WebDeck.serve()
    await deck.run('add', 'One', '--', 'echo', 'one')
    const { id } = JSON.parse(await deck.run('show', 'One', '--json')) as { id: string }
    const page = await deck.window({}, `#/jobs/${id}/edit`)
    const other = await page.context().newPage()
    await other.goto(new URL('#/new-job', page.url()).href)
    await other.getByLabel('Name', { exact: true }).fill('Other')
    await page.getByLabel('Tags').fill('mine')
    await other.getByLabel('Name', { exact: true }).fill('Another')
    await Promise.all([page.reload(), other.reload()])
    await page.getByText('What you typed before was kept').waitFor()
    expect(await page.getByLabel('Tags').inputValue()).toBe('mine')
    expect(await other.getByLabel('Name', { exact: true }).inputValue()).toBe('Another')
    await page.evaluate(() => {
      for (let size = 5_000_000; size >= 1; size = Math.floor(size / 2))
        try {
          localStorage.setItem('filled', `${localStorage.getItem('filled') ?? ''}${'x'.repeat(size)}`)
        } catch {}
    })
    await page.getByLabel('Tags').fill('mine, and more than there is room for')
    await page.getByText('There is no room to keep what you type.').waitFor()
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('One was saved').waitFor()
  })
})
