import { freeName } from '../../free-name.ts'
import { useMemo, useState, type FormEvent, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { Job, JobInput } from '../../../shared/contract.ts'
import { toFault, type FaultData } from '../../../shared/fault.ts'
import { FaultNote } from '../../parts/FaultNote.tsx'
import { Folded } from '../../parts/Folded.tsx'
import { ParametersForm } from '../../parts/ParametersForm.tsx'
import { Time } from '../../parts/Time.tsx'
import { useBusy } from '../../parts/form/busy.ts'
import { FormField } from '../../parts/form/FormField.tsx'
import { showFirstError } from '../../parts/form/first-error.ts'
import { ParametersText } from '../../parts/form/ParametersText.tsx'
import { useDescribed } from '../../parts/form/handler-schema.ts'
import { engineProblems, problemsOf } from '../../parts/form/schema.ts'
import { useCommands } from '../../state/commands.ts'
import { draftKey, dropDraft, keepDraft, keptDraft, tidyDrafts } from '../../state/editor.ts'
import { useFolders } from '../../state/folders.ts'
import { useJobs } from '../../state/jobs.ts'
import { go, linkTo } from '../../state/route.ts'
import { tellDone } from '../../state/toasts.ts'
import { EditorContext, useEditing, type Editing } from './context.ts'
import {
  EMPTY,
  draftOf,
  fieldOfFault,
  handlerOf,
  inputOf,
  suggestedName,
  wrongsOf,
  type Draft,
  type Wrongs,
  withoutPasswords,
} from './draft.ts'
import { How } from './How.tsx'
import { restored } from './restored.ts'
import { latestVersion, saveAndRun, saveJob, wayBack } from './saving.ts'
import { What } from './What.tsx'
import { WhenPart } from './When.tsx'
import './editor.css'

interface Props {
  job: Job | null
  script: string | null
}

/** Wrong because something is missing: told once somebody wanted to save. */
const MISSING = new Set(['what', 'moment', 'cron', 'days', 'date', 'secret', 'name'])

/** One job as it is typed. All of it is kept with each key, so leaving asks nothing. */
export function EditorForm({ job, script }: Props) {
  const { t } = useTranslation()
  const key = draftKey(job?.id, script)
  const [kept, setKept] = useState(() => {
    tidyDrafts((id) => useJobs.getState().jobs.some((each) => each.id === id))
    return keptDraft(key)
  })
  const fresh = (): Draft => (job ? draftOf(job) : { ...EMPTY, script: script ?? '' })
  const [draft, setDraft] = useState<Draft>(() => restored(kept?.draft, fresh()))
  const [base, setBase] = useState(kept ? kept.base : (job?.updatedAt ?? null))
  const [hasRoom, setHasRoom] = useState(true)
  // Fields that hold what was typed beside the draft begin anew with another one.
  const [round, setRound] = useState(0)
  const [isAsked, setAsked] = useState(false)
  const [fault, setFault] = useState<FaultData | null>(null)
  const { isBusy, once } = useBusy()

  const before = job?.handlers[0]?.handler
  const handler = handlerOf(draft, before)
  const described = useDescribed(handler)
  const { title, schema } = described
  const suggested = useSuggested(draft, job, title)
  const input = useMemo(() => inputOf(draft, job, suggested), [draft, job, suggested])
  const wrongs = useWrongs(draft, input, job)
  const problems = useMemo(
    () => (schema ? problemsOf(schema, draft.params) : undefined),
    [schema, draft.params],
  )
  const found = useFaults(fault, draft)
  const isOutdated = job !== null && base !== null && job.updatedAt !== base

  function change(part: Partial<Draft>): void {
    const next = { ...draft, ...part }
    setDraft(next)
    setFault(null)
    setHasRoom(keepDraft(key, withoutPasswords(next, schema), base))
  }
  function discard(): void {
    dropDraft(key)
    setKept(undefined)
    setDraft(fresh())
    setBase(job?.updatedAt ?? null)
    setRound(round + 1)
    setFault(null)
    setAsked(false)
  }
  function leave(): void {
    go(job ? linkTo.job(job.id) : script === null ? linkTo.jobs : linkTo.script(script))
    if (!keptDraft(key)) return
    const run = async () => dropDraft(key)
    tellDone(t('editor.leftKept'), { label: t('editor.discard'), run })
  }

  async function save(runs: boolean): Promise<void> {
    setAsked(true)
    if (wrongs.size > 0 || (problems?.size ?? 0) > 0) return showFirstError('.editor')
    await once(() => saveRight(runs))
  }

  async function saveRight(runs: boolean): Promise<void> {
    try {
      const version = job ? await latestVersion(job.id) : 0
      const place = runs ? await saveAndRun(input) : await saveJob(input)
      dropDraft(key)
      go(place)
      const undo = job ? await wayBack(job.id, version) : undefined
      tellDone(t('editor.saved', { name: input.name }), undo && { label: t('actions.undo'), run: undo })
    } catch (thrown) {
      setFault(toFault(thrown).toJSON())
      showFirstError('.editor')
    }
  }

  useCommands([
    { id: 'save', title: t('editor.save'), keys: 'mod+s', scope: 'view', run: () => save(false) },
    { id: 'leave', title: t('editor.leave'), keys: 'Escape', scope: 'view', run: leave },
  ])

  function onKeyDown(event: KeyboardEvent): void {
    // The key that confirms or gives up a candidate of an input method is none of ours.
    if (event.nativeEvent.isComposing) return event.key === 'Enter' ? event.preventDefault() : undefined
    if (event.key !== 'Escape' || event.defaultPrevented) return
    event.preventDefault()
    leave()
  }

  function submit(event: FormEvent): void {
    event.preventDefault()
    void save(false)
  }

  const errorOf = (field: string): string | undefined => {
    const wrong = wrongs.get(field)
    if (!wrong || (MISSING.has(wrong.kind) && !isAsked)) return found.fields.get(field)
    return wrong.kind === 'other' ? wrong.message : t(`editor.wrong.${wrong.kind}`)
  }
  const editing: Editing = {
    draft,
    change,
    errorOf,
    job,
    described,
    isAsked,
    paramFaults: found.params,
  }
  const isWhenWrong = [...wrongs.keys()].some((field) => field === 'when' || field.startsWith('when.'))

  return (
    <EditorContext value={editing}>
      <form className="view editor" onSubmit={submit} onKeyDown={onKeyDown} noValidate key={round}>
        <header>
          <h1 className="cut">{job ? t('editor.editNamed', { name: job.name }) : t('commands.new')}</h1>
          <span className="buttons">
            <button type="button" onClick={leave}>
              {t('app.cancel')}
            </button>
            <button type="button" onClick={() => save(true)} disabled={isBusy}>
              {t('editor.saveAndRun')}
            </button>
            <button type="submit" className="main" disabled={isBusy}>
              {isOutdated ? t('editor.saveOver') : t('editor.save')}
            </button>
          </span>
        </header>
        {kept && (
          <p className="note warn">
            <span>
              {t('editor.kept')} <Time at={kept.at} />
            </span>
            <button type="button" onClick={discard}>
              {t('editor.discard')}
            </button>
          </p>
        )}
        {!hasRoom && (
          <p className="note warn" role="alert">
            {t('editor.noRoom')}
          </p>
        )}
        {isOutdated && (
          <p className="note warn" role="alert">
            <span>{t('editor.outdated')}</span>
            <button type="button" onClick={discard}>
              {t('editor.takeTheirs')}
            </button>
          </p>
        )}
        {job?.managedBy && <p className="note warn">{t('editor.managed', { file: job.managedBy })}</p>}
        {fault && !found.isPlaced && <FaultNote fault={fault} />}
        <Parts name={suggested} isWhenWrong={isWhenWrong} />
      </form>
    </EditorContext>
  )
}

/** What it is called where nobody names it, and no other job is. */
function useSuggested(draft: Draft, job: Job | null, title: string | null): string {
  const jobs = useJobs((state) => state.jobs)
  const name = suggestedName(draft, title)
  return useMemo(() => {
    if (job) return job.name
    const taken = new Set(jobs.map(({ key }) => key))
    return freeName(name, (each) => taken.has(each))
  }, [jobs, job, name])
}

/** What is wrong, also with what else there is: a new job must not replace one of the same name. */
function useWrongs(draft: Draft, input: JobInput, job: Job | null): Wrongs {
  const jobs = useJobs((state) => state.jobs)
  const isTaken = useMemo(
    () => job === null && jobs.some(({ key }) => key === input.name.trim()),
    [jobs, job, input.name],
  )
  return useMemo(() => {
    const wrongs = wrongsOf(draft, input)
    if (input.name.trim() === '' && !wrongs.has('what')) wrongs.set('name', { kind: 'name', message: '' })
    if (isTaken) wrongs.set('name', { kind: 'taken', message: '' })
    return wrongs
  }, [draft, input, isTaken])
}

interface Found {
  fields: ReadonlyMap<string, string>
  params: ReadonlyMap<string, string> | undefined
  /** All that was said stands under a field. */
  isPlaced: boolean
}

/** Where what the engine said belongs. */
function useFaults(fault: FaultData | null, draft: Draft): Found {
  return useMemo(() => {
    const fields = new Map<string, string>()
    if (fault?.code !== 'invalid-input') return { fields, params: undefined, isPlaced: false }
    const issues = (fault.data?.issues ?? []) as (string | { field: string; message: string })[]
    if (issues.some((issue) => typeof issue === 'string')) {
      const params = engineProblems(fault.message, issues)
      return { fields, params, isPlaced: !params.has('') }
    }
    let isPlaced = issues.length > 0
    for (const issue of issues) {
      if (typeof issue === 'string') continue
      const field = fieldOfFault(issue.field.replace(/^job\./, ''), draft)
      if (field) fields.set(field, issue.message)
      else isPlaced = false
    }
    return { fields, params: undefined, isPlaced }
  }, [fault, draft])
}

function Parts({ name, isWhenWrong }: { name: string; isWhenWrong: boolean }) {
  const { t } = useTranslation()
  const { draft, change, errorOf, job } = useEditing()
  return (
    <>
      <FormField label={t('editor.name')} error={errorOf('name')}>
        {(tied) => (
          <input
            {...tied}
            autoComplete="off"
            value={draft.name}
            placeholder={name || t('editor.namePlaceholder')}
            onChange={({ target }) => change({ name: target.value })}
          />
        )}
      </FormField>
      <section className="part" aria-label={t('editor.what')}>
        <h2>{t('editor.what')}</h2>
        <What />
        {job !== null && job.handlers.length > 1 && (
          <p className="quiet">{t('editor.others', { count: job.handlers.length - 1 })}</p>
        )}
        <Params />
      </section>
      <section className="part" aria-label={t('editor.whenTitle')}>
        <h2>{t('editor.whenTitle')}</h2>
        <WhenPart isWrong={isWhenWrong} />
      </section>
      <section className="part" aria-label={t('editor.about')}>
        <h2>{t('editor.about')}</h2>
        <About />
      </section>
      <section className="part" aria-label={t('editor.how')}>
        <How />
      </section>
    </>
  )
}

function Params() {
  const { t } = useTranslation()
  const { draft, change, described, isAsked, paramFaults, errorOf } = useEditing()
  const { schema, warnings } = described
  const hasOwn = Object.keys(draft.params).length > 0 || draft.paramsText !== null
  if (!described.isReady) return null
  return (
    <>
      {warnings.map((warning) => (
        <p className="note warn" key={warning}>
          {warning}
        </p>
      ))}
      {schema ? (
        <>
          <h3>{t('runDialog.params')}</h3>
          <ParametersForm
            schema={schema}
            value={draft.params}
            onChange={(params) => change({ params, paramsText: null })}
            isAsked={isAsked}
            faults={paramFaults}
          />
        </>
      ) : (
        <Folded summary={t('asked.more')} isWanted={hasOwn}>
          <ParametersText
            value={draft.params}
            typed={draft.paramsText}
            onChange={(params, paramsText) => change({ params, paramsText })}
          />
          {errorOf('params') !== undefined && !draft.paramsText && (
            <p className="field-error">{errorOf('params')}</p>
          )}
        </Folded>
      )}
    </>
  )
}

function About() {
  const { t } = useTranslation()
  const { draft, change, errorOf } = useEditing()
  const { folders } = useFolders()
  return (
    <>
      <div className="pairs">
        <FormField label={t('editor.folder')} hint={t('editor.folderHint')} error={errorOf('category')}>
          {(tied) => (
            <>
              <input
                {...tied}
                list="folders"
                autoComplete="off"
                value={draft.category}
                placeholder={t('editor.noFolder')}
                onChange={({ target }) => change({ category: target.value })}
              />
              <datalist id="folders">
                {folders.map(({ path }) => (
                  <option key={path} value={path} />
                ))}
              </datalist>
            </>
          )}
        </FormField>
        <FormField label={t('editor.tags')} hint={t('editor.tagsHint')} error={errorOf('tags')}>
          {(tied) => (
            <input
              {...tied}
              autoComplete="off"
              value={draft.tags}
              onChange={({ target }) => change({ tags: target.value })}
            />
          )}
        </FormField>
      </div>
      <FormField label={t('editor.description')} error={errorOf('description')}>
        {(tied) => (
          <textarea
            {...tied}
            className="prose"
            rows={2}
            value={draft.description}
            onChange={({ target }) => change({ description: target.value })}
          />
        )}
      </FormField>
    </>
  )
}
