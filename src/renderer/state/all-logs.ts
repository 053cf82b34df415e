/** Looking through the logs of all runs, newest run first. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { create } from 'zustand'
import type { Input, Level, LogHit, LogKey } from '../../shared/contract.ts'
import { toFault, type FaultData } from '../../shared/fault.ts'
import { client } from '../client.ts'
import { NOTHING, filterOf, type Wanted } from './log-search.ts'

/** From when on lines are looked for: a span of ms before now, or between two times. */
export type Range = { last: number | null } | { since: number | null; until: number | null }

/** What is looked for in all logs. */
export interface Query {
  wanted: Wanted
  levels: Level[]
  /** The id of the job whose runs alone are looked through. */
  job: string | null
  range: Range
}

export const ANYTHING: Query = { wanted: NOTHING, levels: [], job: null, range: { last: null } }

/** What was looked for last: it is there again when one comes back from a run. */
export const useLastQuery = create<{ query: Query }>(() => ({ query: ANYTHING }))

export const asksNothing = ({ wanted, levels, job, range }: Query): boolean =>
  wanted.text === '' &&
  levels.length === 0 &&
  job === null &&
  ('last' in range ? range.last === null : range.since === null && range.until === null)

/** The query in the words of the contract. */
export function searchInput({ wanted, levels, job, range }: Query, now: number): Input<'logs.search'> {
  const since = 'last' in range ? (range.last === null ? null : now - range.last) : range.since
  const until = 'last' in range ? null : range.until
  return {
    ...filterOf(wanted),
    ...(levels.length > 0 && { levels }),
    ...(job !== null && { job }),
    ...(since !== null && { since }),
    ...(until !== null && { until }),
  }
}

export interface Found {
  hits: LogHit[]
  /** Everything above this line was looked through. */
  reached: LogKey | null
  isDone: boolean
  isLooking: boolean
  fault: FaultData | null
}

const NONE: Found = { hits: [], reached: null, isDone: false, isLooking: false, fault: null }
/** Lines that one answer holds at most. */
const PAGE = 200
/** So many more lines are looked for before it waits to be asked for further ones. */
const MORE = 600

interface Search extends Found {
  /** Looks on, for as many again. */
  more: () => void
  /** Leaves off; what was found stays. */
  stop: () => void
}

/** Looks for the query, anew whenever it changes; null looks for nothing. */
export function useSearch(query: Query | null, round: number): Search {
  const [found, setFound] = useState(NONE)
  const giveUp = useRef(new AbortController())
  const input = useRef<Input<'logs.search'>>({})
  const at = useRef<LogKey | null>(null)

  const look = useCallback(async () => {
    giveUp.current.abort()
    const { signal } = (giveUp.current = new AbortController())
    const set = (change: (found: Found) => Partial<Found>) =>
      signal.aborted || setFound((before) => ({ ...before, ...change(before) }))
    set(() => ({ isLooking: true, fault: null }))
    try {
      for (let count = 0, isDone = false; !isDone && count < MORE && !signal.aborted;) {
        const before = at.current
        const page = await client.request(
          'logs.search',
          { ...input.current, limit: PAGE, ...(before && { before }) },
          signal,
        )
        if (signal.aborted) return
        count += page.entries.length
        isDone = page.done
        at.current = page.reached ?? before
        const reached = at.current
        set(({ hits }) => ({ hits: [...hits, ...page.entries], reached, isDone }))
      }
      set(() => ({ isLooking: false }))
    } catch (thrown) {
      set(() => ({ isLooking: false, fault: toFault(thrown).toJSON() }))
    }
  }, [])

  const name = JSON.stringify(query)
  useEffect(() => {
    setFound(NONE)
    at.current = null
    if (!query) return
    input.current = searchInput(query, Date.now())
    void look()
    return () => giveUp.current.abort()
  }, [name, round, look])

  const stop = () => {
    giveUp.current.abort()
    setFound((before) => ({ ...before, isLooking: false }))
  }
  return { ...found, more: () => void look(), stop }
}

/** Hits in rows: before the first one of each run, a row that tells which run that is. */
export type HitRow = { kind: 'run'; hit: LogHit } | { kind: 'hit'; hit: LogHit }

export function toRows(hits: readonly LogHit[]): HitRow[] {
  const rows: HitRow[] = []
  for (const [index, hit] of hits.entries()) {
    if (hits[index - 1]?.executionId !== hit.executionId) rows.push({ kind: 'run', hit })
    rows.push({ kind: 'hit', hit })
  }
  return rows
}
