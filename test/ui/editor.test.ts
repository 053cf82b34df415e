/** Jobs are made and edited in the window: nobody has to know cron, and nothing that was typed is lost. */
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { jobdeck } from '../support/cli.ts'
import { WebDeck, withoutBrowser } from './support/window.ts'

const SCRIPT = `export const title = 'Import photos'
export const params = {
  type: 'object',
  required: ['to'],
  properties: {
    to: { type: 'string', title: 'To' },
    quality: { type: 'integer', title: 'Quality', minimum: 1, maximum: 100, default: 80 },
    token: { type: 'string', title: 'Token', format: 'password' },
    kind: { title: 'Kind', enum: ['copy', 'move'], default: 'copy' },
  },
}
export default async ({ params, info }) => { info('to ' + params.to + ' at ' + params.quality) }
`

const FREE = `export const params = {
  type: 'object',
  properties: {
    options: { title: 'Options', type: 'object' },
    steps: { title: 'Steps', type: 'array', items: { type: 'number' } },
  },
}
export default async ({ params, info }) => { info('got ' + JSON.stringify(params)) }
`

async function withScript(): Promise<WebDeck> {
  const deck = await WebDeck.serve()
  mkdirSync(join(deck.data, 'scripts'), { recursive: true })
  writeFileSync(join(deck.data, 'scripts/photos.js'), SCRIPT)
  writeFileSync(join(deck.data, 'scripts/free.js'), FREE)
  await deck.run('trust', 'photos.js', 'free.js')
  return deck
}

/** The place of a job in the window. */
async function placeOf(deck: WebDeck, name: string, part: string): Promise<string> {
  const { id } = JSON.parse(await deck.run('show', name, '--json')) as { id: string }
  return `#/jobs/${id}/${part}`
}

const save = (page: Page) => page.getByRole('button', { name: 'Save', exact: true })
const jobs = async (deck: WebDeck) =>
  JSON.parse(await deck.run('export')) as { jobs: Record<string, unknown>[] }
const failures = async (page: Page) =>
  (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)

describe.skipIf(withoutBrowser)('the editor of jobs', () => {
  test('makes a job of a script with its parameters, at a time that is chosen, and tells when that is', async () => {
    const deck = await withScript()
    const page = await deck.window()
    await page.keyboard.press('n')
    await page.getByRole('button', { name: /photos\.js/ }).click()
    await page.getByPlaceholder('Import photos').waitFor()
    await save(page).click()
    await page.getByText('It is needed.').waitFor()
    await page.getByRole('textbox', { name: 'To', exact: true }).fill('/library')
    await page.getByRole('textbox', { name: 'Quality' }).fill('101')
    await page.getByText('It must be at most 100.').waitFor()
    await page.getByRole('textbox', { name: 'Quality' }).fill('8o')
    await page.getByText('It must be a whole number.').waitFor()
    await page.getByRole('textbox', { name: 'Quality' }).fill('90')
    await page.getByLabel('Runs', { exact: true }).selectOption('Monday to Friday at …')
    await page.getByLabel('At', { exact: true }).fill('08:30')
    await page.getByText('At 08:30, Monday through Friday').waitFor()
    expect(await page.getByRole('list', { name: 'Next times' }).getByRole('listitem').count()).toBe(5)
    await page.getByLabel('Folder', { exact: true }).fill('media/photos')
    await save(page).click()
    await page.getByRole('heading', { name: 'Import photos', level: 1 }).waitFor()
    expect((await jobs(deck)).jobs).toMatchObject([
      {
        name: 'Import photos',
        category: 'media/photos',
        handlers: [{ handler: { script: 'photos.js' } }],
        params: { to: '/library', quality: 90 },
        schedule: { cron: '30 8 * * 1-5' },
      },
    ])
  })

  test('reads a cron expression back in words as it is typed, and says under it what is wrong', async () => {
    const deck = await WebDeck.serve()
    const page = await deck.window({}, '#/new-job')
    await page.getByText('A shell line').click()
    await page.getByLabel('Line for the shell').fill('echo hi')
    await page.getByLabel('Runs', { exact: true }).selectOption('Cron expression')
    const cron = page.getByRole('textbox', { name: 'Cron expression' })
    await cron.fill('0 9 * * 8')
    await page.locator('.when .field-error').waitFor()
    expect(await cron.getAttribute('aria-invalid')).toBe('true')
    await cron.fill('*/20 * * * *')
    await page.getByText('Every 20 minutes').waitFor()
    expect(await page.locator('.when .field-error').count()).toBe(0)
    await page.keyboard.press('Control+s')
    await page.getByRole('heading', { name: 'echo hi', level: 1, exact: true }).waitFor()
    // What fits a preset is shown as that again, what fits none as it was typed.
    await page.goto(`${page.url()}/edit`)
    expect(await page.getByRole('textbox', { name: 'Cron expression' }).inputValue()).toBe('*/20 * * * *')
    await page.getByRole('textbox', { name: 'Cron expression' }).fill('15 7 * * *')
    await save(page).click()
    await page.getByRole('heading', { name: 'echo hi', level: 1, exact: true }).waitFor()
    await page.goto(`${page.url()}/edit`)
    await page.getByLabel('At', { exact: true }).waitFor()
    expect(await page.getByLabel('At', { exact: true }).inputValue()).toBe('07:15')
  })

  test('keeps what was typed when the window is left or closed, until it is saved or discarded', async () => {
    const deck = await WebDeck.serve()
    await deck.run('add', 'Old', '--', 'echo', 'one two')
    const place = await placeOf(deck, 'Old', 'edit')
    const page = await deck.window({}, place)
    const line = page.getByLabel('Program and arguments')
    expect(await line.inputValue()).toBe("echo 'one two'")
    await line.fill('echo three')
    await page.keyboard.press('Escape')
    await page.getByRole('heading', { name: 'Old', exact: true }).waitFor()
    await page.goto(new URL(place, page.url()).href)
    await page.reload()
    await page.getByText('What you typed before was kept').waitFor()
    expect(await line.inputValue()).toBe('echo three')
    await page.getByRole('button', { name: 'Discard it' }).click()
    expect(await line.inputValue()).toBe("echo 'one two'")
    await page.reload()
    await line.waitFor()
    expect(await page.getByText('What you typed before was kept').count()).toBe(0)
  })

  test('says when the job was edited elsewhere meanwhile, before it replaces that', async () => {
    const deck = await WebDeck.serve()
    await deck.run('add', 'Shared', '--', 'echo', 'one')
    const page = await deck.window({}, await placeOf(deck, 'Shared', 'edit'))
    await page.getByLabel('Tags').fill('mine')
    await deck.run('edit', 'Shared', '--timeout', '5m')
    await page.getByText('edited elsewhere').waitFor()
    await page.getByRole('button', { name: 'Save over it' }).waitFor()
    await page.getByRole('button', { name: 'Discard mine' }).click()
    expect(await page.getByLabel('Tags').inputValue()).toBe('')
    await page.getByRole('heading', { name: 'How it runs' }).click()
    expect(await page.getByLabel('Longest time it may take').inputValue()).toBe('5m')
  })

  test('tells mistakes in the policy as typed, shows whence the defaults come, and takes secrets', async () => {
    const deck = await WebDeck.serve()
    await deck.run('add', 'Plain', '--category', 'web', '--', 'echo', 'x')
    await deck.run('categories', 'add', 'web', '--set', 'timeout=20m')
    await jobdeck(['secrets', 'set', 'api_token'], {
      data: deck.data,
      through: (command) => ['sh', '-c', `printf abcdef | ${command}`],
    })
    const page = await deck.window({}, await placeOf(deck, 'Plain', 'edit'))
    await page.getByRole('heading', { name: 'How it runs' }).click()
    await page.getByText('from the folder web').waitFor()
    expect(await page.getByLabel('Time to finish when stopped').getAttribute('placeholder')).toBe('5s')
    await page.getByLabel('Memory limit').fill('lots')
    await page.getByText('It must be an amount such as 512MB').waitFor()
    await page.getByLabel('Memory limit').fill('512MB')
    await page
      .getByRole('group', { name: 'If still running' })
      .getByRole('combobox')
      .selectOption('Stop the old one')
    await page.getByRole('button', { name: 'Add a variable' }).click()
    await page.getByLabel('Name of variable 1').fill('TOKEN')
    await page.getByRole('button', { name: 'Take TOKEN from a secret' }).click()
    await save(page).click()
    await page.getByRole('heading', { name: 'Plain', level: 1, exact: true }).waitFor()
    expect((await jobs(deck)).jobs).toMatchObject([
      { memoryLimit: '512MB', overlap: 'replace', environment: { TOKEN: { secret: 'api_token' } } },
    ])
  })

  test('does not replace another job by its name, and runs what it saved', async () => {
    const deck = await WebDeck.serve()
    await deck.run('add', 'Taken', '--', 'echo', 'x')
    const page = await deck.window({}, '#/new-job')
    await page.getByText('A command', { exact: true }).click()
    await page.getByLabel('Program and arguments').fill('echo "from here"')
    await page.getByLabel('Name', { exact: true }).fill('Taken')
    await page.getByText('There is a job of this name already.').waitFor()
    await save(page).click()
    await page.getByLabel('Name', { exact: true }).fill('Free')
    await page.getByRole('button', { name: 'Save and run' }).click()
    await page.getByRole('log').getByText('from here').waitFor()
    expect((await jobs(deck)).jobs.map(({ name }) => name)).toEqual(['Free', 'Taken'])
  })

  test('offers the way back only where saving changed something, and exactly to what was before that', async () => {
    const deck = await WebDeck.serve()
    await deck.run('add', 'Edited', '--', 'echo', 'one')
    await deck.run('edit', 'Edited', '--timeout', '5m')
    const place = await placeOf(deck, 'Edited', 'edit')
    const page = await deck.window({}, place)
    await save(page).click()
    await page.getByText('Edited was saved').waitFor()
    expect(await page.getByRole('button', { name: 'Undo' }).count()).toBe(0)
    await page.goto(new URL(place, page.url()).href)
    await page.getByLabel('Tags').fill('new')
    await save(page).click()
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(async () => (await jobs(deck)).jobs).toMatchObject([{ timeout: '5m' }])
    await expect.poll(async () => (await jobs(deck)).jobs[0]).not.toHaveProperty('tags')
  })

  test('does not save what is half typed, shows where that is, and keeps it', async () => {
    const deck = await withScript()
    const page = await deck.window({}, '#/new-job/free.js')
    const options = page.getByRole('textbox', { name: 'Options' })
    await options.fill('{"a": 1}')
    await options.fill('{"a": ')
    await page.getByText('This is not JSON yet.').waitFor()
    await page.getByLabel('Name', { exact: true }).focus()
    await save(page).click()
    await expect.poll(() => options.evaluate((field) => field === document.activeElement)).toBe(true)
    expect((await jobs(deck)).jobs).toEqual([])
    await page.reload()
    await page.getByText('What you typed before was kept').waitFor()
    expect(await options.inputValue()).toBe('{"a": ')
    await options.fill('{"a": 12345678901234567890}')
    await page.getByText('A number has too many digits').waitFor()
    await options.fill('{"a": [ 2 ]}')
    expect(await options.inputValue()).toBe('{"a": [ 2 ]}')
    await save(page).click()
    await page.getByRole('heading', { name: 'Free', level: 1 }).waitFor()
    expect((await jobs(deck)).jobs).toMatchObject([{ params: { options: { a: [2] } } }])
  })

  test('leaves the other items of a list alone when one is removed, and the focus among them', async () => {
    const deck = await withScript()
    const page = await deck.window({}, '#/new-job/free.js')
    const list = page.getByRole('group', { name: 'Steps' })
    const item = (number: number) => list.getByRole('textbox', { name: `Item ${number}` })
    const focused = () =>
      page.evaluate(() => document.activeElement?.ariaLabel ?? document.activeElement?.textContent)
    for (const [number, text] of [
      [1, '1.0'],
      [2, '1'],
      [3, '12345678901234567890'],
    ] as const) {
      await list.getByRole('button', { name: 'Add' }).click()
      await item(number).fill(text)
    }
    await list.getByText('A number has too many digits').waitFor()
    await list.getByRole('button', { name: 'Remove item 1 of Steps' }).click()
    expect(await item(1).inputValue()).toBe('1')
    expect(await item(1).evaluate((field) => field === document.activeElement)).toBe(true)
    expect(await item(2).inputValue()).toBe('12345678901234567890')
    await list.getByRole('button', { name: 'Remove item 2 of Steps' }).click()
    expect(await focused()).toBe('Add')
    await page.getByLabel('Runs', { exact: true }).selectOption('Every day at …')
    await page.locator('summary').filter({ hasText: 'Time zone' }).click()
    await page.getByRole('button', { name: 'Add a quiet time' }).click()
    await page.getByRole('button', { name: 'Remove quiet time 1' }).click()
    expect(await focused()).toBe('Add a quiet time')
  })

  test('leads to the first thing that is wrong, also where that is a choice of days', async () => {
    const deck = await withScript()
    const page = await deck.window({}, '#/new-job/free.js')
    await page.getByLabel('Runs', { exact: true }).selectOption('Every week on …')
    const days = page.getByRole('group', { name: 'On' })
    await days.getByRole('button', { name: 'Mon' }).click()
    await page.getByLabel('Name', { exact: true }).focus()
    await save(page).click()
    await page.getByText('Choose at least one day.').waitFor()
    await expect.poll(() => days.evaluate((group) => group.contains(document.activeElement))).toBe(true)
    expect(
      await days.evaluate(
        (group) => document.getElementById(group.getAttribute('aria-describedby')!)?.textContent,
      ),
    ).toBe('Choose at least one day.')
    expect(await failures(page)).toEqual([])
  })

  test('does not take a time that the clocks leave out, nor move one of a repeated hour', async () => {
    const deck = await WebDeck.serve()
    // Half past two in Berlin, for the second time on that day, and 12 seconds.
    const at = Date.UTC(2027, 9, 31, 1, 30, 12)
    await deck.run('add', 'Late', '--at', new Date(at).toISOString(), '--', 'true')
    const place = await placeOf(deck, 'Late', 'edit')
    const page = await deck.window({ timezoneId: 'Europe/Berlin' }, place)
    const moment = page.getByLabel('Date and time')
    expect(await moment.inputValue()).toBe('2027-10-31T02:30')
    await moment.fill('2027-03-28T02:30')
    await page.getByText('There is no such time on this day').waitFor()
    await save(page).click()
    await expect.poll(() => moment.evaluate((field) => field === document.activeElement)).toBe(true)
    await moment.fill('2027-10-31T02:30')
    await page.getByLabel('Tags').fill('new')
    await save(page).click()
    await page.getByText('Late was saved').waitFor()
    const { schedule } = (await jobs(deck)).jobs[0] as { schedule: { at: string | number } }
    expect(new Date(schedule.at).getTime()).toBe(at)
  })

  test('says so where the job is gone, where there are no scripts, and where the engine refuses', async () => {
    const deck = await WebDeck.serve()
    const page = await deck.window({}, '#/jobs/nothing/edit')
    await page.getByText('This job is no longer there.').waitFor()
    await page.keyboard.press('n')
    await page.getByText('No scripts yet').waitFor()
    await save(page).click()
    await page.getByText('Choose what it runs.').waitFor()
    await page.getByText('A file', { exact: true }).click()
    await page.getByLabel('Path of the file').fill('/nowhere/at-all.py')
    await page.locator('.field-error').filter({ hasText: '/nowhere/at-all.py' }).waitFor()
    await page.getByRole('button', { name: 'Save and run' }).click()
    await page.getByRole('alert').getByText('The file to run is not there').waitFor()
    // What was typed is still there, to be mended.
    expect(await page.getByLabel('Path of the file').inputValue()).toBe('/nowhere/at-all.py')
    expect(await failures(page)).toEqual([])
  })

  test('bars nobody, with all of it unfolded by keyboard, in both themes and languages', async () => {
    const deck = await withScript()
    for (const [colorScheme, locale] of [
      ['light', 'en-US'],
      ['dark', 'zh-CN'],
    ] as const) {
      const page = await deck.window({ colorScheme, locale }, '#/new-job/photos.js')
      await page.getByText('Import photos').waitFor()
      await page.locator('.when select').first().selectOption('week')
      await page.locator('.next-times li').first().waitFor()
      for (const summary of await page.locator('summary').all()) await summary.press('Enter')
      expect(await failures(page)).toEqual([])
    }
  })
})

describe.skipIf(withoutBrowser)('the settings of a job', () => {
  test('show each edit with what it changed, and restore what was, and undo that', async () => {
    const deck = await WebDeck.serve()
    await deck.run('add', 'Twice', '--', 'echo', 'one')
    await deck.run('edit', 'Twice', '--timeout', '5m')
    const page = await deck.window({}, await placeOf(deck, 'Twice', 'settings'))
    const row = page.getByRole('row', { name: /Longest time it may take/ })
    await row.getByText('set for this job').waitFor()
    await page.getByText('as it is now').waitFor()
    await page.getByRole('button', { name: 'Restore version 1' }).click()
    await page.getByText('The job is as it was in version 1').waitFor()
    await row.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Undo' }).click()
    await row.waitFor()
    await page.locator('.trail').getByText('Edited').nth(2).waitFor()
    expect(await failures(page)).toEqual([])
  })

  test('make a copy that does not run by itself before it was looked at', async () => {
    const deck = await WebDeck.serve()
    await deck.run('add', 'Original', '--cron', '0 9 * * *', '--', 'echo', 'one')
    const page = await deck.window({}, await placeOf(deck, 'Original', 'settings'))
    await page.getByRole('button', { name: /^More for/ }).click()
    await page.getByRole('menuitem', { name: 'Duplicate' }).click()
    await page.getByRole('heading', { name: 'Edit Original 2' }).waitFor()
    expect((await jobs(deck)).jobs).toMatchObject([
      { name: 'Original' },
      { name: 'Original 2', enabled: false, schedule: { cron: '0 9 * * *' } },
    ])
  })
})

describe.skipIf(withoutBrowser)('the parameters of a run', () => {
  test('are asked for in a form, checked as typed, and can be those of last time', async () => {
    const deck = await withScript()
    await deck.run('add', 'Photos', 'photos.js', '--param', 'to=/library')
    const page = await deck.window({}, await placeOf(deck, 'Photos', 'settings'))
    const ask = page.getByRole('button', { name: 'Run with parameters …' })
    await ask.click()
    const to = page.getByRole('textbox', { name: 'To', exact: true })
    expect(await to.inputValue()).toBe('/library')
    await expect.poll(() => to.evaluate((field) => field === document.activeElement)).toBe(true)
    expect(await failures(page)).toEqual([])
    await page.getByRole('textbox', { name: 'Quality' }).fill('0')
    await page.getByText('It must be at least 1.').waitFor()
    await page.getByRole('textbox', { name: 'Quality' }).press('Enter')
    await page.getByRole('textbox', { name: 'Quality' }).fill('7')
    await to.fill('/elsewhere')
    await to.press('Enter')
    await page.getByRole('log').getByText('to /elsewhere at 7').waitFor()
    await page.getByRole('heading', { name: 'Run #1' }).waitFor()
    await page.goto(new URL(await placeOf(deck, 'Photos', 'settings'), page.url()).href)
    await ask.click()
    expect(await to.inputValue()).toBe('/library')
    await page.getByRole('button', { name: 'As last time' }).click()
    expect(await to.inputValue()).toBe('/elsewhere')
    await page.getByRole('button', { name: 'As set for the job' }).click()
    expect(await to.inputValue()).toBe('/library')
    await page.keyboard.press('Escape')
    await to.waitFor({ state: 'detached' })
  })

  test('do not start a run while one of them is half typed', async () => {
    const deck = await withScript()
    await deck.run('add', 'Free', 'free.js', '--param', 'extra=1')
    const page = await deck.window({}, await placeOf(deck, 'Free', 'settings'))
    await page.getByRole('button', { name: 'Run with parameters …' }).click()
    const options = page.getByRole('textbox', { name: 'Options' })
    await page.getByRole('button', { name: 'Remove extra' }).click()
    expect(await options.evaluate((field) => field === document.activeElement)).toBe(true)
    await options.fill('{"a": ')
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await expect.poll(() => options.evaluate((field) => field === document.activeElement)).toBe(true)
    await page.getByText('This is not JSON yet.').waitFor()
    await options.fill('{"a": 2}')
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.getByRole('log').getByText('"options":{"a":2}').waitFor()
    await page.getByRole('heading', { name: 'Run #1' }).waitFor()
  })

  test('are JSON where what it runs says nothing of them, and what is none is not sent', async () => {
    const deck = await WebDeck.serve()
    await deck.run('add', 'Plain', '--', 'sh', '-c', 'echo "got $JOBDECK_PARAM_NAME"')
    const page = await deck.window({}, await placeOf(deck, 'Plain', 'settings'))
    await page.getByRole('button', { name: 'Run with parameters …' }).click()
    await page.getByText('Parameters as JSON').click()
    const text = page.getByRole('textbox', { name: 'Parameters' })
    await text.fill('{"name": ')
    await page.getByText('This is not JSON yet.').waitFor()
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await text.fill('{"name": "me"}')
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.getByRole('log').getByText('got me').waitFor()
    await page.goto(new URL(await placeOf(deck, 'Plain', 'settings'), page.url()).href)
    await page.getByRole('button', { name: 'Run with parameters …' }).click()
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Run')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Run #2' }).waitFor()
  })
})
