import { useTranslation } from 'react-i18next'
import type { Job, Output } from '../../../shared/contract.ts'
import { isReference } from '../../../shared/secrets.ts'
import { handlerText, kindOf } from '../../handlers.ts'
import { client } from '../../client.ts'
import { Time } from '../../parts/Time.tsx'
import { useAnswer } from '../../state/answer.ts'
import { linkTo } from '../../state/route.ts'
import { useExplained } from '../editor/How.tsx'
import { GROUP_NAMES, fieldsIn, partOf, type PolicyField } from '../editor/policy-fields.ts'
import { useValueText } from '../editor/value-text.ts'
import { JobVersions } from './JobVersions.tsx'
import './job-settings.css'

/** All that is set for a job, where it comes from, what it was before, and who did what. */
export function JobSettings({ job }: { job: Job }) {
  const { t } = useTranslation()
  const explained = useExplained(job)
  return (
    <>
      {job.managedBy && <p className="note warn">{t('editor.managed', { file: job.managedBy })}</p>}
      <Said job={job} />
      {/* All of it at once: nothing moves away from under the pointer. */}
      {explained.length > 0 && (
        <>
          <PolicyTable explained={explained} />
          <JobVersions job={job} />
          <Trail job={job} />
        </>
      )}
    </>
  )
}

function Said({ job }: { job: Job }) {
  const { t } = useTranslation()
  const params = Object.entries(job.params)
  return (
    <dl className="said">
      {job.handlers.map(({ handler }) => (
        <div key={JSON.stringify(handler)}>
          <dt>{t(`editor.kind.${kindOf(handler)}`)}</dt>
          <dd>
            {'script' in handler ? (
              <a href={linkTo.script(handler.script)}>
                <bdi>{handler.script}</bdi>
              </a>
            ) : (
              <code>{handlerText(handler)}</code>
            )}
          </dd>
        </div>
      ))}
      {params.length > 0 && (
        <div>
          <dt>{t('runDialog.params')}</dt>
          <dd>
            {params.map(([name, value]) => (
              <div key={name}>
                <code>
                  {name} = {JSON.stringify(value)}
                </code>
              </div>
            ))}
          </dd>
        </div>
      )}
      {job.tags.length > 0 && (
        <div>
          <dt>{t('editor.tags')}</dt>
          <dd>{job.tags.join(', ')}</dd>
        </div>
      )}
    </dl>
  )
}

interface Row {
  field: string
  label: string
  value: string
  from: string
}

function PolicyTable({ explained }: { explained: Output<'jobs.policy'> }) {
  const { t } = useTranslation()
  const told = useValueText()
  const whole = Object.fromEntries(explained.map(({ field, value }) => [field, value]))
  const fromOf = (field: PolicyField) =>
    explained.find((each) => each.field === field.split('.')[0])?.from ?? 'default'
  const rowsOf = (fields: PolicyField[]): Row[] =>
    fields.flatMap((field) => {
      const value = told.value(field, partOf(whole, field))
      return value === '' ? [] : [{ field, label: t(`policy.${field}`), value, from: fromOf(field) }]
    })
  const variables = Object.entries((whole.environment ?? {}) as Record<string, unknown>)
  return (
    <section className="settings-part" aria-labelledby="settings-how">
      <h2 id="settings-how">{t('editor.how')}</h2>
      <table className="settings-table">
        <thead className="hidden">
          <tr>
            <th scope="col">{t('jobSettings.field')}</th>
            <th scope="col">{t('jobSettings.value')}</th>
            <th scope="col">{t('jobSettings.from')}</th>
          </tr>
        </thead>
        {GROUP_NAMES.map((group) => {
          const rows = rowsOf(fieldsIn(group))
          if (group === 'environment')
            for (const [name, value] of variables)
              rows.unshift({
                field: `environment ${name}`,
                label: name,
                value: isReference(value) ? t('jobSettings.secret', { name: value.secret }) : String(value),
                from: explained.find(({ field }) => field === 'environment')!.from,
              })
          return rows.length === 0 ? null : (
            <Group key={group} title={t(`editor.group.${group}`)} rows={rows} />
          )
        })}
      </table>
    </section>
  )
}

function Group({ title, rows }: { title: string; rows: Row[] }) {
  const { t } = useTranslation()
  const source = (from: string) => {
    if (from.startsWith('category ')) return t('jobSettings.fromFolder', { path: from.slice(9) })
    return from === 'job'
      ? t('jobSettings.fromJob')
      : from === 'script'
        ? t('jobSettings.fromScript')
        : t('jobSettings.fromDefault')
  }
  return (
    <tbody>
      <tr>
        <th colSpan={3} scope="rowgroup">
          {title}
        </th>
      </tr>
      {rows.map(({ field, label, value, from }) => (
        <tr key={field}>
          <td>{label}</td>
          <td className={from === 'default' ? 'quiet' : 'set'}>{value}</td>
          <td className="quiet">{source(from)}</td>
        </tr>
      ))}
    </tbody>
  )
}

const TRAIL_LENGTH = 50

function Trail({ job }: { job: Job }) {
  const { t } = useTranslation()
  const { id, updatedAt, enabled, pause, lastExecutionId } = job
  const changed = `${updatedAt} ${enabled} ${pause?.pausedFrom} ${lastExecutionId}`
  const ask = () => client.request('trail.list', { job: id, limit: TRAIL_LENGTH })
  const entries = useAnswer(id, ask, changed) ?? []
  if (entries.length === 0) return null
  return (
    <section className="settings-part" aria-labelledby="settings-trail">
      <h2 id="settings-trail">{t('jobSettings.trail')}</h2>
      <ul className="trail">
        {entries.map(({ id: entry, at, actor, action, executionId }) => (
          <li key={entry}>
            <Time at={at} />
            <span>
              {t(`trailAction.${action}`)}
              {executionId !== null && (
                <>
                  {' '}
                  <a href={linkTo.run(executionId)}>#{executionId}</a>
                </>
              )}
            </span>
            <span className="quiet">{t(`trailActor.${actor}`)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
