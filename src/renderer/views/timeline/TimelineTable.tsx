import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Job } from '../../../shared/contract.ts'
import { dateText, spanText } from '../../format.ts'
import { Rows } from '../../parts/Rows.tsx'
import { StateBadge } from '../../parts/StateBadge.tsx'
import { linkTo } from '../../state/route.ts'
import { useTimeline } from '../../state/timeline.ts'
import type { Planned } from '../../state/upcoming.ts'
import type { Span } from '../../state/time-scale.ts'

type Item = { at: number; name: string; run: Span } | { at: number; name: string; planned: Planned }

/** What is in sight of the timeline as a table, the latest first. */
export function TimelineTable({ jobs }: { jobs: Job[] }) {
  const { t } = useTranslation()
  const { spans, planned, range } = useTimeline()
  const items = useMemo(() => {
    const names = new Map(jobs.map(({ id, name }) => [id, name]))
    const isIn = (jobId: string, from: number, to: number) =>
      names.has(jobId) && from <= range.to && to >= range.from
    const all: Item[] = []
    for (const each of planned)
      if (isIn(each.jobId, each.at, each.at)) all.push({ at: each.at, name: each.jobName, planned: each })
    for (const run of spans)
      if (isIn(run.jobId, run.startedAt, run.endedAt ?? Infinity))
        all.push({ at: run.startedAt, name: names.get(run.jobId)!, run })
    return all.toSorted((a, b) => b.at - a.at)
  }, [jobs, spans, planned, range])
  if (items.length === 0) return <p className="quiet">{t('timeline.nothing')}</p>
  return (
    <Rows
      label={t('nav.timeline')}
      kind="timeline-rows"
      heads={[t('jobs.name'), t('jobs.state'), t('job.began'), t('job.took')]}
      items={items}
      keyOf={(item) => ('run' in item ? item.run.id : `${item.planned.jobId} ${item.at}`)}
      row={(item) => <Row item={item} />}
    />
  )
}

function Row({ item }: { item: Item }) {
  const { t, i18n } = useTranslation()
  const link = 'run' in item ? linkTo.run(item.run.id) : linkTo.job(item.planned.jobId)
  return (
    <>
      <span role="cell">
        <a className="cut" href={link}>
          <bdi>{item.name}</bdi>
        </a>
      </span>
      <span role="cell">
        {'run' in item ? <StateBadge state={item.run.status} /> : <PlannedState item={item.planned} />}
      </span>
      <span role="cell" className="number">
        {dateText(i18n.language, item.at)}
      </span>
      <span role="cell" className="number">
        {'run' in item && item.run.endedAt !== null
          ? spanText(t, item.run.endedAt - item.run.startedAt)
          : '–'}
      </span>
    </>
  )
}

function PlannedState({ item: { snoozed } }: { item: Planned }) {
  const { t } = useTranslation()
  return <span className="quiet">◇ {snoozed ? t('now.skipped') : t('timeline.planned')}</span>
}
