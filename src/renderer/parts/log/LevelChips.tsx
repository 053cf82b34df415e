import { useTranslation } from 'react-i18next'
import type { Level } from '../../../shared/contract.ts'

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const satisfies Level[]

interface Props {
  /** Those that are shown; none chosen shows all. */
  levels: readonly Level[]
  choose: (levels: Level[]) => void
  /** How many lines have each; without it, all levels are offered, and no counts. */
  counts?: Partial<Record<Level, number>>
}

/** The levels of lines, to show those of some of them alone. */
export function LevelChips({ levels, choose, counts }: Props) {
  const { t, i18n } = useTranslation()
  const number = new Intl.NumberFormat(i18n.language)
  const offered = LEVELS.filter((level) => !counts || counts[level] || levels.includes(level))
  if (counts && offered.length < 2 && levels.length === 0) return null
  return (
    <div className="chips" role="group" aria-label={t('logs.levels')}>
      {offered.map((level) => {
        const isOn = levels.includes(level)
        return (
          <button
            type="button"
            className="chip"
            key={level}
            aria-pressed={isOn}
            onClick={() => choose(isOn ? levels.filter((each) => each !== level) : [...levels, level])}
          >
            <span className={`level ${level}`}>{level}</span>
            {counts && <span className="number">{number.format(counts[level] ?? 0)}</span>}
          </button>
        )
      })}
    </div>
  )
}
