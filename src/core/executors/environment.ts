/** The environment that a run gets: clean and known, whatever its host was started with. */
import type { Policy } from '../../shared/contract.ts'

/** Passed on from the host, where set: what programs need to find their way on a desktop. */
const PASSED = new Set(
  `PATH HOME USER LOGNAME SHELL LANG LANGUAGE TZ TMPDIR TERM COLORTERM
   SSH_AUTH_SOCK DISPLAY WAYLAND_DISPLAY XAUTHORITY DBUS_SESSION_BUS_ADDRESS XDG_RUNTIME_DIR
   XDG_CONFIG_HOME XDG_DATA_HOME XDG_CACHE_HOME XDG_STATE_HOME XDG_CONFIG_DIRS XDG_DATA_DIRS
   XDG_CURRENT_DESKTOP XDG_SESSION_TYPE DESKTOP_SESSION __CF_USER_TEXT_ENCODING WSL_DISTRO_NAME WSL_INTEROP
   DOCKER_HOST HTTP_PROXY HTTPS_PROXY FTP_PROXY ALL_PROXY NO_PROXY
   APPDATA LOCALAPPDATA PROGRAMDATA ALLUSERSPROFILE PROGRAMFILES PROGRAMFILES(X86) PROGRAMW6432
   COMMONPROGRAMFILES COMMONPROGRAMFILES(X86) COMMONPROGRAMW6432 PATHEXT COMSPEC SYSTEMROOT
   SYSTEMDRIVE WINDIR TEMP TMP USERNAME USERPROFILE USERDOMAIN HOMEDRIVE HOMEPATH COMPUTERNAME SESSIONNAME
   NUMBER_OF_PROCESSORS PROCESSOR_ARCHITECTURE PROCESSOR_ARCHITEW6432 PROCESSOR_IDENTIFIER OS PUBLIC`.split(
    /\s+/,
  ),
)

/** Never passed on, not from a terminal either: they would change how Node or Electron run, or mark another run. */
const NEVER =
  /^(ELECTRON_|NODE_OPTIONS$|NODE_CHANNEL_|NODE_UNIQUE_ID$|NODE_V8_COVERAGE$|JOBDECK_|npm_|VITEST|INIT_CWD$|NODE$|COLOR$)/i

/** Python otherwise keeps its output back in a pipe, guesses its encoding, and writes into the script's folder. */
const ADDED = { PYTHONUNBUFFERED: '1', PYTHONIOENCODING: 'utf-8' }

/** `clean` for hosts in the background; `terminal` for a run that somebody types, who expects what is set there. */
export type EnvironmentKind = 'clean' | 'terminal'

/**
 * The part of the host's environment that runs get.
 * @param cacheFolder where Python keeps its compiled files
 */
export function baseEnvironment(
  kind: EnvironmentKind,
  host: NodeJS.ProcessEnv,
  cacheFolder: string,
  platform: NodeJS.Platform = process.platform,
): Record<string, string> {
  const environment: Record<string, string> = { ...ADDED, PYTHONPYCACHEPREFIX: cacheFolder }
  for (const [name, value] of Object.entries(host)) {
    if (value === undefined || NEVER.test(name)) continue
    const upper = name.toUpperCase()
    if (kind === 'clean' && !PASSED.has(upper) && !upper.startsWith('LC_')) continue
    // Windows writes `Path`, and a copy of its environment minds the case.
    environment[platform === 'win32' && upper === 'PATH' ? 'PATH' : name] = value
  }
  return environment
}

/** The PATH of an environment, in whatever case Windows has it. */
export function pathOf(
  environment: Record<string, string | undefined>,
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  if (environment.PATH !== undefined || platform !== 'win32') return environment.PATH
  const name = Object.keys(environment).find((key) => key.toUpperCase() === 'PATH')
  return name === undefined ? undefined : environment[name]
}

const SECRET_NAME =
  /TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIAL|COOKIE/i
/** The scheme is no part of it: to look for one at every letter would take the square of the length. */
const SECRET_IN_ADDRESS = /(:\/\/[^\s:/@]*):[^\s@/]+@/g

/** Whether a variable looks like one that nobody else should read. */
export const isSecret = (name: string, value: string): boolean =>
  SECRET_NAME.test(name) || value.search(SECRET_IN_ADDRESS) !== -1

/** The passwords in the addresses of a value. */
export const passwordsInAddress = (value: string): string[] =>
  [...value.matchAll(SECRET_IN_ADDRESS)].map(([whole, before = '']) => whole.slice(before.length + 1, -1))

/** An environment as it may be stored and shown. */
export function maskEnvironment(environment: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      SECRET_NAME.test(name) ? '***' : value.replaceAll(SECRET_IN_ADDRESS, '$1:***@'),
    ]),
  )
}

/** The variables of a policy whose values are no secrets: enough to look for programs. */
export const plainVariables = (environment: Policy['environment'] = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  )
