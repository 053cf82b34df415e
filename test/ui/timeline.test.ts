/** The timeline: what ran and what is planned, in a picture and in a table. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { describe, expect, test } from 'vitest'
import { WebDeck, withoutBrowser } from './support/window.ts'

const sh = (line: string) => ['--', 'sh', '-c', line]

/** The place of now in the picture, in the lane of the first job. */
async function nowAt(page: Page): Promise<{ x: number; y: number }> {
  const box = (await page.locator('.lane-canvas').boundingBox())!
  return { x: box.x + box.width * 0.7, y: box.y + 15 }
}

/** Moves the pointer to the bar that ends at a place, until it is told what the bar is. */
const pointAt = (page: Page, x: number, y: number): Promise<void> =>
  expect
    .poll(async () => {
      await page.mouse.move(x - 40, y + 200)
      await page.mouse.move(x - 1, y)
      return page.locator('.tip').isVisible()
    })
    .toBe(true)

describe.skipIf(withoutBrowser)(`in a browser (${withoutBrowser || 'found'})`, () => {
  async function filled(): Promise<WebDeck> {
    const deck = await WebDeck.serve()
    await deck.run('add', 'Alone', ...sh('exec sleep 1000'))
    await deck.run('add', 'Later', '--cron', '0 * * * *', ...sh('echo hi'))
    await deck.run('add', 'Fails', '--category', 'net', ...sh('exit 3'))
    await deck.run('start', 'Alone')
    await deck.run('start', 'Fails', '--here').catch(() => {}) // it fails, as it is to
    return deck
  }

  test('a bar says what it is under the pointer, and a click opens the run', async () => {
    const deck = await filled()
    const page = await deck.window({}, '#/timeline')
    await page.getByRole('application', { name: /Timeline with 2 runs and \d+ planned/ }).waitFor()
    await page.getByText('At most 2 at once').waitFor()
    await page.getByRole('button', { name: 'Hour' }).click()
    const { x, y } = await nowAt(page)
    await pointAt(page, x, y)
    await page.locator('.tip').getByText('Alone').waitFor()
    await page.locator('.tip').getByText('Running').waitFor()
    await page.mouse.click(x - 1, y)
    await page.getByRole('heading', { name: 'Run #1' }).waitFor()
  })

  test('all of it is done by keys: from run to run, to and fro, nearer and farther, and back to now', async () => {
    const deck = await filled()
    const page = await deck.window({}, '#/timeline')
    const toNow = page.getByRole('toolbar').getByRole('button', { name: 'Now' })
    const pressed = page.locator('[aria-pressed=true]')
    await page.getByRole('application', { name: /Timeline with 2 runs/ }).waitFor()
    expect(await toNow.isDisabled()).toBe(true)
    await page.keyboard.press('ArrowLeft')
    await expect.poll(() => toNow.isDisabled()).toBe(false)
    await page.keyboard.press('t')
    await expect.poll(() => toNow.isDisabled()).toBe(true)
    await pressed.getByText('Day').waitFor()
    await page.keyboard.press('+')
    await pressed.waitFor({ state: 'detached' })
    await page.keyboard.press('-')
    await pressed.getByText('Day').waitFor()
    await page.locator('.lane-canvas').focus()
    await page.keyboard.press('ArrowDown')
    await page.getByRole('status').getByText('Alone').waitFor()
    await page.keyboard.press('ArrowDown')
    await page.getByRole('status').getByText('Fails').waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Run #2' }).waitFor()
  })

  test('dragging pans, and the wheel zooms at the pointer', async () => {
    const deck = await filled()
    const page = await deck.window({}, '#/timeline')
    const toNow = page.getByRole('toolbar').getByRole('button', { name: 'Now' })
    await page.getByRole('application', { name: /Timeline with 2 runs/ }).waitFor()
    const { x, y } = await nowAt(page)
    await page.mouse.move(x, y + 200)
    await page.mouse.down()
    await page.mouse.move(x - 60, y + 200, { steps: 4 })
    await page.mouse.up()
    await expect.poll(() => toNow.isDisabled()).toBe(false)
    await toNow.click()
    await page.mouse.move(x, y + 200)
    await page.mouse.wheel(0, -200)
    await page.locator('[aria-pressed=true]').waitFor({ state: 'detached' })
  })

  test.each(['pointercancel', 'lostpointercapture'])(
    'dragging ends where it is broken off: %s',
    async (kind) => {
      const deck = await filled()
      const page = await deck.window({}, '#/timeline')
      const toNow = page.getByRole('toolbar').getByRole('button', { name: 'Now' })
      await page.getByRole('application', { name: /Timeline with 2 runs/ }).waitFor()
      await page.getByRole('button', { name: 'Hour' }).click()
      const { x, y } = await nowAt(page)
      await page.mouse.move(x - 60, y + 200)
      await page.mouse.down()
      await page.locator('.lane-canvas').dispatchEvent(kind, { pointerId: 1 })
      await pointAt(page, x, y)
      expect(await toNow.isDisabled()).toBe(true)
    },
  )

  test('the same stands in a table, narrowed down by folder', async () => {
    const deck = await filled()
    const page = await deck.window({}, '#/timeline')
    await page.getByRole('button', { name: 'As a table' }).click()
    const rows = page.getByRole('row')
    await rows.filter({ hasText: 'Alone' }).getByText('Running').waitFor()
    await rows.filter({ hasText: 'Fails' }).getByText('Failed').waitFor()
    await rows.filter({ hasText: 'Later' }).getByText('Planned').first().waitFor()
    await page.getByRole('searchbox').fill('net')
    await rows.filter({ hasText: 'Alone' }).waitFor({ state: 'detached' })
    await rows.getByRole('link', { name: 'Fails' }).click()
    await page.getByRole('heading', { name: 'Run #2' }).waitFor()
  })

  test('without jobs it says what will be there', async () => {
    const deck = await WebDeck.serve()
    const page = await deck.window({}, '#/timeline')
    await page.getByText('Nothing to show yet').waitFor()
    await page.locator('main').getByRole('link', { name: 'New job' }).waitFor()
  })

  test('a window in which nothing happens schedules no frames but those of the line of now', async () => {
    const deck = await filled()
    const page = await deck.window({}, '#/timeline')
    await page.clock.install()
    await page.reload()
    await page.getByRole('application', { name: /Timeline with 2 runs/ }).waitFor()
    await page.getByText('At most 2 at once').waitFor()
    // From here on the clock of the page goes on only where it is told to.
    await page.clock.pauseAt(Date.now() + 60_000)
    await page.evaluate(`{
      window.asked = 0
      const ask = window.requestAnimationFrame
      window.requestAnimationFrame = (paint) => (window.asked++, ask.call(window, paint))
    }`)
    const framesIn = async (span: number) => {
      await page.evaluate('window.asked = 0')
      await page.clock.runFor(span)
      return page.evaluate('window.asked')
    }
    // The line moves on every five seconds, in two canvases; what was loaded just now settles first.
    await expect.poll(() => framesIn(5000)).toBe(2)
    expect(await framesIn(20_000)).toBe(8)
  })

  test.each(['light', 'dark'] as const)('the timeline bars nobody, in %s colours', async (colorScheme) => {
    const deck = await filled()
    const page = await deck.window({ colorScheme }, '#/timeline')
    await page.getByRole('application', { name: /Timeline with 2 runs/ }).waitFor()
    const look = async () => {
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(violations.map(({ id, nodes }) => [id, nodes[0]!.html])).toEqual([])
    }
    await look()
    await page.getByRole('button', { name: 'As a table' }).click()
    await page.getByRole('row').nth(1).waitFor()
    await look()
    await page.setViewportSize({ width: 480, height: 800 })
    await expect.poll(() => page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(480)
  })
})
