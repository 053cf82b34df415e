import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Job } from '../../shared/contract.ts'
import { client } from '../client.ts'
import { FaultNote } from '../parts/FaultNote.tsx'
import { ProgressBar } from '../parts/ProgressBar.tsx'
import { Rows } from '../parts/Rows.tsx'
import { StateBadge } from '../parts/StateBadge.tsx'
import { Time } from '../parts/Time.tsx'
import { useJobs } from '../state/jobs.ts'
import { useLastRun } from '../state/last-runs.ts'
import { attempt } from '../state/notices.ts'
import { linkTo } from '../state/route.ts'
import { FirstStart } from './FirstStart.tsx'

/** All jobs: how they are, what comes next, and what they did last. */
export function JobsView({ folder }: { folder: string | null }) {
  const { t } = useTranslation()
  const { jobs, isReady, fault } = useJobs()
  const [text, setText] = useState('')
  const found = useMemo(() => filtered(jobs, text), [jobs, text])
  if (fault) return <FaultNote fault={fault} />
  if (!isReady) return null
  if (jobs.length === 0) return <FirstStart />
  const heads = [t('jobs.name'), t('jobs.state'), t('jobs.next'), t('jobs.last'), t('jobs.actions')]
  return (
    <section className="view">
      <header>
        <h1>{t('jobs.title')}</h1>
        <span className="quiet number">{t('jobs.count', { count: jobs.length })}</span>
        <input
          type="search"
          aria-label={t('jobs.filter')}
          placeholder={t('jobs.filter')}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      </header>
      {found.length === 0 ? (
        <p className="pane">{t('jobs.noMatch', { text })}</p>
      ) : (
        <Rows
          label={t('jobs.title')}
          kind="jobs"
          heads={heads}
          items={found}
          keyOf={({ id }) => id}
          row={(job) => <JobRow job={job} />}
        />
      )}
    </section>
  )
}

/** Those with the text in their name or folder, whatever the case of its letters. */
export function filtered(jobs: Job[], text: string): Job[] {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return jobs
  return jobs.filter(({ name, category }) => `${category ?? ''}/${name}`.toLowerCase().includes(wanted))
}

function JobRow({ job }: { job: Job }) {
  const { t } = useTranslation()
  const isOpen = job.status === 'running' || job.status === 'queued'
  const act = () => attempt(() => client.request(isOpen ? 'jobs.stop' : 'jobs.start', { job: job.id }))
  const label = isOpen ? t('jobs.stopNamed', { name: job.name }) : t('jobs.startNamed', { name: job.name })
  return (
    <>
      <span role="cell" className="name">
        <a href={linkTo.job(job.id)} className="cut" title={job.name}>
          <bdi>{job.name}</bdi>
        </a>
        {job.category !== null && (
          <bdi className="cut quiet folder" title={job.category}>
            {job.category}
          </bdi>
        )}
      </span>
      <span role="cell">
        {job.status === 'running' && job.progress !== null && job.progress > 0 ? (
          <span className="live">
            <StateBadge state="running" />
            <ProgressBar value={job.progress} />
          </span>
        ) : (
          <StateBadge state={job.status} />
        )}
      </span>
      <span role="cell" className="number">
        {job.next ? <Time at={job.next.at} /> : '–'}
      </span>
      <span role="cell" className="number last">
        <LastRun job={job} />
      </span>
      <span role="cell">
        <button type="button" onClick={act} aria-label={label} disabled={job.handlers.length === 0}>
          {isOpen ? t('jobs.stop') : t('jobs.start')}
        </button>
      </span>
    </>
  )
}

function LastRun({ job }: { job: Job }) {
  const { t } = useTranslation()
  const run = useLastRun(job)
  if (job.lastExecutionId === null) return <span className="quiet">{t('jobs.never')}</span>
  return (
    <a href={linkTo.run(job.lastExecutionId)}>
      {run ? (
        <>
          <StateBadge state={run.status} /> <Time at={run.endedAt ?? run.startedAt ?? run.queuedAt} />
        </>
      ) : (
        `#${job.lastExecutionId}`
      )}
    </a>
  )
}
