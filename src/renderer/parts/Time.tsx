import { useTranslation } from 'react-i18next'
import { dateText, relativeText } from '../format.ts'
import { useNow } from '../state/now.ts'

/** A time relative to now; the date and time of day on hover. */
export function Time({ at }: { at: number }) {
  const { i18n } = useTranslation()
  const now = useNow()
  return (
    <time dateTime={new Date(at).toISOString()} title={dateText(i18n.language, at)}>
      {relativeText(i18n.language, at, now)}
    </time>
  )
}
