import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Parameters } from '../../../shared/contract.ts'
import { FormField } from './FormField.tsx'
import { readParameters } from './read.ts'

interface Props {
  value: Parameters
  /** What was typed before and is no JSON yet. */
  typed?: string | null
  onChange: (value: Parameters, typed: string) => void
  onBroken?: (isBroken: boolean) => void
}

/** The parameters of what says nothing of its own: as JSON. */
export function ParametersText({ value, typed = null, onChange, onBroken }: Props) {
  const { t } = useTranslation()
  const [text, setText] = useState(
    () => typed ?? (Object.keys(value).length === 0 ? '' : JSON.stringify(value, undefined, 2)),
  )
  const read = readParameters(text)
  const error = 'error' in read ? t(`params.wrong.${read.error}`) : undefined
  return (
    <FormField label={t('runDialog.params')} hint={t('params.json')} error={error}>
      {(tied) => (
        <textarea
          {...tied}
          rows={4}
          spellCheck={false}
          value={text}
          onChange={({ target }) => {
            setText(target.value)
            const next = readParameters(target.value)
            onBroken?.('error' in next)
            onChange('value' in next ? next.value : value, target.value)
          }}
        />
      )}
    </FormField>
  )
}
