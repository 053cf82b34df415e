import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** What there is on a machine to open a page with. */
export interface Desktop {
  platform: NodeJS.Platform
  environment: Record<string, string | undefined>
  /** Whether a program of that name is on the PATH. */
  has: (program: string) => boolean
}

/** Whether windows can be shown here. */
export const hasDisplay = ({ platform, environment }: Omit<Desktop, 'has'>): boolean =>
  platform === 'win32' || platform === 'darwin'
    ? environment.SSH_CONNECTION === undefined
    : Boolean(environment.DISPLAY || environment.WAYLAND_DISPLAY)

/** The command that opens an address in the browser of the user; undefined where there is no display, or none. */
export function browserCommand(desktop: Desktop, address: string): [string, ...string[]] | undefined {
  if (!hasDisplay(desktop)) return undefined
  if (desktop.platform === 'darwin') return ['open', address]
  if (desktop.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', address]
  return desktop.has('xdg-open') ? ['xdg-open', address] : undefined
}

/** Opens the address where that is possible; whether it is being tried. */
export function openBrowser(address: string): boolean {
  const command = browserCommand({ platform: process.platform, environment: process.env, has }, address)
  if (!command) return false
  const [program, ...rest] = command
  spawn(program, rest, { stdio: 'ignore', detached: true })
    .on('error', () => {}) // the link was printed as well
    .unref()
  return true
}

function has(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
