import { useTranslation } from 'react-i18next'
import { hurry } from '../client.ts'

/** What is shown to a browser that was not let in, or no longer is. */
export function NewLink() {
  const { t } = useTranslation()
  return (
    <main className="lonely">
      <h1>{t('connection.linkTitle')}</h1>
      <p>{t('connection.linkText')}</p>
      <pre className="command">jobdeck open</pre>
      <button type="button" onClick={hurry}>
        {t('connection.retry')}
      </button>
    </main>
  )
}
