import { useTranslation } from 'react-i18next'

export function SettingsView() {
  const { t } = useTranslation()
  return (
    <section className="view">
      <h1>{t('nav.settings')}</h1>
    </section>
  )
}
