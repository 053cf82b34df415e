import { useTranslation } from 'react-i18next'

export function TimelineView() {
  const { t } = useTranslation()
  return (
    <section className="view">
      <h1>{t('nav.timeline')}</h1>
    </section>
  )
}
