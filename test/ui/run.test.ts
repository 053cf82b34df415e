/** The page of a run, in a real browser with the real engine behind it. */
import { AxeBuilder } from '@axe-core/playwright'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { WebDeck, withoutBrowser } from './support/window.ts'

const sh = (line: string) => ['--', 'sh', '-c', line]

describe.skipIf(withoutBrowser)('the page of a run', () => {
  async function withScript(text: string, ...options: string[]): Promise<WebDeck> {
    const deck = await WebDeck.serve()
    const file = join(deck.data, '..', 'job.mjs')
    writeFileSync(file, text)
    await deck.run('add', 'Bills', file, ...options)
    return deck
  }

  test('tells why it failed, where, with what, and which attempts there were', async () => {
    const deck = await withScript(
      `export default async (x) => { for (let i = 0; i < 200; i++) x.info('row ' + i); x.error('cannot read it'); for (let i = 0; i < 200; i++) x.info('later ' + i); throw new TypeError('the bill is missing') }`,
      '--attempts',
      '2',
      '--retry-delay',
      '100ms',
    )
    const page = await deck.window()
    await deck.run('start', 'Bills')
    await page.goto(page.url().split('#')[0] + '#/runs/2')
    await page.locator('header [data-state=failed]').waitFor()
    await page.reload() // who watched it to its end stays there
    await page.getByText('the bill is missing', { exact: true }).waitFor()
    await page.getByText('Attempt 2 of 2').waitFor()
    // It opens where it went wrong.
    await page.getByRole('log').getByText('cannot read it').waitFor()
    await page.getByText('Where it happened').click()
    await page.getByRole('region', { name: 'Where it happened' }).getByText('job.mjs').waitFor()
    await page.getByRole('complementary').getByRole('link', { name: '#1' }).click()
    await page.getByRole('heading', { name: 'Run #1' }).waitFor()
    await page.getByText('Attempt 1 of 2').waitFor()
  })

  test('shows parameters, result, summary as text, and environment', async () => {
    const deck = await withScript(
      `export default async (x) => { await x.summarize('# All is paid\\n- **3** bills <img src=x>\\n  - [at the bank](https://bank.example/) and [not](javascript:alert(1))\\n\\n![plot](https://bank.example/p.png)'); return { paid: 3 } }`,
      '--params',
      '{"month":"May"}',
    )
    await deck.run('start', 'Bills', '--here')
    const page = await deck.window({}, '#/runs/1')
    const aside = page.getByRole('complementary')
    await aside.getByRole('region', { name: 'Parameters' }).getByText('"month": "May"').waitFor()
    await aside.getByRole('region', { name: 'Result' }).getByText('"paid": 3').waitFor()
    await aside.getByRole('heading', { name: 'All is paid' }).waitFor()
    await aside.getByRole('listitem').getByText('bills <img src=x>').first().waitFor()
    // What it links to is opened elsewhere; nothing is fetched for it.
    const links = aside.locator('.markdown a')
    await expect.poll(() => links.allInnerTexts()).toEqual(['at the bank', 'plot'])
    expect(await links.first().getAttribute('target')).toBe('_blank')
    await page.getByText('It wrote nothing.').waitFor()
    await expect.poll(() => aside.locator('img').count()).toBe(0)
  })

  test('shows the pictures and texts that it keeps, and saves any file', async () => {
    const square =
      'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGP8z8DAwMDAxMDAwMDAAAANHQEDasKb6QAAAABJRU5ErkJggg=='
    const deck = await withScript(`
      import { writeFileSync } from 'node:fs'
      export default async ({ tempDir, attach }) => {
        for (const [name, content] of [
          ['notes.txt', 'all is <b>paid</b>'],
          ['plot.png', Buffer.from('${square}', 'base64')],
          ['data.bin', Buffer.from([0, 255, 1])],
          ['png', 'no ending'],
          ['large.bin', Buffer.alloc(2_500_000, Uint8Array.from({ length: 251 }, (_, byte) => byte))],
        ]) {
          writeFileSync(tempDir + '/' + name, content)
          await attach(tempDir + '/' + name)
        }
      }`)
    await deck.run('start', 'Bills', '--here')
    const page = await deck.window({}, '#/runs/1')
    const aside = page.getByRole('complementary')
    const dialog = page.getByRole('dialog')
    await aside.getByRole('button', { name: 'notes.txt', exact: true }).click()
    await dialog.getByText('all is <b>paid</b>').waitFor()
    await page.keyboard.press('Escape')
    await aside.getByRole('button', { name: 'plot.png', exact: true }).click()
    const picture = dialog.getByRole('img', { name: 'plot.png' })
    await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(2)
    await page.keyboard.press('Escape')
    await aside.getByRole('button', { name: 'data.bin', exact: true }).click()
    await dialog.getByText('no picture and no text').waitFor()
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Save as a file' }).click(),
    ])
    expect(saved.suggestedFilename()).toBe('data.bin')
    expect(readFileSync(await saved.path())).toEqual(Buffer.from([0, 255, 1]))
    await page.keyboard.press('Escape')
    await aside.getByRole('button', { name: 'png', exact: true }).click()
    await dialog.getByText('no ending').waitFor()
    await page.keyboard.press('Escape')
    // In three pieces.
    const [large] = await Promise.all([
      page.waitForEvent('download'),
      aside.getByRole('button', { name: 'Save large.bin' }).click(),
    ])
    const bytes = Buffer.alloc(
      2_500_000,
      Uint8Array.from({ length: 251 }, (_, byte) => byte),
    )
    expect(readFileSync(await large.path()).equals(bytes)).toBe(true)
  })

  test.each([
    ['with front matter', '---\ntitle: kept\n---\n\n# After it', 'title: kept'],
    // The library goes deeper than there is room for.
    ['that cannot be drawn', '**a '.repeat(5000) + ' b**'.repeat(5000), '**a **a'],
  ])('shows a summary %s', async (_, summary, text) => {
    const deck = await withScript(`export default (x) => x.summarize(${JSON.stringify(summary)})`)
    await deck.run('start', 'Bills', '--here')
    const page = await deck.window({}, '#/runs/1')
    await page.getByRole('complementary').getByText(text).first().waitFor()
    await page.getByRole('heading', { name: 'Run #1' }).waitFor()
  })

  test('is run again with a key, with the same parameters', async () => {
    const deck = await withScript(
      `export default async (x) => { x.info('for ' + x.params.month) }`,
      '--params',
      '{"month":"May"}',
    )
    await deck.run('start', 'Bills', '--here', '--params', '{"month":"June"}')
    const page = await deck.window({}, '#/runs/1')
    await page.getByRole('log').getByText('for June').waitFor()
    await page.keyboard.press('r')
    await page.getByRole('heading', { name: 'Run #2' }).waitFor()
    await page.getByRole('log').getByText('for June').waitFor()
    await page.keyboard.press('e')
    await page.getByRole('dialog').waitFor()
  })

  test('is stopped with a key', async () => {
    const deck = await WebDeck.serve()
    await deck.run('add', 'Long', ...sh('echo up; exec sleep 1000'))
    await deck.run('start', 'Long')
    const page = await deck.window({}, '#/runs/1')
    await page.getByRole('log').getByText('up').waitFor()
    await page.keyboard.press('s')
    await page.locator('header [data-state=cancelled]').waitFor()
  })

  test('follows a log that grows, lets go when one scrolls up, and takes hold again', async () => {
    const deck = await WebDeck.serve()
    await deck.run(
      'add',
      'Ticks',
      ...sh(
        'i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo "tick $i"; done; while :; do i=$((i+1)); echo "tick $i"; sleep 0.1; done',
      ),
    )
    await deck.run('start', 'Ticks')
    const page = await deck.window({}, '#/runs/1')
    const follow = page.getByRole('button', { name: /^Follow/ })
    const log = page.getByRole('log')
    await log.getByText('tick 305').waitFor()
    expect(await follow.getAttribute('aria-pressed')).toBe('true')
    await log.hover()
    await page.mouse.wheel(0, -1500)
    await expect.poll(() => follow.getAttribute('aria-pressed')).toBe('false')
    await page.keyboard.press('f')
    await expect.poll(() => follow.getAttribute('aria-pressed')).toBe('true')
    const lastTick = async () => Number((await log.locator('.line').last().innerText()).split(' ').at(-1))
    // A row that has just come has no text yet.
    let before = NaN
    await expect.poll(async () => (before = await lastTick())).toBeGreaterThan(0)
    await expect.poll(lastTick).toBeGreaterThan(before)
  })

  test('shows what it uses as a picture, in words and as a table, while it goes on', async () => {
    const deck = await WebDeck.serve()
    await deck.run('add', 'Long', ...sh('exec sleep 1000'))
    await deck.run('start', 'Long')
    const page = await deck.window({}, '#/runs/1')
    const aside = page.getByRole('complementary')
    await aside.getByText(/^At most \d+ % of a processor and [\d.]+ .?B of memory$/).waitFor()
    await expect.poll(() => aside.locator('canvas').count()).toBe(2)
    await aside.getByText('As a table').click()
    await aside.getByRole('cell', { name: /^\+0:/ }).first().waitFor()
    await page.keyboard.press('s')
  })

  test('shows the code of a script as it ran, also after it was changed', async () => {
    const deck = await WebDeck.serve()
    const file = join(deck.data, 'scripts/hello.sh')
    mkdirSync(join(deck.data, 'scripts'), { recursive: true })
    writeFileSync(file, '#!/bin/sh\necho as it was\n', { mode: 0o755 })
    await deck.run('trust', 'hello.sh')
    await deck.run('add', 'Hello', 'hello.sh')
    await deck.run('start', 'Hello', '--here')
    writeFileSync(file, '#!/bin/sh\necho as it is\n', { mode: 0o755 })
    const page = await deck.window({}, '#/runs/1')
    await page.getByRole('button', { name: /^Code as it ran/ }).click()
    await page.getByRole('dialog').getByText('echo as it was').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  test('goes to the end of a log that no longer grows', async () => {
    const deck = await withScript(
      `export default async (x) => { for (let i = 0; i < 500; i++) x.info('row ' + i + '.') }`,
    )
    await deck.run('start', 'Bills', '--here')
    const page = await deck.window({}, '#/runs/1/1')
    const log = page.getByRole('log')
    await log.getByText('row 0.').waitFor()
    await page.getByRole('button', { name: 'To the end' }).click()
    await log.getByText('row 499.').waitFor()
    await expect.poll(() => page.getByRole('button', { name: 'To the end' }).count()).toBe(0)
  })

  test('that is not there is told', async () => {
    const deck = await WebDeck.serve()
    const page = await deck.window({}, '#/runs/77')
    await page.getByRole('heading', { name: 'Run #77' }).waitFor()
    await page.getByRole('alert').getByText('It is not there').waitFor()
  })

  test.each(['light', 'dark'] as const)('bars nobody, in %s colours', async (colorScheme) => {
    const deck = await withScript(
      `export default async (x) => { x.info('\\u001b[31mred\\u001b[0m \\u001b[93myellow\\u001b[0m \\u001b[42mon green\\u001b[0m \\u001b[38;5;226mown\\u001b[0m'); x.warn('w', { a: 1 }); x.error('bad'); throw new Error('x') }`,
    )
    await deck.run('start', 'Bills', '--here').catch(() => {})
    const page = await deck.window({ colorScheme }, '#/runs/1')
    await page.getByRole('searchbox').fill('re')
    await page.locator('mark').first().waitFor()
    await page.getByRole('log').getByText('bad').click()
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map(({ id, nodes }) => [id, nodes[0]!.html])).toEqual([])
  })
})
