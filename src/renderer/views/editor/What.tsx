import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Empty } from '../../parts/Empty.tsx'
import { StateBadge } from '../../parts/StateBadge.tsx'
import { FieldError, FormField, tie } from '../../parts/form/FormField.tsx'
import { KINDS, type Kind } from '../../handlers.ts'
import { linkTo } from '../../state/route.ts'
import { isWaiting, useScripts, type Script } from '../../state/scripts.ts'
import { splitLine } from '../../command-line.ts'
import { useEditing } from './context.ts'
import { scriptsFor } from './find-scripts.ts'

/** More of the scripts that fit are not shown: then another word finds it sooner. */
const SHOWN = 100

/** What the job runs: a script, a command, a shell line, a file. */
export function What() {
  const { t } = useTranslation()
  const { draft, change } = useEditing()
  const kinds = KINDS.filter((kind) => kind !== 'function' || draft.kind === 'function')
  return (
    <>
      <div className="choices" role="radiogroup" aria-label={t('editor.what')}>
        {kinds.map((kind) => (
          <label key={kind} className={kind === draft.kind ? 'choice chosen' : 'choice'}>
            <input
              type="radio"
              name="kind"
              className="hidden"
              checked={kind === draft.kind}
              onChange={() => change({ kind })}
            />
            {t(`editor.kind.${kind}`)}
          </label>
        ))}
      </div>
      <OfKind kind={draft.kind} />
    </>
  )
}

function OfKind({ kind }: { kind: Kind }) {
  switch (kind) {
    case 'script':
      return <ChosenScript />
    case 'command':
      return <Command />
    case 'shell':
      return <ShellLine />
    case 'file':
      return <FilePath />
    case 'function':
      return <OfProgram />
  }
}

function ChosenScript() {
  const { t } = useTranslation()
  const { draft, change, errorOf } = useEditing()
  const { scripts, folder, isReady } = useScripts()
  const script = scripts.find(({ name }) => name === draft.script)
  const error = errorOf('what')
  const id = useId()
  if (draft.script !== '')
    return (
      <>
        <div className="picked">
          <span className="picked-name">
            <bdi>{draft.script}</bdi>
            {script?.title && <bdi className="quiet">{script.title}</bdi>}
          </span>
          {script && <StateBadge state={script.state} />}
          <button
            type="button"
            aria-describedby={error && `${id}-error`}
            onClick={() => change({ script: '' })}
          >
            {t('editor.chooseOther')}
          </button>
        </div>
        {script?.description && <p className="quiet description">{script.description}</p>}
        {script && isWaiting(script) && (
          <p className="note warn">
            {t('editor.notApproved')}
            <a href={linkTo.script(script.name)}>{t('editor.reviewIt')}</a>
          </p>
        )}
        {isReady && !script && <p className="field-error">{t('editor.scriptGone')}</p>}
        <FieldError id={id} error={error} />
      </>
    )
  if (isReady && scripts.length === 0)
    return (
      <Empty title={t('editor.noScripts')} text={t('editor.noScriptsText')}>
        <code className="command">{folder}</code>
        {error !== undefined && <p className="field-error">{error}</p>}
      </Empty>
    )
  return <ScriptList scripts={scripts} error={error} />
}

function ScriptList({ scripts, error }: { scripts: readonly Script[]; error: string | undefined }) {
  const { t } = useTranslation()
  const { change } = useEditing()
  const [text, setText] = useState('')
  const id = useId()
  const found = scriptsFor(scripts, text)
  return (
    <div className="form-field">
      <input
        {...tie(id, undefined, error)}
        type="search"
        value={text}
        placeholder={t('editor.findScript')}
        aria-label={t('editor.findScript')}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return
          // Escape empties the field before it leaves the editor.
          if (event.key === 'Escape' && text !== '') event.stopPropagation()
          if (event.key !== 'Enter') return
          event.preventDefault()
          if (found[0]) change({ script: found[0].name })
        }}
      />
      <ul className="pick-list" aria-label={t('editor.kind.script')}>
        {found.slice(0, SHOWN).map(({ name, title, state }) => (
          <li key={name}>
            <button type="button" onClick={() => change({ script: name })}>
              <span className="picked-name">
                <bdi>{name}</bdi>
                {title !== null && <bdi className="quiet">{title}</bdi>}
              </span>
              <StateBadge state={state} />
            </button>
          </li>
        ))}
        {found.length === 0 && <li className="quiet pick-none">{t('editor.noScriptFits')}</li>}
      </ul>
      {found.length > SHOWN && (
        <p className="quiet">{t('editor.moreScripts', { count: found.length - SHOWN })}</p>
      )}
      <FieldError id={id} error={error} />
    </div>
  )
}

function Command() {
  const { t } = useTranslation()
  const { draft, change, errorOf } = useEditing()
  const { words } = splitLine(draft.line)
  return (
    <>
      <FormField label={t('editor.commandLine')} hint={t('editor.commandHint')} error={errorOf('what')}>
        {(tied) => (
          <textarea
            {...tied}
            rows={2}
            spellCheck={false}
            value={draft.line}
            onChange={({ target }) => change({ line: target.value })}
          />
        )}
      </FormField>
      {words.length > 0 && (
        <ol className="words" aria-label={t('editor.arguments')}>
          {words.map((word, index) => (
            // Arguments have nothing that tells them apart but their places.
            // oxlint-disable-next-line react/no-array-index-key
            <li key={index}>
              <code>{word === '' ? t('editor.emptyArgument') : word}</code>
            </li>
          ))}
        </ol>
      )}
    </>
  )
}

function ShellLine() {
  const { t } = useTranslation()
  const { draft, change, errorOf } = useEditing()
  return (
    <FormField label={t('editor.shellLine')} hint={t('editor.shellHint')} error={errorOf('what')}>
      {(tied) => (
        <textarea
          {...tied}
          rows={3}
          spellCheck={false}
          value={draft.shell}
          onChange={({ target }) => change({ shell: target.value })}
        />
      )}
    </FormField>
  )
}

function FilePath() {
  const { t } = useTranslation()
  const { draft, change, errorOf, described } = useEditing()
  return (
    <FormField
      label={t('editor.filePath')}
      hint={described.title ?? t('editor.fileHint')}
      error={errorOf('what') ?? described.fault?.message}
    >
      {(tied) => (
        <input
          {...tied}
          spellCheck={false}
          autoComplete="off"
          value={draft.file}
          onChange={({ target }) => change({ file: target.value })}
        />
      )}
    </FormField>
  )
}

function OfProgram() {
  const { t } = useTranslation()
  const { draft } = useEditing()
  return (
    <p>
      <code>{draft.functionName}</code> <span className="quiet">{t('editor.functionHint')}</span>
    </p>
  )
}
