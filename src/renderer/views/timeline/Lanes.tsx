import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState, type PointerEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { Job } from '../../../shared/contract.ts'
import { useColours } from '../../parts/colours.ts'
import { go, linkTo } from '../../state/route.ts'
import { panBy, useTimeline, zoomBy } from '../../state/timeline.ts'
import type { Planned } from '../../state/upcoming.ts'
import { LANE, begin, paintGrid, paintLoad, paintNow, paintPlanned, paintSpans, paintTicks } from './paint.ts'
import { byJob, loadOf, spanAt, timeAt, type Span } from '../../state/time-scale.ts'
import { Tip, type Pointed } from './Tip.tsx'

/** Moves of the pointer up to this, in px, are a click. */
const STILL = 4
const WHEEL_ZOOM = 0.0015

/** The lanes and what is above them: painted only when something changed. */
export function Lanes({ jobs }: { jobs: Job[] }) {
  const { t } = useTranslation()
  const spans = useTimeline((state) => state.spans)
  const planned = useTimeline((state) => state.planned)
  const box = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const [pointed, setPointed] = useState<Pointed>()
  const lanes = useMemo(() => ({ spans: byJob(spans), planned: byJob(planned) }), [spans, planned])
  const virtual = useVirtualizer({
    count: jobs.length,
    getScrollElement: () => box.current,
    estimateSize: () => LANE,
    overscan: 6,
  })
  const items = virtual.getVirtualItems()
  usePaintedLanes({ canvas, box, jobs, lanes, chosen: pointed?.span.id })
  useWheel(canvas, box)

  function find({ clientX, clientY }: { clientX: number; clientY: number }): Pointed | undefined {
    const place = canvas.current!.getBoundingClientRect()
    const x = clientX - place.left
    const job = jobs[Math.floor((clientY - place.top + box.current!.scrollTop) / LANE)]
    const lane = job && lanes.spans.get(job.id)
    const { range } = useTimeline.getState()
    const span = lane && spanAt(lane, x, range, place.width, Date.now())
    return span && job && { span, name: job.name, x: clientX, y: clientY }
  }

  const drag = useDrag(canvas, find, setPointed)
  const tools = useStepping(jobs, spans, pointed, setPointed)
  return (
    <div className="timeline-picture">
      <Head jobs={jobs} />
      <div className="lanes" ref={box}>
        <div className="lanes-all" style={{ height: virtual.getTotalSize() }}>
          <ul className="lane-names" aria-label={t('timeline.lanes')}>
            {items.map(({ index, key, start }) => (
              <li key={key} style={{ transform: `translateY(${start}px)` }}>
                <a className="cut" href={linkTo.job(jobs[index]!.id)} title={jobs[index]!.name}>
                  <bdi>{jobs[index]!.name}</bdi>
                </a>
              </li>
            ))}
          </ul>
          <canvas
            ref={canvas}
            className="lane-canvas"
            tabIndex={0}
            role="application"
            aria-label={t('timeline.picture', { runs: spans.length, planned: planned.length })}
            aria-describedby="timeline-how"
            {...drag}
            {...tools}
          />
        </div>
      </div>
      <p id="timeline-how" className="hidden">
        {t('timeline.how')}
      </p>
      {pointed && <Tip pointed={pointed} />}
    </div>
  )
}

interface Painted {
  canvas: React.RefObject<HTMLCanvasElement | null>
  box: React.RefObject<HTMLDivElement | null>
  jobs: Job[]
  lanes: { spans: Map<string, Span[]>; planned: Map<string, Planned[]> }
  chosen: number | undefined
}

/** Paints what is in sight, at most once for each frame, and none where nothing changed. */
function usePaintedLanes({ canvas, box, jobs, lanes, chosen }: Painted): void {
  const colours = useColours()
  useEffect(() => {
    const scroller = box.current!
    return keepPainted(scroller, () => {
      // It stays where it is while the names scroll, and is as high as what can be seen of them.
      canvas.current!.style.height = `${scroller.clientHeight}px`
      const begun = begin(canvas.current!)
      if (!begun) return
      const { range } = useTimeline.getState()
      const picture = { ...begun, range, now: Date.now(), colours }
      paintGrid(picture)
      const top = scroller.scrollTop
      const last = Math.min(jobs.length, Math.ceil((top + picture.height) / LANE))
      for (let index = Math.floor(top / LANE); index < last; index++) {
        const { id } = jobs[index]!
        const y = index * LANE + LANE / 2 - top
        paintPlanned(picture, lanes.planned.get(id) ?? [], y)
        paintSpans(picture, lanes.spans.get(id) ?? [], y, chosen)
      }
      paintNow(picture)
    })
  }, [canvas, box, jobs, lanes, chosen, colours])
}

/**
 * Paints once, and again where the element is scrolled or has another size, or another part of time is in sight: in
 * the next frame, and past React, which has nothing to do with it.
 */
function keepPainted(element: HTMLElement, paint: () => void): () => void {
  let frame = 0
  function paintOnce(): void {
    frame = 0
    paint()
  }
  const ask = () => void (frame ||= requestAnimationFrame(paintOnce))
  const observer = new ResizeObserver(ask)
  observer.observe(element)
  element.addEventListener('scroll', ask, { passive: true })
  const stop = useTimeline.subscribe((now, before) => {
    if (now.range !== before.range) ask()
  })
  ask()
  return () => {
    cancelAnimationFrame(frame)
    observer.disconnect()
    element.removeEventListener('scroll', ask)
    stop()
  }
}

/** How many ran at once, and the times. */
function Head({ jobs }: { jobs: Job[] }) {
  const { t, i18n } = useTranslation()
  const spans = useTimeline((state) => state.spans)
  const colours = useColours()
  const canvas = useRef<HTMLCanvasElement>(null)
  const [most, setMost] = useState(0)
  const load = useMemo(() => {
    const ids = new Set(jobs.map(({ id }) => id))
    return loadOf(
      spans.filter(({ jobId }) => ids.has(jobId)),
      Date.now(),
    )
  }, [jobs, spans])
  useEffect(() => {
    const element = canvas.current!
    return keepPainted(element, () => {
      const begun = begin(element)
      if (!begun) return
      const picture = { ...begun, range: useTimeline.getState().range, now: Date.now(), colours }
      setMost(paintLoad(picture, load, 4, picture.height - 20))
      const { fontSize, fontFamily } = getComputedStyle(element)
      paintTicks(picture, i18n.language, `${fontSize} ${fontFamily}`)
      paintNow(picture)
    })
  }, [load, colours, i18n.language])
  return (
    <div className="timeline-head">
      <span className="quiet">{t('timeline.load', { count: most })}</span>
      <canvas ref={canvas} role="img" aria-label={t('timeline.load', { count: most })} />
    </div>
  )
}

/** The wheel zooms at the pointer where there is nothing to scroll, and with Ctrl; sideways it pans. */
function useWheel(canvas: Painted['canvas'], box: Painted['box']): void {
  useEffect(() => {
    const element = canvas.current!
    function turn(event: WheelEvent): void {
      const { clientHeight, scrollHeight } = box.current!
      const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX
      const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)
      if (!isSideways && !event.ctrlKey && !event.metaKey && scrollHeight > clientHeight) return
      event.preventDefault()
      const place = element.getBoundingClientRect()
      if (isSideways) return panBy(sideways / place.width)
      const { range } = useTimeline.getState()
      zoomBy(Math.exp(event.deltaY * WHEEL_ZOOM), timeAt(event.clientX - place.left, range, place.width))
    }
    element.addEventListener('wheel', turn, { passive: false })
    return () => element.removeEventListener('wheel', turn)
  }, [canvas, box])
}

/** Drags what is in sight; a click without a move opens the run. */
function useDrag(
  canvas: Painted['canvas'],
  find: (event: PointerEvent) => Pointed | undefined,
  point: (pointed: Pointed | undefined) => void,
) {
  const held = useRef<{ x: number; moved: number } | undefined>(undefined)
  const letGo = () => void (held.current = undefined)
  return {
    onPointerDown(event: PointerEvent) {
      if (event.button !== 0) return
      held.current = { x: event.clientX, moved: 0 }
      canvas.current!.setPointerCapture(event.pointerId)
    },
    onPointerMove(event: PointerEvent) {
      const from = held.current
      if (!from) return point(find(event))
      const by = event.clientX - from.x
      from.x = event.clientX
      from.moved += Math.abs(by)
      if (from.moved <= STILL) return
      point(undefined)
      panBy(-by / canvas.current!.clientWidth)
    },
    onPointerUp(event: PointerEvent) {
      const isClick = held.current !== undefined && held.current.moved <= STILL
      letGo()
      const found = isClick ? find(event) : undefined
      if (found) go(linkTo.run(found.span.id))
    },
    // The system took the pointer away, as for a gesture of its own.
    onPointerCancel: letGo,
    onLostPointerCapture: letGo,
    onPointerLeave: () => point(undefined),
  }
}

/** With the picture in focus, up and down go from run to run, and Enter opens one. */
function useStepping(
  jobs: Job[],
  spans: Span[],
  pointed: Pointed | undefined,
  point: (pointed: Pointed | undefined) => void,
) {
  return {
    onKeyDown(event: React.KeyboardEvent<HTMLCanvasElement>) {
      if (event.key === 'Enter' && pointed) return go(linkTo.run(pointed.span.id))
      const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
      if (step === 0) return
      event.preventDefault()
      const names = new Map(jobs.map(({ id, name }) => [id, name]))
      const { range } = useTimeline.getState()
      const there = spans.filter(
        ({ jobId, startedAt }) => names.has(jobId) && startedAt >= range.from && startedAt <= range.to,
      )
      const at = there.findIndex(({ id }) => id === pointed?.span.id)
      const span = there.at(at < 0 ? (step > 0 ? 0 : -1) : (at + step) % there.length)
      const place = event.currentTarget.getBoundingClientRect()
      if (span)
        point({ span, name: names.get(span.jobId)!, x: place.left + 20, y: place.top, isSpoken: true })
    },
    onBlur: () => point(undefined),
  }
}
