import { Square, Zap } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Execution } from '../../../shared/contract.ts'
import { spanText } from '../../format.ts'
import { ProgressBar } from '../../parts/ProgressBar.tsx'
import { StateBadge } from '../../parts/StateBadge.tsx'
import { Took } from '../../parts/Took.tsx'
import { useJobs } from '../../state/jobs.ts'
import { useNow } from '../../state/now.ts'
import { linkTo } from '../../state/route.ts'
import { remaining } from '../../state/remaining.ts'
import { waitText } from '../../waiting.ts'
import { stopOne, useLastLine, useRunning } from '../../state/running.ts'

/** So many are told of one by one. */
const SHOWN = 30

/** What runs and waits; apart from it and quieter, what is always kept running. */
export function Running() {
  const { t } = useTranslation()
  const { runs } = useRunning()
  const { jobs } = useJobs()
  const kept = new Set(jobs.filter(({ schedule }) => schedule && 'daemon' in schedule).map(({ id }) => id))
  const others = runs.filter(({ jobId }) => !kept.has(jobId))
  const daemons = runs.filter(({ jobId }) => kept.has(jobId))
  return (
    <section aria-labelledby="now-running">
      <h2 id="now-running">{t('now.running')}</h2>
      {others.length === 0 && (
        <p className="quiet now-calm">{daemons.length === 0 ? t('now.nothingRuns') : t('now.nothingElse')}</p>
      )}
      <ul className="now-list">
        {others.slice(0, SHOWN).map((run) => (
          <RunningOne key={run.id} run={run} />
        ))}
      </ul>
      {others.length > SHOWN && (
        <p>
          <a href={linkTo.jobs}>{t('now.more', { count: others.length - SHOWN })}</a>
        </p>
      )}
      {daemons.length > 0 && (
        <>
          <h3 className="now-kept">{t('now.kept')}</h3>
          <ul className="now-list quiet">
            {daemons.slice(0, SHOWN).map((run) => (
              <Kept key={run.id} run={run} />
            ))}
          </ul>
        </>
      )}
    </section>
  )
}

function RunningOne({ run }: { run: Execution }) {
  const { t } = useTranslation()
  const line = useLastLine(run.id)
  return (
    <li className="now-item">
      <div className="now-row">
        <a className="cut now-name" href={linkTo.run(run.id)} title={run.jobName}>
          <bdi>{run.jobName}</bdi>
        </a>
        {run.status !== 'running' && <StateBadge state={run.status} />}
        <span className="quiet number now-times">
          {run.startedAt !== null && <Took run={run} />}
          <Left run={run} />
        </span>
        <StopButton run={run} />
      </div>
      {run.waitingFor && (
        <p className="quiet">{t('now.waitingFor', { what: waitText(t, run.waitingFor) })}</p>
      )}
      {run.progress > 0 && <ProgressBar value={run.progress} message={run.progressMessage} />}
      {line && (
        <bdi className="cut quiet now-log" title={line}>
          {line}
        </bdi>
      )}
    </li>
  )
}

/** How long it still takes, as far as that can be known. */
function Left({ run }: { run: Execution }) {
  const { t } = useTranslation()
  const usual = useRunning((state) => state.usual.get(run.jobId) ?? null)
  const now = useNow(run.startedAt !== null)
  const left = remaining(run, usual, now)
  if (left === null) return null
  return <span>{left > 0 ? t('now.left', { span: spanText(t, left) }) : t('now.longer')}</span>
}

/** Asks the run to end; once that was asked, ends it by force. */
function StopButton({ run }: { run: Execution }) {
  const { t } = useTranslation()
  const name = run.jobName
  if (run.stopReason === null)
    return (
      <button type="button" aria-label={t('jobs.stopNamed', { name })} onClick={() => stopOne(run.id, false)}>
        <Square aria-hidden size={12} /> {t('jobs.stop')}
      </button>
    )
  return (
    <>
      <span className="quiet">{t('now.stopping')}</span>
      <button
        type="button"
        className="danger"
        aria-label={t('now.forceNamed', { name })}
        onClick={() => stopOne(run.id, true)}
      >
        <Zap aria-hidden size={12} /> {t('now.force')}
      </button>
    </>
  )
}

function Kept({ run }: { run: Execution }) {
  const { t } = useTranslation()
  return (
    <li className="now-row">
      <a className="cut now-name" href={linkTo.run(run.id)} title={run.jobName}>
        <bdi>{run.jobName}</bdi>
      </a>
      <span className="number now-times">
        {run.startedAt === null ? (
          <StateBadge state={run.status} />
        ) : (
          <>
            {t('now.since')} <Took run={run} />
          </>
        )}
      </span>
      <StopButton run={run} />
    </li>
  )
}
