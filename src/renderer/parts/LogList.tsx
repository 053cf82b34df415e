import { defaultRangeExtractor, useVirtualizer, type Range } from '@tanstack/react-virtual'
import {
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
  type ClipboardEvent,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  type Ref,
} from 'react'
import { useTranslation } from 'react-i18next'
import type { LogEntry } from '../../shared/contract.ts'
import { attempt } from '../state/notices.ts'
import type { LogSource } from '../state/log-lines.ts'
import { usePreferences } from '../state/preferences.ts'
import { LogLine, canOpen, isGroup } from './log/LogLine.tsx'
import { messageText } from './log/ansi.ts'
import { lineTime } from './log/line-time.ts'
import { selectedRows, selectedText, type Selected } from './log/selection.ts'
import './log/log.css'

/** In px, as in the stylesheet. */
const LINE_HEIGHT = 20
/** So near to its end, in px, a log is followed. */
const NEAR = LINE_HEIGHT * 2

const FAR = 100_000

/** Lines of a log by their numbers: those from the one to the other, whichever comes first. */
export interface Chosen {
  anchor: number
  end: number
}

/** What others make a list of lines do. */
export interface LogHandle {
  show: (sequence: number) => void
  toggleFollow: () => void
  /** The number of the first line that is in sight. */
  inSight: () => number
}

interface Props {
  log: LogSource
  /** Whether the log may still grow. */
  isLive: boolean
  /** When the run began, for times that are told from there. */
  startedAt: number | null
  /** The line to begin at; the end of the log, if not given. */
  startAt?: number | null
  /** Chosen lines: by click, with Shift up to another, with the arrow keys. */
  chosen: Chosen | null
  choose: (chosen: Chosen | null) => void
  /** Groups that are folded away, by their first lines. */
  folds: ReadonlyMap<number, number>
  toggleFold: (sequence: number) => unknown
  marksOf?: (text: string) => [number, number][]
  /** The text of lines that may not be loaded, for the clipboard. */
  read: (from: number, through: number) => Promise<string>
  /** What stands where no line is shown. */
  empty?: ReactNode
  ref?: Ref<LogHandle>
}

/** A log of any length. It follows its end until one scrolls up, and takes hold again at the end. */
export function LogList({ log, startAt = null, ref, ...props }: Props) {
  const { t } = useTranslation()
  const { wrapsLog, logTime } = usePreferences()
  const version = useSyncExternalStore(log.subscribe, log.version)
  const box = useRef<HTMLDivElement>(null)
  const top = useRef(0)
  const [isFollowing, setFollowing] = useState(startAt === null)
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set())
  const [spoken, speak] = useState<number | null>(null)
  const held = useHeldRows(box)
  const { chosen, choose } = props
  const isMeasured = wrapsLog || opened.size > 0
  const virtual = useVirtualizer({
    count: log.rows,
    getScrollElement: () => box.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 20,
    rangeExtractor: (range) => withHeld(range, held.current),
  })
  const size = virtual.getTotalSize()
  const items = virtual.getVirtualItems()
  // Far down, pixels are not counted exactly: rows are placed from somewhere near.
  const base = Math.floor((virtual.scrollOffset ?? 0) / FAR) * FAR
  useEffect(() => virtual.measure(), [isMeasured, wrapsLog, log, virtual])

  const follow = (wanted: boolean) => {
    log.isFollowed = wanted
    setFollowing(wanted)
  }
  const show = (sequence: number) => {
    follow(false)
    speak(sequence)
    virtual.scrollToIndex(log.rowOf(sequence), { align: 'center' })
  }
  const inSight = () => log.sequenceAt(Math.max(0, virtual.range?.startIndex ?? 0))
  useImperativeHandle(ref, () => ({ show, inSight, toggleFollow: () => follow(!isFollowing) }))
  const isThere = startAt !== null && log.rows > log.rowOf(startAt)
  useEffect(() => {
    if (isThere) show(startAt)
  }, [startAt, isThere])
  // Where other lines are shown than before, those that were in sight stay there as far as they are among them.
  const sight = useRef(1)
  useEffect(() => {
    log.isFollowed = isFollowing
    if (!isFollowing && log.rows > 0) virtual.scrollToIndex(log.rowOf(sight.current), { align: 'start' })
  }, [log])

  useLayoutEffect(() => {
    if (isFollowing && box.current) box.current.scrollTop = box.current.scrollHeight
  }, [version, size, isFollowing])

  function onScroll(): void {
    const { scrollTop, scrollHeight, clientHeight } = box.current!
    // Only who scrolls up lets go: a log that grows moves its end away from the same place.
    const isUp = scrollTop < top.current
    top.current = scrollTop
    sight.current = inSight()
    const isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR
    if (isFollowing ? isUp && !isAtEnd : isAtEnd && !isUp) follow(!isFollowing)
  }

  const { toggleFold } = props
  const toggle = useCallback(
    (entry: LogEntry) => {
      if (isGroup(entry)) return void toggleFold(entry.sequence)
      setOpened((before) => {
        const after = new Set(before)
        if (!after.delete(entry.sequence)) after.add(entry.sequence)
        return after
      })
    },
    [toggleFold],
  )

  function onKeyDown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== box.current) return
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 }
    const step = steps[event.key]
    if (event.key === 'Enter' && !chosen) {
      choose({ anchor: inSight(), end: inSight() })
      speak(inSight())
    } else if (!chosen) return
    else if (event.key === 'Escape') choose(null)
    else if (event.key === 'Enter') {
      const entry = log.line(log.rowOf(chosen.end))
      if (entry && (isGroup(entry) || canOpen(entry))) toggle(entry)
    } else if (step) {
      const row = Math.min(log.rows - 1, Math.max(0, log.rowOf(chosen.end) + step))
      const end = log.sequenceAt(row)
      choose({ anchor: event.shiftKey ? chosen.anchor : end, end })
      speak(end)
      follow(false)
      virtual.scrollToIndex(row)
    } else return
    event.preventDefault()
  }

  function onCopy(event: ClipboardEvent): void {
    const selected = selectedRows(box.current!)
    if (!selected || selected.first.row === selected.last.row) return
    event.preventDefault()
    const text = selectedText(selected, log, props.read)
    if (typeof text === 'string') event.clipboardData.setData('text/plain', text)
    else void attempt(async () => navigator.clipboard.writeText(await text))
  }

  return (
    <div className="log">
      <div
        className={wrapsLog ? 'lines wraps' : 'lines'}
        ref={box}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
        onCopy={onCopy}
        role="log"
        aria-live="off"
        aria-label={t('run.log')}
        tabIndex={0}
      >
        <div className="rows" style={{ height: size }}>
          <div className="near" style={{ top: base }}>
            {items.map(({ index, key, start }) => {
              const entry = log.line(index)
              const sequence = log.sequenceAt(index)
              const before = logTime === 'delta' && index > 0 ? log.line(index - 1)?.time : undefined
              return (
                <div
                  className={isMeasured ? 'line grows' : 'line'}
                  key={key}
                  data-index={index}
                  data-level={entry?.level}
                  data-chosen={isChosen(chosen, sequence)}
                  ref={isMeasured ? virtual.measureElement : undefined}
                  style={{ transform: `translateY(${start - base}px)` }}
                  onMouseDown={(event) => extend(event, chosen, sequence, choose)}
                  onClick={(event) => pick(event, sequence, choose)}
                >
                  {entry ? (
                    <LogLine
                      entry={entry}
                      time={lineTime(logTime, entry.time, props.startedAt, before)}
                      marksOf={props.marksOf}
                      isOpen={opened.has(sequence)}
                      isFolded={props.folds.has(sequence)}
                      toggle={toggle}
                    />
                  ) : (
                    <span className="quiet">…</span>
                  )}
                </div>
              )
            })}
          </div>
        </div>
      </div>
      <Spoken entry={spoken === null || chosen?.end !== spoken ? undefined : log.line(log.rowOf(spoken))} />
      {log.rows === 0 && props.empty}
      {props.isLive ? (
        <button
          type="button"
          className="follow"
          aria-pressed={isFollowing}
          onClick={() => follow(!isFollowing)}
        >
          {isFollowing ? t('run.following') : t('run.follow')}
        </button>
      ) : (
        !isFollowing && (
          <button type="button" className="follow" onClick={() => follow(true)}>
            {t('run.toEnd')}
          </button>
        )
      )}
    </div>
  )
}

/** Of a line that is spoken, no more than this is. */
const LONGEST_SPOKEN = 500

/** The line that was chosen by a key, for those who do not see it. */
function Spoken({ entry }: { entry: LogEntry | undefined }) {
  const { t } = useTranslation()
  const isKept = entry?.droppedThrough === null
  const text = isKept
    ? `${entry.level}: ${messageText(entry.message)}`
    : entry && t('run.notKept', { count: entry.droppedThrough! - entry.sequence + 1 })
  return (
    <p className="hidden" role="status">
      {text?.slice(0, LONGEST_SPOKEN)}
    </p>
  )
}

const isChosen = (chosen: Chosen | null, sequence: number): boolean =>
  chosen !== null &&
  sequence >= Math.min(chosen.anchor, chosen.end) &&
  sequence <= Math.max(chosen.anchor, chosen.end)

type Choose = (chosen: Chosen | null) => void

/** With Shift, all lines from the one that was chosen; text is then not selected. */
function extend(event: MouseEvent, chosen: Chosen | null, sequence: number, choose: Choose): void {
  if (!event.shiftKey || event.button !== 0 || !chosen) return
  event.preventDefault()
  choose({ anchor: chosen.anchor, end: sequence })
}

/** A click chooses the line, unless it ended a selection of text. */
function pick(event: MouseEvent, sequence: number, choose: Choose): void {
  const isButton = (event.target as Element).closest('button') !== null
  if (event.shiftKey || isButton || document.getSelection()?.isCollapsed === false) return
  choose({ anchor: sequence, end: sequence })
}

/** The rows in which what is selected begins and ends: they stay, so that scrolling loses nothing of it. */
function useHeldRows(box: { current: HTMLDivElement | null }): { current: Selected | undefined } {
  const held = useRef<Selected>(undefined)
  useEffect(() => {
    const look = () => void (held.current = box.current ? selectedRows(box.current) : undefined)
    document.addEventListener('selectionchange', look)
    return () => document.removeEventListener('selectionchange', look)
  }, [box])
  return held
}

function withHeld(range: Range, held: Selected | undefined): number[] {
  const rows = defaultRangeExtractor(range)
  if (!held) return rows
  const wanted = [held.first.row, held.last.row].filter((row) => row < range.count)
  return [...new Set([...rows, ...wanted])].toSorted((a, b) => a - b)
}
