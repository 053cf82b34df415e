/** What people do with the window, in a real browser with the real engine behind it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { WebDeck, withoutBrowser } from './support/window.ts'

const sh = (line: string) => ['--', 'sh', '-c', line]

describe.skipIf(withoutBrowser)(`in a browser (${withoutBrowser || 'found'})`, () => {
  test('the first start offers an example, which is added, started and followed to its end', async () => {
    const deck = await WebDeck.serve()
    const page = await deck.window()
    await page.getByRole('heading', { name: 'Nothing here yet' }).waitFor()
    await page.getByRole('button', { name: 'Add Countdown' }).click()
    await page.getByRole('heading', { name: 'Countdown' }).waitFor()
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByRole('heading', { name: 'Run #1' }).waitFor()
    await page.locator('[data-state=running]').waitFor()
    await page.getByRole('log').getByText('9 …').waitFor()
    await page.getByText(/about \d.* s left/).waitFor()
    await page.getByRole('log').getByText('Lift-off').waitFor()
    await page.locator('header [data-state=completed]').waitFor()
    expect(await deck.run('logs', 'Countdown')).toContain('Lift-off')
    await page.getByRole('link', { name: 'Jobs', exact: true }).click()
    await page.getByRole('row').getByText('Completed').first().waitFor()
  })

  test('all three examples are added with one click, and the command line sees them', async () => {
    const deck = await WebDeck.serve()
    const page = await deck.window()
    await page.getByRole('button', { name: 'Add all three' }).click()
    await page.getByRole('link', { name: 'Jobs', exact: true }).click()
    await page.getByText('3 jobs').waitFor()
    const list = await deck.run('list')
    for (const name of ['Countdown', 'Disk space', 'Largest downloads']) expect(list).toContain(name)
    expect(await deck.run('scripts')).toMatch(/approved[^]*approved[^]*approved/)
  })

  test('a run is stopped, and one that does not end is forced to', async () => {
    const deck = await WebDeck.serve()
    await deck.run('add', 'Gentle', ...sh('echo up; exec sleep 1000'))
    await deck.run(
      'add',
      'Stubborn',
      '--grace',
      '10m',
      ...sh("trap '' TERM; echo up; while :; do sleep 0.2; done"),
    )
    const page = await deck.window({}, '#/jobs')
    await page.getByRole('button', { name: 'Start Gentle' }).click()
    await page.getByRole('button', { name: 'Stop Gentle' }).click()
    await page
      .getByRole('row', { name: /Gentle/ })
      .locator('[data-state=cancelled]')
      .first()
      .waitFor()
    await page.getByRole('link', { name: 'Stubborn' }).click()
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByRole('log').getByText('up').waitFor()
    await page.getByRole('button', { name: 'Stop', exact: true }).click()
    await page.getByText('Stopping …').waitFor()
    await page.getByRole('button', { name: 'Force' }).click()
    await page.locator('header [data-state=cancelled]').waitFor()
  })

  test('a script that was dropped in is looked at, approved and run, and looked at again when it changes', async () => {
    const deck = await WebDeck.serve()
    const file = join(deck.data, 'scripts/hello.sh')
    const page = await deck.window()
    writeFileSync(file, '#!/bin/sh\necho hello from here\n', { mode: 0o755 })
    await page.locator('nav .places .count').getByText('1').waitFor()
    await page.getByRole('link', { name: 'Scripts' }).click()
    await page.getByRole('link', { name: 'hello.sh' }).click()
    await page.getByText('echo hello from here').waitFor()
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.locator('header [data-state=approved]').waitFor()
    await page.getByRole('button', { name: 'Make a job of it' }).click()
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByRole('log').getByText('hello from here').waitFor()

    writeFileSync(file, '#!/bin/sh\necho something else\n', { mode: 0o755 })
    await page.locator('nav .places .count').getByText('1').waitFor()
    await page.getByRole('button', { name: 'Run again' }).click()
    await page.getByRole('alert').getByText('The script waits for your approval').waitFor()
    await page.getByRole('link', { name: 'Scripts' }).click()
    await page.getByRole('link', { name: 'hello.sh' }).click()
    await page.locator('.line.removed').getByText('echo hello from here').waitFor()
    await page.locator('.line.added').getByText('echo something else').waitFor()
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.locator('header [data-state=approved]').waitFor()
  })

  test('the window goes on when Jobdeck was started again, once a new link was opened anywhere', async () => {
    const deck = await WebDeck.serve()
    await deck.run('add', 'Before', ...sh('echo hi'))
    const page = await deck.window({}, '#/jobs')
    await page.getByRole('link', { name: 'Before' }).waitFor()
    await deck.stop()
    await page.getByText('The connection to Jobdeck is lost').waitFor()
    expect(await page.getByRole('link', { name: 'Before' }).isVisible()).toBe(true)
    await page.getByRole('button', { name: 'Start Before' }).click()
    await page.getByRole('alert').getByText('The connection was lost').waitFor()
    const link = await deck.serve()
    await page.getByRole('heading', { name: 'A new link is needed' }).waitFor()
    await deck.run('add', 'After', ...sh('echo hi'))
    const other = await page.context().newPage()
    await other.goto(link)
    await page.getByRole('link', { name: 'After' }).waitFor()
    // What was refused is not done later.
    expect(await deck.run('runs')).not.toContain('Before')
  })

  test('what is opened while nobody can be reached is filled once somebody can', async () => {
    // Would catch: a part of a view that asks once, is refused, and stays empty.
    const deck = await WebDeck.serve()
    await deck.run('add', 'Kept', ...sh('echo hi'))
    await deck.run('edit', 'Kept', '--description', 'edited')
    const page = await deck.window({}, '#/jobs')
    await page.locator('[data-row]').getByRole('link', { name: 'Kept' }).click()
    await page.getByText('How it fares').waitFor()
    await deck.stop()
    await page.getByText('The connection to Jobdeck is lost').waitFor()
    await page.getByRole('link', { name: 'Settings', exact: true }).last().click()
    await page.getByText("sh -c 'echo hi'").waitFor()
    expect(await page.getByText('Version 1').count()).toBe(0)
    const link = await deck.serve()
    await (await page.context().newPage()).goto(link)
    await page.getByText('Version 1').waitFor()
  })

  test('a link into the window leads there, and back again', async () => {
    const deck = await WebDeck.serve()
    await deck.run('add', 'Fails', ...sh('echo begins; echo broken >&2; exit 3'))
    const page = await deck.window({}, '#/jobs')
    await page.getByRole('button', { name: 'Start Fails' }).click()
    await page.getByRole('link', { name: /^Failed/ }).click()
    expect(page.url()).toMatch(/#\/runs\/1$/)
    await page.reload()
    await page.locator('header [data-state=failed]').waitFor()
    await page.getByText('Exit code 3').waitFor()
    await page.getByRole('link', { name: 'Fails' }).click()
    await page.getByRole('link', { name: 'Runs', exact: true }).click()
    await page.getByRole('link', { name: '#1' }).click()
    await page.getByRole('heading', { name: 'Run #1' }).waitFor()
    await page.goBack()
    await page.getByRole('heading', { name: 'Fails' }).waitFor()
  })
})
