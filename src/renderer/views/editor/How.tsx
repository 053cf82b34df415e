import { KeyRound } from 'lucide-react'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { Job, Output } from '../../../shared/contract.ts'
import { client } from '../../client.ts'
import { Folded } from '../../parts/Folded.tsx'
import { FieldError, FormField, tie, type Tied } from '../../parts/form/FormField.tsx'
import { useRows } from '../../parts/form/rows.ts'
import { useSecretNames } from '../../parts/form/secrets.ts'
import { useAnswer } from '../../state/answer.ts'
import { useFolders } from '../../state/folders.ts'
import { useScripts } from '../../state/scripts.ts'
import { useEditing } from './context.ts'
import { AddButton, RemoveButton } from './pieces.tsx'
import {
  GROUP_NAMES,
  defaultOf,
  fieldsIn,
  formOf,
  partOf,
  textOf,
  type GroupName,
  type PolicyField,
  type Variable,
} from './policy-fields.ts'
import { useValueText } from './value-text.ts'

/** How the job runs: every field of its policy, folded, with what counts where it is left empty. */
export function How() {
  const { t } = useTranslation()
  const { draft, job, errorOf } = useEditing()
  const count = Object.values(draft.policy).filter((text) => text !== '').length + draft.variables.length
  const isWrong = GROUP_NAMES.some((group) => fieldsIn(group).some((field) => errorOf(field)))
  const inherited = useInherited(job)
  return (
    <Folded
      isWanted={isWrong}
      summary={
        <>
          <h2>{t('editor.how')}</h2>
          <span className="quiet">
            {count === 0 ? t('editor.howDefault') : t('editor.howSet', { count })}
          </span>
        </>
      }
    >
      {GROUP_NAMES.map((group) => (
        <fieldset className="policy-group" key={group}>
          <legend>{t(`editor.group.${group}`)}</legend>
          {group === 'environment' && <Variables />}
          <div className="pairs">
            {fieldsIn(group).map((field) => (
              <Field field={field} inherited={inherited(field)} key={field} group={group} />
            ))}
          </div>
        </fieldset>
      ))}
    </Folded>
  )
}

/** What counts for a field that is left empty, and who says so: `default`, `script`, `category PATH`. */
export interface Inherited {
  value: unknown
  from: string
}

/** For each field what the folder, the script or nobody sets. */
function useInherited(job: Job | null): (field: PolicyField) => Inherited {
  const { draft } = useEditing()
  const { folders } = useFolders()
  const { scripts } = useScripts()
  const explained = useExplained(job)
  const settings = useDeckSettings()
  const path = draft.category.trim()
  return (field) => {
    const above = folders
      .filter((folder) => path === folder.path || path.startsWith(`${folder.path}/`))
      .toSorted((a, b) => b.path.length - a.path.length)
    for (const folder of above) {
      const value = partOf(folder.policy, field)
      if (value !== undefined) return { value, from: `category ${folder.path}` }
    }
    const script = draft.kind === 'script' && scripts.find(({ name }) => name === draft.script)
    const ofScript = script ? partOf(script.defaults, field) : undefined
    if (ofScript !== undefined) return { value: ofScript, from: 'script' }
    const known = explained.find((each) => each.field === field && each.from === 'default')
    const ofAll = field === 'keepRuns' || field === 'keepFor' ? settings?.[field] : undefined
    return { value: known?.value ?? ofAll ?? defaultOf(field), from: 'default' }
  }
}

/** What is set for all jobs. */
const useDeckSettings = (): Output<'deck.settings'> | undefined =>
  useAnswer('settings', () => client.request('deck.settings', {}))

/** How the job runs now, as the engine explains it. */
export const useExplained = (job: Job | null): Output<'jobs.policy'> =>
  useAnswer(job && job.id, () => client.request('jobs.policy', { job: job!.id }), job?.updatedAt) ?? NOTHING

const NOTHING: Output<'jobs.policy'> = []

interface FieldProps {
  field: PolicyField
  group: GroupName
  inherited: Inherited
}

function Field({ field, inherited }: FieldProps) {
  const { t } = useTranslation()
  const { draft, change, errorOf } = useEditing()
  const told = useValueText()
  const text = draft.policy[field] ?? ''
  const form = formOf(field)
  const set = (next: string) => change({ policy: { ...draft.policy, [field]: next } })
  const known = told.value(field, inherited.value)
  const hint = inherited.from === 'default' || known === '' ? undefined : told.from(inherited.from, known)
  return (
    <FormField label={t(`policy.${field}`)} hint={hint} error={errorOf(field)}>
      {(tied) => {
        if (form === 'ends') return <Ends tied={tied} text={text} onChange={set} inherited={known} />
        if (form === 'yesNo' || typeof form !== 'string')
          return (
            <select {...tied} value={text} onChange={({ target }) => set(target.value)}>
              <option value="">
                {known === '' ? t('editor.notSet') : t('params.default', { value: known })}
              </option>
              {(form === 'yesNo' ? ['true', 'false'] : form).map((value) => (
                <option key={value} value={value}>
                  {told.value(field, value)}
                </option>
              ))}
            </select>
          )
        return <Typed tied={tied} field={field} text={text} onChange={set} inherited={inherited} />
      }}
    </FormField>
  )
}

interface TypedProps {
  tied: Tied
  field: PolicyField
  text: string
  onChange: (text: string) => void
  inherited: Inherited
}

function Typed({ tied, field, text, onChange, inherited }: TypedProps) {
  const { t } = useTranslation()
  const form = formOf(field)
  const usual = textOf(form, inherited.value)
  const common = {
    ...tied,
    value: text,
    spellCheck: false,
    autoComplete: 'off',
    placeholder: usual || (form === 'path' ? t('editor.usualFolder') : t('editor.notSet')),
    onChange: ({ target }: { target: { value: string } }) => onChange(target.value),
  }
  return form === 'lines' ? <textarea {...common} rows={2} /> : <input {...common} />
}

const ENDS = ['failed', 'timeout', 'interrupted'] as const

function Ends({
  tied,
  text,
  onChange,
  inherited,
}: {
  tied: Tied
  text: string
  onChange: (text: string) => void
  inherited: string
}) {
  const { t } = useTranslation()
  const chosen = new Set(text.split(' ').filter(Boolean))
  return (
    <span
      className="days"
      role="group"
      id={tied.id}
      aria-describedby={tied['aria-describedby']}
      aria-invalid={tied['aria-invalid']}
      aria-label={t('policy.retry.on')}
    >
      {ENDS.map((end) => (
        <button
          type="button"
          key={end}
          aria-pressed={chosen.has(end)}
          onClick={() => onChange(ENDS.filter((each) => (each === end) !== chosen.has(each)).join(' '))}
        >
          {t(`status.${end}`)}
        </button>
      ))}
      {text === '' && <span className="quiet">{t('params.default', { value: inherited })}</span>}
    </span>
  )
}

function Variables() {
  const { t } = useTranslation()
  const { draft, change, errorOf } = useEditing()
  const secrets = useSecretNames()
  const { variables } = draft
  const id = useId()
  const rows = useRows(variables.length)
  const set = (index: number, part: Partial<Variable>) =>
    change({ variables: variables.with(index, { ...variables[index]!, ...part }) })
  return (
    <div className="rows-of">
      <span className="form-label">{t('policy.environment')}</span>
      {variables.map((variable, index) => (
        <div className="row-of" key={rows.keys[index]}>
          <input
            {...tie(`${id}-${index}`, undefined, errorOf(`environment.${index}`))}
            className="code-input"
            aria-label={t('editor.variableName', { number: index + 1 })}
            placeholder={t('policy.variableName')}
            spellCheck={false}
            autoComplete="off"
            value={variable.name}
            onChange={({ target }) => set(index, { name: target.value })}
          />
          <VariableValue
            variable={variable}
            number={index + 1}
            secrets={secrets}
            onChange={(part) => set(index, part)}
          />
          <RemoveButton
            label={t('editor.removeVariable', { number: index + 1 })}
            onClick={({ currentTarget }) => {
              rows.leave(currentTarget, index)
              change({ variables: variables.toSpliced(index, 1) })
            }}
          />
          <FieldError id={`${id}-${index}`} error={errorOf(`environment.${index}`)} />
        </div>
      ))}
      <AddButton
        label={t('editor.addVariable')}
        onClick={() => change({ variables: [...variables, { name: '', value: '', isSecret: false }] })}
      />
    </div>
  )
}

interface ValueProps {
  variable: Variable
  number: number
  secrets: readonly string[]
  onChange: (part: Partial<Variable>) => void
}

function VariableValue({ variable, number, secrets, onChange }: ValueProps) {
  const { t } = useTranslation()
  const label = t('editor.variableValue', { number })
  return (
    <>
      {variable.isSecret ? (
        <select
          aria-label={label}
          value={variable.value}
          onChange={({ target }) => onChange({ value: target.value })}
        >
          {[...new Set([variable.value, ...secrets])].map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      ) : (
        <input
          className="code-input"
          aria-label={label}
          placeholder={t('policy.variableValue')}
          spellCheck={false}
          autoComplete="off"
          value={variable.value}
          onChange={({ target }) => onChange({ value: target.value })}
        />
      )}
      {(variable.isSecret || secrets.length > 0) && (
        <button
          type="button"
          className="icon"
          aria-pressed={variable.isSecret}
          aria-label={t('params.secret', { name: variable.name || label })}
          title={t('params.secret', { name: variable.name || label })}
          onClick={() =>
            onChange({ isSecret: !variable.isSecret, value: variable.isSecret ? '' : (secrets[0] ?? '') })
          }
        >
          <KeyRound aria-hidden size={16} />
        </button>
      )}
    </>
  )
}
