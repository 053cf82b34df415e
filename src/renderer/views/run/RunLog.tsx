import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ExecutionDetail, Level } from '../../../shared/contract.ts'
import { client } from '../../client.ts'
import { FaultNote } from '../../parts/FaultNote.tsx'
import { LogList, type Chosen, type LogHandle } from '../../parts/LogList.tsx'
import { groupEnd, readFileText, readText } from '../../parts/log/log-text.ts'
import { saveFile } from '../../save-file.ts'
import { useCommands } from '../../state/commands.ts'
import { FoldedLines } from '../../state/log-folded.ts'
import type { LogLines } from '../../state/log-lines.ts'
import { useMarks } from '../../state/log-marks.ts'
import { NOTHING, nextMatch, type Wanted } from '../../state/log-search.ts'
import { attempt } from '../../state/notices.ts'
import { usePreferences } from '../../state/preferences.ts'
import { useSettled } from '../../state/settled.ts'
import { tellDone } from '../../state/toasts.ts'
import { LogBar, LogTools } from './LogBar.tsx'
import { lineFilter, useFiltered, useLevelCounts, useMatches } from './log-state.ts'

/** So many lines are copied at most; a longer log is for a file. */
const MOST_COPIED = 100_000

interface Props {
  run: ExecutionDetail
  log: LogLines
  /** The line to open it at. */
  line: number | null
}

/** The log of a run, with all that one can do with it. A failed run opens where it went wrong. */
export function RunLog({ run, log, line }: Props) {
  const { t } = useTranslation()
  const { wrapsLog } = usePreferences()
  const list = useRef<LogHandle>(null)
  const field = useRef<HTMLInputElement>(null)
  const [levels, setLevels] = useState<Level[]>([])
  const [typed, want] = useState<Wanted>(NOTHING)
  const wanted = useSettled(typed)
  const [onlyMatches, setOnlyMatches] = useState(false)
  const [chosen, choose] = useState<Chosen | null>(line === null ? null : { anchor: line, end: line })
  const [startAt, setStartAt] = useState(line)
  const [folds, setFolds] = useState<ReadonlyMap<number, number>>(new Map())

  const filter = lineFilter(levels, wanted, onlyMatches)
  const filtered = useFiltered(run.id, log, filter)
  const matches = useMatches(run.id, log, wanted, levels)
  const mark = useMarks(wanted)
  const counts = useLevelCounts(run.id, run.logCount)
  // Where only some lines are shown, a group has no meaning.
  const shown = useMemo(
    () => filtered ?? (folds.size > 0 ? new FoldedLines(log, folds) : log),
    [filtered, log, folds],
  )

  useEffect(() => {
    setStartAt(line)
    if (line !== null) choose({ anchor: line, end: line })
    else if (run.error !== null)
      client.request('logs.firstError', { execution: run.id }).then(setStartAt, () => {})
  }, [run.id, line])

  const show = useCallback((sequence: number | null | undefined) => {
    if (!sequence) return
    choose({ anchor: sequence, end: sequence })
    setFolds((before) => {
      const hiding = [...before].filter(([start, end]) => sequence > start && sequence <= end)
      if (hiding.length === 0) return before
      return new Map([...before].filter(([start]) => !hiding.some(([hides]) => hides === start)))
    })
    // The rows may be others once folds were opened: it is shown when they are drawn.
    requestAnimationFrame(() => list.current?.show(sequence))
  }, [])

  const place = () => chosen?.end ?? (list.current?.inSight() ?? 1) - 1
  async function goToMatch(step: 1 | -1): Promise<void> {
    if (!matches) return field.current?.focus()
    if (!matches.hasMore) return show(nextMatch(matches.sequences, place(), step))
    // Not all matches are known: the store knows the one that comes next from here, and from the other end.
    const part = {
      execution: run.id,
      ...lineFilter(levels, wanted, true),
      limit: 1,
      newestFirst: step === -1,
    }
    const ask = (from: { after?: number; before?: number }) =>
      client.request('logs.list', { ...part, ...from })
    const from = step === 1 ? { after: place() } : { before: Math.max(0, place()) }
    const found = await attempt(async () => (await ask(from))[0] ?? (await ask({}))[0])
    show(found?.sequence)
  }
  async function goToError(): Promise<void> {
    const ask = (after: number) =>
      client.request('logs.list', { execution: run.id, level: 'error', after, limit: 1 })
    const found = await attempt(async () => (await ask(place()))[0] ?? (await ask(0))[0])
    if (found) show(found.sequence)
    else tellDone(t('run.noErrors'))
  }

  const read = (from: number, through: number) => readText(run.id, from, through, filtered ? filter : {})
  async function copy(): Promise<void> {
    const [from, through] = chosen
      ? [Math.min(chosen.anchor, chosen.end), Math.max(chosen.anchor, chosen.end)]
      : [1, log.last]
    if (through - from >= MOST_COPIED) return tellDone(t('run.tooMuchToCopy'))
    const done = await attempt(async () => {
      const text = await read(from, through)
      await navigator.clipboard.writeText(text)
      return true
    })
    if (!done) return
    const rowOf = (sequence: number) => (filtered ?? log).rowOf(sequence)
    tellDone(chosen ? t('run.copiedLines', { count: rowOf(through) - rowOf(from) + 1 }) : t('run.copied'))
  }
  const save = () => attempt(async () => saveFile(`run-${run.id}.log`, await readFileText(run.id, log.last)))

  const toggleFold = useCallback(
    async (sequence: number) => {
      if (folds.has(sequence))
        return setFolds((before) => new Map([...before].filter(([start]) => start !== sequence)))
      const end = await attempt(() => groupEnd(run.id, sequence, log.last))
      if (end !== undefined) setFolds((before) => new Map(before).set(sequence, end))
    },
    [folds, run.id, log],
  )

  const toggleWrap = () => usePreferences.setState({ wrapsLog: !wrapsLog })
  useCommands([
    { id: 'log-search', title: t('run.search'), keys: '/', scope: 'view', run: () => field.current?.focus() },
    { id: 'log-next', title: t('run.nextMatch'), keys: 'n', scope: 'view', run: () => goToMatch(1) },
    { id: 'log-before', title: t('run.lastMatch'), keys: 'N', scope: 'view', run: () => goToMatch(-1) },
    { id: 'log-error', title: t('run.nextError'), keys: 'x', scope: 'view', run: goToError },
    {
      id: 'log-follow',
      title: run.endedAt === null ? t('run.follow') : t('run.toEnd'),
      keys: 'f',
      scope: 'view',
      run: () => list.current?.toggleFollow(),
    },
    { id: 'log-wrap', title: t('run.wrap'), keys: 'w', scope: 'view', run: toggleWrap },
    { id: 'log-copy', title: t('run.copy'), keys: 'c', scope: 'view', run: copy },
    { id: 'log-save', title: t('run.save'), scope: 'view', run: save },
  ])

  const title = (
    <div className="title log-title">
      <h2 id="run-log">{t('run.log')}</h2>
      <span className="quiet number">{t('run.lines', { count: run.logCount })}</span>
      {run.logCount > 0 && (
        <LogTools
          hasErrors={Boolean(counts.error ?? counts.fatal)}
          goToError={goToError}
          copy={copy}
          save={save}
        />
      )}
    </div>
  )
  if (run.logCount === 0)
    return (
      <>
        {title}
        <p className="quiet">{run.endedAt === null ? t('run.empty') : t('run.emptyFinal')}</p>
      </>
    )
  return (
    <>
      {title}
      <LogBar
        field={field}
        wanted={typed}
        want={want}
        matches={matches}
        at={chosen?.end ?? null}
        goToMatch={goToMatch}
        onlyMatches={onlyMatches}
        setOnlyMatches={setOnlyMatches}
        levels={levels}
        setLevels={setLevels}
        counts={counts}
      />
      {filtered?.fault && !matches?.fault && <FaultNote fault={filtered.fault} />}
      <LogList
        ref={list}
        log={shown}
        isLive={run.endedAt === null}
        startedAt={run.startedAt}
        startAt={startAt}
        chosen={chosen}
        choose={choose}
        folds={folds}
        toggleFold={toggleFold}
        read={read}
        empty={
          <p className="quiet nothing-shown">
            {filtered?.isLooking ? t('run.looking') : t('run.nothingShown')}
          </p>
        }
        {...(wanted.text !== '' && { marksOf: mark })}
      />
    </>
  )
}
