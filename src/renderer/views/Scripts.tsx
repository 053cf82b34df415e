import { useTranslation } from 'react-i18next'
import { FaultNote } from '../parts/FaultNote.tsx'
import { Rows } from '../parts/Rows.tsx'
import { StateBadge } from '../parts/StateBadge.tsx'
import { linkTo } from '../state/route.ts'
import { useScripts, type Script } from '../state/scripts.ts'

/** What lies in the scripts folders, and whether it may run. */
export function ScriptsView() {
  const { t } = useTranslation()
  const { scripts, folder, isReady, fault } = useScripts()
  if (fault) return <FaultNote fault={fault} />
  if (!isReady) return null
  return (
    <section className="view">
      <header>
        <h1>{t('scripts.title')}</h1>
      </header>
      <p className="quiet">
        {t('scripts.folder')} <code>{folder}</code>
      </p>
      {scripts.length === 0 ? (
        <p>{t('scripts.empty')}</p>
      ) : (
        <Rows
          label={t('scripts.title')}
          kind="scripts"
          heads={[t('scripts.name'), t('jobs.state'), t('scripts.jobs')]}
          items={scripts}
          keyOf={({ name }) => name}
          row={(script) => <ScriptRow script={script} />}
        />
      )}
    </section>
  )
}

function ScriptRow({ script: { name, title, state, jobs } }: { script: Script }) {
  const { t } = useTranslation()
  return (
    <>
      <span role="cell" className="name">
        <a href={linkTo.script(name)} className="cut" title={name}>
          <bdi>{name}</bdi>
        </a>
        {title !== null && <bdi className="cut quiet folder">{title}</bdi>}
      </span>
      <span role="cell">
        <StateBadge state={state} />
      </span>
      <span role="cell" className="quiet number">
        {jobs.length === 0 ? t('scripts.unused') : t('scripts.usedBy', { count: jobs.length })}
      </span>
    </>
  )
}
