import { CaseSensitive, Regex } from 'lucide-react'
import { useId, type KeyboardEvent, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { patternProblem, type Wanted } from '../../state/log-search.ts'

interface Props {
  label: string
  wanted: Wanted
  want: (wanted: Wanted) => void
  /** What the store finds wrong with it. */
  problem: string | null
  onEnter?: (isBack: boolean) => void
  onEscape?: () => void
  ref?: Ref<HTMLInputElement>
}

/** A field for what is looked for in logs, a text or a regular expression. What is wrong with that stands below it. */
export function SearchField({ label, wanted, want, problem, onEnter, onEscape, ref }: Props) {
  const { t } = useTranslation()
  const id = useId()
  const reason = patternProblem(wanted)
  const shown = reason === null ? problem : t('logs.badPattern', { reason })

  function onKeyDown(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter') {
      event.preventDefault()
      onEnter?.(event.shiftKey)
    } else if (event.key === 'Escape') onEscape?.()
  }

  return (
    <div className="search-field">
      <div className="search">
        <input
          type="search"
          ref={ref}
          aria-label={label}
          placeholder={label}
          value={wanted.text}
          maxLength={1000}
          aria-invalid={shown !== null}
          aria-describedby={shown === null ? undefined : id}
          onChange={(event) => want({ ...wanted, text: event.target.value })}
          onKeyDown={onKeyDown}
        />
        <button
          type="button"
          className="toggle"
          aria-pressed={wanted.matchesCase}
          aria-label={t('logs.matchesCase')}
          title={t('logs.matchesCase')}
          onClick={() => want({ ...wanted, matchesCase: !wanted.matchesCase })}
        >
          <CaseSensitive size={16} aria-hidden />
        </button>
        <button
          type="button"
          className="toggle"
          aria-pressed={wanted.isPattern}
          aria-label={t('logs.isPattern')}
          title={t('logs.isPattern')}
          onClick={() => want({ ...wanted, isPattern: !wanted.isPattern })}
        >
          <Regex size={16} aria-hidden />
        </button>
      </div>
      {shown !== null && (
        <p className="field-error" id={id} role="alert">
          {shown}
        </p>
      )}
    </div>
  )
}
