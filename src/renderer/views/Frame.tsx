import type { TFunction } from 'i18next'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { ConnectionBanner } from '../parts/ConnectionBanner.tsx'
import { ErrorBoundary } from '../parts/ErrorBoundary.tsx'
import { FaultNote } from '../parts/FaultNote.tsx'
import { Question } from '../parts/Question.tsx'
import { RunDialog } from '../parts/RunDialog.tsx'
import { Toasts } from '../parts/Toasts.tsx'
import { listenToKeys, useCommands } from '../state/commands.ts'
import { useConnection } from '../state/connection.ts'
import { openHelp, openPalette } from '../state/dialogs.ts'
import { keepFolders } from '../state/folders.ts'
import { keepJobs, useJobs } from '../state/jobs.ts'
import { useNotices } from '../state/notices.ts'
import { deckPause, keepOverview, useOverview } from '../state/overview.ts'
import { pause, resume } from '../state/actions.ts'
import { usePreferences } from '../state/preferences.ts'
import { go, linkTo, useRoute, type Route } from '../state/route.ts'
import { keepScripts } from '../state/scripts.ts'
import { EditorView } from './Editor.tsx'
import { JobView } from './Job.tsx'
import { JobsView } from './Jobs.tsx'
import { KeysHelp } from './KeysHelp.tsx'
import { LogsView } from './Logs.tsx'
import { NewLink } from './NewLink.tsx'
import { NowView } from './Now.tsx'
import { Palette } from './Palette.tsx'
import { RunView } from './Run.tsx'
import { ScriptView } from './Script.tsx'
import { ScriptsView } from './Scripts.tsx'
import { SettingsView } from './Settings.tsx'
import { Sidebar } from './Sidebar.tsx'
import { TimelineView } from './Timeline.tsx'

/** The window: where one can go, and where one is. */
export function Frame() {
  const { t } = useTranslation()
  const route = useRoute()
  const { connection } = useConnection()
  const { fault, dismiss } = useNotices()
  useEffect(keepJobs, [])
  useEffect(keepScripts, [])
  useEffect(keepFolders, [])
  useEffect(keepOverview, [])
  useEffect(listenToKeys, [])
  useEffect(dismiss, [placeOf(route), dismiss])
  useArrival(route)
  const { helpKey } = usePreferences()
  const isPaused = useOverview(({ queue }) => deckPause(queue) !== null)
  useCommands([
    { id: 'palette', title: t('palette.title'), keys: 'mod+k', run: openPalette },
    { id: 'help', title: t('keys.title'), keys: helpKey, run: openHelp },
    { id: 'new', title: t('commands.new'), keys: 'n', run: () => go(linkTo.newJob()) },
    isPaused
      ? { id: 'resume-all', title: t('commands.resumeAll'), run: () => resume([{ deck: true }]) }
      : { id: 'pause-all', title: t('commands.pauseAll'), run: () => pause([{ deck: true }], null) },
    { id: 'now', title: t('commands.now'), keys: 'g n', run: () => go(linkTo.now) },
    { id: 'jobs', title: t('commands.jobs'), keys: 'g j', run: () => go(linkTo.jobs) },
    { id: 'timeline', title: t('commands.timeline'), keys: 'g t', run: () => go(linkTo.timeline) },
    { id: 'scripts', title: t('commands.scripts'), keys: 'g s', run: () => go(linkTo.scripts) },
    { id: 'logs', title: t('commands.logs'), keys: 'g l', run: () => go(linkTo.logs) },
    { id: 'settings', title: t('commands.settings'), keys: 'g e', run: () => go(linkTo.settings) },
  ])

  if (connection === 'link-needed') return <NewLink />
  return (
    <div className="frame">
      <a className="skip" href="#content" onClick={skipToContent}>
        {t('app.skip')}
      </a>
      <Sidebar route={route} />
      <div className="side">
        <ConnectionBanner />
        {fault && <FaultNote fault={fault} dismiss={dismiss} />}
        <main id="content" tabIndex={-1}>
          <ErrorBoundary key={placeOf(route)}>
            <View route={route} />
          </ErrorBoundary>
        </main>
      </div>
      <Palette />
      <KeysHelp />
      <RunDialog />
      <Question />
      <Toasts />
    </div>
  )
}

/** The name of the window says where one is; and the focus, where it has no other place to be, is at the content. */
function useArrival(route: Route): void {
  const { t } = useTranslation()
  const name = useJobs(({ jobs }) =>
    'id' in route ? jobs.find(({ id }) => id === route.id)?.name : undefined,
  )
  const title = name ?? titleOf(t, route)
  useEffect(() => void (document.title = `${title} – Jobdeck`), [title])
  const place = placeOf(route)
  const isFirst = useRef(true)
  useEffect(() => {
    if (!isFirst.current && (document.activeElement ?? document.body) === document.body)
      document.getElementById('content')?.focus()
    isFirst.current = false
  }, [place])
}

function titleOf(t: TFunction, route: Route): string {
  switch (route.view) {
    case 'run':
      return t('run.title', { id: route.id })
    case 'script':
      return route.name
    case 'new-job':
      return t('commands.new')
    case 'job':
    case 'edit-job':
      return t('nav.jobs')
    default:
      return t(`nav.${route.view}`)
  }
}

/** A tab of a view is no other place: what was shown stays. */
const placeOf = (route: Route): string =>
  route.view === 'job' || route.view === 'run'
    ? `${route.view} ${route.id}`
    : route.view === 'jobs'
      ? 'jobs'
      : JSON.stringify(route)

/** The address holds the place in the window: a link within the page must not change it. */
function skipToContent(event: { preventDefault: () => void }): void {
  event.preventDefault()
  document.getElementById('content')?.focus()
}

function View({ route }: { route: Route }) {
  switch (route.view) {
    case 'now':
      return <NowView />
    case 'jobs':
      return <JobsView folder={route.folder} />
    case 'job':
      return <JobView id={route.id} tab={route.tab} />
    case 'new-job':
      return <EditorView script={route.script} />
    case 'edit-job':
      return <EditorView id={route.id} />
    case 'run':
      return <RunView id={route.id} line={route.line ?? null} />
    case 'timeline':
      return <TimelineView />
    case 'scripts':
      return <ScriptsView />
    case 'script':
      return <ScriptView name={route.name} />
    case 'logs':
      return <LogsView />
    case 'settings':
      return <SettingsView />
  }
}
