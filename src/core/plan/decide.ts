/**
 * What becomes of the occurrences of a job that came due. Pure: the same situation gives the same answer. Every one of
 * them gets exactly one entry; consecutive ones that did not start, for one reason, share theirs.
 */
import type { MISSED, OVERLAPS, Outcome, Reason } from '../../shared/schedule.ts'
import { blockedAt, cut, type Block, type Part } from './blocked.ts'
import { lastIn, lastOnes, timesIn, type Timetable } from './timetable.ts'

/** An occurrence that nobody acted on for longer than this, in ms, was missed. */
export const TOLERANCE = 30_000

export interface Rules {
  missed: (typeof MISSED)[number]
  /** What was missed longer ago than this, in ms, is not caught up with. */
  missedWindow: number
  /** How many are caught up with, where each is. */
  missedLimit: number
  overlap: (typeof OVERLAPS)[number]
}

export interface Situation {
  now: number
  /** Everything planned up to and including this instant has its entry. */
  cursor: number
  timetable: Timetable
  /** By how many ms an occurrence is put off: less than `jitter`. */
  delayOf(planned: number): number
  jitter: number
  rules: Rules
  /** What keeps it from starting, the most telling first. */
  blocks: Block[]
  /** How many runs of the job are open, and how many of them only wait. */
  open: number
  waiting: number
  /** It comes once, and is never dropped: held where it cannot start. */
  isOnce: boolean
  /** Why what it runs cannot be run at present. */
  refusal: string | null
}

export interface Decision {
  first: number
  last: number
  count: number
  outcome: Outcome
  reason: Reason
  detail: string | null
  /** What is open is stopped for it. */
  replaces: boolean
}

export interface Verdict {
  decisions: Decision[]
  /** Everything planned up to and including this instant has its entry now. */
  cursor: number
}

const decision = (at: number, outcome: Outcome, reason: Reason, detail: string | null = null): Decision => ({
  first: at,
  last: at,
  count: 1,
  outcome,
  reason,
  detail,
  replaces: false,
})

export function decide(situation: Situation): Verdict {
  const { now, cursor, timetable, jitter, delayOf, blocks, rules, isOnce } = situation
  const dueAt = (planned: number) => planned + delayOf(planned)
  const recent = timesIn(timetable, Math.max(cursor, now - TOLERANCE - jitter), now)
  const upcoming = recent.find((at) => dueAt(at) > now) ?? Infinity
  // From the first that is in time on: where the clock is set, two times can be due the other way round.
  const first = recent.find((at) => now - dueAt(at) <= TOLERANCE) ?? Infinity
  const punctual = recent.filter((at) => at >= first && at < upcoming)
  const covered = Math.max(cursor, Math.min(now, upcoming - 1))

  const decisions = late(situation, cursor, Math.min(covered, (punctual[0] ?? Infinity) - 1))
  const caughtUp = decisions.filter(({ outcome }) => outcome === 'started').length
  let { open, waiting } = situation
  open += caughtUp
  waiting += caughtUp

  // What says something of one time alone says nothing of those that begin at that moment.
  const lasting = blocks.filter(({ reason }) => reason !== 'taken' && reason !== 'snoozed')
  for (const at of punctual) {
    const blocked = blockedAt(blocks, at) ?? blockedAt(lasting, now)
    if (blocked === 'taken') continue
    if (blocked) decisions.push(decision(at, isOnce ? 'held' : 'skipped', blocked))
    else if (!mayOverlap(rules.overlap, open, waiting)) decisions.push(decision(at, 'skipped', 'overlap'))
    else {
      decisions.push({
        ...started(situation, at, 'on-time'),
        replaces: open > 0 && rules.overlap === 'replace',
      })
      open++
      waiting++
    }
  }
  return { decisions, cursor: covered }
}

/** Whether another run may be queued while some are open. */
export function mayOverlap(overlap: Rules['overlap'], open: number, waiting: number): boolean {
  return open === 0 || (overlap === 'queue' ? waiting === 0 : overlap !== 'skip')
}

function started({ refusal, isOnce }: Situation, at: number, reason: Reason): Decision {
  if (refusal === null) return decision(at, 'started', reason)
  return decision(at, isOnce ? 'held' : 'skipped', 'refused', refusal)
}

/** Those that nobody acted on in time. They are only counted, unless they are caught up with: there may be millions. */
function late(situation: Situation, from: number, to: number): Decision[] {
  const { now, timetable, blocks, rules, isOnce } = situation
  if (to <= from || timetable.count(from, to) === 0) return []
  const edge = now - rules.missedWindow
  const parts = [...cut(blocks, from, to)].flatMap((part) => halves(part, edge))
  const isOwed = (part: Part) => part.reason === undefined && part.from >= edge
  const caughtUp = owed(timetable, parts.filter(isOwed), wanted(rules))
  const firstCaughtUp = caughtUp[0] ?? Infinity

  return parts.flatMap((part) => {
    if (part.reason === 'taken') return []
    const shared = (until: number, outcome: Outcome, reason: Reason) =>
      share(timetable, part.from, until, outcome, reason)
    if (part.reason)
      return shared(part.to, isOnce && part.reason !== 'snoozed' ? 'held' : 'skipped', part.reason)
    if (!isOwed(part)) return shared(part.to, 'missed', 'too-old')
    if (rules.missed === 'ask') return shared(part.to, 'held', 'ask')
    const before = shared(Math.min(part.to, firstCaughtUp - 1), 'missed', WHY_NOT[rules.missed])
    const own = caughtUp.filter((at) => at > part.from && at <= part.to)
    return [...before, ...own.map((at) => started(situation, at, 'catch-up'))]
  })
}

const WHY_NOT = { skip: 'down', latest: 'superseded', all: 'limit' } as const satisfies Record<string, Reason>

const wanted = ({ missed, missedLimit }: Rules) =>
  missed === 'latest' ? 1 : missed === 'all' ? missedLimit : 0

/** A part, cut at an instant if that lies within. */
const halves = (part: Part, edge: number): Part[] =>
  edge > part.from && edge < part.to
    ? [
        { ...part, to: edge },
        { ...part, from: edge },
      ]
    : [part]

/** The last so many times of the parts, in order. */
function owed(timetable: Timetable, parts: Part[], most: number): number[] {
  const found: number[] = []
  for (const { from, to } of parts.toReversed()) {
    if (found.length === most) break
    found.unshift(...lastOnes(timetable, from, to, most - found.length))
  }
  return found
}

/** One entry for all of a span; none where nothing was planned. */
function share(timetable: Timetable, from: number, to: number, outcome: Outcome, reason: Reason): Decision[] {
  const count = to > from ? timetable.count(from, to) : 0
  if (count === 0) return []
  const first = timetable.next(from)!.at
  const last = count === 1 ? first : lastIn(timetable, from, to)!
  return [{ ...decision(first, outcome, reason), last, count }]
}
