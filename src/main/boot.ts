/** Puts the application together, once Electron is ready. */
import { join } from 'node:path'
import { Menu, app, dialog, session } from 'electron'
import { createBridge } from '../core/api.ts'
import { makeFolder } from '../core/disk.ts'
import { createEngine, type Engine } from '../core/engine.ts'
import { loginPath } from '../core/executors/login-path.ts'
import { foldersOf } from '../core/folders.ts'
import { listen } from '../core/socket.ts'
import { createClient, type Client } from '../shared/client.ts'
import { toFault } from '../shared/fault.ts'
import { serveContents } from './bridge.ts'
import { createKeeper } from './keeper.ts'
import { laterBridge } from './later.ts'
import { launcher } from './launcher.ts'
import { LINK_SCHEME, hashOf, linkIn, parseLink, type Shown } from './links.ts'
import { desktopLog, type Say } from './log.ts'
import { HIDDEN, opensAtLogin, setOpensAtLogin } from './login.ts'
import { createMemory, type Memory } from './memory.ts'
import { setMenu } from './menu.ts'
import { notifyOfRuns } from './notify.ts'
import { ORIGIN } from './pages.ts'
import type { Place } from './place.ts'
import { followPower } from './power.ts'
import { servePages } from './protocol.ts'
import { secureSession } from './session.ts'
import { createShutdown } from './shutdown.ts'
import { createTray, findTray } from './tray.ts'
import type { TrayAction } from './tray-menu.ts'
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
  setMenu({ logs, scripts: place.scripts, opensAtLogin, setOpensAtLogin })
  followCalls(window, hasTray)
  say('info', `Jobdeck ${app.getVersion()} (process ${process.pid}) opens ${place.deck}`)
  if (!hasTray || !process.argv.includes(HIDDEN)) show(window, linkIn(process.argv))
  try {
    const engine = await opening
    follow(await bridge, engine, { window, hasTray, say })
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
    launcher,
    listen: (engine) => listen(engine.folders.listen, createBridge(engine)),
  })
  makeFolder(place.scripts)
  return engine
}

interface Parts {
  window: MainWindow
  hasTray: boolean
  say: Say
}

/** From now on the window is not the only one that is told of what happens. */
function follow(
  bridge: ReturnType<typeof createBridge>,
  engine: Engine,
  { window, hasTray, say }: Parts,
): void {
  const client = createClient(bridge)
  followPower(() => engine.planning.wake(), say)
  notifyOfRuns(client, (run) => show(window, { run }))
  client.on('trouble', ({ fault }) => say(fault ? 'error' : 'info', fault?.message ?? 'Going on'))
  client.on('closed', ({ fault }) => {
    if (fault.code !== 'closed') void tellOfEnd(fault.message, say)
  })
  if (hasTray) {
    const act = (action: TrayAction) => actOnTray(action, client, window)
    createTray({ client, icons: RESOURCES, act, onTrouble: (thrown) => say('warn', toFault(thrown).message) })
  }
}

function actOnTray(action: TrayAction, client: Client, window: MainWindow): void {
  const target = { deck: true } as const
  switch (action.do) {
    case 'open':
      return show(window)
    case 'show':
      return show(window, { run: action.run })
    case 'pause':
      return void client.request('pauses.set', { target, until: action.until })
    case 'resume':
      return void client.request('pauses.end', { target })
    case 'quit':
      return app.quit()
  }
}

/** Whoever starts the application again, or follows a link, wants to see it. */
function followCalls(window: MainWindow, hasTray: boolean): void {
  app.on('second-instance', (_, args) => show(window, linkIn(args)))
  app.on('open-url', (event, link) => {
    event.preventDefault()
    show(window, parseLink(link))
  })
  app.on('activate', () => show(window))
  app.on('window-all-closed', () => {
    if (!hasTray) app.quit()
  })
  if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME)
}

function show(window: MainWindow, shown?: Shown): void {
  const { webContents } = window.show()
  if (shown) void webContents.loadURL(`${ORIGIN}/${hashOf(shown)}`)
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

/** At the first start: what is planned would otherwise not run after the next login. */
async function askToOpenAtLogin(memory: Memory, window: MainWindow): Promise<void> {
  const opened = window.current()
  if (memory.get().wasAskedToOpenAtLogin || !opened) return
  memory.keep({ wasAskedToOpenAtLogin: true })
  const { response } = await dialog.showMessageBox(opened, {
    type: 'question',
    message: 'Open Jobdeck when you log in?',
    detail: 'Jobs run by themselves only while Jobdeck is open. You can change this in the menu at any time.',
    buttons: ['Open at Login', 'Not Now'],
    defaultId: 0,
    cancelId: 1,
  })
  if (response !== 0) return
  setOpensAtLogin(true)
  const item = Menu.getApplicationMenu()?.getMenuItemById('login')
  if (item) item.checked = true
}

async function tellOfEnd(message: string, say: Say): Promise<void> {
  say('error', message)
  await dialog.showMessageBox({ type: 'error', message: 'Jobdeck has to end', detail: message })
  app.exit(1)
}
