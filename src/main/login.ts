/** Whether the application is opened with the login: by the system, or on Linux by a file of the desktop. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { app } from 'electron'
import { autostartEntry } from './autostart.ts'

/** Tells the application that nobody has asked for its window. */
export const HIDDEN = '--hidden'

const autostartFile = () =>
  join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'autostart', 'jobdeck.desktop')

export function opensAtLogin(): boolean {
  if (process.platform === 'linux') return existsSync(autostartFile())
  return app.getLoginItemSettings({ args: [HIDDEN] }).openAtLogin
}

/** @throws where the file cannot be written */
export function setOpensAtLogin(on: boolean): void {
  if (process.platform !== 'linux') return app.setLoginItemSettings({ openAtLogin: on, args: [HIDDEN] })
  const file = autostartFile()
  if (!on) return rmSync(file, { force: true })
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, autostartEntry(commandOf()))
}

/** How this very application is started again; an AppImage lies elsewhere than it runs. */
function commandOf(): string[] {
  const program = process.env.APPIMAGE ?? process.execPath
  return app.isPackaged ? [program, HIDDEN] : [program, app.getAppPath(), HIDDEN]
}
