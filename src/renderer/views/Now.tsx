import { useTranslation } from 'react-i18next'
import { useJobs } from '../state/jobs.ts'
import { FirstStart } from './FirstStart.tsx'

export function NowView() {
  const { t } = useTranslation()
  const { jobs, isReady } = useJobs()
  if (isReady && jobs.length === 0) return <FirstStart />
  return (
    <section className="view">
      <h1>{t('nav.now')}</h1>
    </section>
  )
}
