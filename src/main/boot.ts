/** Puts the application together, once Electron is ready. */
import { join } from 'node:path'
import { app, session } from 'electron'
import { createBridge } from '../core/api.ts'
import { makeFolder } from '../core/disk.ts'
import { createEngine, type Engine } from '../core/engine.ts'
import { loginPath } from '../core/executors/login-path.ts'
import { foldersOf } from '../core/folders.ts'
import { listen } from '../core/socket.ts'
import { createClient, type Client } from '../shared/client.ts'
import { toFault } from '../shared/fault.ts'
import { follow, tellOfEnd } from './background.ts'
import { serveContents } from './bridge.ts'
import { askToOpenAtLogin, desktop } from './desktop-settings.ts'
import { createKeeper } from './keeper.ts'
import { laterBridge } from './later.ts'
import { launcher } from './launcher.ts'
import { LINK_SCHEME, linkIn, parseLink } from './links.ts'
import { desktopLog, type Say } from './log.ts'
import { HIDDEN } from './login.ts'
import { createMemory } from './memory.ts'
import { setMenu } from './menu.ts'
import type { Place } from './place.ts'
import { servePages } from './protocol.ts'
import { secureSession } from './session.ts'
import { createShutdown } from './shutdown.ts'
import { findTray } from './tray.ts'
import { createMainWindow, type MainWindow } from './window.ts'

const RESOURCES = join(import.meta.dirname, '../../resources')

export async function boot(place: Place): Promise<void> {
  const { say, file: logs } = desktopLog(foldersOf(place.deck).logs)
  const memory = createMemory(join(place.window, 'window.json'))
  // The page is loaded while the deck is opened: what it asks for is answered then.
  const opening = openDeck(place, say)
  const bridge = opening.then(createBridge)
  const shutdown = createShutdown({
    running: async () => countRuns(createClient(await bridge)),
    close: async (drainFor) => (await opening).close(drainFor),
    say,
  })
  const hasTray = await findTray()
  const window = createMainWindow({
    memory,
    say,
    icon: join(RESOURCES, 'icon.png'),
    hasTray: () => hasTray,
    isQuitting: shutdown.isQuitting,
    onContents: (contents) => serveContents(contents, laterBridge(bridge)),
  })
  servePages(join(import.meta.dirname, '../renderer'))
  secureSession(session.defaultSession)
  setMenu({ logs, scripts: place.scripts, desktop })
  followCalls(window, hasTray)
  say('info', `Jobdeck ${app.getVersion()} (process ${process.pid}) opens ${place.deck}`)
  if (!hasTray || !process.argv.includes(HIDDEN)) window.show(linkIn(process.argv))
  try {
    const engine = await opening
    follow(await bridge, engine, { window, hasTray, say, icons: RESOURCES })
    await askToOpenAtLogin(memory, window)
  } catch (thrown) {
    await tellOfEnd(toFault(thrown).message, say)
  }
}

/** The PATH of runs is that of a terminal, as what is started from a desktop has a poorer one. */
async function openDeck(place: Place, say: Say): Promise<Engine> {
  const login = await loginPath()
  say('info', login.message)
  const engine = await createEngine({
    file: place.deck,
    kind: 'desktop',
    scripts: place.scripts,
    path: login.path,
    pathFrom: login.message,
    keeper: createKeeper(say),
    desktop,
    launcher,
    listen: (engine) => listen(engine.folders.listen, createBridge(engine)),
  })
  makeFolder(place.scripts)
  return engine
}

/** Whoever starts the application again, or follows a link, wants to see it. */
function followCalls(window: MainWindow, hasTray: boolean): void {
  app.on('second-instance', (_, args) => window.show(linkIn(args)))
  app.on('open-url', (event, link) => {
    event.preventDefault()
    window.show(parseLink(link))
  })
  app.on('activate', () => window.show())
  app.on('window-all-closed', () => {
    if (!hasTray) app.quit()
  })
  if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME)
}

/** Daemons never end by themselves: they are not waited for. */
async function countRuns(client: Client): Promise<number> {
  const running = await client.request('executions.list', {
    statuses: ['initializing', 'running'],
    limit: 1000,
  })
  const daemons = await client.request('jobs.list', { schedules: ['daemon'], statuses: ['running'] })
  const kept = new Set(daemons.map(({ id }) => id))
  return running.filter(({ jobId }) => !kept.has(jobId)).length
}
