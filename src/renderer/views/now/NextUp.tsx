import type { Job } from '../../../shared/contract.ts'
import { Play, SkipForward, Undo2 } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { whenText } from '../../format.ts'
import { Mend } from '../../parts/Mend.tsx'
import { Time } from '../../parts/Time.tsx'
import { startJob, skipNext, unskip } from '../../state/actions.ts'
import { useFolders } from '../../state/folders.ts'
import { useJobs } from '../../state/jobs.ts'
import { useOverview } from '../../state/overview.ts'
import { linkTo } from '../../state/route.ts'
import { obstacleOf } from '../../state/obstacles.ts'
import { useUpcoming, type Planned } from '../../state/upcoming.ts'

/** The planned runs that come next, over all jobs. */
export function NextUp() {
  const { t } = useTranslation()
  const { times } = useUpcoming()
  const queue = useOverview((state) => state.queue)
  const seen = new Set<string>()
  const rows = times.map((planned) => {
    const isNext = !seen.has(planned.jobId)
    seen.add(planned.jobId)
    return { planned, isNext }
  })
  return (
    <section aria-labelledby="now-next">
      <h2 id="now-next">{t('now.next')}</h2>
      {queue && !queue.planner && <p className="note warn">{t('foot.noPlanner')}</p>}
      {times.length === 0 && <p className="quiet now-calm">{t('now.nothingPlanned')}</p>}
      <ol className="now-list" aria-live="off">
        {rows.map(({ planned, isNext }) => (
          <NextOne key={`${planned.jobId} ${planned.at}`} planned={planned} isNext={isNext} />
        ))}
      </ol>
    </section>
  )
}

interface Props {
  planned: Planned
  /** Whether it is the next of its job: only that one can be skipped, and says what stands in its way. */
  isNext: boolean
}

function NextOne({ planned: { jobId, jobName: name, at, snoozed }, isNext }: Props) {
  const { t, i18n } = useTranslation()
  const job = useJobs(({ jobs }) => jobs.find(({ id }) => id === jobId))
  const readiness = useUpcoming((state) => state.readiness.get(jobId))
  const folders = useFolders((state) => state.folders)
  const obstacle = obstacleOf(readiness, job, folders)
  return (
    <li className={snoozed ? 'now-item snoozed' : 'now-item'}>
      <div className="now-row">
        <span className="number now-when">{whenText(i18n.language, at, Date.now())}</span>
        <a className="cut now-name" href={linkTo.job(jobId)} title={name}>
          <bdi>{name}</bdi>
        </a>
        <span className="quiet number now-times">
          {snoozed ? <span>{t('now.skipped')}</span> : <Time at={at} />}
        </span>
        {job && <Actions job={job} snoozed={snoozed} isNext={isNext} />}
      </div>
      {obstacle && job && isNext && <Mend obstacle={obstacle} job={job} />}
    </li>
  )
}

function Actions({
  job,
  snoozed,
  isNext,
}: {
  job: Pick<Job, 'id' | 'name'>
  snoozed: boolean
  isNext: boolean
}) {
  const { t } = useTranslation()
  const { name } = job
  const button = (label: string, icon: React.ReactNode, act: () => unknown) => (
    <button type="button" className="icon" aria-label={label} title={label} onClick={act}>
      {icon}
    </button>
  )
  return (
    <span className="now-actions">
      {snoozed && button(t('now.unskipNamed', { name }), <Undo2 aria-hidden size={16} />, () => unskip(job))}
      {!snoozed &&
        isNext &&
        button(t('now.skipNamed', { name }), <SkipForward aria-hidden size={16} />, () => skipNext(job))}
      {isNext && button(t('now.runNamed', { name }), <Play aria-hidden size={16} />, () => startJob(job))}
    </span>
  )
}
