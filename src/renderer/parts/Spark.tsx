import { useTranslation } from 'react-i18next'
import type { Execution, Status } from '../../shared/contract.ts'
import './spark.css'

/** So many runs are shown. */
export const SPARK_RUNS = 20
const WIDTH = 3
const GAP = 1
const HEIGHT = 18

const TONES: Partial<Record<Status, string>> = {
  completed: 'good',
  failed: 'bad',
  timeout: 'bad',
  killed: 'bad',
  cancelled: 'warn',
  interrupted: 'warn',
  running: 'busy',
  initializing: 'busy',
  queued: 'quiet',
}

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
  const shown = runs.slice(0, SPARK_RUNS).toReversed()
  const longest = Math.max(1, ...shown.map(({ durationMs }) => durationMs ?? 0))
  const failed = shown.filter(({ status }) => TONES[status] === 'bad').length
  const label = t('spark.label', { count: shown.length, failed })
  if (shown.length === 0) return null
  return (
    <svg
      className="spark"
      width={SPARK_RUNS * (WIDTH + GAP)}
      height={HEIGHT + 3}
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      {shown.map(({ id, status, durationMs }, index) => {
        const height = Math.max(3, Math.round(((durationMs ?? longest) / longest) * HEIGHT))
        const x = (SPARK_RUNS - shown.length + index) * (WIDTH + GAP)
        const tone = TONES[status] ?? 'quiet'
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
