import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, type ElectronApplication, type Page } from '@playwright/test'
import { inject, onTestFinished, test as base } from 'vitest'

/** Whom the application runs as where the tests are root's: Chromium refuses root its sandbox. */
export const USER = process.getuid?.() === 0 ? 65_534 : undefined

const provided = inject('electron')

/** A test in a real window; skipped, with the reason, where there is none to be had. */
export const test = base.extend<{ window: void }>({
  window: [
    async ({ skip }, use) => {
      if ('reason' in provided) skip(provided.reason)
      await use()
    },
    { auto: true },
  ],
})

/** A folder of the test's own in which the application may write. */
export function profile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'jobdeck-window-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  give(folder)
  return folder
}

/** Makes it the application's. */
export function give(path: string): string {
  if (USER !== undefined) chownSync(path, USER, USER)
  return path
}

/** A file that the application may read. */
export function place(folder: string, name: string, content: string, mode = 0o644): string {
  const path = join(folder, name)
  writeFileSync(path, content, { mode })
  return give(path)
}

export interface Launch {
  /** Where the deck lies, and all that the window keeps; see `profile`. */
  home: string
  env?: Record<string, string>
  args?: string[]
}

export interface Started {
  app: ElectronApplication
  page: Page
  data: string
}

/** Where the deck of a profile lies. */
export const dataOf = (home: string) => join(home, 'data')

/** Starts the application; it is ended when the test has finished. */
export async function startApplication(launch: Launch): Promise<ElectronApplication> {
  if ('reason' in provided) throw new Error(provided.reason)
  const app = await _electron.launch({
    executablePath: executable(launch.home),
    args: [provided.application, ...(launch.args ?? [])],
    env: environment(launch),
    chromiumSandbox: true,
    timeout: 30_000,
  })
  onTestFinished(() => kill(app))
  return app
}

/** Starts the application and waits for its window. */
export async function openWindow(launch: Launch): Promise<Started> {
  const app = await startApplication(launch)
  const page = await app.firstWindow()
  await page.waitForLoadState('domcontentloaded')
  return { app, page, data: dataOf(launch.home) }
}

/** What `startApplication` starts, for a test that starts it by itself. */
export function startCommand(launch: Launch): { file: string; args: string[]; env: Record<string, string> } {
  if ('reason' in provided) throw new Error(provided.reason)
  return {
    file: executable(launch.home),
    args: [provided.application, ...(launch.args ?? [])],
    env: environment(launch),
  }
}

function environment({ home, env }: Launch): Record<string, string> {
  const { NODE_OPTIONS: _, ...own } = process.env
  const display = 'display' in provided ? provided.display : {}
  return {
    ...(own as Record<string, string>),
    ...display,
    HOME: home,
    JOBDECK_DATA: dataOf(home),
    ...XDG,
    ...env,
  }
}

/** Nothing of the one who runs the tests. */
const XDG = {
  XDG_CONFIG_HOME: '',
  XDG_CACHE_HOME: '',
  XDG_DATA_HOME: '',
  DBUS_SESSION_BUS_ADDRESS: '',
  LC_ALL: 'C.UTF-8',
}

/** The runtime, or for root a program that takes its place as another user. */
function executable(home: string): string {
  if ('reason' in provided) throw new Error(provided.reason)
  if (USER === undefined) return provided.executable
  mkdirSync(home, { recursive: true })
  const file = join(home, 'start.sh')
  const as = `setpriv --reuid=${USER} --regid=${USER} --clear-groups`
  writeFileSync(file, `#!/bin/sh\ncd "$HOME"\nexec ${as} "${provided.executable}" "$@"\n`)
  chmodSync(file, 0o755)
  return file
}

/** However it is; it may have ended already. */
async function kill(app: ElectronApplication): Promise<void> {
  const ended = app.process()
  if (ended.exitCode !== null || ended.signalCode !== null) return
  const closed = new Promise((resolve) => ended.once('exit', resolve))
  ended.kill('SIGKILL')
  await closed
}
