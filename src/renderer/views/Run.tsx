import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { FaultNote } from '../parts/FaultNote.tsx'
import { linkTo } from '../state/route.ts'
import { keepRun, useRun } from '../state/run.ts'
import { RunAside } from './run/RunAside.tsx'
import { RunHead } from './run/RunHead.tsx'
import { RunLog } from './run/RunLog.tsx'
import './run/run.css'

interface Props {
  id: number
  /** The line of its log to open it at. */
  line: number | null
}

/** One run: how it stands, its log as it grows, and beside it all that is known about it. */
export function RunView({ id, line }: Props) {
  const { t } = useTranslation()
  const { run, log, fault } = useRun()
  useEffect(() => keepRun(id), [id])
  if (fault)
    return (
      <section className="view">
        <h1>{t('run.title', { id })}</h1>
        <FaultNote fault={fault} />
      </section>
    )
  if (!run || !log || run.id !== id) return null
  return (
    <section className="view run-view">
      <a href={linkTo.job(run.jobId)} className="cut" title={run.jobName}>
        ← <bdi>{run.jobName}</bdi>
      </a>
      <RunHead run={run} />
      <div className="run-parts">
        <section className="run-log" aria-labelledby="run-log">
          <RunLog run={run} log={log} line={line} key={id} />
        </section>
        <RunAside run={run} key={`aside ${id}`} />
      </div>
    </section>
  )
}
