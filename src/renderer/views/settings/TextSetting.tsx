import { useEffect, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Setting } from './Group.tsx'

interface Props {
  label: string
  hint?: string
  value: string
  /** Says what is wrong with a text, in the language of the window; null where nothing is. */
  check: (text: string) => string | null
  save: (text: string) => Promise<unknown>
}

/** A setting that is typed: checked as typed, and saved by Enter or when one leaves it. */
export function TextSetting({ label, hint, value, check, save }: Props) {
  const { t } = useTranslation()
  const id = useId()
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  const wrong = check(text)
  const isChanged = text.trim() !== value
  const keep = () => {
    if (isChanged && wrong === null) void save(text.trim())
  }
  return (
    <Setting label={label} hint={hint} htmlFor={id}>
      <span className="field">
        <input
          id={id}
          value={text}
          aria-invalid={wrong !== null}
          aria-describedby={wrong === null ? undefined : `${id}-wrong`}
          onChange={({ target }) => setText(target.value)}
          onBlur={keep}
          onKeyDown={({ key, nativeEvent }) => {
            if (key === 'Enter' && !nativeEvent.isComposing) keep()
            if (key === 'Escape') setText(value)
          }}
        />
        {wrong !== null ? (
          <span className="field-error" id={`${id}-wrong`}>
            {wrong}
          </span>
        ) : (
          isChanged && <span className="quiet">{t('settings.enterSaves')}</span>
        )}
      </span>
    </Setting>
  )
}
