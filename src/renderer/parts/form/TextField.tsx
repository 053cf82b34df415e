import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isReference } from '../../../shared/secrets.ts'
import type { Tied } from './FormField.tsx'
import { halfTyped, textTyped } from './half-typed.ts'
import { readJson, readNumber } from './read.ts'
import type { Schema } from './schema.ts'

interface Props {
  tied: Tied
  name: string
  schema: Schema
  value: unknown
  secrets: readonly string[]
  onChange: (value: unknown) => void
}

/** A text, which may come from a secret. */
export function TextField({ tied, name, schema, value, secrets, onChange }: Props) {
  const { t } = useTranslation()
  const isSecret = isReference(value)
  return (
    <div className="form-beside">
      {isSecret ? (
        <select {...tied} value={value.secret} onChange={({ target }) => onChange({ secret: target.value })}>
          {[...new Set([value.secret, ...secrets])].map((secret) => (
            <option key={secret}>{secret}</option>
          ))}
        </select>
      ) : (
        <PlainText tied={tied} schema={schema} value={value} onChange={onChange} />
      )}
      {(isSecret || secrets.length > 0) && (
        <button
          type="button"
          className="icon"
          aria-pressed={isSecret}
          aria-label={t('params.secret', { name })}
          title={t('params.secret', { name })}
          onClick={() => onChange(isSecret ? undefined : { secret: secrets[0] })}
        >
          <KeyRound aria-hidden size={16} />
        </button>
      )}
    </div>
  )
}

function PlainText({ tied, schema, value, onChange }: Pick<Props, 'tied' | 'schema' | 'value' | 'onChange'>) {
  const { t } = useTranslation()
  const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value)
  const common = {
    ...tied,
    value: text,
    // A text that is emptied is not given: then the default counts.
    onChange: ({ target }: { target: { value: string } }) =>
      onChange(target.value === '' ? undefined : target.value),
    placeholder:
      schema.default === undefined ? undefined : t('params.default', { value: plain(schema.default) }),
  }
  if (schema.format === 'password') return <input {...common} type="password" autoComplete="off" />
  if (schema.format === 'multiline' || text.includes('\n')) return <textarea {...common} rows={4} />
  return <input {...common} spellCheck={false} autoComplete="off" />
}

/** A value as it is written beside its name. */
export const plain = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** A number. What is none stays as it was typed, and is said to be none. */
export function NumberField({
  tied,
  schema,
  value,
  onChange,
}: Pick<Props, 'tied' | 'schema' | 'value' | 'onChange'>) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const text = value === undefined ? '' : plain(value)
  // `1.` and `1.0` are the number 1: what was typed is shown as long as it means the value.
  const shown = typed.trim() !== '' && readNumber(typed) === value ? typed : text
  return (
    <input
      {...tied}
      inputMode="decimal"
      autoComplete="off"
      value={shown}
      placeholder={
        schema.default === undefined ? undefined : t('params.default', { value: plain(schema.default) })
      }
      onChange={({ target }) => {
        setTyped(target.value)
        onChange(readNumber(target.value))
      }}
    />
  )
}

/** Any value, as JSON. What is no JSON yet stays as it was typed, also where the form is left meanwhile. */
export function JsonField({ tied, value, onChange }: Pick<Props, 'tied' | 'value' | 'onChange'>) {
  const [typed, setTyped] = useState('')
  const text = textTyped(value) ?? (value === undefined ? '' : JSON.stringify(value, undefined, 2))
  // However it is laid out: what was typed is shown as long as it means the value.
  const read = readJson(typed)
  const isMeant = typed !== '' && 'value' in read && JSON.stringify(read.value) === JSON.stringify(value)
  return (
    <textarea
      {...tied}
      rows={4}
      spellCheck={false}
      value={isMeant ? typed : text}
      onChange={({ target }) => {
        setTyped(target.value)
        const next = readJson(target.value)
        onChange('value' in next ? next.value : halfTyped(target.value))
      }}
    />
  )
}
