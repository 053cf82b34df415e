import { ChevronLeft, ChevronRight, ZoomIn, ZoomOut } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Job } from '../../shared/contract.ts'
import { Empty } from '../parts/Empty.tsx'
import { FaultNote } from '../parts/FaultNote.tsx'
import { useCommands } from '../state/commands.ts'
import { useJobs } from '../state/jobs.ts'
import { linkTo } from '../state/route.ts'
import { keepTimeline, panBy, showNow, useTimeline, zoomBy } from '../state/timeline.ts'
import { Lanes } from './timeline/Lanes.tsx'
import { SPANS, SPAN_NAMES } from '../state/time-scale.ts'
import { TimelineTable } from './timeline/TimelineTable.tsx'
import './timeline/timeline.css'

const PAN = 0.25
const ZOOM = 1.5

/** A lane for each job: what ran, and what is planned. */
export function TimelineView() {
  const { t } = useTranslation()
  const { jobs, isReady: hasJobs } = useJobs()
  const isReady = useTimeline((state) => state.isReady)
  const fault = useTimeline((state) => state.fault)
  const isComplete = useTimeline((state) => state.isComplete)
  const [text, setText] = useState('')
  const [isTable, setTable] = useState(false)
  const shown = useMemo(() => fitting(jobs, text), [jobs, text])
  useEffect(keepTimeline, [])
  useCommands([
    { id: 'earlier', title: t('timeline.earlier'), keys: 'ArrowLeft', scope: 'view', run: () => panBy(-PAN) },
    { id: 'later', title: t('timeline.later'), keys: 'ArrowRight', scope: 'view', run: () => panBy(PAN) },
    { id: 'closer', title: t('timeline.closer'), keys: '+', scope: 'view', run: () => zoomBy(1 / ZOOM) },
    { id: 'wider', title: t('timeline.wider'), keys: '-', scope: 'view', run: () => zoomBy(ZOOM) },
    { id: 'to-now', title: t('timeline.toNow'), keys: 't', scope: 'view', run: () => showNow() },
  ])
  return (
    <section className="view timeline">
      <header>
        <h1>{t('nav.timeline')}</h1>
        <input
          type="search"
          aria-label={t('timeline.filter')}
          placeholder={t('timeline.filter')}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      </header>
      {fault && <FaultNote fault={fault} />}
      {hasJobs && jobs.length === 0 ? (
        <Empty title={t('timeline.empty')} text={t('timeline.emptyText')}>
          <a className="button main" href={linkTo.newJob()}>
            {t('commands.new')}
          </a>
        </Empty>
      ) : (
        <>
          <Bar isTable={isTable} setTable={setTable} />
          {!isComplete && <p className="quiet">{t('timeline.incomplete')}</p>}
          {shown.length === 0 && hasJobs && <p className="quiet">{t('jobs.noMatch', { text })}</p>}
          {isReady && (isTable ? <TimelineTable jobs={shown} /> : <Lanes jobs={shown} />)}
        </>
      )}
    </section>
  )
}

/** Those with the text in their name or folder, whatever the case of its letters. */
function fitting(jobs: Job[], text: string): Job[] {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return jobs
  return jobs.filter(({ name, category }) => `${category ?? ''}/${name}`.toLowerCase().includes(wanted))
}

interface BarProps {
  isTable: boolean
  setTable: (isTable: boolean) => void
}

/** How much is in sight, and where: nothing needs the wheel or dragging. */
function Bar({ isTable, setTable }: BarProps) {
  const { t } = useTranslation()
  const span = useTimeline(({ range }) => Math.round(range.to - range.from))
  const isFollowing = useTimeline((state) => state.isFollowing)
  const icon = (label: string, picture: React.ReactNode, act: () => void) => (
    <button type="button" className="icon" aria-label={label} title={label} onClick={act}>
      {picture}
    </button>
  )
  return (
    <div className="timeline-bar" role="toolbar" aria-label={t('timeline.range')}>
      <span className="segments">
        {SPAN_NAMES.map((name) => (
          <button
            type="button"
            key={name}
            aria-pressed={span === SPANS[name]}
            onClick={() => showNow(SPANS[name])}
          >
            {t(`timeline.spans.${name}`)}
          </button>
        ))}
      </span>
      {icon(t('timeline.earlier'), <ChevronLeft aria-hidden size={16} />, () => panBy(-PAN))}
      {icon(t('timeline.later'), <ChevronRight aria-hidden size={16} />, () => panBy(PAN))}
      {icon(t('timeline.closer'), <ZoomIn aria-hidden size={16} />, () => zoomBy(1 / ZOOM))}
      {icon(t('timeline.wider'), <ZoomOut aria-hidden size={16} />, () => zoomBy(ZOOM))}
      <button type="button" disabled={isFollowing} onClick={() => showNow()}>
        {t('nav.now')}
      </button>
      <button
        type="button"
        className="timeline-toggle"
        aria-pressed={isTable}
        onClick={() => setTable(!isTable)}
      >
        {t('overview.asTable')}
      </button>
    </div>
  )
}
