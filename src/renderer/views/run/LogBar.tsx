import { ChevronDown, ChevronUp, Clock, Copy, Download, Filter, OctagonAlert, WrapText } from 'lucide-react'
import type { ReactNode, Ref } from 'react'
import { useTranslation } from 'react-i18next'
import type { Level } from '../../../shared/contract.ts'
import { Menu } from '../../parts/Menu.tsx'
import { LevelChips } from '../../parts/log/LevelChips.tsx'
import { SearchField } from '../../parts/log/SearchField.tsx'
import { NOTHING, type LogMatches, type Wanted } from '../../state/log-search.ts'
import { usePreferences } from '../../state/preferences.ts'

interface Props {
  field: Ref<HTMLInputElement>
  wanted: Wanted
  want: (wanted: Wanted) => void
  matches: LogMatches | null
  /** The line that is chosen. */
  at: number | null
  goToMatch: (step: 1 | -1) => unknown
  onlyMatches: boolean
  setOnlyMatches: (onlyMatches: boolean) => void
  levels: Level[]
  setLevels: (levels: Level[]) => void
  counts: Partial<Record<Level, number>>
}

/** Above a log: what to look for in it, which levels to show, and how. */
export function LogBar(props: Props) {
  const { t } = useTranslation()
  const { wanted, want, matches, counts } = props
  return (
    <div className="log-bar">
      <SearchField
        ref={props.field}
        label={t('run.search')}
        wanted={wanted}
        want={want}
        problem={matches?.fault?.message ?? null}
        onEnter={(isBack) => props.goToMatch(isBack ? -1 : 1)}
        onEscape={() => want(NOTHING)}
      />
      {matches && !matches.fault && <Found matches={matches} at={props.at} />}
      {wanted.text !== '' && (
        <span className="steps">
          <Tool label={t('run.lastMatch')} run={() => props.goToMatch(-1)}>
            <ChevronUp size={16} aria-hidden />
          </Tool>
          <Tool label={t('run.nextMatch')} run={() => props.goToMatch(1)}>
            <ChevronDown size={16} aria-hidden />
          </Tool>
          <Tool
            label={t('run.onlyMatches')}
            isOn={props.onlyMatches}
            run={() => props.setOnlyMatches(!props.onlyMatches)}
          >
            <Filter size={16} aria-hidden />
          </Tool>
        </span>
      )}
      <LevelChips levels={props.levels} choose={props.setLevels} counts={counts} />
    </div>
  )
}

interface ToolsProps {
  hasErrors: boolean
  goToError: () => unknown
  copy: () => unknown
  save: () => unknown
}

/** What can be done with a log as a whole. */
export function LogTools({ hasErrors, goToError, copy, save }: ToolsProps) {
  const { t } = useTranslation()
  const { wrapsLog } = usePreferences()
  return (
    <span className="tools">
      {hasErrors && (
        <Tool label={t('run.nextError')} run={goToError}>
          <OctagonAlert size={16} aria-hidden />
        </Tool>
      )}
      <TimeMenu />
      <Tool
        label={t('run.wrap')}
        isOn={wrapsLog}
        run={() => usePreferences.setState({ wrapsLog: !wrapsLog })}
      >
        <WrapText size={16} aria-hidden />
      </Tool>
      <Tool label={t('run.copy')} run={copy}>
        <Copy size={16} aria-hidden />
      </Tool>
      <Tool label={t('run.save')} run={save}>
        <Download size={16} aria-hidden />
      </Tool>
    </span>
  )
}

function TimeMenu() {
  const { t } = useTranslation()
  const { logTime } = usePreferences()
  return (
    <Menu
      className="toggle"
      label={t('run.times', { mode: t(`run.time.${logTime}`) })}
      entries={(['absolute', 'relative', 'delta'] as const).map((mode) => ({
        label: t(`run.time.${mode}`),
        run: () => usePreferences.setState({ logTime: mode }),
      }))}
    >
      <Clock size={16} aria-hidden />
    </Menu>
  )
}

interface ToolProps {
  label: string
  isOn?: boolean
  run: () => unknown
  children: ReactNode
}

function Tool({ label, isOn, run, children }: ToolProps) {
  return (
    <button
      type="button"
      className="toggle"
      aria-pressed={isOn}
      aria-label={label}
      title={label}
      onClick={run}
    >
      {children}
    </button>
  )
}

function Found({ matches, at }: { matches: LogMatches; at: number | null }) {
  const { t, i18n } = useTranslation()
  const number = new Intl.NumberFormat(i18n.language)
  const { length } = matches.sequences
  const place = at === null ? 0 : matches.sequences.indexOf(at) + 1
  const isOpen = matches.isLooking || matches.hasMore
  const all = `${number.format(length)}${isOpen ? '+' : ''}`
  return (
    <span className="matches quiet number" role={isOpen ? undefined : 'status'}>
      {length === 0
        ? isOpen
          ? t('run.looking')
          : t('run.noMatches')
        : place > 0
          ? t('run.matchOf', { place: number.format(place), all })
          : t('run.matches', { all, count: length })}
    </span>
  )
}
