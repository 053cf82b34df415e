import { useTranslation } from 'react-i18next'
import type { Occurrence } from '../../shared/contract.ts'
import type { Outcome } from '../../shared/schedule.ts'
import { dateText, rangeText } from '../format.ts'
import { linkTo } from '../state/route.ts'
import { whyOf } from './ledger-words.ts'
import './ledger.css'

/** How an outcome looks: its shape tells it apart without colour. */
const LOOKS: Record<Outcome, { shape: string; tone: string }> = {
  started: { shape: '✓', tone: 'good' },
  skipped: { shape: '↷', tone: 'quiet' },
  missed: { shape: '✕', tone: 'bad' },
  held: { shape: '?', tone: 'warn' },
}

interface Props {
  entries: Occurrence[]
  label: string
}

/** What became of planned runs, each in a sentence, so that nobody has to guess. */
export function Ledger({ entries, label }: Props) {
  return (
    <ul className="ledger" aria-label={label}>
      {entries.map((entry) => (
        <li key={`${entry.jobId} ${entry.firstAt}`}>
          <span aria-hidden="true" className={`shape ${LOOKS[entry.outcome].tone}`}>
            {LOOKS[entry.outcome].shape}
          </span>
          <Times entry={entry} />
          <span className="ledger-words">
            <Sentence entry={entry} /> <RunLink entry={entry} />
          </span>
        </li>
      ))}
    </ul>
  )
}

function RunLink({ entry: { executionId } }: { entry: Occurrence }) {
  const { t } = useTranslation()
  if (executionId === null) return null
  return (
    <a className="number" href={linkTo.run(executionId)}>
      {t('ledger.run', { number: executionId })}
    </a>
  )
}

/** When it was planned for: one time, or from the first to the last of many. */
export function Times({ entry: { firstAt, lastAt, count } }: { entry: Occurrence }) {
  const { i18n } = useTranslation()
  const one = count === 1 || firstAt === lastAt
  return (
    <time
      className="number"
      dateTime={new Date(firstAt).toISOString()}
      title={dateText(i18n.language, firstAt)}
    >
      {one ? dateText(i18n.language, firstAt) : rangeText(i18n.language, firstAt, lastAt)}
    </time>
  )
}

/** What became of it and why. */
export function Sentence({ entry }: { entry: Occurrence }) {
  const { t } = useTranslation()
  const { count, detail, outcome, reason } = entry
  return (
    <>
      {t(`ledger.why.${whyOf(entry)}`, { count })}
      {outcome === 'held' && reason !== 'ask' && ` ${t('ledger.asks')}`}
      {detail && (
        <>
          {' '}
          <bdi className="quiet">{detail}</bdi>
        </>
      )}
    </>
  )
}
