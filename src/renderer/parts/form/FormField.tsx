import { useId, type ReactNode } from 'react'
import './form.css'

/** What ties a control to its label, its hint and its error. */
export interface Tied {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': boolean | undefined
  'aria-required': boolean | undefined
}

interface Props {
  label: ReactNode
  hint?: string | undefined
  error?: string | undefined
  isRequired?: boolean
  children: (tied: Tied) => ReactNode
}

/** Ties a control to the hint and the error that stand under `id`. */
export function tie(id: string, hint: unknown, error: string | undefined, isRequired = false): Tied {
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return {
    id,
    'aria-describedby': described || undefined,
    'aria-invalid': error === undefined ? undefined : true,
    'aria-required': isRequired || undefined,
  }
}

/** What is wrong with a control, where {@link tie} says that it stands. */
export function FieldError({ id, error }: { id: string; error: string | undefined }) {
  if (error === undefined) return null
  return (
    <p className="field-error" id={`${id}-error`}>
      {error}
    </p>
  )
}

/** A control with its label above, and under it what it means and what is wrong with it. */
export function FormField({ label, hint, error, isRequired = false, children }: Props) {
  const id = useId()
  return (
    <div className="form-field">
      <label htmlFor={id}>
        {label}
        {isRequired && <span aria-hidden="true"> *</span>}
      </label>
      {children(tie(id, hint, error, isRequired))}
      {hint && (
        <p className="quiet form-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <FieldError id={id} error={error} />
    </div>
  )
}
