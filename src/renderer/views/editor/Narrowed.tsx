import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { Folded } from '../../parts/Folded.tsx'
import { FieldError, FormField, tie } from '../../parts/form/FormField.tsx'
import { useRows } from '../../parts/form/rows.ts'
import { useEditing } from './context.ts'
import { AddButton, DayButtons, RemoveButton, useWhen } from './pieces.tsx'
import type { Quiet } from './when.ts'

const JITTER_EXAMPLE = '5m'
const ZONES = Intl.supportedValuesOf('timeZone')

/** What narrows the times down: zone, random delay, beginning and end, quiet times, days that are left out. */
export function Narrowed() {
  const { t } = useTranslation()
  const { errorOf } = useEditing()
  const { when, set } = useWhen()
  const { zone, jitter, from, until, quiet, skip } = when
  const isUsed = zone + jitter + from + until !== '' || quiet.length + skip.length > 0
  return (
    <Folded summary={t('editor.narrowed')} isWanted={isUsed}>
      <div className="pairs">
        <FormField label={t('editor.zone')} error={errorOf('when.zone')}>
          {(tied) => (
            <select {...tied} value={zone} onChange={({ target }) => set({ zone: target.value })}>
              <option value="">{t('editor.localZone')}</option>
              {[...new Set([...(zone === '' ? [] : [zone]), 'UTC', ...ZONES])].map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          )}
        </FormField>
        <FormField label={t('editor.jitter')} hint={t('editor.jitterHint')} error={errorOf('when.jitter')}>
          {(tied) => (
            <input
              {...tied}
              placeholder={JITTER_EXAMPLE}
              autoComplete="off"
              value={jitter}
              onChange={({ target }) => set({ jitter: target.value })}
            />
          )}
        </FormField>
        <FormField label={t('editor.from')} error={errorOf('when.from')}>
          {(tied) => (
            <input
              {...tied}
              type="datetime-local"
              value={from}
              onChange={({ target }) => set({ from: target.value })}
            />
          )}
        </FormField>
        <FormField label={t('editor.until')} error={errorOf('when.until')}>
          {(tied) => (
            <input
              {...tied}
              type="datetime-local"
              value={until}
              onChange={({ target }) => set({ until: target.value })}
            />
          )}
        </FormField>
      </div>
      <QuietTimes />
      <SkippedDays />
    </Folded>
  )
}

const NEW_QUIET: Quiet = { from: '22:00', to: '06:00', days: [] }

function QuietTimes() {
  const { t } = useTranslation()
  const { errorOf } = useEditing()
  const { when, set } = useWhen()
  const id = useId()
  const rows = useRows(when.quiet.length)
  const change = (index: number, part: Partial<Quiet>) =>
    set({ quiet: when.quiet.with(index, { ...when.quiet[index]!, ...part }) })
  return (
    <fieldset className="rows-of">
      <legend>{t('editor.quiet')}</legend>
      {when.quiet.map((quiet, index) => {
        const error = errorOf(`when.quiet.${index}`)
        return (
          <div className="row-of" key={rows.keys[index]}>
            <input
              {...tie(`${id}-${index}`, undefined, error)}
              type="time"
              aria-label={t('editor.quietFrom')}
              value={quiet.from}
              onChange={({ target }) => change(index, { from: target.value })}
            />
            <span aria-hidden="true">–</span>
            <input
              {...tie(`${id}-${index}`, undefined, error)}
              id={undefined}
              type="time"
              aria-label={t('editor.quietTo')}
              value={quiet.to}
              onChange={({ target }) => change(index, { to: target.value })}
            />
            <DayButtons
              label={t('editor.quietDays')}
              days={quiet.days}
              onChange={(days) => change(index, { days })}
            />
            <RemoveButton
              label={t('editor.removeQuiet', { number: index + 1 })}
              onClick={({ currentTarget }) => {
                rows.leave(currentTarget, index)
                set({ quiet: when.quiet.toSpliced(index, 1) })
              }}
            />
            <FieldError id={`${id}-${index}`} error={error} />
          </div>
        )
      })}
      <AddButton label={t('editor.addQuiet')} onClick={() => set({ quiet: [...when.quiet, NEW_QUIET] })} />
    </fieldset>
  )
}

function SkippedDays() {
  const { t } = useTranslation()
  const { errorOf } = useEditing()
  const { when, set } = useWhen()
  const id = useId()
  const rows = useRows(when.skip.length)
  return (
    <fieldset className="rows-of">
      <legend>{t('editor.skip')}</legend>
      {when.skip.map((day, index) => {
        const error = errorOf(`when.skip.${index}`)
        return (
          <div className="row-of" key={rows.keys[index]}>
            <input
              {...tie(`${id}-${index}`, undefined, error)}
              type="date"
              aria-label={t('editor.skippedDay', { number: index + 1 })}
              value={day}
              onChange={({ target }) => set({ skip: when.skip.with(index, target.value) })}
            />
            <RemoveButton
              label={t('editor.removeSkip', { number: index + 1 })}
              onClick={({ currentTarget }) => {
                rows.leave(currentTarget, index)
                set({ skip: when.skip.toSpliced(index, 1) })
              }}
            />
            <FieldError id={`${id}-${index}`} error={error} />
          </div>
        )
      })}
      <AddButton label={t('editor.addSkip')} onClick={() => set({ skip: [...when.skip, ''] })} />
    </fieldset>
  )
}
