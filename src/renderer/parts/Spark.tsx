import { useTranslation } from 'react-i18next'
import type { Execution } from '../../shared/contract.ts'
import { LAST_RUNS } from '../state/in-sight.ts'
import { LOOKS } from './looks.ts'
import './spark.css'

const WIDTH = 3
const GAP = 1
const HEIGHT = 18

interface Props {
  /** Newest first. */
  runs: Pick<Execution, 'id' | 'status' | 'durationMs'>[]
}

/**
 * The last runs as bars, the newest on the right: the height is how long they took, against the longest of them. Those
 * that failed have a foot, so that they are seen without colour.
 */
export function Spark({ runs }: Props) {
  const { t } = useTranslation()
  const shown = runs.slice(0, LAST_RUNS).toReversed()
  const longest = Math.max(1, ...shown.map(({ durationMs }) => durationMs ?? 0))
  const failed = shown.filter(({ status }) => LOOKS[status].tone === 'bad').length
  const label = t('spark.label', { count: shown.length, failed })
  if (shown.length === 0) return null
  return (
    <svg
      className="spark"
      width={LAST_RUNS * (WIDTH + GAP)}
      height={HEIGHT + 3}
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      {shown.map(({ id, status, durationMs }, index) => {
        const height = Math.max(3, Math.round(((durationMs ?? longest) / longest) * HEIGHT))
        const x = (LAST_RUNS - shown.length + index) * (WIDTH + GAP)
        const { tone } = LOOKS[status]
        return (
          <g key={id} className={tone}>
            <rect x={x} y={HEIGHT - height} width={WIDTH} height={height} />
            {tone === 'bad' && <rect x={x} y={HEIGHT + 1} width={WIDTH} height={2} />}
          </g>
        )
      })}
    </svg>
  )
}
