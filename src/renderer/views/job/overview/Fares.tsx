import { lazy, Suspense, useCallback, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Execution } from '../../../../shared/contract.ts'
import { dateText, spanText } from '../../../format.ts'
import { Spark } from '../../../parts/Spark.tsx'
import { useJobOverview } from '../../../state/overview-of-job.ts'
import { trendOf, type Trend } from '../../../state/trend.ts'

const Chart = lazy(() => import('../../../parts/Chart.tsx').then((part) => ({ default: part.Chart })))

/** So many runs stand in the table beside the chart. */
const TABLE = 50

/** How runs of the job end, and how long they take. */
export function Fares({ runs }: { runs: Execution[] }) {
  const { t, i18n } = useTranslation()
  const statistics = useJobOverview((state) => state.statistics)
  const trend = useMemo(() => trendOf(runs), [runs])
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 })
  const rate = statistics?.successRate ?? null
  const duration = statistics?.duration ?? null
  const ended = Object.values(statistics?.ended ?? {}).reduce((sum, count) => sum + count, 0)
  return (
    <section aria-labelledby="overview-fares">
      <h2 id="overview-fares">{t('overview.fares')}</h2>
      {runs.length === 0 ? (
        <p className="quiet">{t('job.noRuns')}</p>
      ) : (
        <>
          <dl className="overview-facts">
            <Fact name={t('overview.rate')} value={rate === null ? '–' : percent.format(rate)} />
            <Fact name={t('overview.ended')} value={String(ended)} />
            {duration && <Fact name={t('overview.usual')} value={spanText(t, duration.p50)} />}
            {duration && <Fact name={t('overview.mostly')} value={spanText(t, duration.p90)} />}
            <div>
              <dt>{t('overview.last')}</dt>
              <dd>
                <Spark runs={runs} />
              </dd>
            </div>
          </dl>
          {trend && <TrendOf trend={trend} />}
        </>
      )}
    </section>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="number">{value}</dd>
    </div>
  )
}

/** How long runs took, one after the other, with what is usual; and the same as a table. */
function TrendOf({ trend }: { trend: Trend }) {
  const { t, i18n } = useTranslation()
  const { times, durations, band } = trend
  const [from, to] = [spanText(t, band[0]), spanText(t, band[1])]
  const valueText = useCallback((value: number) => spanText(t, value), [t])
  const rows = times.map((at, index) => ({ at, took: durations[index]! })).toReversed()
  return (
    <>
      <h3>{t('overview.trend')}</h3>
      <Suspense fallback={<div className="chart" />}>
        <Chart
          label={t('overview.trendLabel', { count: times.length, from, to })}
          times={times}
          values={durations}
          band={band}
          valueText={valueText}
        />
      </Suspense>
      <p className="quiet">{t('overview.band', { from, to })}</p>
      <details>
        <summary>{t('overview.asTable')}</summary>
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">{t('job.began')}</th>
              <th scope="col">{t('job.took')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, TABLE).map(({ at, took }, index) => (
              <tr key={index}>
                <td className="number">{dateText(i18n.language, at)}</td>
                <td className="number">{spanText(t, took)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  )
}
