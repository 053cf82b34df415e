/**
 * How the main views look, pixel by pixel within a tolerance, in the environment that the pictures were made in; elsewhere
 * letters have other shapes, and nothing can be said. `JOBDECK_UPDATE_SNAPSHOTS=1` makes them anew: look at them then.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Page } from '@playwright/test'
import pixelmatch from 'pixelmatch'
import { PNG } from 'pngjs'
import { describe, expect, test } from 'vitest'
import { WebDeck, withoutBrowser } from './support/window.ts'

const FOLDER = resolve(import.meta.dirname, 'snapshots')
const ENVIRONMENT = join(FOLDER, 'environment.json')
const IS_UPDATE = process.env.JOBDECK_UPDATE_SNAPSHOTS === '1'
/** How far the colour of a pixel may be off, 0 to 1, and which part of all pixels may be. */
const THRESHOLD = 0.2
const TOLERANCE = 0.005

/** What differs from run to run: times, how long things took, sizes, numbers of processes. */
const CHANGING = 'time, .took, .spark, canvas, .foot, .facts, [data-changing], .uplot, .now-strip'

interface Environment {
  browser: string
  font: string
}

const fontOf = (name: string): string => {
  try {
    return execFileSync('fc-match', [name], { encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}

async function environmentOf(page: Page): Promise<Environment> {
  const browser = page.context().browser()!.version().split('.')[0]!
  return { browser, font: `${fontOf('system-ui')}; ${fontOf('monospace')}` }
}

/** What is different where the pictures cannot be compared; empty where they can. */
function strange(here: Environment): string {
  if (IS_UPDATE) return ''
  const there = JSON.parse(readFileSync(ENVIRONMENT, 'utf8')) as Environment
  const differs = (Object.keys(here) as (keyof Environment)[]).filter((key) => here[key] !== there[key])
  return differs.map((key) => `${key} is ${here[key]}, and was ${there[key]}`).join('; ')
}

async function compare(page: Page, name: string): Promise<void> {
  await page.evaluate('document.fonts.ready')
  const shown = await page.screenshot({
    animations: 'disabled',
    caret: 'hide',
    mask: [page.locator(CHANGING)],
    maskColor: '#888888',
  })
  const file = join(FOLDER, `${name}.png`)
  if (IS_UPDATE) {
    mkdirSync(FOLDER, { recursive: true })
    writeFileSync(file, shown)
    return
  }
  const [is, was] = [PNG.sync.read(shown), PNG.sync.read(readFileSync(file))]
  expect([name, is.width, is.height]).toEqual([name, was.width, was.height])
  const difference = new PNG({ width: is.width, height: is.height })
  const count = pixelmatch(is.data, was.data, difference.data, is.width, is.height, { threshold: THRESHOLD })
  const part = count / (is.width * is.height)
  if (part > TOLERANCE) {
    const out = join(FOLDER, 'differing')
    mkdirSync(out, { recursive: true })
    writeFileSync(join(out, `${name}.png`), shown)
    writeFileSync(join(out, `${name}-difference.png`), PNG.sync.write(difference))
  }
  expect(part, `${name} looks otherwise: see ${join(FOLDER, 'differing')}`).toBeLessThanOrEqual(TOLERANCE)
}

describe.skipIf(withoutBrowser)('the main views look as they did', () => {
  test.each(['light', 'dark'] as const)('in %s colours', async (colorScheme) => {
    const deck = await WebDeck.serve()
    const page = await deck.window({ colorScheme })
    const here = await environmentOf(page)
    const otherwise = strange(here)
    if (otherwise) return console.log(`Pictures are not compared: ${otherwise}`)
    await page.getByRole('button', { name: 'Add Countdown' }).waitFor()
    await compare(page, `first-start-${colorScheme}`)

    mkdirSync(join(deck.data, 'scripts'), { recursive: true })
    await deck.write('scripts/hello.sh', '#!/bin/sh\necho hello\n')
    await deck.write(
      'scripts/photos.sh',
      '#!/bin/sh\n# /// script\n# [tool.jobdeck]\n# title = "Photos"\n# ///\necho 1\n',
    )
    await deck.run('trust', 'photos.sh')
    await deck.run('add', 'Nightly backup', '--category', 'home/disk', '--cron', '0 3 * * *', '--', 'true')
    await deck.run('add', 'Photos', '--category', 'home', '--every', '1d', 'photos.sh')
    await deck.run('add', 'Report', '--directory', '/', '--', 'sh', '-c', 'echo one; echo two >&2; exit 3')
    await deck.run('disable', 'Photos')
    await deck.run('start', 'Report')
    const jobs = (await deck.run('list', '--json')).trim().split('\n')
    const { id } = jobs
      .map((line) => JSON.parse(line) as { id: string; name: string })
      .find(({ name }) => name === 'Report')!
    await page.locator('.foot .next').waitFor()
    for (const [name, place, wanted] of [
      ['jobs', '#/jobs', page.locator('.spark')],
      ['run', '#/runs/1', page.getByText('Environment:')],
      ['job-settings', `#/jobs/${id}/settings`, page.getByText('Made')],
      ['editor', '#/new-job', page.getByText('photos.sh')],
      ['scripts', '#/scripts', page.getByText('hello.sh')],
      ['logs', '#/logs', page.getByRole('heading', { name: 'Logs' })],
      ['settings', '#/settings', page.getByLabel('Runs kept of each job')],
    ] as const) {
      await page.goto(page.url().split('#')[0] + place)
      await wanted.first().waitFor()
      await compare(page, `${name}-${colorScheme}`)
    }
    if (IS_UPDATE) writeFileSync(ENVIRONMENT, `${JSON.stringify(here, undefined, 2)}\n`)
  })
})
