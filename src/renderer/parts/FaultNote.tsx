import { useTranslation } from 'react-i18next'
import type { FaultData } from '../../shared/fault.ts'

interface Props {
  fault: FaultData
  dismiss?: () => void
}

/** What went wrong: in the language of the window what kind it is, and as the engine said it. */
export function FaultNote({ fault, dismiss }: Props) {
  const { t } = useTranslation()
  return (
    <div className="note bad" role="alert">
      <div>
        <strong>{t(`faults.${fault.code}`)}</strong>
        <p>{fault.message}</p>
      </div>
      {dismiss && (
        <button type="button" onClick={dismiss}>
          {t('fault.dismiss')}
        </button>
      )}
    </div>
  )
}
