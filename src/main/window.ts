/** The one window: opened where it stood, hidden when it is closed, and opened again when its page has crashed. */
import { join } from 'node:path'
import { app, BrowserWindow, dialog, screen, type WebContents } from 'electron'
import { SMALLEST, boundsWithin } from './bounds.ts'
import { hashOf, type Shown } from './links.ts'
import type { Say } from './log.ts'
import type { Memory } from './memory.ts'
import { ORIGIN } from './pages.ts'

/** A page that crashes so often within this time, in ms, is not loaded again without being asked. */
const CRASHES = 3
const CRASH_WINDOW = 60_000

export interface WindowParts {
  memory: Memory
  say: Say
  icon: string
  /** Whether there is a tray, so that a hidden window can be shown again. */
  hasTray(): boolean
  /** Whether the application is on its way out: then the window closes. */
  isQuitting(): boolean
  /** Told of each page that is made, before it is loaded. */
  onContents(contents: WebContents): void
}

export type MainWindow = ReturnType<typeof createMainWindow>

export function createMainWindow(parts: WindowParts) {
  const { memory, say } = parts
  let window: BrowserWindow | undefined

  function open(): BrowserWindow {
    const displays = screen.getAllDisplays().map(({ workArea }) => workArea)
    const opened = new BrowserWindow({
      ...boundsWithin(memory.get().bounds, displays),
      minWidth: SMALLEST.width,
      minHeight: SMALLEST.height,
      title: 'Jobdeck',
      icon: parts.icon,
      show: false,
      webPreferences: {
        preload: join(import.meta.dirname, '../preload/index.cjs'),
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        nodeIntegrationInSubFrames: false,
        nodeIntegrationInWorker: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        experimentalFeatures: false,
        webviewTag: false,
        navigateOnDragDrop: false,
        spellcheck: false,
      },
    })
    window = opened
    if (memory.get().isMaximized) opened.maximize()
    opened.once('ready-to-show', () => opened.show())
    opened.on('close', (event) => {
      memory.keep({ bounds: opened.getNormalBounds(), isMaximized: opened.isMaximized() })
      if (parts.isQuitting()) return
      event.preventDefault()
      // Where it could not be shown again it is not hidden: then this is the end, which may be asked about.
      if (!parts.hasTray()) return app.quit()
      opened.hide()
      void tellOfTray()
    })
    opened.once('closed', () => (window = undefined))
    parts.onContents(opened.webContents)
    reloadAfterCrash(opened)
    void load(opened)
    return opened
  }

  async function load(opened: BrowserWindow): Promise<void> {
    await opened
      .loadURL(`${ORIGIN}/`)
      .catch((thrown: unknown) => say('error', `The page cannot be loaded: ${String(thrown)}`))
  }

  function reloadAfterCrash(opened: BrowserWindow): void {
    let crashes: number[] = []
    opened.webContents.on('render-process-gone', (_, { reason }) => {
      if (reason === 'clean-exit' || parts.isQuitting()) return
      say('error', `The page of the window ended (${reason}); jobs go on`)
      const now = performance.now()
      crashes = [...crashes.filter((at) => at > now - CRASH_WINDOW), now]
      void (crashes.length < CRASHES ? load(opened) : askToReload(opened, reason))
    })
    opened.on('unresponsive', () => say('warn', 'The page of the window does not answer'))
  }

  async function askToReload(opened: BrowserWindow, reason: string): Promise<void> {
    const { response } = await dialog.showMessageBox(opened, {
      type: 'error',
      message: 'The window keeps crashing',
      detail: `Your jobs go on. The reason that was given: ${reason}.`,
      buttons: ['Try again', 'Close the window'],
    })
    if (opened.isDestroyed()) return
    if (response === 0) await load(opened)
    else opened.destroy()
  }

  async function tellOfTray(): Promise<void> {
    if (memory.get().wasToldOfTray) return
    memory.keep({ wasToldOfTray: true })
    await dialog.showMessageBox({
      type: 'info',
      message: 'Jobdeck goes on in the background',
      detail: 'Jobs run as planned. Open the window again from the icon in the tray, and quit Jobdeck there.',
      buttons: ['OK'],
    })
  }

  return {
    /** The window as it is; undefined where it is closed. */
    current: (): BrowserWindow | undefined => window,

    /** Opens it, or brings it to the front. @param shown what is to be seen in it; else what was */
    show(shown?: Shown): void {
      const there = window
      const opened = there ?? open()
      if (there) {
        if (there.isMinimized()) there.restore()
        there.show()
        there.focus()
        app.focus({ steal: true })
      }
      if (shown) void opened.webContents.loadURL(`${ORIGIN}/${hashOf(shown)}`)
    },
  }
}
