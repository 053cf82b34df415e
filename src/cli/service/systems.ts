/** How each system keeps a service of its user: installed, asked about and taken away. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { Fault } from '../../shared/fault.ts'
import { ask, type Answer } from './programs.ts'
import {
  launchdAgent,
  launchdCommand,
  systemdCommand,
  systemdUnit,
  windowsTask,
  type Serving,
} from './texts.ts'

export interface ServiceState {
  /** The file that holds it; null where the system keeps it itself. */
  file: string | null
  installed: boolean
  /** Installed as it would be now: an update of Node or of Jobdeck may have moved what it runs. */
  current: boolean
  running: boolean
  /** Whether jobs run while nobody is logged in. */
  whileLoggedOut: boolean
}

export interface System {
  /** What it is called there. */
  kind: string
  install: (serving: Serving) => Promise<void>
  state: (serving: Serving) => Promise<ServiceState>
  uninstall: () => Promise<void>
  /** Lets jobs run while nobody is logged in; undefined where the system cannot. */
  linger: (() => Promise<void>) | undefined
  /** Where to look when it does not run. */
  logs: string
}

/** @throws Fault `conflict` where there is nothing here that keeps services of a user */
export function systemOf(name: string, platform: NodeJS.Platform = process.platform): System {
  if (platform === 'linux') return systemd(name)
  if (platform === 'darwin') return launchd(`io.github.${name}`)
  if (platform === 'win32') return taskScheduler(name)
  throw new Fault(
    'conflict',
    `Jobdeck knows no service of ${platform}: let the system start jobdeck serve itself`,
  )
}

function systemd(name: string): System {
  const unit = `${name}.service`
  const config = process.env.XDG_CONFIG_HOME || join(homedir(), '.config')
  const file = join(config, 'systemd', 'user', unit)
  const user = userInfo().username
  const systemctl = (...args: string[]) => ask('systemctl', '--user', ...args)
  const lingers = async () =>
    (await ask('loginctl', 'show-user', user, '--property=Linger')).output === 'Linger=yes'

  async function requireSystemd(instead = ''): Promise<void> {
    const { code, output, errors } = await systemctl('show', '--property=Version')
    if (code === 0 && output !== '') return
    const why = code === undefined ? 'there is no systemctl' : errors || 'it does not answer'
    throw new Fault(
      'conflict',
      `there is no systemd of the user ${user} here (${why.split('\n')[0]}). Let something else keep jobdeck serve running${instead}`,
    )
  }

  return {
    kind: 'unit of systemd',
    logs: `journalctl --user -u ${unit}`,
    async install(serving) {
      await requireSystemd(`, such as this line of a crontab:\n@reboot ${crontabCommand(serving.command)}`)
      const before = await readOrNot(file)
      try {
        await writeWith(file, systemdUnit(serving))
        demand(await systemctl('daemon-reload'), 'systemctl --user daemon-reload')
        demand(await systemctl('enable', unit), `systemctl --user enable ${unit}`)
        demand(await systemctl('restart', unit), `systemctl --user restart ${unit}`)
      } catch (thrown) {
        if (before !== undefined) await writeFile(file, before)
        else {
          await systemctl('disable', '--now', unit)
          await rm(file, { force: true })
        }
        await systemctl('daemon-reload')
        throw thrown
      }
    },
    async state(serving) {
      const text = await readOrNot(file)
      return {
        file,
        installed: text !== undefined,
        current: text?.includes(`${systemdCommand(serving.command)}\n`) ?? false,
        running: (await systemctl('is-active', unit)).output === 'active',
        whileLoggedOut: await lingers(),
      }
    },
    async uninstall() {
      await requireSystemd()
      demand(await systemctl('disable', '--now', unit), `systemctl --user disable ${unit}`)
      await rm(file, { force: true })
      await systemctl('daemon-reload')
    },
    async linger() {
      demand(await ask('loginctl', 'enable-linger', user), `loginctl enable-linger ${user}`)
    },
  }
}

function launchd(label: string): System {
  const file = join(homedir(), 'Library', 'LaunchAgents', `${label}.plist`)
  const domain = `gui/${userInfo().uid}`
  return {
    kind: 'agent of launchd',
    logs: 'service.log in the folder of the deck',
    linger: undefined,
    async install(serving) {
      const before = await readOrNot(file)
      await ask('launchctl', 'bootout', `${domain}/${label}`) // an older one; there may be none
      try {
        await writeWith(file, launchdAgent(serving, label))
        demand(await ask('launchctl', 'bootstrap', domain, file), 'launchctl bootstrap')
      } catch (thrown) {
        if (before === undefined) await rm(file, { force: true })
        else await writeFile(file, before)
        throw thrown
      }
    },
    async state(serving) {
      const text = await readOrNot(file)
      const { code, output } = await ask('launchctl', 'print', `${domain}/${label}`)
      return {
        file,
        installed: text !== undefined,
        current: text?.includes(launchdCommand(serving.command)) ?? false,
        running: code === 0 && /\bstate = running\b/.test(output),
        whileLoggedOut: false,
      }
    },
    async uninstall() {
      await ask('launchctl', 'bootout', `${domain}/${label}`) // it may not be loaded
      await rm(file, { force: true })
    },
  }
}

function taskScheduler(name: string): System {
  const schtasks = (...args: string[]) => ask('schtasks', ...args)
  const user = `${process.env.USERDOMAIN ?? ''}\\${userInfo().username}`
  return {
    kind: 'task of the Task Scheduler',
    logs: `schtasks /Query /TN ${name} /V /FO LIST`,
    linger: undefined,
    async install(serving) {
      const file = join(tmpdir(), `${name}-${process.pid}.xml`)
      try {
        await writeFile(file, `\uFEFF${windowsTask(serving, user)}`, 'utf16le')
        demand(await schtasks('/Create', '/TN', name, '/XML', file, '/F'), 'schtasks /Create')
        demand(await schtasks('/Run', '/TN', name), 'schtasks /Run')
      } finally {
        await rm(file, { force: true })
      }
    },
    async state({ command }) {
      const { code, output } = await schtasks('/Query', '/TN', name, '/XML')
      const { output: listed } = await schtasks('/Query', '/TN', name, '/FO', 'CSV', '/NH')
      return {
        file: null,
        installed: code === 0,
        current: code === 0 && output.includes(command[0]!),
        running: /"Running"/i.test(listed),
        whileLoggedOut: false,
      }
    },
    async uninstall() {
      await schtasks('/End', '/TN', name)
      demand(await schtasks('/Delete', '/TN', name, '/F'), 'schtasks /Delete')
    },
  }
}

/** As a shell reads it, with % as cron does. */
const crontabCommand = (command: string[]) =>
  command
    .map((word) => (/^[\w./:=@+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))
    .join(' ')
    .replaceAll('%', String.raw`\%`)

const readOrNot = (file: string) => readFile(file, 'utf8').catch(() => undefined)

async function writeWith(file: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  } catch (thrown) {
    throw new Fault('disk-error', `${file} cannot be written: ${(thrown as Error).message}`)
  }
}

function demand({ code, errors }: Answer, what: string): void {
  if (code === 0) return
  throw new Fault(
    'conflict',
    `${what} ${code === undefined ? 'is not there' : `ended with ${code}: ${errors}`}`,
  )
}
