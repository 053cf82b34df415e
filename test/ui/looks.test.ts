/** What a person sees in the window, whatever the colours of the system and the names of jobs. */
import { AxeBuilder } from '@axe-core/playwright'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { WebDeck, withoutBrowser } from './support/window.ts'

const LONG = 'A job that somebody has given a very long name '.repeat(4).trim()
const RIGHT_TO_LEFT = 'גיבוי לילי של התמונות'

describe.skipIf(withoutBrowser)('in a browser', () => {
  async function filled(): Promise<WebDeck> {
    const deck = await WebDeck.serve()
    mkdirSync(join(deck.data, 'scripts'), { recursive: true })
    writeFileSync(
      join(deck.data, 'scripts', 'new.sh'),
      '# /// script\n# [tool.jobdeck]\n# title = "New"\n# ///\necho 1\n',
    )
    for (const name of [LONG, RIGHT_TO_LEFT])
      await deck.run('add', name, '--cron', '0 3 * * *', '--', 'sh', '-c', 'echo "[31mred[0m"; exit 3')
    await deck.run('start', RIGHT_TO_LEFT, '--here').catch(() => {}) // it fails, as it is to
    return deck
  }

  test.each(['light', 'dark'] as const)('nothing bars anybody, in %s colours', async (colorScheme) => {
    const deck = await filled()
    const page = await deck.window({ colorScheme })
    for (const [place, wanted] of [
      ['#/jobs', RIGHT_TO_LEFT],
      ['#/runs/1', 'red'],
      ['#/scripts', 'new.sh'],
    ] as const) {
      await page.goto(page.url().split('#')[0] + place)
      await page.getByText(wanted).first().waitFor()
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(
        violations.map(({ id, nodes }) => [id, nodes[0]!.html]),
        place,
      ).toEqual([])
    }
  })

  test.each([1280, 480])('no name pushes what belongs to it out of sight (%i px wide)', async (width) => {
    const deck = await filled()
    const page = await deck.window({ viewport: { width, height: 800 } }, '#/jobs')
    const rows = page.getByRole('row')
    await rows.filter({ hasText: RIGHT_TO_LEFT }).waitFor()
    const heights = new Set<number>()
    for (const name of [LONG, RIGHT_TO_LEFT]) {
      const row = rows.filter({ hasText: name.slice(0, 40) })
      heights.add((await row.boundingBox())!.height)
      const button = (await row.getByRole('button').last().boundingBox())!
      expect(button.x + button.width).toBeLessThanOrEqual(width)
    }
    expect(heights.size).toBe(1)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
  })
})
