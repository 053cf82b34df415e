import { inLanguage } from '../../format.ts'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { FieldError, FormField, tie } from '../../parts/form/FormField.tsx'
import { useEditing } from './context.ts'
import { Narrowed } from './Narrowed.tsx'
import { DayButtons, useWhen } from './pieces.tsx'
import { usePreview, type Preview } from './preview.ts'
import { PRESETS, UNITS, cronOf, hasBounds, scheduleOf, type Preset, type Unit, type When } from './when.ts'

/** When the job runs by itself: presets for those who know no cron, and its next times as they are chosen. */
export function WhenPart({ isWrong }: { isWrong: boolean }) {
  const { t } = useTranslation()
  const { errorOf } = useEditing()
  const { when, set } = useWhen()
  const { preview, fault } = usePreview(isWrong ? null : scheduleOf(when))
  const isCron = when.preset === 'cron'
  const said = fault?.message.replace(/^schedule(?:\.\w+)?: /, '')
  const error = errorOf('when') ?? (isCron ? undefined : said)
  const id = useId()
  return (
    <>
      <div className="when">
        <FormField label={t('editor.when')}>
          {(tied) => (
            <select
              {...tied}
              {...(error !== undefined && { ...tie(id, undefined, error), id: tied.id })}
              value={when.preset}
              onChange={({ target }) => set(chosen(when, target.value as Preset))}
            >
              {PRESETS.map((preset) => (
                <option key={preset} value={preset}>
                  {t(`editor.preset.${preset}`)}
                </option>
              ))}
            </select>
          )}
        </FormField>
        <OfPreset cronError={errorOf('when.cron') ?? (isCron ? said : undefined)} />
      </div>
      <FieldError id={id} error={error} />
      <NextTimes preview={isWrong || fault ? null : preview} />
      {hasBounds(when) && <Narrowed />}
    </>
  )
}

/** Who comes to the cron field sees there what was chosen before. */
function chosen(when: When, preset: Preset): Partial<When> {
  if (preset !== 'cron' || when.cron !== '') return { preset }
  return { preset, cron: when.preset === 'start' ? '' : (cronOf(when) ?? '') }
}

function OfPreset({ cronError }: { cronError: string | undefined }) {
  const { when } = useWhen()
  switch (when.preset) {
    case 'every':
      return <Every />
    case 'day':
    case 'weekdays':
      return <TimeOfDay />
    case 'week':
      return (
        <>
          <Days />
          <TimeOfDay />
        </>
      )
    case 'month':
      return (
        <>
          <DayOfMonth />
          <TimeOfDay />
        </>
      )
    case 'once':
      return <Once />
    case 'cron':
      return <Cron error={cronError} />
    default:
      return null
  }
}

function Every() {
  const { t } = useTranslation()
  const { errorOf } = useEditing()
  const { when, set } = useWhen()
  return (
    <FormField label={t('editor.every')} error={errorOf('when.amount')}>
      {(tied) => (
        <span className="form-beside">
          <input
            {...tied}
            className="short"
            inputMode="decimal"
            autoComplete="off"
            value={when.amount}
            onChange={({ target }) => set({ amount: target.value })}
          />
          <select
            aria-label={t('editor.unitLabel')}
            value={when.unit}
            onChange={({ target }) => set({ unit: target.value as Unit })}
          >
            {(Object.keys(UNITS) as Unit[]).map((unit) => (
              <option key={unit} value={unit}>
                {t(`editor.unit.${unit}`)}
              </option>
            ))}
          </select>
        </span>
      )}
    </FormField>
  )
}

function TimeOfDay() {
  const { t } = useTranslation()
  const { errorOf } = useEditing()
  const { when, set } = useWhen()
  return (
    <FormField label={t('editor.time')} error={errorOf('when.time')}>
      {(tied) => (
        <input
          {...tied}
          type="time"
          value={when.time}
          onChange={({ target }) => set({ time: target.value })}
        />
      )}
    </FormField>
  )
}

function Days() {
  const { t } = useTranslation()
  const { errorOf } = useEditing()
  const { when, set } = useWhen()
  const error = errorOf('when.days')
  const id = useId()
  return (
    <div className="form-field">
      <span className="form-label">{t('editor.days')}</span>
      <DayButtons
        label={t('editor.days')}
        days={when.days}
        onChange={(days) => set({ days })}
        tied={tie(id, undefined, error)}
      />
      <FieldError id={id} error={error} />
    </div>
  )
}

function DayOfMonth() {
  const { t } = useTranslation()
  const { when, set } = useWhen()
  return (
    <FormField label={t('editor.dayOfMonth')}>
      {(tied) => (
        <select
          {...tied}
          value={when.dayOfMonth}
          onChange={({ target }) => set({ dayOfMonth: target.value })}
        >
          {Array.from({ length: 31 }, (_, index) => (
            <option key={index}>{index + 1}</option>
          ))}
          <option value="L">{t('editor.lastDay')}</option>
        </select>
      )}
    </FormField>
  )
}

function Once() {
  const { t } = useTranslation()
  const { errorOf } = useEditing()
  const { when, set } = useWhen()
  return (
    <FormField label={t('editor.moment')} error={errorOf('when.at')}>
      {(tied) => (
        <input
          {...tied}
          type="datetime-local"
          value={when.at}
          onChange={({ target }) => set({ at: target.value })}
        />
      )}
    </FormField>
  )
}

const CRON_EXAMPLE = '30 2 * * 1-5'

function Cron({ error }: { error: string | undefined }) {
  const { t } = useTranslation()
  const { when, set } = useWhen()
  return (
    <FormField label={t('editor.cron')} hint={t('editor.cronHint')} error={error}>
      {(tied) => (
        <input
          {...tied}
          className="code-input"
          spellCheck={false}
          autoComplete="off"
          placeholder={CRON_EXAMPLE}
          value={when.cron}
          onChange={({ target }) => set({ cron: target.value })}
        />
      )}
    </FormField>
  )
}

/** What was chosen, in words, and the next times. It keeps its place while nothing is known. */
function NextTimes({ preview }: { preview: Preview | null }) {
  const { t, i18n } = useTranslation()
  const { when } = useWhen()
  if (when.preset === 'hand') return <p className="quiet">{t('editor.byHand')}</p>
  const format = new Intl.DateTimeFormat(i18n.language, {
    weekday: 'short',
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
    ...(preview?.occurrences.some(({ at }) => at % 60_000 !== 0) && { second: '2-digit' }),
    ...(preview && { timeZone: preview.zone }),
  })
  return (
    <div className="next-times">
      <p aria-live="polite" className="words-of-schedule">
        {preview && inLanguage(i18n.language, preview.words)}
      </p>
      {preview && preview.occurrences.length > 0 && (
        <ol aria-label={t('editor.next')}>
          {preview.occurrences.map(({ at, dst }) => (
            <li key={at} className="number">
              {format.format(at)} {dst && <span className="warn">{t(`editor.dst.${dst}`)}</span>}
            </li>
          ))}
        </ol>
      )}
      {preview && preview.occurrences.length === 0 && !['daemon', 'start'].includes(when.preset) && (
        <p className="warn">{t('editor.never')}</p>
      )}
    </div>
  )
}
