/** What keeps a job from running by itself at a time that was planned, and what it owes nothing for. */
import type { Reason, Schedule } from '../../shared/schedule.ts'
import { zoneOf } from './timetable.ts'
import { DAY, instantsOf, wallTime } from './zone.ts'

/** A time in which occurrences are skipped; `to` is the first instant after it. */
export interface Block {
  from: number
  to: number
  /** `taken`: it was started already, when the clock was ahead. */
  reason: Extract<Reason, 'snoozed' | 'paused' | 'disabled' | 'quiet' | 'skip-list'> | 'taken'
}

const DAY_NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const

/** The quiet times and the skipped days of a schedule that have a part between two instants. */
export function quietBlocks(schedule: Schedule, localZone: string, from: number, to: number): Block[] {
  const { quiet = [], skip = [] } =
    'zone' in schedule || 'quiet' in schedule || 'skip' in schedule ? schedule : {}
  if (quiet.length === 0 && skip.length === 0) return []
  const zone = zoneOf(schedule, localZone)
  const at = (wall: number) => instantsOf(zone, wall)
  // A quiet time lasts from the first time that the clock shows its beginning until the last that it shows its end.
  const block = (start: number, end: number, reason: Block['reason']): Block => ({
    from: at(start)[0]!,
    to: at(end).at(-1)!,
    reason,
  })
  const blocks = skip.map((date) => block(Date.parse(date), Date.parse(date) + DAY, 'skip-list'))
  if (quiet.length > 0) {
    const first = Math.floor(wallTime(zone, from) / DAY) * DAY - DAY
    for (let day = first; day <= wallTime(zone, to); day += DAY) {
      const name = DAY_NAMES[new Date(day).getUTCDay()]!
      for (const { from: start, to: end, days } of quiet) {
        if (days && !days.includes(name)) continue
        const begin = day + timeOfDay(start)
        const finish = day + timeOfDay(end) + (timeOfDay(end) <= timeOfDay(start) ? DAY : 0)
        blocks.push(block(begin, finish, 'quiet'))
      }
    }
  }
  return blocks.filter((each) => each.to > from && each.from <= to)
}

function timeOfDay(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number)
  return (hours * 60 + minutes) * 60_000
}

/** One occurrence alone. */
export const blockOf = (at: number, reason: Block['reason']): Block => ({ from: at, to: at + 1, reason })

/** The first reason that holds at an instant. */
export const blockedAt = (blocks: Block[], at: number): Block['reason'] | undefined =>
  blocks.find(({ from, to }) => at >= from && at < to)?.reason

/** A span of time, `from` excluded, in which one reason holds throughout, or none. */
export interface Part {
  from: number
  to: number
  reason: Block['reason'] | undefined
}

/** A span, cut where a block begins or ends. */
export function* cut(blocks: Block[], from: number, to: number): Generator<Part> {
  const edges = blocks
    .flatMap((block) => [block.from - 1, block.to - 1])
    .filter((edge) => edge > from && edge < to)
  let start = from
  for (const end of [...new Set([...edges, to])].toSorted((a, b) => a - b)) {
    yield { from: start, to: end, reason: blockedAt(blocks, start + 1) }
    start = end
  }
}
