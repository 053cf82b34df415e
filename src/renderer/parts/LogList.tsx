import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import type { LogEntry } from '../../shared/contract.ts'
import { clockText, plainLine } from '../format.ts'
import type { LogLines } from '../state/log-lines.ts'

/** In px, as in the stylesheet. */
const LINE_HEIGHT = 20
/** So near to its end, in px, a log is followed. */
const NEAR = LINE_HEIGHT * 2

interface Props {
  log: LogLines
  /** The line to begin at; the end of the log, if not given. */
  startAt?: number | null
}

/** A log of any length. It follows its end until one scrolls up, and takes hold again at the end. */
export function LogList({ log, startAt = null }: Props) {
  const { t } = useTranslation()
  const version = useSyncExternalStore(log.subscribe, log.version)
  const box = useRef<HTMLDivElement>(null)
  const top = useRef(0)
  const [isFollowing, setFollowing] = useState(startAt === null)
  const virtual = useVirtualizer({
    count: log.rows,
    getScrollElement: () => box.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 20,
  })

  const follow = (wanted: boolean) => {
    log.isFollowed = wanted
    setFollowing(wanted)
  }
  useEffect(() => {
    if (startAt === null) return
    follow(false)
    virtual.scrollToIndex(log.rowOf(startAt), { align: 'center' })
  }, [startAt, log])

  useLayoutEffect(() => {
    if (isFollowing && box.current) box.current.scrollTop = box.current.scrollHeight
  }, [version, isFollowing])

  function onScroll(): void {
    const { scrollTop, scrollHeight, clientHeight } = box.current!
    // Only who scrolls up lets go: a log that grows moves its end away from the same place.
    const isUp = scrollTop < top.current
    top.current = scrollTop
    const isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR
    if (isFollowing ? isUp && !isAtEnd : isAtEnd && !isUp) follow(!isFollowing)
  }

  return (
    <div className="log">
      <div
        className="lines"
        ref={box}
        onScroll={onScroll}
        role="log"
        aria-live="off"
        aria-label={t('run.log')}
        tabIndex={0}
      >
        <div className="rows" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, key, start }) => (
            <div className="line" key={key} style={{ transform: `translateY(${start}px)` }}>
              <Line entry={log.line(index)} />
            </div>
          ))}
        </div>
      </div>
      <button
        type="button"
        className="follow"
        aria-pressed={isFollowing}
        onClick={() => follow(!isFollowing)}
      >
        {isFollowing ? t('run.following') : t('run.follow')}
      </button>
    </div>
  )
}

function Line({ entry }: { entry: LogEntry | undefined }) {
  const { t } = useTranslation()
  if (!entry) return <span className="quiet">…</span>
  if (entry.droppedThrough !== null) {
    const count = entry.droppedThrough - entry.sequence + 1
    return <span className="quiet">{t('run.notKept', { count })}</span>
  }
  return (
    <>
      <time className="quiet">{clockText(entry.time)}</time>
      <span className={`level ${entry.level}`}>{entry.level}</span>
      <bdi>{plainLine(entry.message)}</bdi>
      {entry.fields && <span className="quiet">{JSON.stringify(entry.fields)}</span>}
    </>
  )
}
