import { expect } from 'vitest'
import { openWindow, profile, test } from '../support/electron.ts'

test('the window of the built application opens with its page', async () => {
  const { page } = await openWindow({ home: profile() })
  await page.locator('#root > *').first().waitFor()
  expect(await page.title()).toMatch(/Jobdeck$/)
})
