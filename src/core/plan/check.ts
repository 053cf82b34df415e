/** Whether a schedule can be kept, and what is to be stored of it. */
import type * as z from 'zod'
import { formatDuration } from '../../shared/duration.ts'
import { invalidInput } from '../../shared/fault.ts'
import { LOCAL, type Schedule, type scheduleSchema } from '../../shared/schedule.ts'
import { CronError } from './cron-fields.ts'
import { timetableOf, type Timetable } from './timetable.ts'
import { isZone } from './zone.ts'

/** How many times are looked at to find the shortest time between two. */
const LOOKED_AT = 200

/**
 * The schedule as it is stored: what is to come after a while gets its time.
 * @param field how it is called where it comes from
 * @throws Fault `invalid-input` that names the field of an expression, a zone or a window that cannot be
 */
export function checkSchedule(
  schedule: z.output<typeof scheduleSchema>,
  now: number,
  localZone: string,
  field = 'schedule',
): Schedule {
  if ('in' in schedule) return { at: now + schedule.in }
  if ('at' in schedule || 'daemon' in schedule) return schedule
  const { zone = LOCAL, jitter = 0, from = -Infinity, until = Infinity } = schedule
  if (zone !== LOCAL && !isZone(zone)) {
    throw invalidInput(
      `${field}.zone`,
      `wants a time zone such as Europe/Berlin, or local; got ${JSON.stringify(zone)}`,
    )
  }
  if (until < from) throw invalidInput(`${field}.until`, 'lies before its beginning')
  let timetable
  try {
    timetable = timetableOf(schedule, { since: now, localZone, plannerSince: now })
  } catch (thrown) {
    if (thrown instanceof CronError) throw invalidInput(`${field}.cron`, thrown.message)
    throw thrown
  }
  const shortest = jitter > 0 ? shortestGap(timetable, Math.max(now, from)) : Infinity
  if (shortest <= jitter) {
    throw invalidInput(
      `${field}.jitter`,
      `must be shorter than the ${formatDuration(shortest)} between two times`,
    )
  }
  return schedule
}

function shortestGap(timetable: Timetable, from: number): number {
  let shortest = Infinity
  let last = timetable.next(from)
  for (let seen = 0; last && seen < LOOKED_AT; seen++) {
    const next = timetable.next(last.at)
    if (next) shortest = Math.min(shortest, next.at - last.at)
    last = next
  }
  return shortest
}
