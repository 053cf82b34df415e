import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
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
  /** It was never started here before, and asks what it asks then. */
  isFirst?: boolean
  /** The folder of another application than the one that was built; see `newerApplication`. */
  application?: string
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
  if (!launch.isFirst) wasStarted(launch.home)
  const app = await _electron.launch({
    executablePath: executable(launch.home),
    args: argumentsOf(launch, provided.application),
    env: environment(launch),
    chromiumSandbox: true,
    timeout: 30_000,
  })
  const program = app.process() // of one that has ended it cannot be asked any more
  onTestFinished(() => kill(program))
  return app
}

/** Starts the application and waits for its window. */
export async function openWindow(launch: Launch): Promise<Started> {
  const app = await startApplication(launch)
  const page = await app.firstWindow()
  await page.waitForLoadState('domcontentloaded')
  return { app, page, data: dataOf(launch.home) }
}

function wasStarted(home: string): void {
  const folders = [dataOf(home), join(dataOf(home), 'window')]
  if (existsSync(folders[1]!)) return
  for (const folder of folders) {
    mkdirSync(folder, { mode: 0o700, recursive: true })
    give(folder)
  }
  place(folders[1]!, 'window.json', JSON.stringify({ wasAskedToOpenAtLogin: true }))
}

/**
 * The built application as it will be once the database is changed by this SQL as well: what a database of today is to
 * it, an old one is to that of today.
 */
export function newerApplication(sql: string): string {
  if ('reason' in provided) throw new Error(provided.reason)
  const folder = profile()
  for (const part of ['package.json', 'out', 'resources'])
    cpSync(join(provided.application, part), join(folder, part), { recursive: true })
  symlinkSync(join(provided.application, 'node_modules'), join(folder, 'node_modules'))
  const code = join(folder, 'out/main')
  const file = join(
    code,
    readdirSync(code).find((name) => name.startsWith('migrate-'))!,
  )
  const [begin, end] = readFileSync(file, 'utf8').split('\n`];\n')
  writeFileSync(file, `${begin}\n\`, ${JSON.stringify(sql)}];\n${end!}`)
  return folder
}

/** The variables of a desktop that has a tray, as far as the application asks. */
export function withTray(home: string): Record<string, string> {
  const folder = join(home, 'bin')
  mkdirSync(folder)
  place(folder, 'gdbus', '#!/bin/sh\necho "(true,)"\n', 0o755)
  return { PATH: `${folder}:${process.env.PATH}` }
}

/** From now on, dialogs are answered with this button; what they say is gathered in the global `asked`. */
export const answerDialogs = (app: ElectronApplication, response: number): Promise<void> =>
  app.evaluate(({ dialog }, response) => {
    const said: string[] = ((globalThis as Record<string, unknown>).asked as string[]) ?? []
    Object.assign(globalThis, { asked: said })
    Object.assign(dialog, {
      showMessageBox: (...args: { message: string }[]) => {
        said.push(args.at(-1)!.message)
        return Promise.resolve({ response, checkboxChecked: false })
      },
    })
  }, response)

/** What dialogs have said since they are answered. */
export const dialogsOf = (app: ElectronApplication): Promise<string[]> =>
  app.evaluate(() => (globalThis as unknown as { asked: string[] }).asked)

/** What `startApplication` starts, for a test that starts it by itself. */
export function startCommand(launch: Launch): { file: string; args: string[]; env: Record<string, string> } {
  if ('reason' in provided) throw new Error(provided.reason)
  return {
    file: executable(launch.home),
    args: argumentsOf(launch, provided.application),
    env: environment(launch),
  }
}

const argumentsOf = ({ application, args = [] }: Launch, built: string): string[] => [
  application ?? built,
  ...args,
]

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
async function kill(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return
  const ended = once(program, 'exit')
  program.kill('SIGKILL')
  await ended
}
