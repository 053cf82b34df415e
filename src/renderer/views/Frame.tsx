import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { ConnectionBanner } from '../parts/ConnectionBanner.tsx'
import { ErrorBoundary } from '../parts/ErrorBoundary.tsx'
import { FaultNote } from '../parts/FaultNote.tsx'
import { useConnection } from '../state/connection.ts'
import { keepJobs } from '../state/jobs.ts'
import { useNotices } from '../state/notices.ts'
import { linkTo, useRoute, type Route } from '../state/route.ts'
import { isWaiting, keepScripts, useScripts } from '../state/scripts.ts'
import { JobView } from './Job.tsx'
import { JobsView } from './Jobs.tsx'
import { NewLink } from './NewLink.tsx'
import { RunView } from './Run.tsx'
import { ScriptView } from './Script.tsx'
import { ScriptsView } from './Scripts.tsx'

/** The window: where one can go, and where one is. */
export function Frame() {
  const { t } = useTranslation()
  const route = useRoute()
  const { connection } = useConnection()
  const { fault, dismiss } = useNotices()
  useEffect(keepJobs, [])
  useEffect(keepScripts, [])
  useEffect(dismiss, [route.view, dismiss])

  if (connection === 'link-needed') return <NewLink />
  return (
    <div className="frame">
      <a className="skip" href="#content" onClick={skipToContent}>
        {t('app.skip')}
      </a>
      <Navigation route={route} />
      <div className="side">
        <ConnectionBanner />
        {fault && <FaultNote fault={fault} dismiss={dismiss} />}
        <main id="content" tabIndex={-1}>
          <ErrorBoundary key={JSON.stringify(route)}>
            <View route={route} />
          </ErrorBoundary>
        </main>
      </div>
    </div>
  )
}

/** The address holds the place in the window: a link within the page must not change it. */
function skipToContent(event: { preventDefault: () => void }): void {
  event.preventDefault()
  document.getElementById('content')?.focus()
}

function Navigation({ route }: { route: Route }) {
  const { t } = useTranslation()
  const waiting = useScripts(({ scripts }) => scripts.filter(isWaiting).length)
  const isScripts = route.view === 'scripts' || route.view === 'script'
  return (
    <nav aria-label={t('app.views')}>
      <a href={linkTo.jobs} aria-current={isScripts ? undefined : 'page'}>
        {t('nav.jobs')}
      </a>
      <a href={linkTo.scripts} aria-current={isScripts ? 'page' : undefined}>
        {t('nav.scripts')}
        {waiting > 0 && (
          <span className="count" title={t('nav.waiting', { count: waiting })}>
            {waiting}
          </span>
        )}
      </a>
    </nav>
  )
}

function View({ route }: { route: Route }) {
  if (route.view === 'job') return <JobView id={route.id} />
  if (route.view === 'run') return <RunView id={route.id} />
  if (route.view === 'scripts') return <ScriptsView />
  if (route.view === 'script') return <ScriptView name={route.name} />
  return <JobsView />
}
