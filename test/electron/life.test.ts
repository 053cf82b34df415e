import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ElectronApplication } from '@playwright/test'
import { describe, expect, onTestFinished, vi } from 'vitest'
import { jobdeck, livingProcesses, uniqueSeconds } from '../support/cli.ts'
import {
  USER,
  answerDialogs,
  dialogsOf,
  openWindow,
  place,
  profile,
  startCommand,
  test,
  withTray,
} from '../support/electron.ts'
import { FINAL, deckOf } from '../support/page-client.ts'

const isVisible = (app: ElectronApplication) =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((window) => window.isVisible()))
const closeWindow = (app: ElectronApplication) =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.close())

/** Starts it a second time; resolves with its exit code. */
async function startAgain(home: string, args: string[] = []): Promise<number> {
  const { file, args: words, env } = startCommand({ home, args })
  const child = spawn(file, words, { env, stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [code] = (await once(child, 'exit')) as [number]
  return code
}

/** What the command line says of the runs of a deck that nobody has open. */
async function runsOf(data: string, home: string) {
  const as = USER === undefined ? {} : { user: USER, env: { HOME: home } }
  const { json } = await jobdeck(['--json', 'runs'], { data, ...as })
  return json().map(({ id, status }) => ({ id: id as number, status: status as string }))
}

test('a first start on an empty profile makes a deck, shows the window and asks about the login', async () => {
  const home = profile()
  const { app, page, data } = await openWindow({ home, isFirst: true })
  const deck = await deckOf(page)
  expect(await deck.request('jobs.list', {})).toEqual([])
  await vi.waitFor(async () => expect(await isVisible(app)).toEqual([true]))
  expect(existsSync(join(data, 'jobdeck.db'))).toBe(true)
  expect(readdirSync(data)).toContain('scripts')
  const { hosts, planner } = await deck.request('queue.get', {})
  expect(hosts.map(({ kind }) => kind)).toEqual(['desktop'])
  expect(planner).toBe(true)
  const remembered = () => JSON.parse(readFileSync(join(data, 'window/window.json'), 'utf8')) as object
  await vi.waitFor(() => expect(remembered()).toMatchObject({ wasAskedToOpenAtLogin: true }))
})

test('what is done in the window is said to be done by the window', async () => {
  const { page } = await openWindow({ home: profile() })
  const deck = await deckOf(page)
  await deck.request('jobs.save', { name: 'Made here', handlers: [{ handler: { command: ['true'] } }] })
  expect(await deck.request('trail.list', {})).toMatchObject([{ actor: 'window', jobName: 'Made here' }])
})

test('a second start shows the window of the first, and the run that its link names', async () => {
  const home = profile()
  const { app, page } = await openWindow({ home })
  await deckOf(page)
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.hide())
  expect(await startAgain(home, ['jobdeck://run/5'])).toBe(0)
  await page.waitForURL('app://jobdeck/#/runs/5')
  expect(await isVisible(app)).toEqual([true])
  expect(await startAgain(home, ['jobdeck://run/5/../6'])).toBe(0)
  expect(page.url()).toBe('app://jobdeck/#/runs/5')
})

describe('closing the window', () => {
  test('where there is a tray hides it, says so once, and jobs go on', async () => {
    const home = profile()
    const { app, page } = await openWindow({ home, env: withTray(home) })
    const deck = await deckOf(page)
    await answerDialogs(app, 0)
    const id = await deck.run({
      name: 'Long',
      handlers: [{ handler: { command: ['sleep', uniqueSeconds()] } }],
    })
    await deck.until(id, ['running'])
    await closeWindow(app)
    expect(await isVisible(app)).toEqual([false])
    expect((await deck.request('executions.status', { execution: String(id) })).status).toBe('running')
    expect(await startAgain(home)).toBe(0)
    await vi.waitFor(async () => expect(await isVisible(app)).toEqual([true]))
    await closeWindow(app)
    expect(await dialogsOf(app)).toEqual(['Jobdeck goes on in the background'])
  })

  test('where there is none is the end', async () => {
    const { app, page } = await openWindow({ home: profile() })
    await deckOf(page)
    const program = app.process()
    const ended = app.waitForEvent('close')
    await closeWindow(app)
    await ended
    expect(program.exitCode).toBe(0)
  })
})

describe('quitting while a job runs asks', () => {
  const start = async (home: string, command: string[]) => {
    const { app, page, data } = await openWindow({ home })
    const deck = await deckOf(page)
    const id = await deck.run({ name: 'Long', handlers: [{ handler: { command } }] })
    await deck.until(id, ['running'])
    return { app, deck, id, data }
  }
  const quit = (app: ElectronApplication) => app.evaluate(({ app }) => app.quit())

  test('and goes on if it is not to be', async () => {
    const { app, deck, id } = await start(profile(), ['sleep', uniqueSeconds()])
    await answerDialogs(app, 2)
    await quit(app)
    await vi.waitFor(async () => expect(await dialogsOf(app)).toEqual(['A job is running']))
    expect((await deck.request('executions.status', { execution: String(id) })).status).toBe('running')
    await quit(app)
    await vi.waitFor(async () => expect(await dialogsOf(app)).toHaveLength(2))
  })

  test('and stops it', async () => {
    const home = profile()
    const seconds = uniqueSeconds()
    const { app, id, data } = await start(home, ['sleep', seconds])
    await answerDialogs(app, 1)
    const ended = app.waitForEvent('close')
    await quit(app)
    await ended
    expect(livingProcesses(`sleep ${seconds}`)).toEqual([])
    expect(await runsOf(data, home)).toEqual([{ id, status: 'interrupted' }])
  })

  test('and waits for it', async () => {
    const home = profile()
    const text = `#!/bin/sh\nwhile [ ! -e "${home}/go" ]; do sleep 0.05; done\n`
    const { app, deck, id, data } = await start(home, [place(home, 'waits.sh', text, 0o755)])
    await answerDialogs(app, 0)
    const ended = app.waitForEvent('close')
    await quit(app)
    await vi.waitFor(async () => expect(await dialogsOf(app)).toHaveLength(1))
    expect((await deck.request('executions.status', { execution: String(id) })).status).toBe('running')
    place(home, 'go', '')
    await ended
    expect(await runsOf(data, home)).toEqual([{ id, status: 'completed' }])
  })

  test('but a signal, as at the end of a session, is not asked about', async () => {
    const home = profile()
    const { app, id, data } = await start(home, ['sleep', uniqueSeconds()])
    const ended = app.waitForEvent('close')
    process.kill(await app.evaluate(() => process.pid), 'SIGTERM')
    await ended
    expect(await runsOf(data, home)).toEqual([{ id, status: 'interrupted' }])
  })
})

test('after kill -9 nothing of a run is left, and the next start says that it was cut off', async () => {
  const home = profile()
  const seconds = uniqueSeconds()
  const first = await openWindow({ home })
  const deck = await deckOf(first.page)
  const code = `
    import { spawn } from 'node:child_process'
    export default async ({ setProgress }) => {
      spawn('setsid', ['sleep', '${seconds}'], { stdio: 'ignore' })
      setProgress(40)
      await new Promise(() => setInterval(() => {}, 1000))
    }`
  const handler = { file: place(home, 'lasting.mjs', code) }
  const id = await deck.run({ name: 'Lasting', mode: 'process', handlers: [{ handler }] })
  await deck.until(id, ['running'], 40)
  const ended = first.app.waitForEvent('close')
  process.kill(await first.app.evaluate(() => process.pid), 'SIGKILL')
  await ended
  expect(livingProcesses(`sleep ${seconds}`)).not.toEqual([])
  const second = await openWindow({ home })
  const again = await deckOf(second.page)
  expect(await again.until(id, FINAL)).toMatchObject({ status: 'interrupted', progress: 40 })
  await vi.waitFor(() => expect(livingProcesses(`sleep ${seconds}`)).toEqual([]))
})

test('a page that crashes is loaded again, and jobs go on meanwhile', async () => {
  const { app, page } = await openWindow({ home: profile() })
  const deck = await deckOf(page)
  const id = await deck.run({
    name: 'Long',
    handlers: [{ handler: { command: ['sleep', uniqueSeconds()] } }],
  })
  await deck.until(id, ['running'])
  const title = await app.evaluate(async ({ BrowserWindow }) => {
    const { webContents } = BrowserWindow.getAllWindows()[0]!
    const loaded = new Promise((resolve) => webContents.once('did-finish-load', () => resolve(undefined)))
    webContents.forcefullyCrashRenderer()
    await loaded
    return webContents.executeJavaScript('document.title') as Promise<string>
  })
  expect(title).toMatch(/Jobdeck$/)
  // The page that came after it is answered, in conversations of its own.
  const running = await app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]!.webContents.executeJavaScript(`new Promise((resolve) => {
      jobdeck.receive(({ id, reply }) => { if (id === 77) resolve(reply.data.running) })
      jobdeck.send({ id: 77, type: 'request', name: 'queue.get', input: {} })
    })`),
  )
  expect(running).toBe(1)
})
