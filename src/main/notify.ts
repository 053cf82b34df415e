/** Tells people of what has ended, by the notifications of their system. */
import { Notification } from 'electron'
import type { Client } from '../shared/client.ts'
import type { Execution, Status } from '../shared/contract.ts'
import { Fault } from '../shared/fault.ts'
import { FINAL_STATUSES } from '../shared/statuses.ts'
import { noticeOf } from './notices.ts'

const FINAL: readonly Status[] = FINAL_STATUSES

/** @param onClick told which run is to be shown */
export function notifyOfRuns(client: Client, onClick: (run: number) => void): () => void {
  // They are needed until somebody clicks at them.
  const shown = new Set<Notification>()

  async function look(id: number): Promise<void> {
    const { notify, longRun } = await client.request('deck.settings', {})
    if (!notify) return
    const run = await client.request('executions.get', { execution: id })
    const ended = await client.request('executions.list', { job: run.jobId, statuses: [...FINAL], limit: 20 })
    const before = ended.find((other: Execution) => other.id < id && other.retryId === null)
    const { stopped } = await client.request('jobs.get', { job: run.jobId })
    const notice = noticeOf(run, before, stopped, longRun)
    if (!notice || !Notification.isSupported()) return
    const notification = new Notification(notice)
    shown.add(notification)
    notification.once('click', () => onClick(id))
    notification.once('close', () => shown.delete(notification))
    notification.show()
  }

  return client.on('execution', ({ id, status }) => {
    if (!FINAL.includes(status) || status === 'cancelled') return
    look(id).catch((thrown: unknown) => {
      // It was deleted meanwhile, or the deck is closed: nothing is left to say of it.
      if (!(thrown instanceof Fault)) throw thrown
    })
  })
}
