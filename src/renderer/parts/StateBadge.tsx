import { useTranslation } from 'react-i18next'
import type { Job, Status } from '../../shared/contract.ts'
import type { Script } from '../state/scripts.ts'

type State = Status | Job['status'] | Script['state']

/** How it looks: its shape tells it apart without colour. */
const LOOKS: Record<State, { shape: string; tone: string }> = {
  draft: { shape: '·', tone: 'quiet' },
  disabled: { shape: '◇', tone: 'quiet' },
  paused: { shape: 'Ⅱ', tone: 'warn' },
  ready: { shape: '◷', tone: 'quiet' },
  queued: { shape: '○', tone: 'quiet' },
  initializing: { shape: '◌', tone: 'busy' },
  running: { shape: '▶', tone: 'busy' },
  completed: { shape: '✓', tone: 'good' },
  failed: { shape: '✕', tone: 'bad' },
  cancelled: { shape: '⊘', tone: 'warn' },
  timeout: { shape: '◔', tone: 'bad' },
  killed: { shape: '■', tone: 'bad' },
  interrupted: { shape: '≠', tone: 'warn' },
  approved: { shape: '✓', tone: 'good' },
  new: { shape: '+', tone: 'busy' },
  changed: { shape: '△', tone: 'warn' },
  broken: { shape: '✕', tone: 'bad' },
  gone: { shape: '◇', tone: 'quiet' },
}

const SCRIPT_STATES: ReadonlySet<State> = new Set(['approved', 'new', 'changed', 'broken', 'gone'])

interface Props {
  state: State
  /** Shows the shape alone where the word stands beside it, or there is no room; it is still read out. */
  isShort?: boolean
}

/** A state, by shape, colour and word. */
export function StateBadge({ state, isShort = false }: Props) {
  const { t } = useTranslation()
  const { shape, tone } = LOOKS[state]
  const text = SCRIPT_STATES.has(state) ? t(`scriptState.${state}`) : t(`status.${state}`)
  return (
    <span className={`badge ${tone}`} data-state={state} title={isShort ? text : undefined}>
      <span aria-hidden="true" className="shape">
        {shape}
      </span>
      <span className={isShort ? 'hidden' : undefined}>{text}</span>
    </span>
  )
}
