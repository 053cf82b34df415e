/** Where a time stands in a picture of time, and what stands there. */
import type { Output } from '../../shared/contract.ts'

export type Span = Output<'executions.spans'>['runs'][number]

/** The part of time that is in sight, in ms since 1970. */
export interface Range {
  from: number
  to: number
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export const SPANS = { hour: HOUR, day: DAY, week: 7 * DAY } as const
export type SpanName = keyof typeof SPANS
export const SPAN_NAMES = ['hour', 'day', 'week'] as const satisfies SpanName[]

const LEAST = MINUTE
const MOST = 60 * DAY
/** The part of what is in sight that lies before now, where now is followed. */
const PAST = 0.7

export const aroundNow = (span: number, now: number): Range => ({
  from: now - span * PAST,
  to: now + span * (1 - PAST),
})

/** Shows less (a factor below 1) or more; the time under the pointer stays where it is. */
export function zoomed({ from, to }: Range, factor: number, at: number): Range {
  const span = Math.min(MOST, Math.max(LEAST, (to - from) * factor))
  const part = (at - from) / (to - from)
  return { from: at - span * part, to: at + span * (1 - part) }
}

export const panned = ({ from, to }: Range, by: number): Range => ({ from: from + by, to: to + by })

export const xOf = (time: number, { from, to }: Range, width: number): number =>
  ((time - from) / (to - from)) * width

export const timeAt = (x: number, { from, to }: Range, width: number): number =>
  from + (x / width) * (to - from)

const STEPS = [
  10_000,
  30_000,
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  14 * DAY,
]
/** Between two ticks there is at least so much room, in px. */
const TICK_ROOM = 90

/** Round times of the local clock to write below the picture, and how far apart they are. */
export function ticksOf(range: Range, width: number): { step: number; times: number[] } {
  const wanted = ((range.to - range.from) / Math.max(1, width)) * TICK_ROOM
  const step = STEPS.find((each) => each >= wanted) ?? STEPS.at(-1)!
  const times: number[] = []
  for (let at = firstTick(range.from, step); at <= range.to; at = nextTick(at, step)) times.push(at)
  return { step, times }
}

/** The one at or before a time. It is counted by the clock on the wall, which is changed twice a year. */
function firstTick(from: number, step: number): number {
  const date = new Date(from)
  if (step < HOUR) {
    const hour = date.setMinutes(0, 0, 0)
    return hour + Math.floor((from - hour) / step) * step
  }
  let tick = date.setHours(0, 0, 0, 0)
  if (step < DAY) for (let next = tick; next <= from; next = nextTick(next, step)) tick = next
  return tick
}

function nextTick(at: number, step: number): number {
  const next = at + step
  if (step < HOUR || (step < DAY && isRound(next, step))) return next
  const date = new Date(at)
  if (step >= DAY) return date.setDate(date.getDate() + Math.round(step / DAY))
  // The clock is changed before the next round time.
  const hours = step / HOUR
  return date.setHours((Math.floor(date.getHours() / hours) + 1) * hours, 0, 0, 0)
}

function isRound(at: number, step: number): boolean {
  const date = new Date(at)
  return (date.getHours() * HOUR + date.getMinutes() * MINUTE) % step === 0
}

/** Whether a day begins with it: not everywhere has each day a midnight. */
export const beginsDay = (at: number): boolean => new Date(at).setHours(0, 0, 0, 0) === at

/** How many ran at once, from each of these times on. */
export interface Load {
  at: number
  count: number
}

export function loadOf(spans: Pick<Span, 'startedAt' | 'endedAt'>[], now: number): Load[] {
  const changes = spans
    .flatMap(({ startedAt, endedAt }) => [
      { at: startedAt, by: 1 },
      { at: Math.max(startedAt, endedAt ?? now), by: -1 },
    ])
    .toSorted((a, b) => a.at - b.at || b.by - a.by)
  const steps: Load[] = []
  let count = 0
  for (const { at, by } of changes) {
    count += by
    const last = steps.at(-1)
    // What begins and ends at one moment was there for that moment.
    if (last?.at === at) last.count = Math.max(last.count, count)
    else steps.push({ at, count })
    if (by < 0 && steps.at(-1)!.count !== count) steps.push({ at: at + 1, count })
  }
  return steps
}

/** What belongs to a job, by its id. */
export function byJob<T extends { jobId: string }>(items: readonly T[]): Map<string, T[]> {
  const lanes = new Map<string, T[]>()
  for (const item of items) {
    const lane = lanes.get(item.jobId)
    if (lane) lane.push(item)
    else lanes.set(item.jobId, [item])
  }
  return lanes
}

/** Where marks of a size stand, from left to right; of those that would overlap only the first. */
export function marksOf(
  planned: readonly { at: number; snoozed: boolean }[],
  range: Range,
  width: number,
  size: number,
): { x: number; snoozed: boolean }[] {
  const marks = planned
    .map(({ at, snoozed }) => ({ x: xOf(at, range, width), snoozed }))
    .filter(({ x }) => x >= -size && x <= width + size)
    .toSorted((a, b) => a.x - b.x)
  let last = -Infinity
  return marks.filter(({ x }) => {
    const isFree = x - last > 2 * size
    if (isFree) last = x
    return isFree
  })
}

/** How near to a bar the pointer must be, in px. */
const NEAR = 4

/** The run whose bar is at, or nearest to, a place of its lane; of several the shortest, which has the least room. */
export function spanAt(
  spans: readonly Span[],
  x: number,
  range: Range,
  width: number,
  now: number,
): Span | undefined {
  const length = ({ startedAt, endedAt }: Span) => (endedAt ?? now) - startedAt
  let found: Span | undefined
  for (const span of spans) {
    const left = xOf(span.startedAt, range, width)
    const right = xOf(span.endedAt ?? now, range, width)
    if (x < left - NEAR || x > right + NEAR) continue
    if (!found || length(span) < length(found)) found = span
  }
  return found
}
