import { useCallback, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { Output } from '../../../shared/contract.ts'
import { bytesText } from '../../format.ts'
import { useColours, type Colours } from '../../parts/colours.ts'
import { sinceText } from '../../parts/log/line-time.ts'

type Samples = Output<'executions.samples'>

interface Props {
  samples: Samples
  startedAt: number
}

/** So many rows the table beside the chart has at most. */
const MOST_ROWS = 20

const percent = (value: number) => `${Math.round(value)} %`
const cpuOf = ({ cpu }: Samples[number]) => cpu
const memoryOf = ({ memory }: Samples[number]) => memory

/** What a run used of the processors and of memory, over its time: as a picture, in words, and as a table. */
export default function Usage({ samples, startedAt }: Props) {
  const { t, i18n } = useTranslation()
  const most = (values: number[]) => values.reduce((a, b) => Math.max(a, b), 0)
  const cpu = most(samples.map((sample) => sample.cpu))
  const memory = most(samples.map((sample) => sample.memory))
  const bytes = useCallback((value: number) => bytesText(i18n.language, value), [i18n.language])
  const rows = thinned(samples)
  return (
    <>
      <p className="number">{t('run.peaks', { cpu: percent(cpu), memory: bytes(memory) })}</p>
      <Chart
        label={t('run.processor')}
        samples={samples}
        startedAt={startedAt}
        value={cpuOf}
        say={percent}
        colour="accent"
      />
      <Chart
        label={t('run.memory')}
        samples={samples}
        startedAt={startedAt}
        value={memoryOf}
        say={bytes}
        colour="good"
      />
      <details>
        <summary>{t('run.asTable')}</summary>
        <table className="usage number">
          <thead>
            <tr>
              <th scope="col">{t('run.since')}</th>
              <th scope="col">{t('run.processor')}</th>
              <th scope="col">{t('run.memory')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((sample) => (
              <tr key={sample.time}>
                <td>{sinceText(sample.time - startedAt)}</td>
                <td>{percent(sample.cpu)}</td>
                <td>{bytes(sample.memory)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  )
}

/** Some of them, evenly, with the first and the last one. */
function thinned(samples: Samples): Samples {
  const step = Math.max(1, Math.ceil((samples.length - 1) / (MOST_ROWS - 1)))
  return samples.filter((_, index) => index % step === 0 || index === samples.length - 1)
}

interface ChartProps {
  label: string
  samples: Samples
  startedAt: number
  value: (sample: Samples[number]) => number
  say: (value: number) => string
  colour: keyof Colours
}

const HEIGHT = 100

function Chart({ label, samples, startedAt, value, say, colour }: ChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot>(undefined)
  const colours = useColours()
  const data = (): uPlot.AlignedData => [
    samples.map(({ time }) => (time - startedAt) / 1000),
    samples.map(value),
  ]
  useEffect(() => {
    const element = box.current!
    const axis = { stroke: colours.quiet, grid: { stroke: colours.line, width: 1 } }
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false }, y: { range: (_, _least, most) => [0, Math.max(1, most * 1.1)] } },
        axes: [
          { ...axis, size: 30, values: (_, ticks) => ticks.map((s) => sinceText(s * 1000).slice(1, -4)) },
          { ...axis, size: 62, space: 30, values: (_, ticks) => ticks.map(say) },
        ],
        series: [{}, { stroke: colours[colour], width: 1.5, points: { show: false } }],
      },
      data(),
      element,
    )
    chart.current = plot
    const watch = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }))
    watch.observe(element)
    return () => {
      watch.disconnect()
      plot.destroy()
    }
  }, [say, colour, startedAt, colours])
  useEffect(() => chart.current?.setData(data()), [samples])
  return (
    <figure className="usage-chart">
      <figcaption className="quiet">{label}</figcaption>
      <div ref={box} aria-hidden />
    </figure>
  )
}
