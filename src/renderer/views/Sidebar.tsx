import {
  CalendarClock,
  Clock,
  Folder,
  Gauge,
  ListChecks,
  ScrollText,
  Search,
  Settings,
  SquareTerminal,
} from 'lucide-react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { bytesText } from '../format.ts'
import { PauseMenu } from '../parts/PauseMenu.tsx'
import { Time } from '../parts/Time.tsx'
import { keysText } from '../state/commands.ts'
import { openPalette } from '../state/dialogs.ts'
import { jobsBelow, openFolders, useFolders } from '../state/folders.ts'
import { deckPause, useOverview } from '../state/overview.ts'
import { linkTo, type Route, type View } from '../state/route.ts'
import { isWaiting, useScripts } from '../state/scripts.ts'
import './sidebar.css'

/** Where one can go, and how it stands with everything. */
export function Sidebar({ route }: { route: Route }) {
  const { t } = useTranslation()
  const waiting = useScripts(({ scripts }) => scripts.filter(isWaiting).length)
  const isJobs = (view: View) => ['jobs', 'job', 'run', 'new-job', 'edit-job'].includes(view)
  const folder = route.view === 'jobs' ? route.folder : null
  const items = [
    { link: linkTo.now, label: t('nav.now'), icon: Gauge, isHere: route.view === 'now' },
    {
      link: linkTo.jobs,
      label: t('nav.jobs'),
      icon: ListChecks,
      isHere: isJobs(route.view) && folder === null,
    },
    {
      link: linkTo.timeline,
      label: t('nav.timeline'),
      icon: CalendarClock,
      isHere: route.view === 'timeline',
    },
    {
      link: linkTo.scripts,
      label: t('nav.scripts'),
      icon: SquareTerminal,
      isHere: route.view === 'scripts' || route.view === 'script',
      count: waiting,
    },
    { link: linkTo.logs, label: t('nav.logs'), icon: ScrollText, isHere: route.view === 'logs' },
    { link: linkTo.settings, label: t('nav.settings'), icon: Settings, isHere: route.view === 'settings' },
  ]
  return (
    <nav className="sidebar" aria-label={t('app.views')}>
      <button type="button" className="search" onClick={openPalette}>
        <Search aria-hidden size={14} />
        <span>{t('palette.open')}</span>
        <kbd>{keysText('mod+k')}</kbd>
      </button>
      <div className="places">
        {items.map(({ link, label, icon: Icon, isHere, count = 0 }) => (
          <a href={link} key={link} aria-current={isHere ? 'page' : undefined} title={label}>
            <Icon aria-hidden size={16} />
            <span className="cut">{label}</span>
            {count > 0 && (
              <span className="count" title={t('nav.waiting', { count })}>
                {count}
              </span>
            )}
          </a>
        ))}
      </div>
      <Folders chosen={folder} />
      <Foot />
    </nav>
  )
}

function Folders({ chosen }: { chosen: string | null }) {
  const { t } = useTranslation()
  const { folders } = useFolders()
  const shown = useMemo(() => openFolders(folders, chosen), [folders, chosen])
  if (folders.length === 0) return <div className="folders" />
  return (
    <div className="folders">
      <h2>{t('nav.folders')}</h2>
      {shown.map(({ path }) => {
        const parts = path.split('/')
        return (
          <a
            href={linkTo.folder(path)}
            key={path}
            aria-current={path === chosen ? 'page' : undefined}
            title={path}
            data-depth={Math.min(parts.length, 6)}
          >
            <Folder aria-hidden size={14} />
            <bdi className="cut">{parts.at(-1)}</bdi>
            <span className="quiet number">{jobsBelow(folders, path)}</span>
          </a>
        )
      })}
    </div>
  )
}

function Foot() {
  const { t, i18n } = useTranslation()
  const { queue, next, size } = useOverview()
  if (!queue) return <div className="foot" />
  const pause = deckPause(queue)
  return (
    <div className="foot">
      {pause ? (
        <p className="warn">
          {pause.pausedUntil === null ? t('foot.paused') : t('foot.pausedUntil')}{' '}
          {pause.pausedUntil !== null && <Time at={pause.pausedUntil} />}
        </p>
      ) : (
        <p>
          {queue.running > 0 ? t('foot.running', { count: queue.running }) : t('foot.idle')}
          {queue.waiting > 0 && <span className="quiet"> {t('foot.waiting', { count: queue.waiting })}</span>}
        </p>
      )}
      {!queue.planner && <p className="warn">{t('foot.noPlanner')}</p>}
      {next && !pause && (
        <p className="quiet next">
          <Clock aria-hidden size={12} />
          <a href={linkTo.job(next.jobId)} className="cut">
            <bdi>{next.jobName}</bdi>
          </a>
          <Time at={next.at} />
        </p>
      )}
      <div className="foot-row">
        <PauseMenu targets={[{ deck: true }]} isPaused={pause !== null} />
        {size !== null && (
          <a className="quiet number" href={linkTo.settings} title={t('foot.size')}>
            {bytesText(i18n.language, size)}
          </a>
        )}
      </div>
    </div>
  )
}
