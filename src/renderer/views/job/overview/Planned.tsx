import { SkipForward, Undo2 } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Job } from '../../../../shared/contract.ts'
import { dateText, whenText } from '../../../format.ts'
import { Mend } from '../../../parts/Mend.tsx'
import { Time } from '../../../parts/Time.tsx'
import { skipNext, unskip } from '../../../state/actions.ts'
import { useFolders } from '../../../state/folders.ts'
import { useJobOverview } from '../../../state/overview-of-job.ts'
import { useOverview } from '../../../state/overview.ts'
import { linkTo } from '../../../state/route.ts'
import { obstacleOf } from '../../../state/obstacles.ts'
import { skippedAt } from '../../../state/trend.ts'

const MINUTE = 60_000

/** Whether the job will run, when, and what stands in the way. */
export function Planned({ job }: { job: Job }) {
  const { t } = useTranslation()
  return (
    <section aria-labelledby="overview-next">
      <h2 id="overview-next">{t('overview.next')}</h2>
      {job.schedule === null ? (
        <p>
          {t('overview.noSchedule')} <a href={linkTo.editJob(job.id)}>{t('overview.giveSchedule')}</a>
        </p>
      ) : (
        <>
          <Answer job={job} />
          <Coming job={job} />
        </>
      )}
    </section>
  )
}

/** “Will it run tonight?”, answered. */
function Answer({ job }: { job: Job }) {
  const { t, i18n } = useTranslation()
  const { preview, readiness } = useJobOverview()
  const folders = useFolders((state) => state.folders)
  const planner = useOverview((state) => state.queue?.planner ?? true)
  const next = preview?.occurrences[0]
  const obstacle = obstacleOf(readiness ?? undefined, job, folders)
  const isAtStart = job.schedule && 'cron' in job.schedule && job.schedule.cron.trim().startsWith('@reboot')
  if (!next && !isAtStart && obstacle?.kind !== 'disabled')
    return <p className="quiet">{t('overview.over')}</p>
  if (obstacle)
    return (
      <div className="overview-answer">
        <strong className="warn">{t('overview.no')}</strong> <Mend obstacle={obstacle} job={job} />
      </div>
    )
  if (!planner)
    return (
      <div className="overview-answer">
        <strong className="warn">{t('overview.no')}</strong> <span>{t('foot.noPlanner')}</span>
      </div>
    )
  return (
    <div className="overview-answer">
      <strong className="good">✓ {t('overview.yes')}</strong>{' '}
      <span className="number">
        {next ? (
          <>
            {whenText(i18n.language, next.at, Date.now(), { timeZone: preview.zone })} · <Time at={next.at} />
          </>
        ) : (
          t('overview.atStart')
        )}
      </span>
    </div>
  )
}

/** The times that come, in the zone of the job; where the clock is changed, that is said. */
function Coming({ job }: { job: Job }) {
  const { t, i18n } = useTranslation()
  const { preview } = useJobOverview()
  if (!preview || preview.occurrences.length === 0) return null
  const { zone, occurrences } = preview
  const skipped = skippedAt(job, preview, Date.now())
  const now = Date.now()
  // Zones of other names may have the same clock.
  const isElsewhere = occurrences.some(
    ({ at }) => whenText('en', at, now, { timeZone: zone }) !== whenText('en', at, now),
  )
  const [first, second] = occurrences
  const isDense = second !== undefined && second.at - first!.at < MINUTE
  const time = (at: number) => (
    <time
      className="number"
      dateTime={new Date(at).toISOString()}
      title={isElsewhere ? t('overview.here', { when: dateText(i18n.language, at) }) : undefined}
    >
      {whenText(i18n.language, at, now, { timeZone: zone, ...(isDense && { second: '2-digit' }) })}
    </time>
  )
  return (
    <>
      <ol className="overview-times" aria-label={t('overview.next')}>
        {skipped !== null && (
          <li>
            <s>{time(skipped)}</s> <span className="quiet">{t('now.skipped')}</span>
            <button type="button" className="plain" onClick={() => unskip(job)}>
              <Undo2 aria-hidden size={14} /> {t('overview.unskip')}
            </button>
          </li>
        )}
        {occurrences.map(({ at, dst }, index) => (
          <li key={at}>
            {time(at)}
            {dst && <span className="quiet">{t(`overview.dst.${dst}`)}</span>}
            {index === 0 && skipped === null && (
              <button
                type="button"
                className="plain"
                aria-label={t('now.skipNamed', { name: job.name })}
                onClick={() => skipNext(job)}
              >
                <SkipForward aria-hidden size={14} /> {t('overview.skip')}
              </button>
            )}
          </li>
        ))}
      </ol>
      <p className="quiet">
        {isElsewhere ? t('overview.zoneElsewhere', { zone }) : t('overview.zone', { zone })}
      </p>
    </>
  )
}
