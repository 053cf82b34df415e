import { Copy, Plus } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../client.ts'
import { Empty } from '../parts/Empty.tsx'
import { FaultNote } from '../parts/FaultNote.tsx'
import { Rows } from '../parts/Rows.tsx'
import { StateBadge } from '../parts/StateBadge.tsx'
import { useCommands } from '../state/commands.ts'
import { useAnswer } from '../state/answer.ts'
import { attempt } from '../state/notices.ts'
import { go, linkTo } from '../state/route.ts'
import { isWaiting, useScripts, type Script } from '../state/scripts.ts'
import { tellDone } from '../state/toasts.ts'
import { NewScript } from './NewScript.tsx'
import { scriptsFor } from './editor/find-scripts.ts'
import './scripts.css'

/** So many of those that need a person are shown at once. */
const SHOWN = 20

/** What lies in the scripts folders, and whether it may run: what needs somebody comes first. */
export function ScriptsView() {
  const { t } = useTranslation()
  const { scripts, folder, isReady, fault } = useScripts()
  const [text, setText] = useState('')
  const [isNew, setNew] = useState(false)
  useCommands([{ id: 'new-script', title: t('scripts.new'), scope: 'view', run: () => setNew(true) }])
  if (fault) return <FaultNote fault={fault} />
  if (!isReady) return null
  const found = scriptsFor(scripts, text)
  const waiting = found.filter(isWaiting)
  const broken = found.filter(({ state }) => state === 'broken' || state === 'gone')
  const approved = found.filter(({ state }) => state === 'approved')
  return (
    <section className="view">
      <header>
        <h1>{t('scripts.title')}</h1>
        <span className="buttons">
          <button type="button" className="main" onClick={() => setNew(true)}>
            <Plus aria-hidden size={16} />
            {t('scripts.new')}
          </button>
        </span>
      </header>
      <Folders />
      {scripts.length === 0 ? (
        <Empty title={t('scripts.emptyTitle')} text={t('scripts.empty')}>
          <code className="command">{folder}</code>
          <button type="button" onClick={() => setNew(true)}>
            {t('scripts.new')}
          </button>
        </Empty>
      ) : (
        <>
          <input
            type="search"
            className="scripts-filter"
            value={text}
            placeholder={t('editor.findScript')}
            aria-label={t('editor.findScript')}
            onChange={({ target }) => setText(target.value)}
          />
          {found.length === 0 && <p className="quiet">{t('editor.noScriptFits')}</p>}
          <Group title={t('scripts.waiting')} scripts={waiting} />
          <Group title={t('scripts.broken')} scripts={broken} />
          {approved.length > 0 && (
            <>
              <h2>{t('scripts.approved')}</h2>
              <Rows
                label={t('scripts.approved')}
                kind="scripts"
                heads={[t('scripts.name'), t('jobs.state'), t('scripts.jobs')]}
                items={approved}
                keyOf={({ name }) => name}
                row={(script) => <ScriptRow script={script} />}
              />
            </>
          )}
        </>
      )}
      {isNew && <NewScript onClose={() => setNew(false)} />}
    </section>
  )
}

function Folders() {
  const { t } = useTranslation()
  const { folder, scripts } = useScripts()
  // Folders are told of with their scripts.
  const folders = useAnswer(folder ?? 'none', () => client.request('scripts.folders', {}), scripts) ?? []
  const copy = (path: string) =>
    attempt(async () => {
      await navigator.clipboard.writeText(path)
      tellDone(t('scripts.copied'))
    })
  return (
    <ul className="script-folders" aria-label={t('scripts.folders')}>
      {folders.map(({ name, path, approve, exists }) => (
        <li key={name}>
          <span className="quiet">
            {name === '' ? t('scripts.folder') : t('scripts.folderNamed', { name: `@${name}` })}
          </span>
          <code>{path}</code>
          <button
            type="button"
            className="icon"
            aria-label={t('scripts.copy', { path })}
            title={t('scripts.copy', { path })}
            onClick={() => copy(path)}
          >
            <Copy aria-hidden size={16} />
          </button>
          {approve === 'owner' && <span className="quiet">{t('scripts.byOwner')}</span>}
          {!exists && <span className="warn">{t('scripts.notThere')}</span>}
        </li>
      ))}
    </ul>
  )
}

/** Where it is wrong, as far as that is known. */
export function usePlace(): (problem: NonNullable<Script['problem']>) => string {
  const { t } = useTranslation()
  return ({ line, column }) =>
    line === null
      ? ''
      : column === null
        ? t('scripts.line', { line })
        : t('scripts.lineColumn', { line, column })
}

function Group({ title, scripts }: { title: string; scripts: Script[] }) {
  const { t } = useTranslation()
  const placeOf = usePlace()
  const [isWhole, setWhole] = useState(false)
  if (scripts.length === 0) return null
  return (
    <>
      <h2>{title}</h2>
      <ul className="script-list" aria-label={title}>
        {scripts.slice(0, isWhole ? undefined : SHOWN).map((script) => {
          const { name, title: called, state, problem } = script
          return (
            <li key={name}>
              <span className="picked-name">
                <a href={linkTo.script(name)}>
                  <bdi>{name}</bdi>
                </a>
                {called !== null && <bdi className="quiet">{called}</bdi>}
              </span>
              <StateBadge state={state} />
              <UsedBy script={script} />
              {isWaiting(script) && (
                <button
                  type="button"
                  className="main"
                  aria-label={t('scripts.reviewNamed', { name })}
                  onClick={() => go(linkTo.script(name))}
                >
                  {t('scripts.reviewIt')}
                </button>
              )}
              {problem && (
                <span className="problem">
                  {problem.message} <span className="number">{placeOf(problem)}</span>
                </span>
              )}
            </li>
          )
        })}
      </ul>
      {scripts.length > SHOWN && !isWhole && (
        <button type="button" className="form-add" onClick={() => setWhole(true)}>
          {t('scripts.showAll', { count: scripts.length })}
        </button>
      )}
    </>
  )
}

function UsedBy({ script: { jobs } }: { script: Script }) {
  const { t } = useTranslation()
  return (
    <span className="quiet number" title={jobs.map(({ name }) => name).join(', ') || undefined}>
      {jobs.length === 0 ? t('scripts.unused') : t('scripts.usedBy', { count: jobs.length })}
    </span>
  )
}

function ScriptRow({ script }: { script: Script }) {
  const { name, title, state } = script
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
      <span role="cell">
        <UsedBy script={script} />
      </span>
    </>
  )
}
