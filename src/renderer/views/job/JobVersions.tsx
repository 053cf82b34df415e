import { useTranslation } from 'react-i18next'
import type { Handler, Job } from '../../../shared/contract.ts'
import { formatDuration } from '../../../shared/duration.ts'
import { client } from '../../client.ts'
import { handlerText } from '../../handlers.ts'
import { Time } from '../../parts/Time.tsx'
import { dateText } from '../../format.ts'
import { useAnswer } from '../../state/answer.ts'
import { attempt } from '../../state/notices.ts'
import { tellDone } from '../../state/toasts.ts'
import { POLICY_FIELDS, type PolicyField } from '../editor/policy-fields.ts'
import { useValueText } from '../editor/value-text.ts'
import { differences, type Difference, type Version } from './differences.ts'

/** What the job was after each edit, the latest first, and the way back. */
export function JobVersions({ job }: { job: Job }) {
  const { t } = useTranslation()
  const { id, updatedAt } = job
  const versions = useAnswer(id, () => client.request('versions.list', { job: id }), updatedAt) ?? []

  async function restore(number: number): Promise<void> {
    const latest = versions[0]!.number
    const to = (version: number) => client.request('versions.restore', { job: id, number: version })
    if (await attempt(() => to(number)))
      tellDone(t('jobSettings.restored', { number }), {
        label: t('actions.undo'),
        run: () => to(latest),
      })
  }

  if (versions.length === 0) return null
  return (
    <section className="settings-part" aria-labelledby="settings-versions">
      <h2 id="settings-versions">{t('jobSettings.versions')}</h2>
      <ol className="versions">
        {versions.map((version, index) => (
          <li key={version.number}>
            <div className="version-head">
              <strong>{t('jobSettings.version', { number: version.number })}</strong>
              <Time at={version.at} />
              {index === 0 ? (
                <span className="quiet">{t('jobSettings.current')}</span>
              ) : (
                <button
                  type="button"
                  aria-label={t('jobSettings.restoreNamed', { number: version.number })}
                  onClick={() => restore(version.number)}
                >
                  {t('jobSettings.restore')}
                </button>
              )}
            </div>
            <Changes version={version} before={versions[index + 1]} />
          </li>
        ))}
      </ol>
    </section>
  )
}

function Changes({ version, before }: { version: Version; before: Version | undefined }) {
  const { t } = useTranslation()
  const words = useFieldWords()
  if (!before) return <p className="quiet">{t('jobSettings.first')}</p>
  const found = differences(before, version)
  if (found.length === 0) return <p className="quiet">{t('jobSettings.same')}</p>
  return (
    <ul className="changes">
      {found.map((difference) => (
        <li key={difference.field}>
          <span className="quiet">{words.label(difference.field)}</span>{' '}
          <del>{words.value(difference, 'before')}</del> <span aria-hidden="true">→</span>{' '}
          <ins>{words.value(difference, 'after')}</ins>
        </li>
      ))}
    </ul>
  )
}

const isPolicyField = (field: string): field is PolicyField =>
  (POLICY_FIELDS as readonly string[]).includes(field)

/** Words for the fields of a version and for their values. */
function useFieldWords() {
  const { t, i18n } = useTranslation()
  const told = useValueText()
  return {
    label(field: string): string {
      if (field.startsWith('params.')) return field.slice('params.'.length)
      if (field.startsWith('policy.')) return t(`policy.${field.slice('policy.'.length)}`)
      return t(`versionField.${field}`)
    },
    value({ field, ...values }: Difference, side: 'before' | 'after'): string {
      const value = values[side]
      if (value === null) return t('jobSettings.nothing')
      const part = field.replace(/^policy\./, '')
      if (field.startsWith('policy.') && isPolicyField(part)) return told.value(part, value)
      if (field === 'what') return handlersText(value as Handler | Handler[])
      if (field === 'when') return scheduleText(value as NonNullable<Job['schedule']>, i18n.language)
      return typeof value === 'string' ? value : JSON.stringify(value)
    },
  }
}

const handlersText = (value: Handler | Handler[]): string => [value].flat().map(handlerText).join(' + ')

/** A schedule in short, as it is written; what narrows it down stands behind. */
function scheduleText(schedule: NonNullable<Job['schedule']>, language: string): string {
  if ('daemon' in schedule) return 'daemon'
  if ('at' in schedule) return dateText(language, schedule.at)
  if ('in' in schedule) return JSON.stringify(schedule)
  const { zone, jitter, from, until, quiet, skip } = schedule
  const bounds = JSON.stringify({ zone, jitter, from, until, quiet, skip })
  const short = 'cron' in schedule ? schedule.cron : `every ${formatDuration(schedule.every)}`
  return bounds === '{}' ? short : `${short} ${bounds}`
}
