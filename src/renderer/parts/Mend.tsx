import { Play } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Job } from '../../shared/contract.ts'
import { whenText } from '../format.ts'
import { enableJobs, resume } from '../state/actions.ts'
import { linkTo } from '../state/route.ts'
import type { Obstacle } from '../state/obstacles.ts'

interface Props {
  obstacle: Obstacle
  job: Job
}

/** What stands in the way of a job, and the click that mends it. */
export function Mend({ obstacle, job }: Props) {
  return (
    <span className="mend">
      <span aria-hidden="true" className="warn">
        △
      </span>
      <span className="warn">
        <Why obstacle={obstacle} />
      </span>
      <Way obstacle={obstacle} job={job} />
    </span>
  )
}

function Why({ obstacle }: { obstacle: Obstacle }) {
  const { t, i18n } = useTranslation()
  switch (obstacle.kind) {
    case 'disabled':
      return <>{t('mend.disabled')}</>
    case 'review':
      return <>{t('mend.review')}</>
    case 'refused':
      return <span title={obstacle.message}>{t(`faults.${obstacle.code}`)}</span>
    case 'paused': {
      const { target, folder, until } = obstacle
      const what =
        'deck' in target
          ? t('mend.pausedAll')
          : folder === null
            ? t('mend.pausedJob')
            : t('mend.pausedFolder', { folder })
      if (until === null) return <>{what}</>
      return (
        <>
          {what} · {t('mend.until', { when: whenText(i18n.language, until, Date.now()) })}
        </>
      )
    }
  }
}

function Way({ obstacle, job }: Props) {
  const { t } = useTranslation()
  switch (obstacle.kind) {
    case 'disabled':
      return (
        <button type="button" className="plain" onClick={() => enableJobs([job], true)}>
          {t('mend.enable')}
        </button>
      )
    case 'review':
      return <a href={linkTo.script(obstacle.script)}>{t('mend.look')}</a>
    case 'refused':
      return <a href={linkTo.editJob(job.id)}>{t('mend.edit')}</a>
    case 'paused':
      return (
        <button type="button" className="plain" onClick={() => resume([obstacle.target])}>
          <Play aria-hidden size={12} /> {t('pause.resume')}
        </button>
      )
  }
}
