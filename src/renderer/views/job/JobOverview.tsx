import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { Job } from '../../../shared/contract.ts'
import { FaultNote } from '../../parts/FaultNote.tsx'
import { Ledger } from '../../parts/Ledger.tsx'
import { attempt } from '../../state/notices.ts'
import { keepJobOverview, readEarlier, useJobOverview } from '../../state/overview-of-job.ts'
import { Fares } from './overview/Fares.tsx'
import { Kept } from './overview/Kept.tsx'
import { Planned } from './overview/Planned.tsx'
import './overview/overview.css'

/** How a job stands: whether it will run, how it fares, and what became of what was planned. */
export function JobOverview({ job }: { job: Job }) {
  const { id, isReady, fault, runs } = useJobOverview()
  useEffect(() => keepJobOverview(job.id), [job.id])
  if (id !== job.id) return null
  if (fault) return <FaultNote fault={fault} />
  if (!isReady) return null
  const isKept = job.schedule !== null && 'daemon' in job.schedule
  return (
    <div className="overview">
      <div className="overview-columns">
        {isKept ? <Kept job={job} /> : <Planned job={job} />}
        <Fares runs={runs} />
      </div>
      {job.schedule !== null && !isKept && <Happened job={job} />}
    </div>
  )
}

/** What became of each planned run, page by page. */
function Happened({ job: { id } }: { job: Job }) {
  const { t } = useTranslation()
  const { entries, hasEarlier } = useJobOverview()
  return (
    <section aria-labelledby="overview-happened">
      <h2 id="overview-happened">{t('overview.happened')}</h2>
      {entries.length === 0 ? (
        <p className="quiet">{t('overview.nothingHappened')}</p>
      ) : (
        <Ledger entries={entries} label={t('overview.happened')} />
      )}
      {hasEarlier && (
        <button type="button" onClick={() => attempt(() => readEarlier(id))}>
          {t('overview.earlier')}
        </button>
      )}
    </section>
  )
}
