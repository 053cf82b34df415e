import { useId, type ReactNode } from 'react'

interface GroupProps {
  title: string
  children: ReactNode
}

/** Settings that belong together. */
export function Group({ title, children }: GroupProps) {
  const id = useId()
  return (
    <section className="group" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <div className="group-body">{children}</div>
    </section>
  )
}

interface SettingProps {
  label: string
  hint?: string | undefined
  /** The id of the field that the label is for. */
  htmlFor?: string
  children: ReactNode
}

/** One setting: what it is called on the left, and what it is on the right. */
export function Setting({ label, hint, htmlFor, children }: SettingProps) {
  return (
    <div className="setting">
      <div>
        {htmlFor ? <label htmlFor={htmlFor}>{label}</label> : <span>{label}</span>}
        {hint && <p className="quiet">{hint}</p>}
      </div>
      <div className="setting-field">{children}</div>
    </div>
  )
}

interface ChoiceProps<V extends string> {
  label: string
  hint?: string
  value: V
  options: { value: V; label: string }[]
  onChange: (value: V) => void
}

/** A setting that is one of few. */
export function ChoiceSetting<V extends string>({ label, hint, value, options, onChange }: ChoiceProps<V>) {
  const id = useId()
  return (
    <Setting label={label} hint={hint} htmlFor={id}>
      <select id={id} value={value} onChange={({ target }) => onChange(target.value as V)}>
        {options.map((option) => (
          <option value={option.value} key={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Setting>
  )
}

interface SwitchProps {
  label: string
  hint?: string
  value: boolean
  onChange: (value: boolean) => void
}

/** A setting that is on or off. */
export function SwitchSetting({ label, hint, value, onChange }: SwitchProps) {
  const id = useId()
  return (
    <Setting label={label} hint={hint} htmlFor={id}>
      <input id={id} type="checkbox" checked={value} onChange={({ target }) => onChange(target.checked)} />
    </Setting>
  )
}
