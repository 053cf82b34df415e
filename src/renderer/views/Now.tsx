import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { FaultNote } from '../parts/FaultNote.tsx'
import { keepLookedAt, keepAttention, useAttention } from '../state/attention.ts'
import { useJobs } from '../state/jobs.ts'
import { usePreferences } from '../state/preferences.ts'
import { keepRunning, useRunning } from '../state/running.ts'
import { keepUpcoming, useUpcoming } from '../state/upcoming.ts'
import { FirstStart } from './FirstStart.tsx'
import { NeedsYou } from './now/NeedsYou.tsx'
import { NextUp } from './now/NextUp.tsx'
import { Running } from './now/Running.tsx'
import { Strip } from './now/Strip.tsx'
import './now/now.css'

/** Home: what runs, what needs somebody, and what comes next. */
export function NowView() {
  const { jobs, isReady } = useJobs()
  if (isReady && jobs.length === 0) return <FirstStart />
  return <Now />
}

function Now() {
  const { t } = useTranslation()
  const { lookedAt } = usePreferences()
  const running = useRunning()
  const attention = useAttention()
  const upcoming = useUpcoming()
  useEffect(keepLookedAt, [])
  useEffect(keepRunning, [])
  useEffect(keepUpcoming, [])
  useEffect(() => keepAttention(lookedAt), [lookedAt])
  const fault = running.fault ?? attention.fault ?? upcoming.fault
  return (
    <section className="view now">
      <header>
        <h1>{t('nav.now')}</h1>
      </header>
      {fault && <FaultNote fault={fault} />}
      <Strip />
      <div className="now-columns">
        <div className="now-column">
          {running.isReady && <Running />}
          {attention.isReady && <NeedsYou />}
        </div>
        <div className="now-column">{upcoming.isReady && <NextUp />}</div>
      </div>
    </section>
  )
}
