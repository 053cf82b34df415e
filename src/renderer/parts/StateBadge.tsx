import { useTranslation } from 'react-i18next'
import { LOOKS, type State } from './looks.ts'

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
