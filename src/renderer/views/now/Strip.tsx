import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useColours } from '../../parts/colours.ts'
import { LOOKS } from '../../parts/looks.ts'
import { linkTo } from '../../state/route.ts'
import { TICK, keepStrip, useStrip } from '../../state/timeline.ts'
import { begin, paintGrid, paintNow, paintPlanned, paintSpans, paintTicks } from '../timeline/paint.ts'
import type { Span } from '../../state/time-scale.ts'
import '../timeline/timeline.css'

const HALF = 12 * 3_600_000

/** The last and the next twelve hours of all jobs, in one line. */
export function Strip() {
  const { t, i18n } = useTranslation()
  const colours = useColours()
  const canvas = useRef<HTMLCanvasElement>(null)
  const picture = useStrip(({ strip }) => strip)
  useEffect(() => keepStrip(HALF), [])
  useEffect(() => {
    const element = canvas.current!
    function paint(): void {
      const begun = begin(element)
      if (!begun || !picture) return
      const now = Date.now()
      const whole = { ...begun, range: { from: now - HALF, to: now + HALF }, now, colours }
      const middle = 16
      paintGrid(whole)
      paintPlanned(whole, picture.planned, middle)
      // What failed lies above the rest.
      const isBad = ({ status }: Span) => LOOKS[status].tone === 'bad'
      paintSpans(
        whole,
        picture.spans.filter((span) => !isBad(span)),
        middle,
      )
      paintSpans(whole, picture.spans.filter(isBad), middle)
      const { fontSize, fontFamily } = getComputedStyle(element)
      paintTicks(whole, i18n.language, `${fontSize} ${fontFamily}`)
      paintNow(whole)
    }
    const observer = new ResizeObserver(paint)
    observer.observe(element)
    const timer = setInterval(() => document.hidden || paint(), 6 * TICK)
    return () => {
      observer.disconnect()
      clearInterval(timer)
    }
  }, [picture, colours, i18n.language])
  return (
    <a className="strip" href={linkTo.timeline} aria-label={t('now.strip')} title={t('now.strip')}>
      <canvas ref={canvas} aria-hidden />
    </a>
  )
}
