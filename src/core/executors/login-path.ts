/** The PATH that the user has in a terminal. Desktop programs and services are started with a poorer one. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { basename, delimiter, isAbsolute, join } from 'node:path'
import { signal } from './tree.ts'

export interface LoginPath {
  path: string
  from: 'shell' | 'process'
  /** What was done, for people. */
  message: string
}

export interface LoginPathOptions {
  environment?: NodeJS.ProcessEnv
  platform?: NodeJS.Platform
  /** The login shell; that of the user, if not given. */
  shell?: string | undefined
  home?: string
  /** How long the shell may take, in ms. */
  limit?: number
}

const LIMIT = 5000
/** No PATH is longer; what a shell writes beyond is not kept. */
const OUTPUT_LIMIT = 1024 * 1024
/** What greets people in a terminal stands around it. */
const MARK = '__JOBDECK_PATH__'
/** The same line in every shell, as `sh` does the work. */
const QUESTION = `/bin/sh -c 'echo "${MARK}\${PATH}${MARK}"'`
/** In place of a shell, for users who may not log in. */
const NO_SHELLS = new Set(['nologin', 'false', 'true', 'sync'])

/**
 * Asks the login shell of the user for its PATH. Where it does not answer, the PATH of this process and the usual
 * folders must do. Never throws.
 */
export async function loginPath(options: LoginPathOptions = {}): Promise<LoginPath> {
  const { environment = process.env, platform = process.platform, home = homedir(), limit = LIMIT } = options
  const own = environment.PATH ?? environment.Path ?? ''
  if (platform === 'win32')
    return {
      path: own,
      from: 'process',
      message: 'the PATH is that of this process, which has that of the user',
    }
  const shell = options.shell ?? loginShell(environment, platform)
  const fallBack = (reason: string): LoginPath => ({
    path: withUsualFolders(own, home),
    from: 'process',
    message: `the PATH is that of this process with the usual folders, since ${reason}`,
  })
  if (!isAbsolute(shell) || NO_SHELLS.has(basename(shell)))
    return fallBack(`${shell || 'nothing'} is no shell to log in with`)
  const answer = await ask(shell, environment, limit)
  if ('reason' in answer) return fallBack(`the login shell ${shell} ${answer.reason}`)
  return { path: answer.path, from: 'shell', message: `the PATH is that of the login shell ${shell}` }
}

function loginShell(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  try {
    const { shell } = userInfo()
    if (shell) return shell
  } catch {
    // A user without an entry in the list of users, as in containers.
  }
  return environment.SHELL || (platform === 'darwin' ? '/bin/zsh' : '/bin/sh')
}

/** Login, so that it reads `.profile`; interactive, since many set their PATH in `.bashrc` or `.zshrc`. */
export const shellArguments = (shell: string): string[] =>
  // csh takes -l only where it stands alone, and logs in with no command.
  /^t?csh$/.test(basename(shell)) ? ['-ic', QUESTION] : ['-l', '-i', '-c', QUESTION]

type Answer = { path: string } | { reason: string }

function ask(shell: string, host: NodeJS.ProcessEnv, limit: number): Promise<Answer> {
  const { ELECTRON_RUN_AS_NODE: _, NODE_OPTIONS: __, ...environment } = host
  const { promise, resolve } = Promise.withResolvers<Answer>()
  const child = spawn(shell, shellArguments(shell), {
    cwd: '/',
    // oh-my-zsh would ask whether to update itself, or start tmux.
    env: { ...environment, TERM: 'dumb', DISABLE_AUTO_UPDATE: 'true', ZSH_TMUX_AUTOSTART: 'false' },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true, // a session of its own: it can neither take the terminal nor be stopped by it
  })
  const killing = setTimeout(() => {
    resolve({ reason: `did not answer within ${limit / 1000} s` })
    if (child.pid !== undefined) killGroup(child.pid)
    child.stdout.destroy()
  }, limit)
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (output.length < OUTPUT_LIMIT) output += text
    const [, found, after] = output.split(MARK)
    if (found === undefined || after === undefined) return
    const path = absoluteOnly(found)
    resolve(path === '' ? { reason: 'has an empty PATH' } : { path })
    // What it started in the background may hold the pipe for ever.
    child.stdout.destroy()
    child.unref()
    killing.unref()
  })
  child.on('error', (error: NodeJS.ErrnoException) => {
    clearTimeout(killing)
    resolve({ reason: `could not be started (${error.code ?? error.message})` })
  })
  child.on('exit', (code, by) => {
    const answer = { reason: `ended with ${by ?? `code ${code}`} and no answer` }
    // Its last words may still be on the way; the limit holds where something else keeps the pipe open.
    if (child.stdout.closed) resolve(answer)
    else child.stdout.once('close', () => resolve(answer))
  })
  child.stdout.once('close', () => child.exitCode !== null && clearTimeout(killing))
  return promise
}

function killGroup(pid: number): void {
  try {
    signal(-pid, 'SIGKILL')
  } catch {
    // It has become another user's, or a session that may not be touched: it is left alone.
  }
}

/** Folders that are relative would mean another one in each run. */
const absoluteOnly = (path: string) => path.trim().split(delimiter).filter(isAbsolute).join(delimiter)

/** The PATH of a terminal, as good as it can be guessed. */
export function withUsualFolders(
  own: string,
  home: string,
  exists: (path: string) => boolean = existsSync,
): string {
  const before = [join(home, '.local/bin'), join(home, 'bin'), '/opt/homebrew/bin', '/opt/homebrew/sbin']
  const after = ['/usr/local/bin', '/usr/local/sbin', '/usr/bin', '/bin', '/usr/sbin', '/sbin', '/snap/bin']
  const given = own.split(delimiter).filter(isAbsolute)
  const added = (folders: string[]) => folders.filter((folder) => !given.includes(folder) && exists(folder))
  return [...added(before), ...given, ...added(after)].join(delimiter)
}
