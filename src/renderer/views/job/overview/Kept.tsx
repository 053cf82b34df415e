import { RotateCcw } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Job } from '../../../../shared/contract.ts'
import { Mend } from '../../../parts/Mend.tsx'
import { StateBadge } from '../../../parts/StateBadge.tsx'
import { Time } from '../../../parts/Time.tsx'
import { Took } from '../../../parts/Took.tsx'
import { restart } from '../../../state/attention.ts'
import { useFolders } from '../../../state/folders.ts'
import { useJobOverview } from '../../../state/overview-of-job.ts'
import { linkTo } from '../../../state/route.ts'
import { obstacleOf } from '../../../state/obstacles.ts'

/** A job that is kept running: since when it runs, how often it began anew, and why it no longer does. */
export function Kept({ job }: { job: Job }) {
  const { t } = useTranslation()
  const { readiness, runs } = useJobOverview()
  const folders = useFolders((state) => state.folders)
  const obstacle = obstacleOf(readiness ?? undefined, job, folders)
  const latest = runs[0]
  const ended = runs.find(({ endedAt }) => endedAt !== null)
  return (
    <section aria-labelledby="overview-kept">
      <h2 id="overview-kept">{t('overview.kept')}</h2>
      {job.stopped !== null && (
        <div className="overview-answer">
          <strong className={job.stopped === 'keeps-crashing' ? 'bad' : 'warn'}>
            {t(`overview.stopped.${job.stopped}`)}
          </strong>
          <button type="button" onClick={() => restart(job)}>
            <RotateCcw aria-hidden size={14} /> {t('now.startAgain')}
          </button>
        </div>
      )}
      {obstacle && <Mend obstacle={obstacle} job={job} />}
      {!latest && <p className="quiet">{t('job.noRuns')}</p>}
      <dl className="overview-facts">
        {latest && latest.endedAt === null && latest.startedAt !== null && (
          <div>
            <dt>{t('overview.runsFor')}</dt>
            <dd className="number">
              <a href={linkTo.run(latest.id)}>
                <Took run={latest} />
              </a>
            </dd>
          </div>
        )}
        {job.next && latest?.endedAt !== null && (
          <div>
            <dt>{t('overview.nextStart')}</dt>
            <dd className="number">
              <Time at={job.next.dueAt} />
            </dd>
          </div>
        )}
        {runs.length > 1 && (
          <div>
            <dt>{t('overview.restarts')}</dt>
            <dd className="number">{runs.length - 1}</dd>
          </div>
        )}
        {ended?.endedAt && (
          <div>
            <dt>{t('overview.lastEnd')}</dt>
            <dd className="number">
              <a href={linkTo.run(ended.id)}>
                <StateBadge state={ended.status} /> <Time at={ended.endedAt} />
              </a>
            </dd>
          </div>
        )}
      </dl>
    </section>
  )
}
