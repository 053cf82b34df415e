/** `jobdeck service`: lets the system keep `jobdeck serve` running. */
import { realpath } from 'node:fs/promises'
import { canAsk, confirm } from '../ask.ts'
import { dataFolder, usualFolder, type GlobalOptions } from '../deck.ts'
import { facts } from '../facts.ts'
import { printJson, printNote } from '../terminal.ts'
import { systemOf, type ServiceState, type System } from './systems.ts'
import { serviceName, type Serving } from './texts.ts'

/** `jobdeck service install`. */
export async function installService({ linger = false, ...options }: GlobalOptions & { linger?: boolean }) {
  const { system, serving } = await found(options)
  await system.install(serving)
  let state = await system.state(serving)
  if (system.linger && !state.whileLoggedOut && (linger || (await wantsLinger(options)))) {
    await system.linger()
    state = await system.state(serving)
  }
  if (options.json) return printJson({ ...state, data: serving.data })
  printNote(`Installed as a ${system.kind}${state.file === null ? '' : `: ${state.file}`}`)
  printNote(`It runs the jobs of ${serving.data}`)
  if (!state.running) printNote(`It does not run yet; to see why: ${system.logs}`)
  printNote(`Jobs run ${whenText(state, system)}`)
}

const wantsLinger = async ({ json }: GlobalOptions) =>
  !json &&
  canAsk() &&
  (await confirm('Let jobs run also while you are not logged in (loginctl enable-linger)?'))

/** `jobdeck service status`. @returns whether it is installed */
export async function serviceStatus(options: GlobalOptions): Promise<boolean> {
  const { system, serving } = await found(options)
  const state = await system.state(serving)
  if (options.json) printJson({ ...state, data: serving.data })
  else {
    facts({
      Service: state.installed
        ? state.running
          ? 'installed, runs'
          : 'installed, does not run'
        : 'not installed',
      File: state.installed ? state.file : null,
      Deck: serving.data,
      'Jobs run': state.installed
        ? whenText(state, system)
        : 'while jobdeck serve runs: jobdeck service install',
    })
    if (state.installed && !state.running) printNote(`To see why it does not run: ${system.logs}`)
    if (state.installed && !state.current)
      printNote('It would be installed otherwise now, as Jobdeck or Node has moved: jobdeck service install')
  }
  return state.installed
}

/** `jobdeck service uninstall`. */
export async function uninstallService(options: GlobalOptions): Promise<void> {
  const { system, serving } = await found(options)
  const { installed, file } = await system.state(serving)
  if (installed) await system.uninstall()
  if (options.json) return printJson({ uninstalled: installed, file, data: serving.data })
  printNote(installed ? 'Uninstalled. Jobs run while jobdeck serve runs.' : 'It is not installed.')
}

function whenText({ whileLoggedOut }: ServiceState, { linger }: System): string {
  if (whileLoggedOut) return 'also while nobody is logged in'
  return `only while you are logged in${linger ? '; also when not: jobdeck service install --linger' : ''}`
}

/** The same Node and the same Jobdeck as now, on the same deck. */
async function found(options: GlobalOptions): Promise<{ system: System; serving: Serving }> {
  const data = dataFolder(options)
  const script = await realpath(process.argv[1]!)
  const command = [process.execPath, script, '--data', data, 'serve']
  const serving = { command, data, path: process.env.PATH ?? '' }
  return { system: systemOf(serviceName(data, usualFolder())), serving }
}
