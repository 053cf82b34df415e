/** Long tasks (over 50 ms) and rows without a line in the window, while a log grows by 5,000 lines a second. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { chromium } from '@playwright/test'
import { findBrowser } from '../test/ui/support/find-browser.ts'
import { temporaryFolder } from './folder.ts'
import { report } from './report.ts'

/** How long it is looked at, in ms. */
const LOOKED_AT = 10_000
const RATE = 5000

const browser = findBrowser()
if ('missing' in browser) {
  console.error(`The window cannot be measured: ${browser.missing}.`)
  process.exit(0)
}

const folder = temporaryFolder()
const data = join(folder, 'data')
const command = (...args: string[]) => [
  join(import.meta.dirname, '../bin/jobdeck.js'),
  '--data',
  data,
  ...args,
]
const run = (...args: string[]) => spawnSync(process.execPath, command(...args), { encoding: 'utf8' }).stdout

const script = join(folder, 'flood.mjs')
writeFileSync(
  script,
  `export default async ({ info }) => {
  const began = Date.now()
  for (let line = 0; Date.now() - began < ${LOOKED_AT * 6}; ) {
    for (const due = ((Date.now() - began) * ${RATE}) / 1000; line < due; ) info('line ' + ++line + ' of a flood')
    await new Promise((go) => setTimeout(go, 10))
  }
}`,
)
const host = spawn(process.execPath, command('serve', '--web'), { stdio: ['ignore', 'pipe', 'ignore'] })
const output = createInterface({ input: host.stdout })
await once(output, 'line')
run('add', 'Flood', script)
run('start', 'Flood')

const launched = await chromium.launch({
  executablePath: browser.program,
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
})
const page = await launched.newPage()
await page.goto(run('open', '--print').trim())
await page.evaluate("location.hash = '#/runs/1'")
await page.locator('.log .line').first().waitFor()
await wait(2000) // what is done once, when the view opens, is not what is measured
await page.evaluate(`
  window.seen = { long: [], frames: 0, blank: 0 }
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) seen.long.push(duration)
  }).observe({ type: 'longtask' })
  const look = () => {
    const rows = [...document.querySelectorAll('.log .line')]
    seen.frames++
    if (!rows.some((row) => row.querySelector('time'))) seen.blank++
    requestAnimationFrame(look)
  }
  look()
`)
const lines = () => page.locator('.log .line').last().getAttribute('data-index').then(Number)
const before = await lines()
await wait(LOOKED_AT)
const seen = await page.evaluate<{ long: number[]; frames: number; blank: number }>('window.seen')
const grown = (await lines()) - before

report({ name: 'window, log that grows: lines a second', value: (grown / LOOKED_AT) * 1000, unit: 'lines/s' })
report({ name: 'window, log that grows: long tasks', value: seen.long.length, unit: `in ${LOOKED_AT} ms` })
report({ name: 'window, log that grows: longest task', value: Math.max(0, ...seen.long), unit: 'ms' })
report({
  name: 'window, log that grows: frames without a line',
  value: seen.blank,
  unit: `of ${seen.frames}`,
})
await launched.close()
run('stop', 'Flood')
host.kill('SIGTERM')
await once(host, 'exit')
process.exit()
