/** The desktop application's boot order. For now a window; the engine moves in with the desktop issue. */
import { join } from 'node:path'
import { app, BrowserWindow } from 'electron'

await app.whenReady()
const window = new BrowserWindow({
  width: 960,
  height: 640,
  webPreferences: { preload: join(import.meta.dirname, '../preload/index.cjs') },
})
await window.loadFile(join(import.meta.dirname, '../renderer/index.html'))
app.on('window-all-closed', () => app.quit())
