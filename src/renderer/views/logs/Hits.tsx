import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { LogHit } from '../../../shared/contract.ts'
import { clockText } from '../../format.ts'
import { Time } from '../../parts/Time.tsx'
import { useRowKeys } from '../../parts/row-keys.ts'
import { Message } from '../../parts/log/LogLine.tsx'
import type { HitRow } from '../../state/all-logs.ts'
import { linkTo } from '../../state/route.ts'

/** In px, as in the stylesheet. */
const HEIGHTS = { run: 34, hit: 24 }

interface Props {
  rows: HitRow[]
  mark: (text: string) => [number, number][]
}

/** What was found, by run: each line leads to its place in the log of the run. Arrow keys go from one to the other. */
export function Hits({ rows, mark }: Props) {
  const { t } = useTranslation()
  const box = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: (index) => HEIGHTS[rows[index]!.kind],
    overscan: 20,
  })

  const onKeyDown = useRowKeys(box, rows.length, (index) => virtual.scrollToIndex(index))

  return (
    <div className="hits" ref={box} role="list" aria-label={t('logs.hits')} onKeyDown={onKeyDown}>
      <div className="rows" style={{ height: virtual.getTotalSize() }} role="presentation">
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const { kind, hit } = rows[index]!
          return (
            <div
              className={`hit-row ${kind}`}
              key={key}
              role="listitem"
              aria-setsize={rows.length}
              aria-posinset={index + 1}
              data-row={index}
              style={{ transform: `translateY(${start}px)` }}
            >
              {kind === 'run' ? <RunOf hit={hit} /> : <Hit hit={hit} mark={mark} />}
            </div>
          )
        })}
      </div>
    </div>
  )
}

function RunOf({ hit: { executionId, jobName, time } }: { hit: LogHit }) {
  return (
    <>
      <a href={linkTo.run(executionId)} className="cut">
        <span className="number">#{executionId}</span> <bdi>{jobName}</bdi>
      </a>
      <span className="quiet number">
        <Time at={time} />
      </span>
    </>
  )
}

function Hit({ hit, mark }: { hit: LogHit; mark: Props['mark'] }) {
  const { t } = useTranslation()
  if (hit.droppedThrough !== null)
    return <span className="quiet">{t('run.notKept', { count: hit.droppedThrough - hit.sequence + 1 })}</span>
  return (
    <a href={linkTo.run(hit.executionId, hit.sequence)} className="hit" data-level={hit.level}>
      <time className="quiet">{clockText(hit.time)}</time>
      <span className={`level ${hit.level}`}>{hit.level}</span>
      <span className="cut">
        <Message entry={hit} marksOf={mark} isOpen={false} />
      </span>
    </a>
  )
}
