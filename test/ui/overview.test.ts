/** The overview of a job: whether it will run, how it fares, and what became of what was planned. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { describe, expect, test } from 'vitest'
import { change, wasShut } from './support/past.ts'
import { WebDeck, withoutBrowser } from './support/window.ts'

const HOUR = 3_600_000
const HOURLY = `${(new Date().getMinutes() + 30) % 60} * * * *`

const sh = (line: string) => ['--', 'sh', '-c', line]
const part = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

async function idOf(deck: WebDeck, name: string): Promise<string> {
  const found = (await deck.run('list', '--json'))
    .split('\n')
    .find((line) => line.includes(JSON.stringify(name)))
  return (JSON.parse(found!) as { id: string }).id
}

describe.skipIf(withoutBrowser)(`in a browser (${withoutBrowser || 'found'})`, () => {
  async function open(deck: WebDeck, name: string, options = {}): Promise<Page> {
    return deck.window(options, `#/jobs/${await idOf(deck, name)}`)
  }

  test('a job will run, is skipped and brought back, and says why it will not when it is paused', async () => {
    const deck = await WebDeck.serve()
    await deck.run('add', 'Nightly', '--cron', '30 2 * * *', '--tz', 'Asia/Tokyo', ...sh('echo hi'))
    const page = await open(deck, 'Nightly', { timezoneId: 'Europe/Berlin' })
    const planned = part(page, 'Planned runs')
    await planned.getByText('It will run').waitFor()
    await planned
      .getByText(/2:30 AM/)
      .first()
      .waitFor()
    await planned.getByText(/Asia\/Tokyo, another time zone/).waitFor()
    await planned.getByRole('button', { name: 'Skip the next planned run of Nightly' }).click()
    await planned.getByText('Skipped').waitFor()
    await planned.getByRole('button', { name: 'Do not skip' }).click()
    await planned.getByText('Skipped').waitFor({ state: 'detached' })
    await deck.run('pause', 'Nightly')
    await planned.getByText('It will not run:').waitFor()
    await planned.getByText('The job is paused').waitFor()
    await planned.getByRole('button', { name: 'Resume' }).click()
    await planned.getByText('It will run').waitFor()
  })

  test('a time that falls out where the clock is changed says so', async () => {
    const deck = await WebDeck.serve()
    await deck.run('add', 'Gap', '--cron', '30 2 * 3 sun#L', '--tz', 'Europe/Berlin', ...sh('echo hi'))
    const page = await open(deck, 'Gap')
    await page.getByText('Its own time falls out').first().waitFor()
  })

  test('a job without a schedule that has not run yet says what it waits for', async () => {
    const deck = await WebDeck.serve()
    await deck.run('add', 'By hand', ...sh('echo hi'))
    const page = await open(deck, 'By hand')
    await page.getByText('It has no schedule: it runs when it is started.').waitFor()
    await page.getByText('It has not run yet.').waitFor()
    await page.getByRole('link', { name: 'Give it one' }).waitFor()
  })

  test('what was missed is explained, with the run that made up for it, and earlier entries follow', async () => {
    const deck = new WebDeck()
    await deck.run('add', 'Hourly', '--cron', HOURLY, '--missed', 'latest', ...sh('echo hi'))
    const id = await idOf(deck, 'Hourly')
    wasShut(deck, 6 * HOUR)
    const rows = Array.from({ length: 30 }, (_, index) => {
      const at = Date.now() - 48 * HOUR - index * HOUR
      return `('${id}', ${at}, ${at}, 1, 'skipped', 'quiet', ${at})`
    })
    change(
      deck,
      `insert into occurrences (job_id, first_at, last_at, count, outcome, reason, decided_at) values ${rows.join(', ')}`,
    )
    await deck.serve()
    const page = await open(deck, 'Hourly')
    const happened = part(page, 'What happened')
    await happened.getByText('Ran late: it was missed, and made up for.').waitFor()
    await happened.getByText(/[45] missed: one later run was made for all of them\./).waitFor()
    const quiet = happened.getByText('Did not run: it fell into the quiet times.')
    await quiet.first().waitFor()
    expect(await happened.getByRole('listitem').count()).toBe(20)
    await happened.getByRole('button', { name: 'Earlier' }).click()
    await expect.poll(() => happened.getByRole('listitem').count()).toBe(32)
    await happened.getByRole('link', { name: 'Run #1' }).click()
    await page.getByRole('heading', { name: 'Run #1' }).waitFor()
  })

  test('how long runs take is drawn, and stands in a table as well', async () => {
    const deck = await WebDeck.serve()
    await deck.run('add', 'Quick', ...sh('echo hi'))
    for (let run = 0; run < 4; run++) await deck.run('start', 'Quick', '--here')
    const page = await open(deck, 'Quick')
    const fares = part(page, 'How it fares')
    await fares.getByText('100%').waitFor()
    await fares.getByRole('img', { name: /How long the last 4 runs took/ }).waitFor()
    await fares.getByText('As a table').click()
    expect(await fares.getByRole('row').count()).toBe(5)
  })

  test('a job that was given up is kept running again with a click', async () => {
    const deck = new WebDeck()
    await deck.run('add', 'Tunnel', '--daemon', ...sh('exec sleep 1000'))
    change(deck, `update plans set stopped = 'keeps-crashing', next_at = null, due_at = null`)
    await deck.serve()
    const page = await open(deck, 'Tunnel')
    const kept = part(page, 'Keep running')
    await kept.getByText('It kept crashing, so it is no longer started.').waitFor()
    await kept.getByRole('button', { name: 'Start again' }).click()
    await kept.getByText('It kept crashing').waitFor({ state: 'detached' })
    await kept.getByText('Runs for').waitFor()
  })

  test.each(['light', 'dark'] as const)('the overview bars nobody, in %s colours', async (colorScheme) => {
    const deck = new WebDeck()
    await deck.run('add', 'Hourly', '--cron', HOURLY, ...sh('echo hi'))
    wasShut(deck, 6 * HOUR)
    await deck.serve()
    for (let run = 0; run < 3; run++) await deck.run('start', 'Hourly', '--here')
    const page = await open(deck, 'Hourly', { colorScheme })
    await part(page, 'What happened').getByRole('listitem').first().waitFor()
    await page.locator('.chart canvas').waitFor()
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map(({ id, nodes }) => [id, nodes[0]!.html])).toEqual([])
    await page.setViewportSize({ width: 480, height: 800 })
    await expect
      .poll(() => page.evaluate('document.querySelector(".view").scrollWidth'))
      .toBeLessThanOrEqual(480)
  })
})
