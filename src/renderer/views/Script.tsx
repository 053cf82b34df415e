import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../client.ts'
import { Code } from '../parts/Code.tsx'
import { FaultNote } from '../parts/FaultNote.tsx'
import { StateBadge } from '../parts/StateBadge.tsx'
import { useBusy } from '../parts/form/busy.ts'
import { plain } from '../parts/form/TextField.tsx'
import { fieldKind, resolveSchema, type Schema } from '../parts/form/schema.ts'
import { useCommands } from '../state/commands.ts'
import { attempt } from '../state/notices.ts'
import { go, linkTo } from '../state/route.ts'
import { isWaiting, keepReview, useReview, type Review, type Script } from '../state/scripts.ts'
import { dropText, keepText, keptText } from '../state/script-text.ts'
import { tellDone } from '../state/toasts.ts'
import { usePlace } from './Scripts.tsx'
import './scripts.css'

/** One script: what it is made of, how that differs from what was approved, and the approval. */
export function ScriptView({ name }: { name: string }) {
  const { t } = useTranslation()
  const { review, fault } = useReview()
  const placeOf = usePlace()
  useEffect(() => keepReview(name), [name])
  if (fault)
    return (
      <section className="view">
        <a href={linkTo.scripts}>← {t('scripts.back')}</a>
        <h1 className="cut">
          <bdi>{name}</bdi>
        </h1>
        <FaultNote fault={fault} />
      </section>
    )
  if (!review || review.script.name !== name) return null
  const { script, files, origin } = review
  return (
    <section className="view">
      <a href={linkTo.scripts}>← {t('scripts.back')}</a>
      <Head script={script} />
      {script.title !== null && script.title !== name && (
        <p>
          <strong>
            <bdi>{script.title}</bdi>
          </strong>
        </p>
      )}
      {script.description && <p className="description">{script.description}</p>}
      {script.problem && (
        <div className="note bad" role="alert">
          <div>
            <strong>{script.problem.message}</strong>
            <p className="number">{placeOf(script.problem)}</p>
          </div>
        </div>
      )}
      {script.warnings.map((warning) => (
        <p className="note warn" key={warning}>
          {warning}
        </p>
      ))}
      {origin && <p className="note warn">{t('scripts.origin', { origin })}</p>}
      {isWaiting(script) && <p>{t('scripts.review')}</p>}
      <Jobs script={script} />
      {script.schema && <Takes schema={script.schema} />}
      {files.map((file) => (
        <File file={file} script={script} key={file.path} isOnly={files.length === 1} />
      ))}
    </section>
  )
}

function Head({ script }: { script: Script }) {
  const { t } = useTranslation()
  const { name, state, digest } = script
  // What is approved is what was looked at: where it was changed since, it is refused.
  const request = () =>
    client.request('scripts.approve', { script: name, ...(digest !== null && { digest }) })

  async function approve(): Promise<void> {
    if (await attempt(request)) tellDone(t('scripts.approvedNow', { name }))
  }
  async function withdraw(): Promise<void> {
    const done = await attempt(() => client.request('scripts.withdraw', { script: name }))
    if (done !== undefined)
      tellDone(t('scripts.withdrawn', { name }), { label: t('actions.undo'), run: request })
  }
  const makeJob = () => go(linkTo.newJob(name))
  useCommands([
    ...(isWaiting(script)
      ? [{ id: 'approve', title: t('scripts.approve'), keys: 'a', scope: 'view' as const, run: approve }]
      : []),
    ...(state === 'approved'
      ? [{ id: 'make-job', title: t('scripts.makeJob'), keys: 'j', scope: 'view' as const, run: makeJob }]
      : []),
  ])

  return (
    <header>
      <h1 className="cut" title={name}>
        <bdi>{name}</bdi>
      </h1>
      <StateBadge state={state} />
      <span className="buttons">
        {state === 'approved' && (
          <>
            <button type="button" onClick={withdraw}>
              {t('scripts.withdraw')}
            </button>
            <button type="button" className="main" onClick={makeJob}>
              {t('scripts.makeJob')}
            </button>
          </>
        )}
        {isWaiting(script) && (
          <button type="button" className="main" onClick={approve}>
            {t('scripts.approve')}
          </button>
        )}
      </span>
    </header>
  )
}

function Jobs({ script: { jobs } }: { script: Script }) {
  const { t } = useTranslation()
  if (jobs.length === 0) return null
  return (
    <p className="facts">
      <span className="quiet">{t('scripts.jobs')}</span>
      {jobs.slice(0, 20).map(({ id, name }) => (
        <a href={linkTo.job(id)} key={id} className="cut">
          <bdi>{name}</bdi>
        </a>
      ))}
    </p>
  )
}

/** The parameters that it takes, in words. */
function Takes({ schema }: { schema: Schema }) {
  const { t } = useTranslation()
  const whole = resolveSchema(schema, schema)
  const properties = Object.entries((whole.properties ?? {}) as Record<string, unknown>)
  const required = new Set((whole.required ?? []) as string[])
  if (properties.length === 0) return null
  return (
    <section aria-labelledby="takes">
      <h2 id="takes">{t('scripts.takes')}</h2>
      <ul className="takes">
        {properties.map(([name, inner]) => {
          const field = resolveSchema(schema, inner)
          return (
            <li key={name}>
              <code>{name}</code>{' '}
              <span className="quiet">
                {t(`parameterKind.${fieldKind(field)}`)}
                {required.has(name) && ` · ${t('scripts.required')}`}
                {field.default !== undefined && ` · ${t('params.default', { value: plain(field.default) })}`}
              </span>
              {typeof field.description === 'string' && ` ${field.description}`}
            </li>
          )
        })}
      </ul>
    </section>
  )
}

interface FileProps {
  file: Review['files'][number]
  script: Script
  isOnly: boolean
}

function File({ file: { path, text, before, change }, script, isOnly }: FileProps) {
  const { t } = useTranslation()
  const isEditable = text !== null && isOnly && !script.isFolder
  const [isEdited, setEdited] = useState(() => isEditable && keptText(script.name) !== undefined)
  const { problem, entry } = script
  const isEntry = isOnly || (entry?.replaceAll('\\', '/').endsWith(`/${path}`) ?? false)
  return (
    <>
      <div className="title">
        <h2>
          <bdi>{path}</bdi>
        </h2>
        <span className="quiet">{t(`change.${change}`)}</span>
        {isEditable && !isEdited && (
          <button type="button" className="plain" onClick={() => setEdited(true)}>
            {t('scripts.edit')}
          </button>
        )}
      </div>
      {text === null && before === null ? (
        <p className="quiet">{t('scripts.notText')}</p>
      ) : isEdited && text !== null ? (
        <EditText name={script.name} text={text} onClose={() => setEdited(false)} />
      ) : (
        <Code
          label={path}
          before={before}
          text={text}
          {...(isEntry && problem?.line != null && { mark: problem.line })}
        />
      )}
    </>
  )
}

/** The text of a script in a plain field. Who saves it has written it, and approves it by that. */
function EditText({ name, text, onClose }: { name: string; text: string; onClose: () => void }) {
  const { t } = useTranslation()
  const [kept] = useState(() => keptText(name))
  const [typed, setTyped] = useState(kept?.typed ?? text)
  const [hasRoom, setHasRoom] = useState(true)
  // It is another text by now: somebody wrote the file while it was edited here.
  const [began] = useState(kept?.began ?? text)
  const { isBusy, once } = useBusy()
  function change(next: string): void {
    setTyped(next)
    setHasRoom(keepText(name, { typed: next, began }))
  }
  function close(): void {
    dropText(name)
    onClose()
  }
  async function save(): Promise<void> {
    const done = await attempt(() => client.request('scripts.write', { script: name, text: typed }))
    if (!done) return
    tellDone(t('scripts.written', { name }))
    close()
  }
  return (
    <>
      {kept && <p className="note warn">{t('scripts.kept')}</p>}
      {!hasRoom && (
        <p className="note warn" role="alert">
          {t('editor.noRoom')}
        </p>
      )}
      {began !== text && <p className="note warn">{t('scripts.changedMeanwhile')}</p>}
      <textarea
        className="edit-text"
        aria-label={t('scripts.textOf', { name })}
        spellCheck={false}
        value={typed}
        onChange={({ target }) => change(target.value)}
      />
      <div className="buttons">
        <button type="button" className="main" onClick={() => once(save)} disabled={isBusy}>
          {t('scripts.saveAndApprove')}
        </button>
        <button type="button" onClick={close}>
          {kept ? t('editor.discard') : t('app.cancel')}
        </button>
      </div>
    </>
  )
}
