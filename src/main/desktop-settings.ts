/** What is set of the application itself: its window and its menu show the same. */
import { Menu, dialog } from 'electron'
import type { Desktop } from '../core/desktop.ts'
import { opensAtLogin, setOpensAtLogin } from './login.ts'
import type { Memory } from './memory.ts'
import type { MainWindow } from './window.ts'

export const desktop: Desktop = {
  settings: () => ({ opensAtLogin: opensAtLogin() }),
  configure({ opensAtLogin: on }) {
    if (on === undefined) return
    setOpensAtLogin(on)
    const item = Menu.getApplicationMenu()?.getMenuItemById('login')
    if (item) item.checked = on
  },
}

/** At the first start: what is planned would otherwise not run after the next login. */
export async function askToOpenAtLogin(memory: Memory, window: MainWindow): Promise<void> {
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
  if (response === 0) desktop.configure({ opensAtLogin: true })
}
