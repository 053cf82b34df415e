/** The icon in the tray, and its menu, which follows what runs. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { Menu, Tray, nativeImage, type MenuItemConstructorOptions } from 'electron'
import type { Client } from '../shared/client.ts'
import {
  iconOf,
  menuOf,
  tooltipOf,
  type TrayAction,
  type TrayIcon,
  type TrayLine,
  type TrayState,
} from './tray-menu.ts'

/** The menu is made anew at most this often, in ms. */
const INTERVAL = 1000
const NEXT = 5

export interface TrayParts {
  client: Client
  /** The folder of the icons. */
  icons: string
  act(action: TrayAction): void
  onTrouble(thrown: unknown): void
}

/** Puts the icon into the tray, and keeps it true; returns the function that takes it away. */
export function createTray({ client, icons, act, onTrouble }: TrayParts): () => void {
  const tray = new Tray(imageOf(icons, 'idle'))
  tray.on('click', () => {
    // Where a click opens the menu already, it should do nothing else.
    if (process.platform === 'win32') act({ do: 'open' })
  })
  let timer: NodeJS.Timeout | undefined
  let last = ''

  async function look(): Promise<void> {
    const state = await stateOf(client)
    if (tray.isDestroyed()) return
    const lines = menuOf(state)
    const shown = JSON.stringify([iconOf(state), tooltipOf(state), lines])
    if (shown === last) return
    last = shown
    tray.setImage(imageOf(icons, iconOf(state)))
    tray.setToolTip(tooltipOf(state))
    tray.setContextMenu(Menu.buildFromTemplate(lines.map((line) => itemOf(line, act))))
  }
  const soon = () => {
    timer ??= setTimeout(() => {
      timer = undefined
      look().catch(onTrouble)
    }, INTERVAL)
  }
  const stop = [
    client.watch({ executions: true }, soon),
    client.watch({ jobs: {} }, soon),
    client.on('changed', soon),
  ]
  look().catch(onTrouble)
  return () => {
    for (const end of stop) end()
    clearTimeout(timer)
    tray.destroy()
  }
}

async function stateOf(client: Client): Promise<TrayState> {
  const [queue, running, planned, failed, { pinned }] = await Promise.all([
    client.request('queue.get', {}),
    client.request('executions.list', { statuses: ['running'], limit: 10 }),
    client.request('jobs.list', { sort: 'nextRun', limit: NEXT }),
    client.request('jobs.count', { statuses: ['failed'] }),
    client.request('deck.settings', {}),
  ])
  const found = await Promise.all(
    pinned.map((job) => client.request('jobs.get', { job }).catch(() => undefined)),
  )
  const pause = queue.pauses.find(({ target }) => target === 'deck')
  return {
    running,
    count: queue.running,
    next: planned.flatMap(({ name, next }) => (next ? [{ name, dueAt: next.dueAt }] : [])),
    pinned: found.filter((job) => job !== undefined), // one that was removed is offered no more
    pause: pause && { until: pause.pausedUntil },
    failing: failed.count,
    now: Date.now(),
  }
}

const itemOf = (line: TrayLine, act: (action: TrayAction) => void): MenuItemConstructorOptions => {
  if (line === 'separator') return { type: 'separator' }
  const { label, action } = line
  return action ? { label, click: () => act(action) } : { label, enabled: false }
}

/** On macOS the system colours them itself. */
function imageOf(folder: string, icon: TrayIcon): Electron.NativeImage {
  const suffix = process.platform === 'darwin' ? 'Template' : ''
  const image = nativeImage.createFromPath(join(folder, `tray-${icon}${suffix}.png`))
  image.setTemplateImage(process.platform === 'darwin')
  return image
}

/** Who shows the icons of others on Linux; without, an icon is nowhere. */
const WATCHER = 'org.kde.StatusNotifierWatcher'

/** Whether there is a tray to hide in. Electron does not tell: on Linux the bus of the session is asked. */
export function findTray(platform = process.platform): Promise<boolean> {
  if (platform !== 'linux') return Promise.resolve(true)
  const bus = ['--dest', 'org.freedesktop.DBus', '--object-path', '/org/freedesktop/DBus']
  const question = ['call', '--session', ...bus, '--method', 'org.freedesktop.DBus.NameHasOwner', WATCHER]
  return new Promise((resolve) => {
    execFile('gdbus', question, { timeout: 2000 }, (error, answer) =>
      resolve(!error && answer.includes('true')),
    )
  })
}
