import { useTranslation } from 'react-i18next'

export function LogsView() {
  const { t } = useTranslation()
  return (
    <section className="view">
      <h1>{t('nav.logs')}</h1>
    </section>
  )
}
