/** The boot order of the desktop application, and nothing else. */
import { app } from 'electron'
import { makeFolder } from '../core/disk.ts'
import { boot } from './boot.ts'
import { placeOf } from './place.ts'
import { registerScheme } from './protocol.ts'
import { secureAllContents } from './session.ts'

const place = placeOf()
makeFolder(place.window)
app.setPath('userData', place.window)

// Before the deck is opened: of two applications on one deck, the second shows the window of the first.
if (app.requestSingleInstanceLock()) {
  // Both only before Electron is ready, which it is not before this file has run to its end.
  registerScheme()
  app.enableSandbox()
  secureAllContents()
  void app.whenReady().then(() => boot(place))
} else {
  app.exit(0)
}
