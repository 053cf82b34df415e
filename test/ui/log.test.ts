/** The log of a run, in a real browser with the real engine behind it. */
import { writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page, WebSocketRoute } from '@playwright/test'
import { describe, expect, test } from 'vitest'
import { WebDeck, withoutBrowser } from './support/window.ts'

const CLIPBOARD = { permissions: ['clipboard-read', 'clipboard-write'] }

/** A deck with one run of a script that writes what the lines say. */
async function ran(script: string, name = 'log.sh'): Promise<WebDeck> {
  const deck = await WebDeck.serve()
  const file = join(deck.data, '..', name)
  writeFileSync(file, script, { mode: 0o755 })
  await deck.run('add', 'Writes', file)
  // It may fail: what it wrote is what matters.
  await deck.run('start', 'Writes', '--here').catch(() => {})
  return deck
}

const lines = (page: Page) => page.getByRole('log').locator('.line')
const line = (page: Page, text: string) => lines(page).filter({ hasText: text })
const copied = (page: Page) => page.evaluate<string>('navigator.clipboard.readText()')

const MANY = `#!/bin/sh
i=1
while [ $i -le 3000 ]; do echo "number $i of many"; i=$((i + 1)); done
`

describe.skipIf(withoutBrowser)('a log', () => {
  test('shows colours, fields, further lines and groups, and opens them', async () => {
    const deck = await ran(
      `export default async (x) => {
        x.info('\\u001b[31mred\\u001b[0m and plain')
        x.warn('with fields', { file: 'a.jpg', size: 5 })
        x.info('first line\\nsecond line')
      }`,
      'log.mjs',
    )
    const page = await deck.window({}, '#/runs/1')
    await page.locator('.ansi-red-text').getByText('red').waitFor()
    const fields = line(page, 'with fields')
    await fields.getByText('"file":"a.jpg"').waitFor()
    await fields.getByRole('button', { name: 'Show all of it' }).click()
    await fields.getByRole('term').getByText('file').waitFor()
    await fields.getByRole('definition').getByText('a.jpg').waitFor()
    const further = line(page, 'first line')
    expect(await further.locator('bdi').innerText()).toBe('first line ⏎ second line')
    await further.getByRole('button', { name: 'Show all of it' }).click()
    expect(await further.locator('bdi').innerText()).toBe('first line\nsecond line')
    await further.getByRole('button', { name: 'Show one line' }).click()
    expect(await further.locator('bdi').innerText()).toBe('first line ⏎ second line')
  })

  test('folds a group with the groups in it, and opens it for a match', async () => {
    const deck = await ran(
      '#!/bin/sh\necho before\necho ::group::Outer\necho one\necho ::group::Inner\necho two\necho ::endgroup::\necho three\necho ::endgroup::\necho after\n',
    )
    const page = await deck.window({}, '#/runs/1')
    await line(page, 'Outer').getByRole('button', { name: 'Fold this group' }).click()
    await line(page, 'three').waitFor({ state: 'detached' })
    await expect.poll(() => line(page, 'two').count()).toBe(0)
    await expect.poll(() => line(page, 'after').count()).toBe(1)
    await page.keyboard.press('/')
    await page.keyboard.type('three')
    await page.getByText('1 line', { exact: true }).waitFor()
    await page.keyboard.press('Enter')
    await line(page, 'three').locator('mark').waitFor()
    await page.getByText('1 of 1').waitFor()
  })

  test('is searched as a whole by text and by regular expression, with the keyboard alone', async () => {
    const deck = await ran(MANY)
    const page = await deck.window({}, '#/runs/1')
    await line(page, 'number 3000 of many').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('NUMBER 12 ')
    await page.getByText('1 line', { exact: true }).waitFor()
    await page.keyboard.press('Enter')
    await line(page, 'number 12 of').locator('mark').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Regular expression' }).click()
    await page.getByRole('searchbox').fill('number (7|2999) ')
    await page.getByText('2 lines', { exact: true }).waitFor()
    await page.getByRole('log').focus()
    await page.keyboard.press('n')
    await line(page, 'number 2999 of').locator('mark').waitFor()
    await page.keyboard.press('n')
    await page.getByText('1 of 2').waitFor()
    await line(page, 'number 7 of').locator('mark').waitFor()
    await page.keyboard.press('N')
    await page.getByText('2 of 2').waitFor()
    await page.getByRole('button', { name: 'Show only lines that match' }).click()
    await expect.poll(() => lines(page).count()).toBe(2)
  })

  test('goes to the next match from where one is, also where there are more than are counted', async () => {
    const deck = await ran('#!/bin/sh\nseq -f "number %.0f of many" 1 12000\n')
    const page = await deck.window({}, '#/runs/1')
    await line(page, 'number 12000 of many').waitFor()
    await page.getByRole('searchbox').fill('number')
    await page.getByText('10,000+ lines').waitFor()
    await page.getByRole('button', { name: 'Match before' }).click()
    const chosen = lines(page).and(page.locator('[data-chosen=true]'))
    await expect.poll(() => chosen.innerText()).toMatch(/number 119\d\d of many/)
    await line(page, 'number 12000 of').click()
    await page.getByRole('button', { name: 'Next match' }).click()
    await expect.poll(() => chosen.innerText()).toMatch(/number 1 of many/)
  })

  test('is not held up by a pattern that the store found, and that takes for ever to mark', async () => {
    const deck = await ran(
      `export default async (x) => { x.info('aa\\n' + 'a'.repeat(60) + 'b'); x.info('plain') }`,
      'log.mjs',
    )
    const page = await deck.window({}, '#/runs/1')
    await page.getByRole('button', { name: 'Regular expression' }).click()
    await page.getByRole('searchbox').fill('(a+)+$')
    await page.getByText('1 line', { exact: true }).waitFor()
    await page.getByRole('searchbox').fill('pl.in')
    await line(page, 'plain').locator('mark').waitFor()
  })

  test('says below the field what is no regular expression', async () => {
    const deck = await ran('#!/bin/sh\necho hello\n')
    const page = await deck.window({}, '#/runs/1')
    await page.getByRole('button', { name: 'Regular expression' }).click()
    await page.getByRole('searchbox').fill('a(')
    await page.getByRole('alert').getByText('Not a regular expression: Unterminated group').waitFor()
    expect(await page.getByRole('searchbox').getAttribute('aria-invalid')).toBe('true')
    await page.getByRole('searchbox').fill('nothing like it')
    await page.getByText('No match').waitFor()
    await expect.poll(() => page.getByRole('alert').count()).toBe(0)
  })

  test('shows some levels alone, with their counts, and goes from error to error', async () => {
    const deck = await ran(
      '#!/bin/sh\nfor i in $(seq 1 100); do echo "row $i"; done\necho ::error::first bad\nfor i in $(seq 1 100); do echo "later $i"; done\necho ::error::second bad\necho ::warning::careful\n',
    )
    const page = await deck.window({}, '#/runs/1')
    const levels = page.getByRole('group', { name: 'Levels' })
    await levels.getByRole('button', { name: 'error 2' }).click()
    await expect.poll(() => lines(page).count()).toBe(2)
    await levels.getByRole('button', { name: 'warn 1' }).click()
    await expect.poll(() => lines(page).count()).toBe(3)
    await levels.getByRole('button', { name: 'error 2' }).click()
    await levels.getByRole('button', { name: 'warn 1' }).click()
    await line(page, 'later 1').first().waitFor()
    await page.getByRole('log').evaluate((box) => box.scrollTo(0, 0))
    await line(page, 'row 1').first().waitFor()
    await page.keyboard.press('x')
    await expect.poll(() => line(page, 'first bad').getAttribute('data-chosen')).toBe('true')
    await page.keyboard.press('x')
    await expect.poll(() => line(page, 'second bad').getAttribute('data-chosen')).toBe('true')
    await page.getByRole('status').getByText('error: second bad').waitFor({ state: 'attached' })
  })

  test('opens at the line that a link names', async () => {
    const deck = await ran(MANY)
    const page = await deck.window({}, '#/runs/1/1234')
    const named = line(page, 'number 1234 of many')
    await named.waitFor()
    expect(await named.getAttribute('data-chosen')).toBe('true')
    expect(await named.isVisible()).toBe(true)
  })

  test('lines are chosen by click, Shift and arrow keys, and copied with a key', async () => {
    const deck = await ran(MANY)
    const page = await deck.window(CLIPBOARD, '#/runs/1/10')
    await line(page, 'number 10 of').click()
    await line(page, 'number 12 of').click({ modifiers: ['Shift'] })
    await page.keyboard.press('c')
    await page.getByText('3 lines were copied').waitFor()
    expect(await copied(page)).toBe('number 10 of many\nnumber 11 of many\nnumber 12 of many')
    await page.getByRole('log').focus()
    await page.keyboard.press('Shift+ArrowDown')
    // Who does not see what is chosen hears it.
    await page.getByRole('status').getByText('info: number 13 of many').waitFor({ state: 'attached' })
    await page.keyboard.press('c')
    await page.getByText('4 lines were copied').waitFor()
    expect(await copied(page)).toMatch(/^number 10 [^]* number 13 of many$|^number 10 [^]*number 13 of many$/)
  })

  test('what is selected is copied whole, also where its rows are no longer in sight', async () => {
    // Would catch: a selection that holds only the rows that happen to be drawn.
    const deck = await ran(MANY)
    const page = await deck.window(CLIPBOARD, '#/runs/1/100')
    await line(page, 'number 100 of').waitFor()
    const select = (text: string, from: number | null, to: number) =>
      page.evaluate(
        ([text, from, to]) => {
          const bodies = [...document.querySelectorAll('.log .line bdi')]
          const node = bodies.find((each) => each.textContent?.startsWith(text))!.firstChild!
          const selection = document.getSelection()!
          if (from === null) selection.extend(node, to)
          else selection.setBaseAndExtent(node, from, node, to)
        },
        [text, from, to] as const,
      )
    await select('number 100 of', 7, 10)
    await page.getByRole('log').evaluate((box) => box.scrollBy(0, 8000))
    await line(page, 'number 500 of').waitFor()
    await select('number 500 of', null, 10)
    await page.keyboard.press('Control+c')
    const wanted = Array.from({ length: 399 }, (_, index) => `number ${index + 101} of many`)
    await expect.poll(() => copied(page)).toBe(['100 of many', ...wanted, 'number 500'].join('\n'))
  })

  test('is saved whole as a file', async () => {
    const deck = await ran(MANY)
    const page = await deck.window({}, '#/runs/1')
    await line(page, 'number 3000 of many').waitFor()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as a file' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('run-1.log')
    const text = await readFile(await download.path(), 'utf8')
    expect(text.trimEnd().split('\n')).toHaveLength(3000)
    expect(text).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} info {2}number 1 of many\n/)
  })

  test('wraps long lines with a key, and keeps that', async () => {
    const deck = await ran(`#!/bin/sh\necho ${'long '.repeat(200)}\n`)
    const page = await deck.window({}, '#/runs/1')
    const height = async () => (await line(page, 'long').boundingBox())!.height
    expect(await height()).toBe(20)
    await page.keyboard.press('w')
    await expect.poll(height).toBeGreaterThan(40)
    await page.reload()
    await line(page, 'long').waitFor()
    await expect.poll(height).toBeGreaterThan(40)
  })

  test('tells times since the run began, as it was chosen', async () => {
    const deck = await ran('#!/bin/sh\necho hello\n')
    const page = await deck.window({}, '#/runs/1')
    await page.getByRole('button', { name: 'Times: time of day' }).click()
    await page.getByRole('menuitem', { name: 'since it began' }).click()
    await expect.poll(() => line(page, 'hello').locator('time').innerText()).toMatch(/^\+0:0\d\.\d{3}$/)
  })

  test('its filter and its search go on when a connection that was lost is there again', async () => {
    const deck = await ran('#!/bin/sh\necho ::error::bad apple\necho ::warning::odd apple\necho good pear\n')
    const page = await deck.window({}, '#/runs/1')
    let socket: WebSocketRoute | undefined
    await page.routeWebSocket('**/deck', (each) => {
      each.connectToServer()
      socket = each
    })
    await page.reload()
    const levels = page.getByRole('group', { name: 'Levels' })
    await levels.getByRole('button', { name: 'error 1' }).waitFor()
    await page.route('**/session', (route) => route.abort())
    await socket!.close()
    await page.getByText('The connection to Jobdeck is lost').waitFor()
    await page.getByRole('searchbox').fill('apple')
    await levels.getByRole('button', { name: 'error 1' }).click()
    await line(page, 'good pear').waitFor({ state: 'detached' })
    await page.unroute('**/session')
    await line(page, 'bad apple').locator('mark').waitFor()
    await page.getByText('1 line', { exact: true }).waitFor()
    await expect.poll(() => page.getByRole('alert').count()).toBe(0)
  })
})
