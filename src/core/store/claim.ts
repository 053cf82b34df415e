import type { Mode, Status, Trigger } from '../../shared/contract.ts'
import type { Definition, Lane } from '../definition.ts'
import type { Connection } from './open.ts'
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

interface QueuedRow {
  id: number
  lane: Lane
  rank: number
  definitionId: number
}

/** Changes a status where the state machine allows it; false where it does not, or where the change found nothing. */
export type MoveStatus = (id: number, to: Status, change: (from: Status) => boolean) => boolean

/** @returns the function that claims executions; it runs inside the writer's transaction */
export function claimer(connection: Connection, move: MoveStatus) {
  const { database } = connection
  const snapshots = snapshotTable(connection)
  // The first waiting execution of each job, found by skipping from job to job in the index: a job with thousands
  // of them costs as much as a job with one.
  const heads = database.prepare<[], { jobId: string; open: number }>(
    `with recursive waiting (job_id) as (
       select min(job_id) from executions where status = 'queued'
       union all
       select (select min(job_id) from executions where status = 'queued' and job_id > waiting.job_id)
       from waiting where waiting.job_id is not null)
     select job_id as jobId,
       (select count(*) from executions where job_id = waiting.job_id and status in ('initializing', 'running')) as open
     from waiting where job_id is not null`,
  )
  const queued = database.prepare<
    [{ jobId: string; hostId: string; unowned: number; now: number }],
    QueuedRow
  >(
    `select id, lane, rank, definition_id as definitionId from executions
     where status = 'queued' and job_id = :jobId and scheduled_at <= :now
       and (host_id = :hostId or (host_id is null and :unowned)) order by rank, id`,
  )
  const openByLane = database.prepare<[], { lane: Lane; count: number }>(
    `select lane, count(*) as count from executions where status in ('initializing', 'running') group by lane`,
  )
  const take = database.prepare(
    `update executions set status = 'initializing', host_id = :hostId, claimed_at = :now
     where id = :id and status = 'queued'`,
  )
  const claimed = database.prepare<[number], Omit<Claimed, 'definition'> & { definitionId: number }>(
    `select executions.id, job_id as jobId, jobs.name as jobName, executions.definition_id as definitionId, mode, trigger, attempt,
       scheduled_at as scheduledAt, params,
       (select ended_at from executions as earlier
        where earlier.job_id = executions.job_id and earlier.status = 'completed'
        order by earlier.id desc limit 1) as lastSuccessAt
     from executions join jobs on jobs.id = job_id where executions.id = ?`,
  )
  /**
   * Claims as many due executions as there are free slots, lowest rank first.
   * @param slots how many executions of each lane may be open at once, over all hosts
   * @param fit whether this host can run the definition at all
   */
  return function claim(
    host: { id: string; takesUnowned: boolean; now: number },
    slots: Record<Lane, number>,
    fit: (definition: Definition) => boolean,
  ): Claimed[] {
    const free = { ...slots }
    for (const { lane, count } of openByLane.all()) free[lane] -= count
    const candidates: QueuedRow[] = []
    const definitions = new Map<number, Definition>()
    const definitionOf = (id: number) => {
      if (!definitions.has(id)) definitions.set(id, snapshots.read<Definition>(id))
      return definitions.get(id)!
    }
    for (const { jobId, open } of heads.all()) {
      let room: number | undefined
      let taken = 0
      const own = { jobId, hostId: host.id, unowned: Number(host.takesUnowned), now: host.now }
      for (const row of queued.iterate(own)) {
        const definition = definitionOf(row.definitionId)
        room ??= definition.maxWorkers - open
        if (taken >= room || taken >= Math.max(...Object.values(free))) break
        if (!fit(definition)) continue
        candidates.push(row)
        taken++
      }
    }
    const result: Claimed[] = []
    for (const row of candidates.toSorted((a, b) => a.rank - b.rank || a.id - b.id)) {
      if (free[row.lane] <= 0) continue
      const values = { id: row.id, hostId: host.id, now: host.now }
      if (!move(row.id, 'initializing', () => take.run(values).changes === 1)) continue
      free[row.lane]--
      const { definitionId, ...rest } = claimed.get(row.id)!
      result.push({ ...rest, definition: definitionOf(definitionId) })
    }
    return result
  }
}
