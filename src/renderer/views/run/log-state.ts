/** How the log of a run is looked at: what is filtered, sought, folded and chosen. */
import { useEffect, useMemo, useReducer, useState, useSyncExternalStore } from 'react'
import type { Input, Level, LogEntry } from '../../../shared/contract.ts'
import { client } from '../../client.ts'
import { useConnection, useIsOnline } from '../../state/connection.ts'
import { FilteredLines, type LineFilter } from '../../state/log-filtered.ts'
import type { LogLines } from '../../state/log-lines.ts'
import { LogMatches, filterOf, patternProblem, type Wanted } from '../../state/log-search.ts'

const reader =
  (execution: number) =>
  (part: Omit<Input<'logs.list'>, 'execution'>, signal: AbortSignal): Promise<LogEntry[]> =>
    client.request('logs.list', { execution, ...part }, signal)

const never = () => () => {}
const zero = () => 0

/** Looks through what the log grows by, and goes on where a connection that was lost is there again. */
function keepGrowing(lines: { grow: (last: number) => void }, log: LogLines): () => void {
  const grow = () => lines.grow(log.last)
  grow()
  const stops = [
    log.subscribe(grow),
    useConnection.subscribe((now, before) => {
      if (now.connection === 'online' && before.connection !== 'online') grow()
    }),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

/** Lines that pass the filter, kept up with the log; the log itself where everything passes. */
export function useFiltered(execution: number, log: LogLines, filter: LineFilter): FilteredLines | null {
  const name = JSON.stringify(filter)
  const filtered = useMemo(
    () => (name === '{}' ? null : new FilteredLines(reader(execution), JSON.parse(name) as LineFilter)),
    [execution, name],
  )
  useEffect(() => {
    if (!filtered) return
    const stop = keepGrowing(filtered, log)
    return () => {
      stop()
      filtered.close()
    }
  }, [filtered, log])
  useSyncExternalStore(filtered?.subscribe ?? never, filtered?.version ?? zero)
  return filtered
}

/** The lines in which it is, kept up with the log; null where nothing is looked for. */
export function useMatches(
  execution: number,
  log: LogLines,
  wanted: Wanted,
  levels: readonly Level[],
): LogMatches | null {
  const [, draw] = useReducer((count: number) => count + 1, 0)
  const matches = useMemo(
    () =>
      wanted.text === '' || patternProblem(wanted) !== null
        ? null
        : new LogMatches(wanted, levels.length > 0 ? [...levels] : undefined, reader(execution), draw),
    [execution, wanted, levels],
  )
  useEffect(() => {
    if (!matches) return
    const stop = keepGrowing(matches, log)
    return () => {
      stop()
      matches.close()
    }
  }, [matches, log])
  return matches
}

/** What to ask for where only some levels, and perhaps only matches, are to be seen. */
export const lineFilter = (levels: readonly Level[], wanted: Wanted, onlyMatches: boolean): LineFilter => ({
  ...(levels.length > 0 && { levels: [...levels] }),
  ...(onlyMatches && patternProblem(wanted) === null && filterOf(wanted)),
})

/** How often, in ms, the levels of a log that grows are counted anew. */
const RECOUNT = 2000

/** How many lines of the run have each level; of a run that goes on, as it was a moment ago. */
export function useLevelCounts(execution: number, count: number): Partial<Record<Level, number>> {
  const [counts, setCounts] = useState<Partial<Record<Level, number>>>({})
  const [due, setDue] = useState(count)
  const isOnline = useIsOnline()
  useEffect(() => {
    if (due === count) return
    const timer = setTimeout(() => setDue(count), due === 0 ? 0 : RECOUNT)
    return () => clearTimeout(timer)
    // A log that grows without end must not put it off for ever: the timer runs from the first line that is new.
  }, [due === count, due])
  useEffect(() => {
    // Who is not connected would be refused, and is told so above the view.
    if (!isOnline) return
    const giveUp = new AbortController()
    client.request('logs.levels', { execution }, giveUp.signal).then(setCounts, () => {})
    return () => giveUp.abort()
  }, [execution, due, isOnline])
  return counts
}
