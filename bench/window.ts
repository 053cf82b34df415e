/**
 * The window in a real Chromium: how soon it shows something on a large deck against an empty one; and whether it
 * stutters, or shows rows that are empty, while a log grows fast and while many jobs scroll by.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { chromium, type Browser, type Page } from '@playwright/test'
import { findBrowser } from '../test/ui/support/find-browser.ts'
import { makeDeck } from './decks.ts'
import { temporaryFolder } from './folder.ts'
import { inTurn, report } from './report.ts'

const EXECUTIONS = Number(process.env.JOBDECK_BENCH_EXECUTIONS ?? 1_000_000)
const JOBS = 10_000
const ROUNDS = 7
/** Lines a second, and for so many seconds. */
const FLOOD = 5000
const SECONDS = 8

const PROGRAM = join(import.meta.dirname, '../bin/jobdeck.js')

const found = findBrowser()
if ('missing' in found) {
  console.error(found.missing)
  process.exit(1)
}
const browser = await chromium.launch({
  executablePath: found.program,
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
})
const serving: ChildProcess[] = []

function command(data: string, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [PROGRAM, '--data', data, ...args], { stdio: ['ignore', 'pipe', 'ignore'] })
}

async function outputOf(data: string, ...args: string[]): Promise<string> {
  const child = command(data, ...args)
  let text = ''
  child.stdout!.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number]
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${text}`)
  return text.trim()
}

/** Keeps a deck open with its window. */
async function serve(data: string): Promise<void> {
  const child = command(data, 'serve', '--web')
  serving.push(child)
  for await (const line of createInterface({ input: child.stdout! })) if (/token=/.test(line)) break
}

/** A window of the deck that was let in, which counts what is asked of it from its first script on. */
async function open(browser: Browser, data: string, place = ''): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  await page.addInitScript(() => {
    const counts = { longTasks: 0, longest: 0, frames: 0, blank: 0, looks: 0 }
    Object.assign(globalThis, { counts })
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        counts.longTasks++
        counts.longest = Math.max(counts.longest, duration)
      }
    }).observe({ type: 'longtask' })
    const request = globalThis.requestAnimationFrame.bind(globalThis)
    globalThis.requestAnimationFrame = (callback) => {
      counts.frames++
      return request(callback)
    }
  })
  await page.goto(await outputOf(data, 'open', '--print'))
  if (place) await page.evaluate((hash) => (location.hash = hash), place)
  return page
}

interface Counts {
  longTasks: number
  longest: number
  frames: number
  blank: number
  looks: number
}

const countsOf = (page: Page) =>
  page.evaluate(() => ({ ...(globalThis as unknown as { counts: Counts }).counts }))
const countAnew = (page: Page) =>
  page.evaluate(() =>
    Object.assign((globalThis as unknown as { counts: Counts }).counts, {
      longTasks: 0,
      longest: 0,
      frames: 0,
    }),
  )

/** Looks at each frame from now on whether the box has a place in sight in which no row is. */
const watchRows = (page: Page, box: string, row: string) =>
  page.evaluate(
    ([boxName, rowName]) => {
      const { counts } = globalThis as unknown as { counts: Counts }
      const place = document.querySelector(boxName!)!
      const look = () => {
        counts.looks++
        const { top, bottom } = place.getBoundingClientRect()
        const rows = [...place.querySelectorAll(rowName!)].map((each) => each.getBoundingClientRect())
        const middle = [top + 60, (top + bottom) / 2, bottom - 40]
        const content = place.scrollHeight > place.clientHeight
        if (content && middle.some((y) => !rows.some((each) => each.top <= y && each.bottom >= y)))
          counts.blank++
        setTimeout(() => requestAnimationFrame(look))
      }
      look()
    },
    [box, row],
  )

const folder = temporaryFolder()
const empty = join(folder, 'empty')
const small = join(folder, 'small')
const large = join(folder, 'large')
const many = join(folder, 'many')
for (const data of [empty, small, large, many]) mkdirSync(data)
await makeDeck(join(small, 'jobdeck.db'), { executions: 100, lines: 0 })
await makeDeck(join(large, 'jobdeck.db'), { executions: EXECUTIONS, lines: 0 })
writeFileSync(
  join(many, 'jobs.json'),
  JSON.stringify({
    jobdeck: 1,
    jobs: Array.from({ length: JOBS }, (_, index) => ({
      name: `Job ${index}`,
      category: `folder ${index % 500}`,
      handlers: [{ handler: { shell: 'true' } }],
      schedule: { cron: `${index % 60} 3 * * *` },
    })),
  }),
)
await outputOf(many, 'import', join(many, 'jobs.json'))
await outputOf(
  empty,
  'add',
  'flood',
  '--',
  process.execPath,
  '-e',
  `let n = 0; const t = setInterval(() => { for (let i = 0; i < ${FLOOD / 20}; i++) console.log('line ' + n++ + ' of the flood'); if (n >= ${FLOOD * SECONDS}) clearInterval(t) }, 50)`,
)
try {
  for (const data of [empty, small, large, many]) await serve(data)

  /** Until the first rows are there, in ms from when the page was asked for. */
  const startOf = (data: string) => async () => {
    const page = await open(browser, data, '#/jobs')
    await page.locator('[data-row]').first().waitFor()
    const time = await page.evaluate(() => performance.now())
    await page.context().close()
    return time
  }
  const start = await inTurn(ROUNDS, { large: startOf(large), small: startOf(small) })
  report({
    name: `first rows of the window, deck of ${EXECUTIONS} runs`,
    value: start.large,
    unit: 'ms',
    yardstick: 'a deck of as many jobs with one run each',
    yardstickValue: start.small,
    bar: 1.3,
    more: 'worse',
  })

  const flooded = await open(browser, empty, '#/jobs')
  await outputOf(empty, 'start', 'flood')
  await flooded.evaluate(() => (location.hash = '#/runs/1'))
  await flooded.getByRole('log').waitFor()
  await watchRows(flooded, '[role=log]', '[data-line], .line')
  await countAnew(flooded)
  await flooded.locator('header [data-state=completed]').waitFor({ timeout: 60_000 })
  tell(`while a log grows by ${FLOOD} lines a second`, await countsOf(flooded))
  await flooded.context().close()

  const scrolled = await open(browser, many, '#/jobs')
  await scrolled.locator('[data-row]').first().waitFor()
  await watchRows(scrolled, '.table', '[data-row]')
  await scrolled.mouse.move(700, 400)
  await wait(500)
  await countAnew(scrolled)
  for (let step = 0; step < 150; step++) await scrolled.mouse.wheel(0, 700)
  tell(`while ${JOBS} jobs scroll`, await countsOf(scrolled))
  await scrolled.context().close()

  const idle = await open(browser, empty, '#/jobs')
  await idle.locator('[data-row]').first().waitFor()
  await wait(2000)
  await countAnew(idle)
  await wait(10_000)
  const { frames } = await countsOf(idle)
  report({ name: 'frames that an idle window asks for in 10 s', value: frames, unit: '' })
} finally {
  for (const child of serving) child.kill('SIGTERM')
  await browser.close()
}

function tell(when: string, { longTasks, longest, blank, looks }: Counts): void {
  report({
    name: `long tasks ${when}`,
    value: longTasks,
    unit: `over 50 ms, the longest ${Math.round(longest)} ms`,
  })
  report({ name: `looks at which a row was missing ${when}`, value: blank, unit: `of ${looks}` })
}
