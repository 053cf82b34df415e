import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { Execution, Job } from '../../shared/contract.ts'
import { client } from '../client.ts'
import { FaultNote } from '../parts/FaultNote.tsx'
import { ProgressBar } from '../parts/ProgressBar.tsx'
import { Rows } from '../parts/Rows.tsx'
import { StateBadge } from '../parts/StateBadge.tsx'
import { Time } from '../parts/Time.tsx'
import { Took } from '../parts/Took.tsx'
import { keepJob, readMore, useJob } from '../state/job.ts'
import { attempt } from '../state/notices.ts'
import { JOB_TABS, go, linkTo, type JobTab } from '../state/route.ts'
import { JobLog } from './job/JobLog.tsx'
import { JobOverview } from './job/JobOverview.tsx'
import { JobSettings } from './job/JobSettings.tsx'

/** One job and its runs, newest first. */
export function JobView({ id, tab }: { id: string; tab: JobTab }) {
  const { t } = useTranslation()
  const { job, fault } = useJob()
  useEffect(() => keepJob(id), [id])
  if (fault) return <FaultNote fault={fault} />
  if (!job) return null
  return (
    <section className="view">
      <a href={linkTo.jobs}>← {t('job.back')}</a>
      <Head job={job} />
      <nav className="tabs" aria-label={t('job.parts')}>
        {JOB_TABS.map((each) => (
          <a href={linkTo.job(id, each)} key={each} aria-current={each === tab ? 'page' : undefined}>
            {t(`job.${each}`)}
          </a>
        ))}
      </nav>
      <Tab job={job} tab={tab} />
    </section>
  )
}

function Tab({ job, tab }: { job: Job; tab: JobTab }) {
  if (tab === 'runs') return <Runs job={job} />
  if (tab === 'log') return <JobLog job={job} />
  if (tab === 'settings') return <JobSettings job={job} />
  return <JobOverview job={job} />
}

function Runs({ job: { id } }: { job: Job }) {
  const { t } = useTranslation()
  const { runs, wanted } = useJob()
  const heads = [t('job.run'), t('jobs.state'), t('job.began'), t('job.took'), t('job.trigger')]
  if (runs.length === 0) return <p className="quiet">{t('job.noRuns')}</p>
  return (
    <Rows
      label={t('job.runs')}
      kind="runs"
      heads={heads}
      items={runs}
      keyOf={(run) => run.id}
      row={(run) => <RunRow run={run} />}
      foot={
        runs.length === wanted && (
          <button type="button" onClick={() => attempt(() => readMore(id))}>
            {t('job.more')}
          </button>
        )
      }
    />
  )
}

function Head({ job }: { job: Job }) {
  const { t, i18n } = useTranslation()
  const { words } = useJob()
  const isOpen = job.status === 'running' || job.status === 'queued'

  async function start(): Promise<void> {
    const started = await attempt(() => client.request('jobs.start', { job: job.id }))
    if (started?.[0]) go(linkTo.run(started[0].id))
  }

  return (
    <>
      <header>
        <h1 className="cut" title={job.name}>
          <bdi>{job.name}</bdi>
        </h1>
        <StateBadge state={job.status} />
        <span className="buttons">
          {isOpen && (
            <button type="button" onClick={() => attempt(() => client.request('jobs.stop', { job: job.id }))}>
              {t('jobs.stop')}
            </button>
          )}
          <button type="button" className="main" onClick={start} disabled={job.handlers.length === 0}>
            {t('jobs.start')}
          </button>
        </span>
      </header>
      <p className="facts quiet">
        {job.category !== null && <bdi>{t('job.folder', { path: job.category })}</bdi>}
        {words && <span>{i18n.language === 'zh' ? words.zh : words.en}</span>}
        {job.pause && <span>{t('job.paused')}</span>}
        {job.next && (
          <span className="number">
            {t('jobs.next')} <Time at={job.next.at} />
          </span>
        )}
      </p>
      {job.description && <p className="description">{job.description}</p>}
    </>
  )
}

function RunRow({ run }: { run: Execution }) {
  const { t } = useTranslation()
  return (
    <>
      <span role="cell" className="number">
        <a href={linkTo.run(run.id)}>#{run.id}</a>
      </span>
      <span role="cell" className="live">
        <StateBadge state={run.status} />
        {run.status === 'running' && run.progress > 0 && <ProgressBar value={run.progress} />}
      </span>
      <span role="cell" className="number">
        <Time at={run.startedAt ?? run.queuedAt} />
      </span>
      <span role="cell" className="number">
        <Took run={run} />
      </span>
      <span role="cell" className="quiet">
        {t(`trigger.${run.trigger}`)}
      </span>
    </>
  )
}
