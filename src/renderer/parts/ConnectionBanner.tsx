import { useTranslation } from 'react-i18next'
import { hurry } from '../client.ts'
import { useConnection } from '../state/connection.ts'

/** Says that what is shown may be old, or that nothing can be stored. */
export function ConnectionBanner() {
  const { t } = useTranslation()
  const { connection, trouble } = useConnection()
  if (connection === 'offline')
    return (
      <div className="banner warn" role="status">
        <span>
          <strong>{t('connection.offline')}</strong> {t('connection.offlineHint')}
        </span>
        <button type="button" onClick={hurry}>
          {t('connection.retry')}
        </button>
      </div>
    )
  if (!trouble) return null
  return (
    <div className="banner bad" role="status">
      {t('connection.trouble', { reason: trouble.message })}
    </div>
  )
}
