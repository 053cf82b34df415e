import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../client.ts'
import { Code } from '../parts/Code.tsx'
import { FaultNote } from '../parts/FaultNote.tsx'
import { StateBadge } from '../parts/StateBadge.tsx'
import { attempt } from '../state/notices.ts'
import { go, linkTo } from '../state/route.ts'
import { isWaiting, keepReview, useReview, type Review, type Script } from '../state/scripts.ts'

/** One script: what it is made of, how that differs from what was approved, and the approval. */
export function ScriptView({ name }: { name: string }) {
  const { t } = useTranslation()
  const { review, fault } = useReview()
  useEffect(() => keepReview(name), [name])
  if (fault) return <FaultNote fault={fault} />
  if (!review) return null
  const { script, files, origin } = review
  return (
    <section className="view">
      <a href={linkTo.scripts}>← {t('scripts.back')}</a>
      <Head script={script} />
      {script.description && <p>{script.description}</p>}
      {script.problem && (
        <div className="note bad">
          <strong>{script.problem.message}</strong>
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
      {files.map((file) => (
        <File file={file} key={file.path} />
      ))}
    </section>
  )
}

function Head({ script }: { script: Script }) {
  const { t } = useTranslation()
  const { name, title, state, digest } = script
  // What is approved is what was looked at: where it was changed since, it is refused.
  const approve = () =>
    attempt(() => client.request('scripts.approve', { script: name, ...(digest !== null && { digest }) }))
  const withdraw = () => attempt(() => client.request('scripts.withdraw', { script: name }))

  async function makeJob(): Promise<void> {
    const job = await attempt(() =>
      client.request('jobs.save', { name: title ?? name, handlers: [{ handler: { script: name } }] }),
    )
    if (job) go(linkTo.job(job.id))
  }

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

function File({ file: { path, text, before, change } }: { file: Review['files'][number] }) {
  const { t } = useTranslation()
  return (
    <>
      <div className="title">
        <h2>
          <bdi>{path}</bdi>
        </h2>
        <span className="quiet">{t(`change.${change}`)}</span>
      </div>
      {text === null && before === null ? (
        <p className="quiet">{t('scripts.notText')}</p>
      ) : (
        <Code label={path} before={before} text={text} />
      )}
    </>
  )
}
