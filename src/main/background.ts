/** What goes on whether or not the window is there: the tray, notifications, sleep, and the end of it all. */
import { app, dialog, powerSaveBlocker } from 'electron'
import type { createBridge } from '../core/api.ts'
import type { Engine } from '../core/engine.ts'
import { createClient, type Client } from '../shared/client.ts'
import { toFault } from '../shared/fault.ts'
import { keepAwake } from './awake.ts'
import type { Say } from './log.ts'
import { notifyOfRuns } from './notify.ts'
import { followPower } from './power.ts'
import { createTray } from './tray.ts'
import { pauseEnd, type TrayAction } from './tray-menu.ts'
import type { MainWindow } from './window.ts'

export interface BackgroundParts {
  window: MainWindow
  hasTray: boolean
  say: Say
  /** The folder of the icons. */
  icons: string
}

/** From now on the window is not the only one that is told of what happens. */
export function follow(
  bridge: ReturnType<typeof createBridge>,
  engine: Engine,
  { window, hasTray, say, icons }: BackgroundParts,
): void {
  const client = createClient(bridge)
  followPower(() => engine.planning.wake(), say)
  keepAwake(client, (thrown) => say('warn', toFault(thrown).message), blockSleep)
  notifyOfRuns(client, (run) => window.show({ run }))
  client.on('trouble', ({ fault }) => say(fault ? 'error' : 'info', fault?.message ?? 'Going on'))
  client.on('closed', ({ fault }) => {
    if (fault.code !== 'closed') void tellOfEnd(fault.message, say)
  })
  if (hasTray) {
    const act = (action: TrayAction) => actOnTray(action, client, window)
    createTray({ client, icons, act, onTrouble: (thrown) => say('warn', toFault(thrown).message) })
  }
}

function actOnTray(action: TrayAction, client: Client, window: MainWindow): void {
  const target = { deck: true } as const
  switch (action.do) {
    case 'open':
      return window.show()
    case 'show':
      return window.show({ run: action.run })
    case 'start':
      return void client.request('jobs.start', { job: action.job }).then(
        ([run]) => run && window.show({ run: run.id }),
        (thrown: unknown) => tellOfRefusal('It could not be started', thrown),
      )
    case 'pause':
      return void client
        .request('pauses.set', { target, until: pauseEnd(action.for, Date.now()) })
        .catch((thrown: unknown) => tellOfRefusal('It could not be paused', thrown))
    case 'resume':
      return void client
        .request('pauses.end', { target })
        .catch((thrown: unknown) => tellOfRefusal('It could not be resumed', thrown))
    case 'quit':
      return app.quit()
  }
}

const tellOfRefusal = (message: string, thrown: unknown): void =>
  void dialog.showMessageBox({ type: 'warning', message, detail: toFault(thrown).message })

function blockSleep(): () => void {
  const id = powerSaveBlocker.start('prevent-app-suspension')
  return () => powerSaveBlocker.stop(id)
}

/** Nothing can go on: the database cannot be opened, or is gone. */
export async function tellOfEnd(message: string, say: Say): Promise<void> {
  say('error', message)
  await dialog.showMessageBox({ type: 'error', message: 'Jobdeck has to end', detail: message })
  app.exit(1)
}
