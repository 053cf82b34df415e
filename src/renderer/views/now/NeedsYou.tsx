import { Check, Play, RotateCcw, SkipForward } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Job, Occurrence, Pause } from '../../../shared/contract.ts'
import { Sentence, Times } from '../../parts/Ledger.tsx'
import { StateBadge } from '../../parts/StateBadge.tsx'
import { Time } from '../../parts/Time.tsx'
import { resume, startJob } from '../../state/actions.ts'
import { answer, markSeen, restart, useAttention } from '../../state/attention.ts'
import type { Failure } from '../../state/away.ts'
import { useCommands } from '../../state/commands.ts'
import { useJobs } from '../../state/jobs.ts'
import { deckPause, useOverview } from '../../state/overview.ts'
import { linkTo } from '../../state/route.ts'
import { isWaiting, useScripts } from '../../state/scripts.ts'
import { WhileAway } from './WhileAway.tsx'

/** So many of a kind are told of one by one. */
const SHOWN = 8

/** What a person has to look at, each with the click that settles it. */
export function NeedsYou() {
  const { t } = useTranslation()
  const jobs = useJobs((state) => state.jobs)
  const told = useAttention()
  // What is said of a job that was deleted meanwhile needs nobody.
  const ids = new Set(jobs.map(({ id }) => id))
  const [failed, held, away] = [
    told.failures.filter(({ jobId }) => ids.has(jobId)),
    told.held.filter(({ jobId }) => ids.has(jobId)),
    told.away.filter(({ jobId }) => ids.has(jobId)),
  ]
  const crashing = jobs.filter(({ stopped }) => stopped === 'keeps-crashing')
  // What is kept running is started again by itself; it needs somebody when that was given up.
  const kept = new Set(jobs.filter(({ schedule }) => schedule && 'daemon' in schedule).map(({ id }) => id))
  const failures = failed.filter(({ jobId }) => !kept.has(jobId))
  const waiting = useScripts(({ scripts }) => scripts).filter(isWaiting)
  const wary = waryPause(useOverview(({ queue }) => deckPause(queue)))
  const isCalm =
    [failures, held, away, crashing, waiting].every(({ length }) => length === 0) && wary === null
  const canBeSeen = failures.length > 0 || away.length > 0
  useCommands(
    canBeSeen ? [{ id: 'seen', title: t('now.seenAll'), keys: 'm', scope: 'view', run: markSeen }] : [],
  )
  return (
    <section aria-labelledby="now-needs">
      <div className="now-head">
        <h2 id="now-needs">{t('now.needs')}</h2>
        {canBeSeen && (
          <button type="button" className="plain" onClick={markSeen}>
            <Check aria-hidden size={14} /> {t('now.seenAll')}
          </button>
        )}
      </div>
      {isCalm && <p className="quiet now-calm">{t('now.calm')}</p>}
      <ul className="now-list">
        {wary && <Wary pause={wary} />}
        {crashing.slice(0, SHOWN).map((job) => (
          <Crashing key={job.id} job={job} />
        ))}
        {failures.slice(0, SHOWN).map((failure) => (
          <Failed key={failure.jobId} failure={failure} />
        ))}
        {failures.length > SHOWN && (
          <li>
            <a href={linkTo.jobs}>{t('now.more', { count: failures.length - SHOWN })}</a>
          </li>
        )}
        {waiting.slice(0, SHOWN).map(({ name, state }) => (
          <li className="now-row" key={name}>
            <StateBadge state={state} />
            <a className="cut now-name" href={linkTo.script(name)}>
              <bdi>{name}</bdi>
            </a>
            <a className="button" href={linkTo.script(name)} aria-label={t('now.reviewNamed', { name })}>
              {t('now.review')}
            </a>
          </li>
        ))}
      </ul>
      {held.length > 0 && <Held held={held} />}
      {away.length > 0 && <WhileAway away={away} />}
    </section>
  )
}

/** The engine itself paused everything because the data is not where, or what, it was: it says so in these words. */
const WARY = {
  'the deck was copied': 'copied',
  'the deck was set back': 'setBack',
  'the deck was restored': 'restored',
}

function waryPause(pause: Pause | null): (typeof WARY)[keyof typeof WARY] | null {
  const found = Object.entries(WARY).find(([begin]) => pause?.reason?.startsWith(begin))
  return found?.[1] ?? null
}

function Wary({ pause }: { pause: string }) {
  const { t } = useTranslation()
  return (
    <li className="now-row">
      <StateBadge state="paused" />
      <span className="now-name">{t(`now.wary.${pause}`)}</span>
      <button type="button" onClick={() => resume([{ deck: true }])}>
        <Play aria-hidden size={14} /> {t('pause.resume')}
      </button>
    </li>
  )
}

function Crashing({ job }: { job: Job }) {
  const { t } = useTranslation()
  const { name } = job
  return (
    <li className="now-row">
      <span className="bad now-mark">{t('now.crashes')}</span>
      <a
        className="cut now-name"
        href={job.lastExecutionId === null ? linkTo.job(job.id) : linkTo.run(job.lastExecutionId)}
        title={name}
      >
        <bdi>{name}</bdi>
      </a>
      <button type="button" aria-label={t('now.againNamed', { name })} onClick={() => restart(job)}>
        <RotateCcw aria-hidden size={14} /> {t('now.startAgain')}
      </button>
    </li>
  )
}

function Failed({ failure: { jobId, jobName: name, count, newest } }: { failure: Failure }) {
  const { t } = useTranslation()
  const job = useJobs(({ jobs }) => jobs.find(({ id }) => id === jobId))
  const reason =
    newest.error?.message ?? (newest.exitCode === null ? '' : t('now.exit', { code: newest.exitCode }))
  return (
    <li className="now-item">
      <div className="now-row">
        <StateBadge state={newest.status} />
        <a className="cut now-name" href={linkTo.run(newest.id)} title={name}>
          <bdi>{name}</bdi>
        </a>
        <span className="quiet number now-times">
          {count > 1 && <span>{t('now.times', { count })}</span>}
          <Time at={newest.endedAt ?? newest.queuedAt} />
        </span>
        {job && (
          <button type="button" aria-label={t('now.runAgainNamed', { name })} onClick={() => startJob(job)}>
            <RotateCcw aria-hidden size={14} /> {t('now.runAgain')}
          </button>
        )}
      </div>
      {reason && (
        <bdi className="cut quiet" title={reason}>
          {reason}
        </bdi>
      )}
    </li>
  )
}

/** Planned runs that wait for an answer. */
function Held({ held }: { held: Occurrence[] }) {
  const { t } = useTranslation()
  return (
    <section aria-labelledby="now-held">
      <div className="now-head">
        <h3 id="now-held">{t('now.held')}</h3>
        {held.length > 1 && (
          <>
            <button type="button" className="plain" onClick={() => answer('all', true)}>
              {t('now.runAll')}
            </button>
            <button type="button" className="plain" onClick={() => answer('all', false)}>
              {t('now.skipAll')}
            </button>
          </>
        )}
      </div>
      <ul className="now-list">
        {held.slice(0, SHOWN).map((entry) => (
          <HeldOne key={`${entry.jobId} ${entry.firstAt}`} entry={entry} />
        ))}
      </ul>
      {held.length > SHOWN && <p className="quiet">{t('now.more', { count: held.length - SHOWN })}</p>}
    </section>
  )
}

function HeldOne({ entry }: { entry: Occurrence }) {
  const { t } = useTranslation()
  const { jobId, jobName: name } = entry
  return (
    <li className="now-item">
      <div className="now-row">
        <a className="cut now-name" href={linkTo.job(jobId)} title={name}>
          <bdi>{name}</bdi>
        </a>
        <button type="button" aria-label={t('now.runNamed', { name })} onClick={() => answer(entry, true)}>
          <Play aria-hidden size={14} /> {t('now.run')}
        </button>
        <button type="button" aria-label={t('now.passNamed', { name })} onClick={() => answer(entry, false)}>
          <SkipForward aria-hidden size={14} /> {t('now.skip')}
        </button>
      </div>
      <p className="quiet">
        <Times entry={entry} /> · <Sentence entry={entry} />
      </p>
    </li>
  )
}
