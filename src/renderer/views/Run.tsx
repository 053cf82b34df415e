import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ExecutionDetail } from '../../shared/contract.ts'
import { client } from '../client.ts'
import { FaultNote } from '../parts/FaultNote.tsx'
import { LogList } from '../parts/LogList.tsx'
import { ProgressBar } from '../parts/ProgressBar.tsx'
import { StateBadge } from '../parts/StateBadge.tsx'
import { Time } from '../parts/Time.tsx'
import { Took } from '../parts/Took.tsx'
import { attempt } from '../state/notices.ts'
import { go, linkTo } from '../state/route.ts'
import { keepRun, stopRun, useRun } from '../state/run.ts'

/** One run: how it stands, and its log as it grows. */
export function RunView({ id }: { id: number }) {
  const { t } = useTranslation()
  const { run, log, fault } = useRun()
  useEffect(() => keepRun(id), [id])
  if (fault) return <FaultNote fault={fault} />
  if (!run || !log || run.id !== id) return null
  return (
    <section className="view">
      <a href={linkTo.job(run.jobId)} className="cut">
        ← <bdi>{run.jobName}</bdi>
      </a>
      <Head run={run} />
      <Outcome run={run} />
      <div className="title">
        <h2>{t('run.log')}</h2>
        <span className="quiet number">{t('run.lines', { count: run.logCount })}</span>
      </div>
      <Log run={run} key={id} />
    </section>
  )
}

const isOpen = ({ endedAt }: ExecutionDetail) => endedAt === null

function Head({ run }: { run: ExecutionDetail }) {
  const { t } = useTranslation()
  const isStopping = isOpen(run) && run.stopReason !== null
  const stop = (force: boolean) => attempt(() => stopRun(run.id, force))

  async function again(): Promise<void> {
    const started = await attempt(() => client.request('jobs.start', { job: run.jobId, params: run.params }))
    if (started?.[0]) go(linkTo.run(started[0].id))
  }

  return (
    <>
      <header>
        <h1 className="number">{t('run.title', { id: run.id })}</h1>
        <StateBadge state={run.status} />
        {isStopping && <span className="quiet">{t('run.stopping')}</span>}
        <span className="buttons">
          {isStopping ? (
            <button type="button" className="danger" title={t('run.forceHint')} onClick={() => stop(true)}>
              {t('run.force')}
            </button>
          ) : (
            isOpen(run) && (
              <button type="button" onClick={() => stop(false)}>
                {t('run.stop')}
              </button>
            )
          )}
          <button type="button" className={isOpen(run) ? '' : 'main'} onClick={again}>
            {t('run.again')}
          </button>
        </span>
      </header>
      <p className="facts quiet number">
        <span>
          <Time at={run.startedAt ?? run.queuedAt} />
        </span>
        <span>
          <Took run={run} />
        </span>
        <span>{t('run.by', { what: t(`trigger.${run.trigger}`) })}</span>
        {run.attempt > 1 && <span>{t('run.attempt', { number: run.attempt })}</span>}
        {run.waitingFor !== null && <span>{t('run.waitingFor', { what: run.waitingFor })}</span>}
        {run.exitCode !== null && run.exitCode !== 0 && (
          <span>{t('run.exitCode', { code: run.exitCode })}</span>
        )}
        {run.exitSignal !== null && <span>{t('run.exitSignal', { signal: run.exitSignal })}</span>}
      </p>
      {(isOpen(run) || run.progress > 0) && (
        <ProgressBar value={run.progress} message={run.progressMessage} />
      )}
    </>
  )
}

function Outcome({ run: { error, result } }: { run: ExecutionDetail }) {
  const { t } = useTranslation()
  if (error)
    return (
      <div className="note bad">
        <div>
          <strong>{error.message}</strong>
          {error.stack && (
            <details>
              <summary>{t('run.details')}</summary>
              <pre tabIndex={0}>{error.stack}</pre>
            </details>
          )}
        </div>
      </div>
    )
  if (result === null) return null
  return (
    <details>
      <summary>{t('run.result')}</summary>
      <pre tabIndex={0}>{JSON.stringify(result, undefined, 2)}</pre>
    </details>
  )
}

/** A run that failed is opened where it went wrong; others at their end. */
function Log({ run }: { run: ExecutionDetail }) {
  const { t } = useTranslation()
  const log = useRun((state) => state.log)
  const [startAt, setStartAt] = useState<number | null>(null)
  useEffect(() => {
    if (run.error === null) return
    client.request('logs.firstError', { execution: run.id }).then(setStartAt, () => {})
  }, [])
  if (run.logCount === 0) return <p className="quiet">{isOpen(run) ? t('run.empty') : t('run.emptyFinal')}</p>
  return <LogList log={log!} startAt={startAt} />
}
