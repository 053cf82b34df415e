/** How the application ends: what runs is not ended without asking. */
import { app, dialog, powerMonitor } from 'electron'
import type { Say } from './log.ts'

/** What becomes of the runs that are open when the application is to end. */
export type Ending = 'wait' | 'stop' | 'stay'

const ANSWERS: Ending[] = ['wait', 'stop', 'stay']

/** Asks a person. */
export async function askHowToEnd(running: number): Promise<Ending> {
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: running === 1 ? 'A job is running' : `${running} jobs are running`,
    detail: 'What is planned runs only while Jobdeck is open.',
    buttons: ['Wait for them, then quit', 'Stop them and quit', 'Cancel'],
    defaultId: 0,
    cancelId: 2,
    noLink: true,
  })
  return ANSWERS[response] ?? 'stay'
}

export interface ShutdownParts {
  /** How many runs are open here; daemons, which never end by themselves, do not count. */
  running(): Promise<number>
  /** Closes the deck, after what runs has had so many ms to end. */
  close(drainFor: number): Promise<void>
  say: Say
}

/** Takes over the end of the application; returns whether it is on its way. */
export function createShutdown({ running, close, say }: ShutdownParts): { isQuitting(): boolean } {
  let isUrgent = false

  let state: 'open' | 'asking' | 'waiting' | 'closing' | 'closed' = 'open'

  async function end(): Promise<void> {
    const open = await running().catch(() => 0)
    const ending = open === 0 || isUrgent ? 'stop' : await askHowToEnd(open)
    if (ending === 'stay') {
      state = 'open'
      return
    }
    state = ending === 'wait' ? 'waiting' : 'closing'
    say('info', ending === 'wait' ? `Ending once ${open} runs have` : 'Ending')
    await close(ending === 'wait' ? Infinity : 0)
    state = 'closed'
    app.quit()
  }

  app.on('before-quit', (event) => {
    if (state === 'closed') return
    event.preventDefault()
    if (state === 'open') {
      state = 'asking'
      end().catch((thrown: unknown) => {
        say('error', `The deck could not be closed: ${String(thrown)}`)
        app.exit(1)
      })
    } else if (state === 'waiting') {
      // A second time: it is waited for no longer.
      state = 'closing'
      void close(0)
    }
  })
  // Who logs off or shuts down is not asked: it would be in the way of that.
  const endNow = () => {
    isUrgent = true
    app.quit()
  }
  powerMonitor.on('shutdown', endNow)
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, endNow)
  return { isQuitting: () => state === 'closing' || state === 'closed' || state === 'waiting' }
}
