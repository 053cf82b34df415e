import { Copy, Download, Pencil, Play, Power, Trash2 } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Handler, Job, Output } from '../../../shared/contract.ts'
import { isReference } from '../../../shared/secrets.ts'
import { client } from '../../client.ts'
import { Time } from '../../parts/Time.tsx'
import { enableJobs, exportJobs, inputOf, removeJobs } from '../../state/actions.ts'
import { askToRun } from '../../state/dialogs.ts'
import { useJobs } from '../../state/jobs.ts'
import { attempt } from '../../state/notices.ts'
import { go, linkTo } from '../../state/route.ts'
import { tellDone } from '../../state/toasts.ts'
import { useExplained } from '../editor/How.tsx'
import { joinWords } from '../editor/command-line.ts'
import { freeName } from '../editor/draft.ts'
import { GROUP_NAMES, fieldsIn, partOf, type PolicyField } from '../editor/policy-fields.ts'
import { useValueText } from '../editor/value-text.ts'
import { JobVersions } from './JobVersions.tsx'
import './job-settings.css'

/** All that is set for a job, where it comes from, what it was before, and who did what. */
export function JobSettings({ job }: { job: Job }) {
  const { t } = useTranslation()
  return (
    <>
      <Actions job={job} />
      {job.managedBy && <p className="note warn">{t('editor.managed', { file: job.managedBy })}</p>}
      <Said job={job} />
      <PolicyTable job={job} />
      <JobVersions job={job} />
      <Trail job={job} />
    </>
  )
}

function Actions({ job }: { job: Job }) {
  const { t } = useTranslation()
  const jobs = useJobs((state) => state.jobs)

  async function duplicate(): Promise<void> {
    const taken = new Set(jobs.map(({ key }) => key))
    const name = freeName(job.name, (each) => taken.has(each))
    const copy = await attempt(async () => {
      const { key: _, ...input } = inputOf(job)
      const saved = await client.request('jobs.save', { ...input, name })
      // Two of the same must not run by themselves before somebody has changed one of them.
      return client.request('jobs.enable', { job: saved.id, enabled: false })
    })
    if (!copy) return
    tellDone(t('jobSettings.duplicated', { name }))
    go(linkTo.editJob(copy.id))
  }

  return (
    <div className="settings-actions">
      <a className="button main" href={linkTo.editJob(job.id)}>
        <Pencil aria-hidden size={16} />
        {t('jobSettings.edit')}
      </a>
      <button type="button" onClick={() => askToRun(job)} disabled={job.handlers.length === 0}>
        <Play aria-hidden size={16} />
        {t('jobSettings.runWith')}
      </button>
      <button type="button" onClick={duplicate}>
        <Copy aria-hidden size={16} />
        {t('jobSettings.duplicate')}
      </button>
      <button type="button" onClick={() => exportJobs([job])}>
        <Download aria-hidden size={16} />
        {t('jobSettings.export')}
      </button>
      <button type="button" onClick={() => enableJobs([job], !job.enabled)}>
        <Power aria-hidden size={16} />
        {job.enabled ? t('jobSettings.disable') : t('jobSettings.enable')}
      </button>
      <button
        type="button"
        className="danger"
        onClick={async () => {
          if (await removeJobs([job])) go(linkTo.jobs)
        }}
      >
        <Trash2 aria-hidden size={16} />
        {t('actions.remove')}
      </button>
    </div>
  )
}

/** What a job runs, as it is typed. */
export function handlerText(handler: Handler): string {
  if ('script' in handler) return handler.script
  if ('file' in handler) return handler.file
  if ('command' in handler) return joinWords(handler.command)
  return 'shell' in handler ? handler.shell : handler.function
}

const kindOf = (handler: Handler) =>
  'script' in handler
    ? 'script'
    : 'file' in handler
      ? 'file'
      : 'command' in handler
        ? 'command'
        : 'shell' in handler
          ? 'shell'
          : 'function'

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

function PolicyTable({ job }: { job: Job }) {
  const { t } = useTranslation()
  const explained = useExplained(job)
  const told = useValueText()
  if (explained.length === 0) return null
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
  const [entries, setEntries] = useState<Output<'trail.list'>>([])
  const { id, updatedAt, enabled, pause, lastExecutionId } = job
  const changed = `${updatedAt} ${enabled} ${pause?.pausedFrom} ${lastExecutionId}`
  useEffect(() => {
    let isOver = false
    client.request('trail.list', { job: id, limit: TRAIL_LENGTH }).then(
      (found) => isOver || setEntries(found),
      () => {},
    )
    return () => {
      isOver = true
    }
  }, [id, changed])
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
