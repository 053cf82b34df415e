import { useTranslation } from 'react-i18next'
import { hurry } from '../client.ts'
import { resume } from '../state/actions.ts'
import { useConnection } from '../state/connection.ts'
import { deckPause, useOverview } from '../state/overview.ts'
import { Time } from './Time.tsx'

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
  if (!trouble) return <PausedBanner />
  return (
    <div className="banner bad" role="status">
      {t('connection.trouble', { reason: trouble.message })}
    </div>
  )
}

/** Says that nothing begins by itself, wherever one is: it is easily forgotten. */
function PausedBanner() {
  const { t } = useTranslation()
  const pause = useOverview(({ queue }) => deckPause(queue))
  if (!pause) return null
  return (
    <div className="banner warn" role="status">
      <span>
        {pause.pausedUntil === null ? t('paused.all') : t('paused.until')}{' '}
        {pause.pausedUntil !== null && <Time at={pause.pausedUntil} />}
      </span>
      <button type="button" onClick={() => resume([{ deck: true }])}>
        {t('pause.resume')}
      </button>
    </div>
  )
}
