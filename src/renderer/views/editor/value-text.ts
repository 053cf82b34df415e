import { useTranslation } from 'react-i18next'
import { spanText } from '../../format.ts'
import { formOf, textOf, type PolicyField } from './policy-fields.ts'

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
      if (form === 'duration' && typeof value === 'number') return spanText(t, value)
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
