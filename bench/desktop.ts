/**
 * The desktop application in a real Electron, against a bare window of the same one: how soon it can be used, on a large
 * deck and on an empty one; what it takes while nothing happens; a request through the bridge; lines of a log that are
 * written until they are seen.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { _electron, type ElectronApplication, type Page } from '@playwright/test'
import { openDisplay } from '../scripts/electron-runtime/display.ts'
import { provideRuntime } from '../scripts/electron-runtime/index.ts'
import { stageApplication } from '../scripts/electron-runtime/stage.ts'
import { makeDeck } from './decks.ts'
import { temporaryFolder } from './folder.ts'
import { inTurn, percentile, report } from './report.ts'

const EXECUTIONS = Number(process.env.JOBDECK_BENCH_EXECUTIONS ?? 1_000_000)
const ROUNDS = 5
const REQUESTS = 2000
const LINES = 100_000
/** For so long, in ms, an idle application is looked at. */
const IDLE = 15_000
/** Chromium refuses root its sandbox. */
const USER = process.getuid?.() === 0 ? 65_534 : undefined

const runtime = await provideRuntime()
const display = await openDisplay()
const staged = stageApplication(resolve(import.meta.dirname, '..'), runtime.sqlite)
const folder = temporaryFolder()
chmodSync(folder, 0o755)

const BARE = `
const { app, BrowserWindow, ipcMain } = require('electron')
app.setPath('userData', process.env.HOME + '/window')
ipcMain.handle('ping', (_, value) => value)
app.whenReady().then(() => {
  const window = new BrowserWindow({ webPreferences: { preload: __dirname + '/preload.js' } })
  window.loadFile(__dirname + '/index.html')
})
app.on('window-all-closed', () => app.quit())
`
const bare = join(folder, 'bare')
mkdirSync(bare)
writeFileSync(join(bare, 'package.json'), '{ "name": "bare", "version": "1.0.0", "main": "main.js" }')
writeFileSync(join(bare, 'main.js'), BARE)
writeFileSync(
  join(bare, 'preload.js'),
  `const { contextBridge, ipcRenderer } = require('electron')
contextBridge.exposeInMainWorld('bare', { ping: (value) => ipcRenderer.invoke('ping', value) })`,
)
writeFileSync(join(bare, 'index.html'), '<!doctype html><title>Bare</title><h1>Bare</h1>')

function give(path: string): string {
  if (USER !== undefined) chownSync(path, USER, USER)
  return path
}

function home(name: string): string {
  const path = join(folder, name)
  for (const each of [path, join(path, 'data'), join(path, 'data/window')]) {
    mkdirSync(each, { recursive: true, mode: 0o700 })
    give(each)
  }
  writeFileSync(join(path, 'data/window/window.json'), JSON.stringify({ wasAskedToOpenAtLogin: true }))
  give(join(path, 'data/window/window.json'))
  return path
}

async function start(application: string, at: string): Promise<{ app: ElectronApplication; page: Page }> {
  const program = join(at, 'start.sh')
  const as = USER === undefined ? '' : `setpriv --reuid=${USER} --regid=${USER} --clear-groups`
  writeFileSync(program, `#!/bin/sh\ncd "$HOME"\nexec ${as} "${runtime.executable}" "$@"\n`, { mode: 0o755 })
  const { NODE_OPTIONS: _, ...own } = process.env
  const app = await _electron.launch({
    executablePath: program,
    args: [application],
    chromiumSandbox: true,
    env: {
      ...(own as Record<string, string>),
      ...display.environment,
      HOME: at,
      JOBDECK_DATA: join(at, 'data'),
      XDG_CONFIG_HOME: '',
      XDG_CACHE_HOME: '',
      XDG_DATA_HOME: '',
      DBUS_SESSION_BUS_ADDRESS: '',
    },
  })
  return { app, page: await app.firstWindow() }
}

async function end(app: ElectronApplication): Promise<void> {
  const program = app.process()
  const ended = new Promise((done) => program.once('exit', done))
  program.kill('SIGKILL')
  await ended
}

/** From its start until it can be used, in ms. */
const startOf = (application: string, at: string) => async () => {
  const began = performance.now()
  const { app, page } = await start(application, at)
  await page.locator('[data-row], h1').first().waitFor()
  const time = performance.now() - began
  await end(app)
  return time
}

interface Taken {
  memory: number
  wakeups: number
}

async function whileIdle(app: ElectronApplication): Promise<Taken> {
  await wait(5000)
  await app.evaluate(({ app }) => void app.getAppMetrics()) // wake-ups are counted from here on
  await wait(IDLE)
  return app.evaluate(({ app }) => {
    const processes = app.getAppMetrics()
    return {
      memory: processes.reduce((sum, { memory }) => sum + memory.workingSetSize, 0) / 1024,
      wakeups: processes.reduce((sum, { cpu }) => sum + cpu.idleWakeupsPerSecond, 0),
    }
  })
}

/** How long each of so many requests took, one after the other, in ms. */
const askBare = (page: Page) =>
  page.evaluate(async (count) => {
    const { bare } = globalThis as unknown as { bare: { ping(value: unknown): Promise<unknown> } }
    const times: number[] = []
    for (let index = 0; index < count; index++) {
      const began = performance.now()
      await bare.ping({ job: 'abc', index })
      times.push(performance.now() - began)
    }
    return times
  }, REQUESTS)

const askDeck = (page: Page) =>
  page.evaluate(async (count) => {
    interface Channel {
      send(message: unknown): void
      receive(take: (message: { id: number }) => void): void
    }
    const { jobdeck } = globalThis as unknown as { jobdeck: Channel }
    const waiting = new Map<number, () => void>()
    jobdeck.receive(({ id }) => waiting.get(id)?.())
    const times: number[] = []
    for (let index = 0; index < count; index++) {
      const id = 1_000_000 + index
      const began = performance.now()
      await new Promise<void>((resolve) => {
        waiting.set(id, resolve)
        jobdeck.send({ id, type: 'request', name: 'pauses.list', input: {} })
      })
      times.push(performance.now() - began)
    }
    return times
  }, REQUESTS)

const empty = home('empty')
const large = home('large')
const bareHome = home('bare-home')
await makeDeck(join(large, 'data/jobdeck.db'), { executions: EXECUTIONS, lines: 0 })
if (USER !== undefined) spawnSync('chown', ['-R', `${USER}:${USER}`, join(large, 'data')])

try {
  const starts = await inTurn(ROUNDS, {
    large: startOf(staged, large),
    empty: startOf(staged, empty),
    bare: startOf(bare, bareHome),
  })
  report({
    name: `start of the application, deck of ${EXECUTIONS} runs`,
    value: starts.large,
    unit: 'ms',
    yardstick: 'an empty deck',
    yardstickValue: starts.empty,
    bar: 1.3,
    more: 'worse',
  })
  report({
    name: 'start of the application',
    value: starts.empty,
    unit: 'ms',
    yardstick: 'a bare window',
    yardstickValue: starts.bare,
  })

  const other = await start(bare, bareHome)
  const bareIdle = await whileIdle(other.app)
  const bareTimes = await askBare(other.page)
  await end(other.app)
  const own = await start(staged, empty)
  await own.page.locator('h1').waitFor()
  const idle = await whileIdle(own.app)
  const yardstick = 'a bare window'
  report({
    name: 'memory while idle',
    value: idle.memory,
    unit: 'MB',
    yardstick,
    yardstickValue: bareIdle.memory,
  })
  report({
    name: 'wake-ups while idle',
    value: idle.wakeups,
    unit: '/s',
    yardstick,
    yardstickValue: bareIdle.wakeups,
  })

  await countLines(own.page)
  const times = await askDeck(own.page)
  for (const at of [0.5, 0.99])
    report({
      name: `request through the bridge, p${at * 100}`,
      value: percentile(times, at),
      unit: 'ms',
      yardstick: 'a bare invoke',
      yardstickValue: percentile(bareTimes, at),
    })
  await end(own.app)
} finally {
  display.close()
  rmSync(staged, { recursive: true, force: true })
}

/** How many lines a second of a program reach the page, as fast as it writes. */
async function countLines(page: Page): Promise<void> {
  const program = join(empty, 'lines.sh')
  writeFileSync(program, `#!/bin/sh\nseq 1 ${LINES}\n`, { mode: 0o755 })
  give(program)
  const took = await page.evaluate(
    async ([file, lines]) => {
      interface Message {
        id: number
        type: string
        reply?: { data: { id: number }[] }
        batch?: { logs: { through: number }[] }
      }
      interface Channel {
        send(message: unknown): void
        receive(take: (message: Message) => void): void
      }
      const { jobdeck } = globalThis as unknown as { jobdeck: Channel }
      const began = performance.now()
      await new Promise<void>((resolve) => {
        jobdeck.receive(({ id, reply, batch }) => {
          if (id === 900_001)
            jobdeck.send({ id: 900_002, type: 'watch', what: { execution: reply!.data[0]!.id } })
          if (id !== 900_002) return
          jobdeck.send({ id, type: 'taken' })
          if ((batch?.logs.at(-1)?.through ?? 0) >= lines) resolve()
        })
        const job = { name: 'lines', handlers: [{ handler: { command: [file] } }], logLines: 1_000_000 }
        jobdeck.send({ id: 900_001, type: 'request', name: 'jobs.run', input: { job } })
      })
      return performance.now() - began
    },
    [program, LINES] as const,
  )
  report({ name: 'lines of a log that a window is told of', value: (LINES / took) * 1000, unit: '/s' })
}
