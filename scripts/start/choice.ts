/** Where `npm start` shows Jobdeck. */

/** What there is on this machine. */
export interface Found {
  platform: NodeJS.Platform
  environment: Record<string, string | undefined>
  isRoot: boolean
  /** The program that runs the desktop application, or why there is none. */
  electron: { program: string } | { missing: string }
}

export type Choice = { show: 'desktop'; program: string } | { show: 'browser'; why: string }

/** The desktop application where it can run; else the browser, and why. */
export function choose({ platform, environment, isRoot, electron }: Found): Choice {
  const obstacle = noWindows({ platform, environment, isRoot })
  if (obstacle !== undefined) return { show: 'browser', why: obstacle }
  if ('missing' in electron) return { show: 'browser', why: electron.missing }
  return { show: 'desktop', program: electron.program }
}

/** Why no window can be shown, whatever else is there: asked first, as Electron is large to fetch. */
export function noWindows({ platform, environment, isRoot }: Omit<Found, 'electron'>): string | undefined {
  const isFar = environment.SSH_CONNECTION !== undefined
  const isUnix = platform !== 'win32' && platform !== 'darwin'
  if (isUnix && !environment.DISPLAY && !environment.WAYLAND_DISPLAY)
    return 'there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)'
  if (!isUnix && isFar) return 'this is a session from afar, which has no display'
  if (isUnix && isRoot) return 'Electron does not run safely as root'
  return undefined
}
