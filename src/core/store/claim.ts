import type { Mode, Status, Trigger } from '../../shared/contract.ts'
import type { Definition, Lane } from '../definition.ts'
import type { Connection } from './open.ts'
import { roomTable, type Place } from './room.ts'
import { snapshotTable } from './snapshots.ts'

/** What a host needs to run an execution that it claimed. */
export interface Claimed {
  id: number
  jobId: string
  jobName: string
  definition: Definition
  mode: Mode
  trigger: Trigger
  attempt: number
  scheduledAt: number
  params: string
  lastSuccessAt: number | null
}

/** Due executions of one job with one definition: either all of them may run, or none. */
interface Queue extends Place {
  definitionId: number
}

/** The owner of what any planner may run. */
export const ANYBODY = ''

/** Changes a status where the state machine allows it; false where it does not, or where the change found nothing. */
export type MoveStatus = (id: number, to: Status, change: (from: Status) => boolean) => boolean

/** @returns the function that claims executions; it runs inside the writer's transaction */
export function claimer(connection: Connection, move: MoveStatus) {
  const { database } = connection
  const snapshots = snapshotTable(connection)
  const roomAt = roomTable(connection)

  // Here and below an index is named where SQLite, which knows no numbers of rows, would look through the whole queue.
  const becomeDue = database.prepare(
    `update executions indexed by executions_later set due = 1 where status = 'queued' and due = 0 and scheduled_at <= ?`,
  )
  // Skips from queue to queue in the index: one with thousands of executions costs as much as one with one.
  const nextQueue = database.prepare<[string, string, number], Queue>(
    `select job_id as jobId, definition_id as definitionId, lane,
       (select category_id from jobs where jobs.id = job_id) as categoryId
     from executions indexed by executions_queued
     where status = 'queued' and due > 0 and owner = ? and (job_id, definition_id) > (?, ?)
     order by job_id, definition_id limit 1`,
  )
  const first = (index: string, due: string) =>
    database.prepare<[string, string, number, number], { id: number; rank: number }>(
      `select id, rank from executions indexed by ${index}
       where status = 'queued' and ${due} and owner = ? and job_id = ? and definition_id = ? order by rank, id limit ?`,
    )
  const firstDue = first('executions_queued', 'due > 0')
  const firstUrgent = first('executions_urgent', 'due = 2')
  const take = database.prepare(
    `update executions set status = 'initializing', host_id = :hostId, claimed_at = :now
     where id = :id and status = 'queued'`,
  )
  const claimed = database.prepare<[number], Omit<Claimed, 'definition'>>(
    `select executions.id, job_id as jobId, jobs.name as jobName, mode, trigger, attempt,
       scheduled_at as scheduledAt, params,
       (select ended_at from executions as earlier indexed by executions_by_job
        where earlier.job_id = executions.job_id and earlier.status = 'completed'
        order by earlier.id desc limit 1) as lastSuccessAt
     from executions join jobs on jobs.id = job_id where executions.id = ?`,
  )

  function* queuesOf(owner: string): Generator<Queue> {
    let queue = nextQueue.get(owner, '', 0)
    for (; queue; queue = nextQueue.get(owner, queue.jobId, queue.definitionId)) yield queue
  }

  /**
   * Claims as many due executions as there is room for, lowest rank first.
   * @param host.plans whether it also takes what belongs to nobody
   * @param slots how many executions of each lane may be open at once, over all hosts
   * @param fit whether this host can run the definition at all
   */
  return function claim(
    host: { id: string; plans: boolean; now: number },
    slots: Record<Lane, number>,
    fit: (definition: Definition) => boolean,
  ): Claimed[] {
    becomeDue.run(host.now)
    const room = roomAt(slots, host.now)
    const candidates: { id: number; rank: number; queue: Queue; definition: Definition }[] = []
    for (const owner of host.plans ? [host.id, ANYBODY] : [host.id]) {
      for (const queue of queuesOf(owner)) {
        if (room.slots[queue.lane].used >= room.slots[queue.lane].limit) continue
        const definition = snapshots.read<Definition>(queue.definitionId)
        const left = room.left(queue, definition.maxWorkers)
        if (left === 0 || !fit(definition)) continue
        const rows = room.pauseOf(queue) ? firstUrgent : firstDue
        for (const row of rows.all(owner, queue.jobId, queue.definitionId, left)) {
          candidates.push({ ...row, queue, definition })
        }
      }
    }
    const result: Claimed[] = []
    for (const { id, queue, definition } of candidates.toSorted((a, b) => a.rank - b.rank || a.id - b.id)) {
      if (room.left(queue, definition.maxWorkers) === 0) continue
      if (!move(id, 'initializing', () => take.run({ id, hostId: host.id, now: host.now }).changes === 1))
        continue
      room.take(queue)
      result.push({ ...claimed.get(id)!, definition })
    }
    return result
  }
}
