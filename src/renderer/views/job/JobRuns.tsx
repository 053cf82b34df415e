import { Trash2, X } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Execution, Job, Status } from '../../../shared/contract.ts'
import { STATUSES } from '../../../shared/statuses.ts'
import { Empty } from '../../parts/Empty.tsx'
import { ProgressBar } from '../../parts/ProgressBar.tsx'
import { Rows } from '../../parts/Rows.tsx'
import { StateBadge } from '../../parts/StateBadge.tsx'
import { Time } from '../../parts/Time.tsx'
import { Took } from '../../parts/Took.tsx'
import { removeRuns } from '../../state/actions.ts'
import { readMore, showStatus, useJob } from '../../state/job.ts'
import { attempt } from '../../state/notices.ts'
import { linkTo } from '../../state/route.ts'

/** The runs of a job, newest first. */
export function JobRuns({ job: { id } }: { job: Job }) {
  const { t } = useTranslation()
  const { runs, wanted, status } = useJob()
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set())
  const ended = runs.filter((run) => chosen.has(run.id) && run.endedAt !== null)
  const heads = [t('job.run'), t('jobs.state'), t('job.began'), t('job.took'), t('job.trigger')]
  if (runs.length === 0 && status === null)
    return <Empty title={t('job.noRuns')} text={t('job.noRunsText')} />
  const remove = async () => {
    if (await removeRuns(ended.map((run) => run.id))) setChosen(new Set())
  }
  return (
    <>
      <div className="title">
        <select
          aria-label={t('jobs.state')}
          value={status ?? ''}
          onChange={({ target }) => attempt(() => showStatus(id, (target.value || null) as Status | null))}
        >
          <option value="">{t('jobs.anyState')}</option>
          {STATUSES.map((each) => (
            <option value={each} key={each}>
              {t(`status.${each}`)}
            </option>
          ))}
        </select>
        {ended.length > 0 && (
          <>
            <button type="button" className="danger" onClick={remove}>
              <Trash2 aria-hidden size={14} /> {t('job.removeRuns', { count: ended.length })}
            </button>
            <button
              type="button"
              className="icon"
              aria-label={t('rows.none')}
              onClick={() => setChosen(new Set())}
            >
              <X aria-hidden size={14} />
            </button>
          </>
        )}
      </div>
      {runs.length === 0 ? (
        <Empty title={t('job.noSuchRuns')} />
      ) : (
        <Rows
          label={t('job.runs')}
          kind="runs"
          heads={heads}
          items={runs}
          keyOf={(run) => run.id}
          row={(run) => <RunRow run={run} />}
          choice={{ chosen, change: setChosen, labelOf: (run) => t('rows.one', { name: `#${run.id}` }) }}
          foot={
            runs.length === wanted && (
              <button type="button" onClick={() => attempt(() => readMore(id))}>
                {t('job.more')}
              </button>
            )
          }
        />
      )}
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
        {run.error && (
          <bdi className="cut quiet" title={run.error.message}>
            {run.error.message}
          </bdi>
        )}
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
