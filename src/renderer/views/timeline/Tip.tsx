import { useTranslation } from 'react-i18next'
import { rangeText, dateText, spanText } from '../../format.ts'
import { StateBadge } from '../../parts/StateBadge.tsx'
import type { Span } from '../../state/time-scale.ts'

export interface Pointed {
  span: Span
  name: string
  /** Where the pointer is, in px of the window. */
  x: number
  y: number
  /** Whether it was come to by a key: who does not see it hears it. */
  isSpoken?: boolean
}

/** What a bar is. */
export function Tip({ pointed: { span, name, x, y, isSpoken } }: { pointed: Pointed }) {
  const { t, i18n } = useTranslation()
  const { startedAt, endedAt, status, id } = span
  const left = Math.min(x + 12, window.innerWidth - 280)
  const top = Math.min(y + 14, window.innerHeight - 100)
  return (
    <div className="tip" style={{ left, top }} role={isSpoken ? 'status' : 'presentation'}>
      <strong className="cut">
        <bdi>{name}</bdi>
      </strong>
      <span>
        <StateBadge state={status} /> <span className="quiet number">#{id}</span>
      </span>
      <span className="number">
        {endedAt === null ? dateText(i18n.language, startedAt) : rangeText(i18n.language, startedAt, endedAt)}
      </span>
      <span className="quiet number">{spanText(t, (endedAt ?? Date.now()) - startedAt)}</span>
    </div>
  )
}
