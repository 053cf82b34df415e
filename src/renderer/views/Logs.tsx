import { useTranslation } from 'react-i18next'
import { asksNothing, useLastQuery, type Query } from '../state/all-logs.ts'
import { LogSearch } from './logs/LogSearch.tsx'

/** What is looked for in the logs of all runs, and what was found. */
export function LogsView() {
  const { t } = useTranslation()
  const { query } = useLastQuery()
  const ask = (query: Query) => useLastQuery.setState({ query })
  return (
    <section className="view">
      <h1>{t('nav.logs')}</h1>
      <LogSearch query={query} ask={ask} choosesJob isIdle={asksNothing(query)} />
    </section>
  )
}
