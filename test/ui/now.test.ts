/** Home: what runs, what needs somebody, what comes next, and what happened while nobody was there. */
import { AxeBuilder } from '@axe-core/playwright'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { describe, expect, test } from 'vitest'
import { change, wasShut } from './support/past.ts'
import { WebDeck, withoutBrowser } from './support/window.ts'

const HOUR = 3_600_000
/** At times that are over when it is added, and not just now. */
const HOURLY = `${(new Date().getMinutes() + 30) % 60} * * * *`
const LONG = 'A job that somebody has given a very long name '.repeat(4).trim()
const RIGHT_TO_LEFT = 'גיבוי לילי של התמונות'

const sh = (line: string) => ['--', 'sh', '-c', line]
const part = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

/** As if the window had been looked at last before any of this. */
async function lookedLongAgo(page: Page): Promise<void> {
  await page.evaluate(`localStorage.setItem('jobdeck', '{"state":{"lookedAt":1},"version":0}')`)
  await page.reload()
}

describe.skipIf(withoutBrowser)(`in a browser (${withoutBrowser || 'found'})`, () => {
  test('what runs is told with its progress and last line, is stopped, and is forced to end', async () => {
    const deck = await WebDeck.serve()
    await deck.run(
      'add',
      'Slow',
      ...sh(String.raw`printf '\033]9;4;1;40\007'; echo at work; exec sleep 1000`),
    )
    await deck.run('add', 'Stubborn', '--grace', '10m', ...sh("trap '' TERM; while :; do sleep 0.2; done"))
    const page = await deck.window()
    const running = part(page, 'Running')
    await running.getByText('Nothing runs at the moment.').waitFor()
    await deck.run('start', 'Slow')
    await running.getByRole('link', { name: 'Slow' }).waitFor()
    await running.getByText('40 %').waitFor()
    await running.getByText('at work').waitFor()
    await running.getByText(/about .+ left/).waitFor()
    // By the keyboard alone.
    await running.getByRole('button', { name: 'Stop Slow' }).focus()
    await page.keyboard.press('Enter')
    await running.getByText('Nothing runs at the moment.').waitFor()

    await deck.run('start', 'Stubborn')
    await running.getByRole('button', { name: 'Stop Stubborn' }).click()
    await running.getByRole('button', { name: 'Force: Stubborn' }).click()
    await running.getByText('Nothing runs at the moment.').waitFor()
  })

  test('what is kept running stands apart', async () => {
    const deck = await WebDeck.serve()
    await deck.run('add', 'Tunnel', '--daemon', ...sh('exec sleep 1000'))
    const page = await deck.window()
    await part(page, 'Running').getByRole('heading', { name: 'Kept running' }).waitFor()
    await part(page, 'Running').getByText('Nothing else runs at the moment.').waitFor()
    await part(page, 'Running').getByRole('link', { name: 'Tunnel' }).waitFor()
  })

  test('a failure needs somebody until the job has run well again, or until it was seen', async () => {
    const deck = await WebDeck.serve()
    const flag = join(deck.data, 'well')
    await deck.run('add', 'Moody', ...sh(`test -e ${flag}`))
    const page = await deck.window()
    const needs = part(page, 'Needs you')
    await needs.getByText('Nothing needs you.').waitFor()
    await deck.run('start', 'Moody')
    await needs.getByRole('link', { name: 'Moody' }).waitFor()
    await deck.run('start', 'Moody')
    await needs.getByText('2 times').waitFor()
    await needs.getByRole('button', { name: 'Run again: Moody' }).waitFor()
    writeFileSync(flag, '')
    await deck.run('start', 'Moody')
    await needs.getByText('Nothing needs you.').waitFor()

    await deck.run('add', 'Fails', ...sh('exit 3'))
    await deck.run('start', 'Fails')
    await needs.getByText('exited with code 3').waitFor()
    await page.getByRole('button', { name: 'Mark as seen' }).click()
    await needs.getByText('Nothing needs you.').waitFor()
    await page.reload()
    await needs.getByText('Nothing needs you.').waitFor()
  })

  test('a job that keeps crashing is started again with a click, and one that was deleted needs nobody', async () => {
    const deck = new WebDeck()
    await deck.run('add', 'Tunnel', '--daemon', ...sh('exec sleep 1000'))
    await deck.run('add', 'Asks', '--cron', HOURLY, '--missed', 'ask', ...sh('echo hi'))
    change(
      deck,
      "update plans set stopped = 'keeps-crashing', next_at = null, due_at = null where kind = 'daemon'",
    )
    wasShut(deck, 3 * HOUR)
    await deck.serve()
    const page = await deck.window()
    const needs = part(page, 'Needs you')
    await needs.getByText('Keeps crashing').waitFor()
    await needs.getByRole('button', { name: 'Start again: Tunnel' }).click()
    await needs.getByText('Keeps crashing').waitFor({ state: 'detached' })
    await part(page, 'Running').getByRole('link', { name: 'Tunnel' }).waitFor()
    await needs.getByRole('link', { name: 'Asks' }).waitFor()
    await deck.run('remove', 'Asks', '--yes')
    await needs.getByText('Nothing needs you.').waitFor()
  })

  test('what was missed while Jobdeck was closed is told in words, and what asks is answered', async () => {
    const deck = new WebDeck()
    for (const missed of ['skip', 'latest', 'ask'])
      await deck.run('add', `Does ${missed}`, '--cron', HOURLY, '--missed', missed, ...sh('echo hi'))
    await deck.run('add', 'Also asks', '--cron', HOURLY, '--missed', 'ask', ...sh('echo hi'))
    wasShut(deck, 6 * HOUR)
    await deck.serve()
    const page = await deck.window()
    await lookedLongAgo(page)
    const away = part(page, 'While you were away')
    await away.getByText(/Ran once for [56] missed\./).waitFor()
    await away.getByText(/[56] not run: Jobdeck was not running/).waitFor()
    const held = part(page, 'Waiting for your answer')
    await held
      .getByText(/[56] missed; they wait for your answer/)
      .first()
      .waitFor()
    await held.getByRole('button', { name: 'Run Does ask now' }).click()
    await held.getByRole('link', { name: 'Does ask' }).waitFor({ state: 'detached' })
    await held.getByRole('button', { name: 'Skip the missed run of Also asks' }).click()
    await held.waitFor({ state: 'detached' })
    expect(await deck.run('runs')).toContain('Does ask')
    expect(await deck.run('runs')).not.toContain('Also asks')
    await page.getByRole('button', { name: 'Mark as seen' }).click()
    await part(page, 'Needs you').getByText('Nothing needs you.').waitFor()
  })

  test('all that asks is answered with one click', async () => {
    const deck = new WebDeck()
    for (const name of ['One', 'Two'])
      await deck.run('add', name, '--cron', HOURLY, '--missed', 'ask', ...sh('echo hi'))
    wasShut(deck, 3 * HOUR)
    await deck.serve()
    const page = await deck.window()
    await part(page, 'Waiting for your answer').getByRole('button', { name: 'Run all' }).click()
    await part(page, 'Waiting for your answer').waitFor({ state: 'detached' })
    await page.getByText('2 runs were started').waitFor()
  })

  test('what comes next is skipped and brought back, and says what stands in its way and mends it', async () => {
    const deck = await WebDeck.serve()
    mkdirSync(join(deck.data, 'scripts'), { recursive: true })
    const script = join(deck.data, 'scripts', 'nightly.sh')
    writeFileSync(script, '#!/bin/sh\necho 1\n', { mode: 0o755 })
    await deck.run('trust', 'nightly.sh')
    await deck.run('add', 'Nightly', '--every', '3h', script)
    await deck.run('add', 'Mail', '--category', 'net', '--every', '2h', ...sh('echo hi'))
    await deck.run('add', 'Lost', '--every', '4h', '--', 'no-such-program-anywhere')
    const page = await deck.window()
    const next = part(page, 'Next up')
    const row = (name: string) => next.getByRole('listitem').filter({ hasText: name }).first()
    await row('Mail')
      .getByText(/in \d hr/)
      .waitFor()
    await next.getByRole('button', { name: 'Skip the next planned run of Mail' }).click()
    await row('Mail').getByText('Skipped').waitFor()
    await next.getByRole('button', { name: 'Do not skip Mail' }).click()
    await next.getByRole('button', { name: 'Skip the next planned run of Mail' }).waitFor()

    await row('Lost').getByText('The program to run is not there').waitFor()
    await row('Lost').getByRole('link', { name: 'Edit the job' }).waitFor()

    await deck.run('pause', 'Mail')
    await row('Mail').getByText('The job is paused').waitFor()
    await row('Mail').getByRole('button', { name: 'Resume' }).click()
    await row('Mail').getByText('The job is paused').waitFor({ state: 'detached' })

    writeFileSync(script, '#!/bin/sh\necho 2\n', { mode: 0o755 })
    await row('Nightly').getByText('The script waits for your approval').waitFor()
    await part(page, 'Needs you').getByRole('link', { name: 'Review nightly.sh' }).waitFor()
    await row('Nightly').getByRole('link', { name: 'Review it' }).click()
    await page.getByRole('heading', { name: 'nightly.sh', level: 1 }).waitFor()
  })

  async function filled(): Promise<WebDeck> {
    const deck = new WebDeck()
    for (const name of [LONG, RIGHT_TO_LEFT])
      await deck.run('add', name, '--cron', HOURLY, '--missed', 'ask', ...sh('echo at work; exec sleep 1000'))
    await deck.run('add', `Fails ${LONG}`, ...sh(`echo ${LONG} >&2; exit 3`))
    wasShut(deck, 6 * HOUR)
    await deck.serve()
    await deck.run('start', RIGHT_TO_LEFT)
    return deck
  }

  test.each(['light', 'dark'] as const)('home bars nobody, in %s colours', async (colorScheme) => {
    const deck = await filled()
    const page = await deck.window({ colorScheme })
    await deck.run('start', `Fails ${LONG}`)
    await part(page, 'Running').getByText('at work').first().waitFor()
    await part(page, 'Needs you').getByText('exited with code 3').waitFor()
    await part(page, 'Waiting for your answer').waitFor()
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map(({ id, nodes }) => [id, nodes[0]!.html])).toEqual([])
  })

  test.each([1280, 480])('nothing is pushed out of sight at home (%i px wide)', async (width) => {
    const deck = await filled()
    const page = await deck.window({ viewport: { width, height: 800 } })
    await deck.run('start', `Fails ${LONG}`)
    await part(page, 'Needs you').getByText('exited with code 3').waitFor()
    await part(page, 'Running').getByText('at work').first().waitFor()
    const boxes = await page
      .locator('main button')
      .evaluateAll((buttons) =>
        buttons.map((button) => (button as HTMLElement).getBoundingClientRect().toJSON()),
      )
    expect(boxes.length).toBeGreaterThan(5)
    for (const box of boxes as { right: number; height: number }[]) {
      expect(box.right).toBeLessThanOrEqual(width)
      expect(box.height).toBeGreaterThanOrEqual(24)
    }
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
  })
})
