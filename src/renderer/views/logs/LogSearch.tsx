import { RefreshCw } from 'lucide-react'
import { useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Empty } from '../../parts/Empty.tsx'
import { FaultNote } from '../../parts/FaultNote.tsx'
import { LevelChips } from '../../parts/log/LevelChips.tsx'
import { SearchField } from '../../parts/log/SearchField.tsx'
import { toRows, useSearch, type Query } from '../../state/all-logs.ts'
import { useCommands } from '../../state/commands.ts'
import { useMarks } from '../../state/log-marks.ts'
import { patternProblem } from '../../state/log-search.ts'
import { useSettled } from '../../state/settled.ts'
import { Hits } from './Hits.tsx'
import { JobField } from './JobField.tsx'
import { RangeField } from './RangeField.tsx'
import './logs.css'

interface Props {
  query: Query
  ask: (query: Query) => void
  /** Whether one can choose a job, or it is one job's log that is shown. */
  choosesJob?: boolean
  /** Nothing is asked for yet. */
  isIdle?: boolean
}

/** What to look for in logs of many runs, and what was found, by run. */
export function LogSearch({ query, ask, choosesJob = false, isIdle = false }: Props) {
  const { t, i18n } = useTranslation()
  const field = useRef<HTMLInputElement>(null)
  const [round, setRound] = useState(0)
  const settled = useSettled(query)
  const isBad = patternProblem(settled.wanted) !== null
  const search = useSearch(isIdle || isBad ? null : settled, round)
  const rows = useMemo(() => toRows(search.hits), [search.hits])
  const again = () => setRound(round + 1)
  useCommands([
    {
      id: 'logs-search',
      title: t('logs.search'),
      keys: '/',
      scope: 'view',
      run: () => field.current?.focus(),
    },
    { id: 'logs-again', title: t('logs.again'), scope: 'view', run: again },
  ])

  const isPatternBad = search.fault?.code === 'invalid-input'
  const mark = useMarks(settled.wanted)
  const number = new Intl.NumberFormat(i18n.language)
  return (
    <>
      <div className="log-bar logs-bar" role="search">
        <SearchField
          ref={field}
          label={choosesJob ? t('logs.search') : t('logs.searchJob')}
          wanted={query.wanted}
          want={(wanted) => ask({ ...query, wanted })}
          problem={isPatternBad ? search.fault!.message : null}
          onEnter={again}
          onEscape={() => ask({ ...query, wanted: { ...query.wanted, text: '' } })}
        />
        <LevelChips levels={query.levels} choose={(levels) => ask({ ...query, levels })} />
        {choosesJob && <JobField job={query.job} choose={(job) => ask({ ...query, job })} />}
        <RangeField range={query.range} choose={(range) => ask({ ...query, range })} />
      </div>
      <div className="logs-state quiet number">
        {!isIdle && !isBad && !isPatternBad && (
          <>
            <span role="status">
              {search.isLooking ? '' : t('logs.found', { count: search.hits.length })}
            </span>
            {search.isLooking && (
              <span>{t('logs.foundYet', { number: number.format(search.hits.length) })}</span>
            )}
            {search.reached && !search.isDone && (
              <span>{t('logs.reached', { run: search.reached.execution })}</span>
            )}
            {search.isLooking ? (
              <button type="button" onClick={search.stop}>
                {t('logs.stop')}
              </button>
            ) : (
              !search.isDone &&
              !search.fault && (
                <button type="button" onClick={search.more}>
                  {t('logs.more')}
                </button>
              )
            )}
            <button
              type="button"
              className="icon"
              aria-label={t('logs.again')}
              title={t('logs.again')}
              onClick={again}
            >
              <RefreshCw size={14} aria-hidden />
            </button>
          </>
        )}
      </div>
      {search.fault && !isPatternBad && <FaultNote fault={search.fault} />}
      {isIdle ? (
        <Empty title={t('logs.idle')} text={t('logs.idleText')} />
      ) : rows.length > 0 ? (
        <Hits rows={rows} mark={mark} />
      ) : (
        search.isDone && (
          <Empty
            title={t('logs.nothing')}
            text={choosesJob ? t('logs.nothingText') : t('logs.nothingOfJob')}
          />
        )
      )}
    </>
  )
}
