import { inLanguage } from '../format.ts'
import { Pause, Play, Plus, Square, X } from 'lucide-react'
import { memo, useEffect, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { Execution, Job } from '../../shared/contract.ts'
import { JOB_STATUSES } from '../../shared/statuses.ts'
import { client } from '../client.ts'
import { Empty } from '../parts/Empty.tsx'
import { FaultNote } from '../parts/FaultNote.tsx'
import { ProgressBar } from '../parts/ProgressBar.tsx'
import { Rows, type Head } from '../parts/Rows.tsx'
import { Spark } from '../parts/Spark.tsx'
import { StateBadge } from '../parts/StateBadge.tsx'
import { Time } from '../parts/Time.tsx'
import { Took } from '../parts/Took.tsx'
import { useCommands } from '../state/commands.ts'
import { useLastRuns, useScheduleWords } from '../state/in-sight.ts'
import { filtered, sortBy, sorted, useJobsView, type Column } from '../state/jobs-view.ts'
import { useJobs } from '../state/jobs.ts'
import { attempt } from '../state/notices.ts'
import { linkTo } from '../state/route.ts'
import { FirstStart } from './FirstStart.tsx'
import { Chosen } from './jobs/Chosen.tsx'
import { JobMenu } from './jobs/JobMenu.tsx'
import './jobs/jobs.css'

/** All jobs, or those of a folder: how they are, what comes next, and what they did last. */
export function JobsView({ folder }: { folder: string | null }) {
  const { t } = useTranslation()
  const { jobs, isReady, fault } = useJobs()
  const { text, status, sort, isDescending, chosen } = useJobsView()
  const search = useRef<HTMLInputElement>(null)
  const found = useMemo(
    () => sorted(filtered(jobs, { text, status, folder }), sort, isDescending),
    [jobs, text, status, folder, sort, isDescending],
  )
  const inFolder = useMemo(() => filtered(jobs, { text: '', status: null, folder }).length, [jobs, folder])
  const picked = useMemo(() => found.filter(({ id }) => chosen.has(id)), [found, chosen])
  const choose = (ids: ReadonlySet<string>) => useJobsView.setState({ chosen: ids })
  useEffect(() => choose(new Set()), [folder])
  useCommands([
    { id: 'filter', title: t('jobs.filter'), keys: '/', scope: 'view', run: () => search.current?.focus() },
    {
      id: 'choose-all',
      title: t('rows.all'),
      keys: 'a',
      scope: 'view',
      run: () => choose(new Set(found.map(({ id }) => id))),
    },
    { id: 'choose-none', title: t('rows.none'), keys: 'Escape', scope: 'view', run: () => choose(new Set()) },
  ])
  if (fault) return <FaultNote fault={fault} />
  if (!isReady) return null
  if (jobs.length === 0) return <FirstStart />

  const head = (column: Column, label: string): Head => ({
    label,
    sort: {
      direction: sort === column ? (isDescending ? 'descending' : 'ascending') : null,
      change: () => sortBy(column),
    },
  })
  const heads = [
    head('name', t('jobs.name')),
    head('status', t('jobs.state')),
    head('schedule', t('jobs.when')),
    head('next', t('jobs.next')),
    head('last', t('jobs.last')),
    t('jobs.recent'),
    t('jobs.actions'),
  ]
  const isNarrowed = text !== '' || status !== null
  return (
    <section className="view">
      <header>
        <h1 className="cut" title={folder ?? undefined}>
          {folder === null ? t('jobs.title') : <bdi>{folder}</bdi>}
        </h1>
        <span className="quiet number">
          {isNarrowed
            ? t('jobs.found', { found: found.length, count: inFolder })
            : t('jobs.count', { count: found.length })}
        </span>
        <span className="buttons">
          <select
            aria-label={t('jobs.state')}
            value={status ?? ''}
            onChange={({ target }) =>
              useJobsView.setState({ status: (target.value || null) as Job['status'] | null })
            }
          >
            <option value="">{t('jobs.anyState')}</option>
            {JOB_STATUSES.map((each) => (
              <option value={each} key={each}>
                {t(`status.${each}`)}
              </option>
            ))}
          </select>
          <input
            type="search"
            ref={search}
            aria-label={t('jobs.filter')}
            placeholder={t('jobs.filter')}
            value={text}
            onChange={({ target }) => useJobsView.setState({ text: target.value })}
          />
          <a href={linkTo.newJob()} className="button main">
            <Plus aria-hidden size={14} /> {t('jobs.new')}
          </a>
        </span>
      </header>
      {picked.length > 0 && <Chosen jobs={picked} clear={() => choose(new Set())} />}
      {found.length === 0 ? (
        <Empty title={isNarrowed ? t('jobs.noMatch') : t('jobs.emptyFolder')}>
          {isNarrowed && (
            <button type="button" onClick={() => useJobsView.setState({ text: '', status: null })}>
              <X aria-hidden size={14} /> {t('jobs.showAll')}
            </button>
          )}
        </Empty>
      ) : (
        <Rows
          label={t('jobs.title')}
          kind="jobs"
          heads={heads}
          items={found}
          keyOf={({ id }) => id}
          row={(job) => <JobRow job={job} isInFolder={folder !== null && job.category === folder} />}
          choice={{
            chosen,
            change: choose,
            labelOf: ({ name }) => t('rows.one', { name }),
          }}
        />
      )}
    </section>
  )
}

/**
 * Drawn anew only when the job is another, not with each row that is scrolled by.
 * @param isInFolder whether it is right in the folder that is shown, which then need not be named
 */
const JobRow = memo(function JobRow({ job, isInFolder }: { job: Job; isInFolder: boolean }) {
  const runs = useLastRuns(job)
  return (
    <>
      <span role="cell" className="name">
        <a href={linkTo.job(job.id)} className="cut" title={job.name}>
          <bdi>{job.name}</bdi>
        </a>
        {job.category !== null && !isInFolder && (
          <bdi className="cut quiet folder" title={job.category}>
            {job.category}
          </bdi>
        )}
      </span>
      <span role="cell" className="live">
        <StateBadge state={job.status} />
        {job.status === 'running' && job.progress !== null && job.progress > 0 && (
          <ProgressBar value={job.progress} />
        )}
      </span>
      <span role="cell" className="when">
        <Schedule job={job} />
      </span>
      <span role="cell" className="number">
        {job.next ? <Time at={job.next.at} /> : <span className="quiet">–</span>}
      </span>
      <span role="cell" className="number last">
        <LastRun job={job} run={runs?.[0]} />
      </span>
      <span role="cell" className="recent">
        {runs && <Spark runs={runs} />}
      </span>
      <span role="cell" className="row-actions">
        <Action job={job} />
        <JobMenu job={job} />
      </span>
    </>
  )
})

function Schedule({ job }: { job: Job }) {
  const { t, i18n } = useTranslation()
  const words = useScheduleWords(job)
  if (job.schedule === null) return <span className="quiet">{t('jobs.byHand')}</span>
  if (!words) return null
  const text = inLanguage(i18n.language, words)
  return (
    <span className="cut" title={text}>
      {job.pause && <Pause aria-label={t('status.paused')} size={12} />} {text}
    </span>
  )
}

function Action({ job }: { job: Job }) {
  const { t } = useTranslation()
  const isOpen = job.status === 'running' || job.status === 'queued'
  const act = () => attempt(() => client.request(isOpen ? 'jobs.stop' : 'jobs.start', { job: job.id }))
  const label = isOpen ? t('jobs.stopNamed', { name: job.name }) : t('jobs.startNamed', { name: job.name })
  return (
    <button
      type="button"
      className="icon"
      onClick={act}
      aria-label={label}
      title={isOpen ? t('jobs.stop') : t('jobs.start')}
      disabled={job.handlers.length === 0}
    >
      {isOpen ? <Square aria-hidden size={14} /> : <Play aria-hidden size={14} />}
    </button>
  )
}

function LastRun({ job, run }: { job: Job; run: Execution | undefined }) {
  const { t } = useTranslation()
  if (job.lastExecutionId === null) return <span className="quiet">{t('jobs.never')}</span>
  return (
    <a href={linkTo.run(job.lastExecutionId)}>
      {run ? (
        <>
          <StateBadge state={run.status} isShort /> <Time at={run.endedAt ?? run.startedAt ?? run.queuedAt} />
          <span className="quiet took">
            <Took run={run} />
          </span>
        </>
      ) : (
        `#${job.lastExecutionId}`
      )}
    </a>
  )
}
