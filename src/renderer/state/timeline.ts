/** What is in sight of the timeline, and what ran and is planned there. */
import { create } from 'zustand'
import type { Batch } from '../../shared/watch.ts'
import { client } from '../client.ts'
import { SPANS, aroundNow, panned, zoomed, type Range, type Span } from './time-scale.ts'
import { UNREAD, keepReading, tellsOfJobs, type Reading } from './reading.ts'
import type { Planned } from './upcoming.ts'

const MOST = 10_000
/** In ms: what changes all the time is read this often. */
const PACE = 700
/** So long, in ms, after the last move the new part of time is read. */
const SETTLE = 120
/** Where now is followed, what is in sight moves on this often, in ms. */
export const TICK = 5000

interface TimelineState extends Reading {
  range: Range
  /** Whether what is in sight moves on with the time. */
  isFollowing: boolean
  /** The earliest first. */
  spans: Span[]
  planned: Planned[]
  /** Whether those are all. */
  isComplete: boolean
  /** Of which part of time those are. */
  known: Range
}

export const useTimeline = create<TimelineState>(() => ({
  ...UNREAD,
  range: aroundNow(SPANS.day, Date.now()),
  isFollowing: true,
  spans: [],
  planned: [],
  isComplete: true,
  known: { from: 0, to: 0 },
}))

/** Marks nearer together than this part of what is read would be one in any picture. */
const NEAREST = 1 / 300

/** Reads what ran and what is planned between two times. */
export async function readPicture({ from, to }: Range, limit = MOST) {
  const [ran, planned] = await Promise.all([
    client.request('executions.spans', { from: Math.max(0, Math.floor(from)), to: Math.ceil(to), limit }),
    readPlanned({ from, to }, limit),
  ])
  return {
    spans: ran.runs.toReversed(),
    planned: planned.times,
    isComplete: ran.complete && planned.complete,
  }
}

async function readPlanned({ from, to }: Range, limit: number) {
  const now = Date.now()
  if (to <= now) return { times: [], complete: true }
  const range = { to: Math.ceil(to), ...(from > now && { from: Math.floor(from) }) }
  const all = await client.request('schedules.upcoming', { ...range, limit })
  if (all.complete) return all
  // Jobs that run all the time must leave room for those that run once a night.
  const spacing = Math.ceil((to - from) * NEAREST)
  const { times } = await client.request('schedules.upcoming', { ...range, limit, spacing })
  return { times, complete: false }
}

/** Reads a little more than is in sight: who pans a little sees no gap. */
async function readTimeline(): Promise<Partial<TimelineState>> {
  const { range } = useTimeline.getState()
  const margin = (range.to - range.from) / 4
  const known = { from: range.from - margin, to: range.to + margin }
  return { ...(await readPicture(known)), known }
}

/** Whether what is in sight was read, and all of it, as far as that can be had. */
function isKnown({ range, known, isComplete }: TimelineState): boolean {
  if (range.from < known.from || range.to > known.to) return false
  return isComplete || (range.to - range.from) * 2 > known.to - known.from
}

/** Keeps it as the deck has it, until the returned function is called. */
export function keepTimeline(): () => void {
  const { range, isFollowing } = useTimeline.getState()
  if (isFollowing) useTimeline.setState({ range: aroundNow(range.to - range.from, Date.now()) })
  const read = async (batch: Batch | undefined) => (tellsOfJobs(batch) ? readTimeline() : undefined)
  const stops = [keepReading(useTimeline, { jobs: {} }, read, PACE)]
  let isOver = false
  const readNow = async () => {
    // Where that fails, the connection is lost, which is told above the view.
    const found = await readTimeline().catch(() => undefined)
    if (found && !isOver) useTimeline.setState(found)
  }
  let settle: ReturnType<typeof setTimeout> | undefined
  stops.push(
    useTimeline.subscribe((now, before) => {
      if (now.range === before.range) return
      clearTimeout(settle)
      if (isKnown(now)) return
      settle = setTimeout(() => void readNow(), SETTLE)
    }),
  )
  const timer = setInterval(moveOn, TICK)
  return () => {
    isOver = true
    clearInterval(timer)
    clearTimeout(settle)
    for (const stop of stops) stop()
  }
}

function moveOn(): void {
  const { range, isFollowing } = useTimeline.getState()
  if (document.hidden) return
  // Even where now is not followed its line has moved.
  const next = isFollowing ? aroundNow(range.to - range.from, Date.now()) : { ...range }
  useTimeline.setState({ range: next })
}

/** Moves by a part of what is in sight; a negative one goes back. */
export const panBy = (part: number): void =>
  useTimeline.setState(({ range }) => ({
    range: panned(range, (range.to - range.from) * part),
    isFollowing: false,
  }))

/** Shows less or more: around a time, or where now is in sight and none is given, around now. */
export function zoomBy(factor: number, at?: number): void {
  useTimeline.setState(({ range, isFollowing }) => {
    if (isFollowing && at === undefined) return { range: zoomed(range, factor, Date.now()) }
    const middle = at ?? (range.from + range.to) / 2
    return { range: zoomed(range, factor, middle), isFollowing: false }
  })
}

/** Goes to now, and follows it. */
export const showNow = (span?: number): void =>
  useTimeline.setState(({ range }) => ({
    range: aroundNow(span ?? range.to - range.from, Date.now()),
    isFollowing: true,
  }))

export type Strip = Awaited<ReturnType<typeof readPicture>>

/** So many are enough for a line of it. */
const STRIP_MOST = 10_000
/** In ms: it says little, so it is read seldom. */
const STRIP_PACE = 3000

interface StripState extends Reading {
  strip: Strip | null
}

/** What ran and is planned around now. */
export const useStrip = create<StripState>(() => ({ ...UNREAD, strip: null }))

/** Keeps it for so long before and after now, until the returned function is called. */
export function keepStrip(half: number): () => void {
  async function read(batch: Batch | undefined): Promise<Partial<StripState> | undefined> {
    if (!tellsOfJobs(batch)) return undefined
    const now = Date.now()
    return { strip: await readPicture({ from: now - half, to: now + half }, STRIP_MOST) }
  }
  return keepReading(useStrip, { jobs: {} }, read, STRIP_PACE)
}
