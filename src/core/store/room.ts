import type { Lane } from '../definition.ts'
import type { Connection } from './open.ts'
import { pauseTable, type Pause } from './pauses.ts'

/** Where an execution stands: what limits and pauses apply to it. */
export interface Place {
  jobId: string
  categoryId: number | null
  lane: Lane
}

/** Why nothing more of a place may be begun at present. */
export type Obstacle = { pause: Pause } | { full: 'job' | 'category' | 'lane' }

interface Category {
  id: number
  parentId: number | null
  maxWorkers: number | null
}

/** What is open and what is paused at one moment, over all hosts; `take` counts what is begun meanwhile. */
export interface Room {
  slots: Record<Lane, { limit: number; used: number }>
  /** How many more executions of the place may be begun. */
  left(place: Place, maxWorkers: number): number
  pauseOf(place: Place): Pause | undefined
  obstacle(place: Place, maxWorkers: number): Obstacle | undefined
  take(place: Place): void
}

/** @returns the function that looks how much room there is */
export function roomTable(connection: Connection) {
  const { database } = connection
  const pauses = pauseTable(connection)
  const open = database.prepare<[], Place & { count: number }>(
    `select job_id as jobId, category_id as categoryId, lane, count(*) as count
     from executions indexed by executions_open join jobs on jobs.id = job_id
     where status in ('initializing', 'running') group by job_id, lane`,
  )
  const allCategories = database.prepare<[], Category>(
    `select id, parent_id as parentId, max_workers as maxWorkers from categories`,
  )

  /** @param limits how many executions of each lane may be open at once */
  return function room(limits: Record<Lane, number>, now: number): Room {
    const categories = new Map(allCategories.all().map((category) => [category.id, category]))
    const openOfJob = new Map<string, number>()
    const openOfCategory = new Map<number, number>()
    const anyPause = pauses.any(now)
    const slots = {
      inline: { limit: limits.inline, used: 0 },
      thread: { limit: limits.thread, used: 0 },
      process: { limit: limits.process, used: 0 },
    }

    /** The category and all above it. */
    function* above(categoryId: number | null): Generator<Category> {
      for (let id = categoryId; id !== null;) {
        const category = categories.get(id)!
        yield category
        id = category.parentId
      }
    }
    function count({ jobId, categoryId, lane }: Place, by: number): void {
      slots[lane].used += by
      openOfJob.set(jobId, (openOfJob.get(jobId) ?? 0) + by)
      for (const { id } of above(categoryId)) openOfCategory.set(id, (openOfCategory.get(id) ?? 0) + by)
    }
    const laneLeft = ({ lane }: Place) => slots[lane].limit - slots[lane].used
    const jobLeft = ({ jobId }: Place, maxWorkers: number) => maxWorkers - (openOfJob.get(jobId) ?? 0)
    function categoryLeft({ categoryId }: Place): number {
      let left = Infinity
      for (const { id, maxWorkers } of above(categoryId)) {
        if (maxWorkers !== null) left = Math.min(left, maxWorkers - (openOfCategory.get(id) ?? 0))
      }
      return left
    }
    const pauseOf = ({ jobId }: Place) => (anyPause ? pauses.ofJob(jobId, now) : undefined)

    for (const { count: number, ...place } of open.all()) count(place, number)
    return {
      slots,
      left: (place, maxWorkers) =>
        Math.max(0, Math.min(laneLeft(place), jobLeft(place, maxWorkers), categoryLeft(place))),
      pauseOf,
      obstacle(place, maxWorkers) {
        const pause = pauseOf(place)
        if (pause) return { pause }
        if (jobLeft(place, maxWorkers) <= 0) return { full: 'job' }
        if (categoryLeft(place) <= 0) return { full: 'category' }
        return laneLeft(place) <= 0 ? { full: 'lane' } : undefined
      },
      take: (place) => count(place, 1),
    }
  }
}
