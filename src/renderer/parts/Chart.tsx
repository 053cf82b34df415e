import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import './chart.css'
import { useColours } from './colours.ts'

interface Props {
  /** What is seen, in words. */
  label: string
  /** In ms since 1970, the earliest first. */
  times: number[]
  values: number[]
  /** What is usual lies between these. */
  band: [number, number]
  valueText: (value: number) => string
}

const HEIGHT = 150

/** Values over time as a line with a dot for each, above the band of what is usual. */
export function Chart({ label, times, values, band, valueText }: Props) {
  const { i18n } = useTranslation()
  const colours = useColours()
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = box.current!
    const axis = { stroke: colours.quiet, grid: { stroke: colours.line, width: 1 }, ticks: { show: false } }
    const day = new Intl.DateTimeFormat(i18n.language, { month: 'short', day: 'numeric' })
    const clock = new Intl.DateTimeFormat(i18n.language, { hour: '2-digit', minute: '2-digit' })
    const isShort = times.at(-1)! - times[0]! < 2 * 86_400_000
    const chart = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        scales: { y: { range: (_, __, most) => [0, Math.max(most, 1) * 1.1] } },
        series: [
          {},
          { stroke: 'transparent', points: { show: false } },
          { stroke: 'transparent', points: { show: false } },
          { stroke: colours.accent, width: 1.5, points: { show: times.length < 100, size: 5 } },
        ],
        bands: [{ series: [1, 2], fill: colours.chosen }],
        axes: [
          {
            ...axis,
            size: 28,
            space: 80,
            values: (_, splits) => splits.map((at) => (isShort ? clock : day).format(at * 1000)),
          },
          { ...axis, size: 76, values: (_, splits) => splits.map((value) => valueText(value)) },
        ],
      },
      [times.map((at) => at / 1000), times.map(() => band[1]), times.map(() => band[0]), values],
      element,
    )
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      chart.destroy()
    }
  }, [times, values, band, valueText, i18n.language, colours])
  return <div className="chart" role="img" aria-label={label} ref={box} />
}
