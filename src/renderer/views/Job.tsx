import { inLanguage } from '../format.ts'
import { Pencil, Play, SlidersHorizontal, Square } from 'lucide-react'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { Job } from '../../shared/contract.ts'
import { client } from '../client.ts'
import { FaultNote } from '../parts/FaultNote.tsx'
import { PauseMenu } from '../parts/PauseMenu.tsx'
import { StateBadge } from '../parts/StateBadge.tsx'
import { Time } from '../parts/Time.tsx'
import { startJob } from '../state/actions.ts'
import { useCommands } from '../state/commands.ts'
import { askToRun } from '../state/dialogs.ts'
import { useScheduleWords } from '../state/in-sight.ts'
import { keepJob, useJob } from '../state/job.ts'
import { attempt } from '../state/notices.ts'
import { JOB_TABS, go, linkTo, type JobTab } from '../state/route.ts'
import { JobLog } from './job/JobLog.tsx'
import { JobOverview } from './job/JobOverview.tsx'
import { JobRuns } from './job/JobRuns.tsx'
import { JobSettings } from './job/JobSettings.tsx'
import { JobMenu } from './jobs/JobMenu.tsx'

/** One job: what it is about, what it did, and how it is set. */
export function JobView({ id, tab }: { id: string; tab: JobTab }) {
  const { t } = useTranslation()
  const { id: shown, job, fault } = useJob()
  useEffect(() => keepJob(id), [id])
  if (shown !== id) return null // that of the job that was looked at before
  if (fault) return <FaultNote fault={fault} />
  if (!job) return null
  return (
    <section className="view">
      <Way job={job} />
      <Head job={job} />
      <nav className="tabs" aria-label={t('job.parts')}>
        {JOB_TABS.map((each) => (
          <a href={linkTo.job(id, each)} key={each} aria-current={each === tab ? 'page' : undefined}>
            {t(`job.${each}`)}
          </a>
        ))}
      </nav>
      <Tab job={job} tab={tab} key={id} />
    </section>
  )
}

function Tab({ job, tab }: { job: Job; tab: JobTab }) {
  if (tab === 'runs') return <JobRuns job={job} />
  if (tab === 'log') return <JobLog job={job} />
  if (tab === 'settings') return <JobSettings job={job} />
  return <JobOverview job={job} />
}

/** The way back: all jobs, and the folders that it is in. */
function Way({ job: { category } }: { job: Job }) {
  const { t } = useTranslation()
  const names = category?.split('/') ?? []
  return (
    <nav className="way" aria-label={t('job.way')}>
      <a href={linkTo.jobs}>{t('job.back')}</a>
      {names.map((name, index) => (
        <span key={index} className="cut">
          <span aria-hidden="true">/ </span>
          <a href={linkTo.folder(names.slice(0, index + 1).join('/'))}>
            <bdi>{name}</bdi>
          </a>
        </span>
      ))}
    </nav>
  )
}

function Head({ job }: { job: Job }) {
  const { t } = useTranslation()
  const isOpen = job.status === 'running' || job.status === 'queued'
  const canRun = job.handlers.length > 0
  const stop = () => attempt(() => client.request('jobs.stop', { job: job.id }))
  const run = () => startJob(job)
  useCommands([
    ...(canRun
      ? ([
          { id: 'run', title: t('commands.run'), keys: 'r', scope: 'view', run },
          { id: 'run-with', title: t('jobMenu.run'), keys: 'p', scope: 'view', run: () => askToRun(job) },
        ] as const)
      : []),
    ...(isOpen
      ? ([{ id: 'stop', title: t('jobs.stop'), keys: 's', scope: 'view', run: stop }] as const)
      : []),
    { id: 'edit', title: t('jobMenu.edit'), keys: 'e', scope: 'view', run: () => go(linkTo.editJob(job.id)) },
    ...JOB_TABS.map((tab, index) => ({
      id: `tab ${tab}`,
      title: t(`job.${tab}`),
      keys: String(index + 1),
      scope: 'view' as const,
      run: () => go(linkTo.job(job.id, tab)),
    })),
  ])
  return (
    <>
      <header>
        <h1 className="cut" title={job.name}>
          <bdi>{job.name}</bdi>
        </h1>
        <StateBadge state={job.status} />
        <span className="buttons">
          {isOpen && (
            <button type="button" onClick={stop}>
              <Square aria-hidden size={14} /> {t('jobs.stop')}
            </button>
          )}
          <button type="button" className="main" onClick={run} disabled={!canRun}>
            <Play aria-hidden size={14} /> {t('jobs.start')}
          </button>
          <button
            type="button"
            onClick={() => askToRun(job)}
            disabled={!canRun}
            aria-label={t('jobMenu.run')}
            title={t('jobMenu.run')}
          >
            <SlidersHorizontal aria-hidden size={14} />
          </button>
          {job.schedule && (
            <PauseMenu targets={[{ job: job.id }]} isPaused={job.pause?.target === `job:${job.id}`} />
          )}
          <a className="button" href={linkTo.editJob(job.id)}>
            <Pencil aria-hidden size={14} /> {t('jobMenu.edit')}
          </a>
          <JobMenu job={job} className="" onRemoved={() => go(linkTo.jobs)} />
        </span>
      </header>
      <Facts job={job} />
      {job.description && <p className="description">{job.description}</p>}
    </>
  )
}

function Facts({ job }: { job: Job }) {
  const { t, i18n } = useTranslation()
  const words = useScheduleWords(job)
  return (
    <p className="facts quiet">
      {words && <span>{inLanguage(i18n.language, words)}</span>}
      {job.schedule === null && <span>{t('job.byHand')}</span>}
      {job.pause && (
        <span className="warn">
          {job.pause.pausedUntil === null ? t('job.paused') : t('job.pausedUntil')}{' '}
          {job.pause.pausedUntil !== null && <Time at={job.pause.pausedUntil} />}
        </span>
      )}
      {!job.enabled && <span className="warn">{t('job.disabled')}</span>}
      {job.next && (
        <span className="number">
          {t('jobs.next')} <Time at={job.next.at} />
        </span>
      )}
      {job.managedBy !== null && <span>{t('job.managedBy', { file: job.managedBy })}</span>}
      {job.tags.map((tag) => (
        <span className="tag" key={tag}>
          {tag}
        </span>
      ))}
    </p>
  )
}
