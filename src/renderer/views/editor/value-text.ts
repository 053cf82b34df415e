import { useTranslation } from 'react-i18next'
import { formatDuration } from '../../../shared/duration.ts'
import { formOf, textOf, type PolicyField } from './policy-fields.ts'

const UNITS = { d: 'day', h: 'hour', m: 'minute', s: 'second', ms: 'millisecond' } as const

/** A span of time, all of it: `1 hr 30 min`. */
export const durationText = (language: string, milliseconds: number): string =>
  Array.from(String(formatDuration(milliseconds)).matchAll(/(\d+)(ms|d|h|m|s)/g), ([, amount, unit]) =>
    new Intl.NumberFormat(language, {
      style: 'unit',
      unit: UNITS[unit as keyof typeof UNITS],
      unitDisplay: 'short',
    }).format(Number(amount)),
  ).join(' ')

/** Words for the values of a policy, and for where they come from. */
export function useValueText(): {
  value: (field: PolicyField, value: unknown) => string
  from: (from: string, value: string) => string
} {
  const { t, i18n } = useTranslation()
  return {
    value(field, value) {
      const form = formOf(field)
      if (value === undefined || value === null) return ''
      if (form === 'duration' && typeof value === 'number') return durationText(i18n.language, value)
      if (form === 'count' && typeof value === 'number')
        return new Intl.NumberFormat(i18n.language).format(value)
      if (form === 'yesNo') return String(value) === 'true' ? t('policyValue.yes') : t('policyValue.no')
      if (form === 'ends')
        return new Intl.ListFormat(i18n.language, { type: 'disjunction' }).format(
          (value as string[]).map((end) => t(`status.${end}`)),
        )
      if (typeof form !== 'string') {
        const key = `${field}.${String(value)}`
        return t(`policyValue.${key}`)
      }
      return textOf(form, value)
    },
    from(from, value) {
      if (from.startsWith('category ')) return t('policyFrom.folder', { path: from.slice(9), value })
      return from === 'script' ? t('policyFrom.script', { value }) : t('policyFrom.default', { value })
    },
  }
}
