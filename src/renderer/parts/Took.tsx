import { useTranslation } from 'react-i18next'
import type { Execution } from '../../shared/contract.ts'
import { spanText } from '../format.ts'
import { useNow } from '../state/now.ts'

/** How long a run took, or has been running. */
export function Took({ run: { startedAt, durationMs, endedAt } }: { run: Execution }) {
  const { t } = useTranslation()
  const isOpen = startedAt !== null && endedAt === null
  const now = useNow(isOpen)
  if (durationMs !== null) return <>{spanText(t, durationMs)}</>
  return <>{isOpen ? spanText(t, now - startedAt) : '–'}</>
}
