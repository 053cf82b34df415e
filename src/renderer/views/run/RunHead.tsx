import { Ellipsis, Play, RotateCcw, SlidersHorizontal, Square } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { ExecutionDetail } from '../../../shared/contract.ts'
import { client } from '../../client.ts'
import { spanText } from '../../format.ts'
import { Menu, type MenuEntry } from '../../parts/Menu.tsx'
import { ProgressBar } from '../../parts/ProgressBar.tsx'
import { StateBadge } from '../../parts/StateBadge.tsx'
import { Time } from '../../parts/Time.tsx'
import { Took } from '../../parts/Took.tsx'
import { removeRuns, startJob } from '../../state/actions.ts'
import { useAnswer } from '../../state/answer.ts'
import { useCommands, type Command } from '../../state/commands.ts'
import { askToRun } from '../../state/dialogs.ts'
import { attempt } from '../../state/notices.ts'
import { useNow } from '../../state/now.ts'
import { remaining } from '../../state/remaining.ts'
import { go, linkTo } from '../../state/route.ts'
import { stopRun } from '../../state/run.ts'
import { usualDuration } from '../../state/running.ts'
import { waitText } from '../../waiting.ts'

const isOpen = ({ endedAt }: ExecutionDetail) => endedAt === null
const isBeingStopped = (run: ExecutionDetail) => isOpen(run) && run.stopReason !== null

/** How a run stands, and what can be done about it. */
export function RunHead({ run }: { run: ExecutionDetail }) {
  const { t } = useTranslation()
  const again = () => startJob({ id: run.jobId }, run.params)
  const stop = (force: boolean) => attempt(() => stopRun(run.id, force))
  const ask = async () => {
    const job = await attempt(() => client.request('jobs.get', { job: run.jobId }))
    if (job) askToRun(job, run.params)
  }
  const remove = async () => {
    if (await removeRuns([run.id])) go(linkTo.job(run.jobId, 'runs'))
  }

  const commands: Command[] = [
    { id: 'run-again', title: t('run.again'), keys: 'r', scope: 'view', run: again },
    { id: 'run-otherwise', title: t('run.otherwise'), keys: 'e', scope: 'view', run: ask },
  ]
  // By key it is only asked to end: force cannot be taken back, and wants to be chosen by name.
  if (isBeingStopped(run))
    commands.push({ id: 'run-force', title: t('run.force'), scope: 'view', run: () => stop(true) })
  else if (isOpen(run))
    commands.push({ id: 'run-stop', title: t('run.stop'), keys: 's', scope: 'view', run: () => stop(false) })
  useCommands(commands)

  const entries: MenuEntry[] = [
    { label: t('run.otherwise'), icon: <SlidersHorizontal size={16} aria-hidden />, run: ask },
  ]
  if (!isOpen(run)) entries.push('separator', { label: t('run.remove'), isDanger: true, run: remove })

  return (
    <>
      <header>
        <h1 className="number">{t('run.title', { id: run.id })}</h1>
        <StateBadge state={run.status} />
        {isBeingStopped(run) && <span className="quiet">{t('run.stopping')}</span>}
        <span className="buttons">
          {isBeingStopped(run) ? (
            <button type="button" className="danger" title={t('run.forceHint')} onClick={() => stop(true)}>
              {t('run.force')}
            </button>
          ) : (
            isOpen(run) && (
              <button type="button" onClick={() => stop(false)}>
                <Square size={14} aria-hidden />
                {t('run.stop')}
              </button>
            )
          )}
          <button type="button" className={isOpen(run) ? '' : 'main'} onClick={again}>
            {isOpen(run) ? <Play size={14} aria-hidden /> : <RotateCcw size={14} aria-hidden />}
            {t('run.again')}
          </button>
          <Menu className="icon" label={t('run.more')} entries={entries}>
            <Ellipsis size={16} aria-hidden />
          </Menu>
        </span>
      </header>
      <Facts run={run} />
      {run.error && <RunError error={run.error} />}
      {(isOpen(run) || run.progress > 0) && (
        <div className="run-progress">
          <ProgressBar value={run.progress} message={run.progressMessage} />
          {isOpen(run) && <Left run={run} />}
        </div>
      )}
    </>
  )
}

function Facts({ run }: { run: ExecutionDetail }) {
  const { t } = useTranslation()
  const attempts = useAttempts(run)
  return (
    <p className="facts quiet number">
      <span>
        <Time at={run.startedAt ?? run.queuedAt} />
      </span>
      {run.startedAt !== null && (
        <span>
          {isOpen(run) ? t('run.runsFor') : t('run.took')} <Took run={run} />
        </span>
      )}
      <span>{t('run.by', { what: t(`trigger.${run.trigger}`) })}</span>
      {attempts !== null && attempts > 1 ? (
        <span>{t('run.attemptOf', { number: run.attempt, all: Math.max(attempts, run.attempt) })}</span>
      ) : (
        run.attempt > 1 && <span>{t('run.attempt', { number: run.attempt })}</span>
      )}
      {run.waitingFor !== null && <span>{t('run.waitingFor', { what: waitText(t, run.waitingFor) })}</span>}
      {run.exitCode !== null && run.exitCode !== 0 && (
        <span>{t('run.exitCode', { code: run.exitCode })}</span>
      )}
      {run.exitSignal !== null && <span>{t('run.exitSignal', { signal: run.exitSignal })}</span>}
      {run.warned && <span className="warn">{t('run.warned')}</span>}
    </p>
  )
}

/** How often its job is tried in all, as far as that is known. */
function useAttempts({ jobId }: ExecutionDetail): number | null {
  const fields = useAnswer(jobId, () => client.request('jobs.policy', { job: jobId }))
  const retry = fields?.find(({ field }) => field === 'retry')?.value as
    | { attempts?: number }
    | null
    | undefined
  return retry?.attempts ?? null
}

function Left({ run }: { run: ExecutionDetail }) {
  const { t } = useTranslation()
  const now = useNow()
  const usual = useAnswer(run.jobId, () => usualDuration(run.jobId)) ?? null
  const left = remaining(run, usual, now)
  if (!left || run.stopReason !== null) return null
  return <span className="quiet number">{t('run.left', { time: spanText(t, Math.max(1000, left)) })}</span>
}

function RunError({ error }: { error: NonNullable<ExecutionDetail['error']> }) {
  const { t } = useTranslation()
  return (
    <div className="run-error">
      <p>
        <strong className="bad">{error.message}</strong>
        {error.code && <span className="quiet"> {t('run.errorCode', { code: error.code })}</span>}
      </p>
      {error.stack && (
        <details>
          <summary>{t('run.details')}</summary>
          <pre tabIndex={0} role="region" aria-label={t('run.details')}>
            {error.stack}
          </pre>
        </details>
      )}
    </div>
  )
}
