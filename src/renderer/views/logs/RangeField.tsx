import { useTranslation } from 'react-i18next'
import { localText } from '../../format.ts'
import type { Range } from '../../state/all-logs.ts'

const HOUR = 3_600_000
const SPANS = { hour: HOUR, day: 24 * HOUR, week: 7 * 24 * HOUR, month: 30 * 24 * HOUR } as const
type Choice = keyof typeof SPANS | 'any' | 'between'
const CHOICES: Choice[] = ['any', 'hour', 'day', 'week', 'month', 'between']

interface Props {
  range: Range
  choose: (range: Range) => void
}

function choiceOf(range: Range): Choice {
  if ('since' in range) return 'between'
  const found = CHOICES.find(
    (choice) => choice in SPANS && SPANS[choice as keyof typeof SPANS] === range.last,
  )
  return found ?? 'any'
}

/** From when to when: the last hour, day, week or month, or between two times. */
export function RangeField({ range, choose }: Props) {
  const { t } = useTranslation()
  const pick = (choice: Choice) => {
    if (choice === 'any') choose({ last: null })
    else if (choice === 'between') choose({ since: Date.now() - SPANS.day, until: null })
    else choose({ last: SPANS[choice] })
  }
  return (
    <>
      <select
        aria-label={t('logs.when')}
        value={choiceOf(range)}
        onChange={({ target }) => pick(target.value as Choice)}
      >
        {CHOICES.map((choice) => (
          <option value={choice} key={choice}>
            {t(`logs.range.${choice}`)}
          </option>
        ))}
      </select>
      {'since' in range && (
        <span className="between">
          <TimeField
            label={t('logs.since')}
            time={range.since}
            choose={(since) => choose({ ...range, since })}
          />
          <span aria-hidden>–</span>
          <TimeField
            label={t('logs.until')}
            time={range.until}
            choose={(until) => choose({ ...range, until })}
          />
        </span>
      )}
    </>
  )
}

interface TimeFieldProps {
  label: string
  time: number | null
  choose: (time: number | null) => void
}

function TimeField({ label, time, choose }: TimeFieldProps) {
  return (
    <input
      type="datetime-local"
      aria-label={label}
      value={time === null ? '' : localText(time)}
      onChange={({ target }) => {
        const chosen = new Date(target.value).getTime()
        choose(Number.isNaN(chosen) ? null : chosen)
      }}
    />
  )
}
