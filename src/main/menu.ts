/** The menus of the application, as each system has them. */
import { Menu, app, shell, type MenuItemConstructorOptions } from 'electron'
import type { Desktop } from '../core/desktop.ts'

export interface MenuParts {
  logs: string
  scripts: string
  desktop: Desktop
}

export function setMenu(parts: MenuParts): void {
  const isMac = process.platform === 'darwin'
  const login: MenuItemConstructorOptions = {
    id: 'login',
    label: 'Open at Login',
    type: 'checkbox',
    checked: parts.desktop.settings().opensAtLogin,
    click: ({ checked }) => parts.desktop.configure({ opensAtLogin: checked }),
  }
  const folders: MenuItemConstructorOptions[] = [
    { label: 'Open Scripts Folder', click: () => void shell.openPath(parts.scripts) },
    { label: 'Show Logs', click: () => shell.showItemInFolder(parts.logs) },
  ]
  const ofMac: MenuItemConstructorOptions = {
    label: app.name,
    submenu: [
      { role: 'about' },
      { type: 'separator' },
      login,
      { type: 'separator' },
      { role: 'services' },
      { type: 'separator' },
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      { type: 'separator' },
      { role: 'quit' },
    ],
  }
  const file: MenuItemConstructorOptions = {
    label: isMac ? 'File' : '&File',
    submenu: [
      ...folders,
      { type: 'separator' },
      ...(isMac ? [] : [login, { type: 'separator' } as const]),
      { role: 'close' },
      ...(isMac ? [] : [{ role: 'quit' } as const]),
    ],
  }
  const view: MenuItemConstructorOptions = {
    label: isMac ? 'View' : '&View',
    submenu: [
      { role: 'reload' },
      { type: 'separator' },
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { type: 'separator' },
      { role: 'togglefullscreen' },
      ...(app.isPackaged ? [] : [{ role: 'toggleDevTools' } as const]),
    ],
  }
  const template = [
    ...(isMac ? [ofMac] : []),
    file,
    { role: 'editMenu' as const },
    view,
    { role: 'windowMenu' as const },
  ]
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
}
