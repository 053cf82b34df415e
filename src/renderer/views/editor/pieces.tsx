import { Plus, X } from 'lucide-react'
import type { MouseEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { Tied } from '../../parts/form/FormField.tsx'
import { useEditing } from './context.ts'
import { WEEKDAYS, type Weekday, type When } from './when.ts'

/** Changes a part of when it runs. */
export function useWhen(): { when: When; set: (part: Partial<When>) => void } {
  const { draft, change } = useEditing()
  const { when } = draft
  return { when, set: (part) => change({ when: { ...when, ...part } }) }
}

/** A Monday, from which the names of the days are taken. */
const MONDAY = Date.UTC(2024, 0, 1, 12)
const dayName = (language: string, index: number, width: 'short' | 'long' = 'short'): string =>
  new Intl.DateTimeFormat(language, { weekday: width, timeZone: 'UTC' }).format(MONDAY + index * 86_400_000)

interface DayButtonsProps {
  label: string
  days: readonly Weekday[]
  onChange: (days: Weekday[]) => void
  /** Where it stands, and what is wrong with it. */
  tied?: Pick<Tied, 'id' | 'aria-describedby' | 'aria-invalid'>
}

/** Days of the week, each of which is chosen or not. */
export function DayButtons({ label, days, onChange, tied }: DayButtonsProps) {
  const { i18n } = useTranslation()
  return (
    <span className="days" role="group" aria-label={label} {...tied}>
      {WEEKDAYS.map((day, index) => (
        <button
          type="button"
          key={day}
          aria-pressed={days.includes(day)}
          title={dayName(i18n.language, index, 'long')}
          onClick={() =>
            onChange(WEEKDAYS.filter((each) => (each === day ? !days.includes(day) : days.includes(each))))
          }
        >
          {dayName(i18n.language, index)}
        </button>
      ))}
    </span>
  )
}

interface ButtonProps {
  label: string
  onClick: (event: MouseEvent<HTMLButtonElement>) => void
}

export function RemoveButton({ label, onClick }: ButtonProps) {
  return (
    <button type="button" className="icon" aria-label={label} title={label} onClick={onClick}>
      <X aria-hidden size={16} />
    </button>
  )
}

export function AddButton({ label, onClick }: ButtonProps) {
  return (
    <button type="button" className="form-add" onClick={onClick}>
      <Plus aria-hidden size={16} />
      {label}
    </button>
  )
}
