import type { Connection } from './open.ts'
import { pauseTable } from './pauses.ts'

/** So many of those that are caught up with run at once, over the whole deck. */
const AT_ONCE = 2

/**
 * @returns the function that lets the next of those that are caught up with be claimed; true where others wait. It asks
 *   whether they may have their turn only where there are any.
 */
export function turnTaker(connection: Connection) {
  const { database } = connection
  const pauses = pauseTable(connection)
  const found = (due: string) =>
    database.prepare<[], { id: number; jobId: string }>(
      `select id, job_id as jobId from executions indexed by executions_caught_up
       where trigger = 'catch-up' and status in ('queued', 'initializing', 'running') and ${due}`,
    )
  const begun = found('due >= 0')
  const waiting = found('due = -1 order by id')
  const isAnyWaiting = found('due = -1 limit 1')
  const giveTurn = database.prepare<[number]>('update executions set due = 1 where id = ? and due = -1')

  return function giveTurns(now: number, mayCatchUp: () => boolean): boolean {
    if (!isAnyWaiting.get() || !mayCatchUp()) return false
    const anyPause = pauses.any(now)
    // What is paused takes no turn from others.
    const isFree = ({ jobId }: { jobId: string }) => !anyPause || pauses.ofJob(jobId, now) === undefined
    let left = AT_ONCE - begun.all().filter(isFree).length
    const next: number[] = []
    let more = false
    for (const row of waiting.iterate()) {
      if (!isFree(row)) continue
      more = left <= 0
      if (more) break
      next.push(row.id)
      left--
    }
    for (const id of next) giveTurn.run(id)
    return more
  }
}
