import { Plus, X } from 'lucide-react'
import { createContext, useContext, useId, useMemo, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Parameters } from '../../shared/contract.ts'
import { FieldError, FormField, tie, type Tied } from './form/FormField.tsx'
import { JsonField, NumberField, TextField, plain } from './form/TextField.tsx'
import { halfTyped } from './form/half-typed.ts'
import { moveFocus, useRows } from './form/rows.ts'
import {
  choicesOf,
  fieldKind,
  pathText,
  problemsOf,
  resolveSchema,
  type Problem,
  type Schema,
} from './form/schema.ts'
import { useSecretNames } from './form/secrets.ts'

interface Props {
  schema: Schema
  value: Parameters
  onChange: (value: Parameters) => void
  /** What is missing is told only once it was asked for. */
  isAsked?: boolean
  /** What the engine said, by the path of the parameter. */
  faults?: ReadonlyMap<string, string> | undefined
}

interface Form {
  root: Schema
  problems: ReadonlyMap<string, Problem>
  faults: ReadonlyMap<string, string>
  secrets: readonly string[]
  isAsked: boolean
}

const FormContext = createContext<Form>({
  root: {},
  problems: new Map(),
  faults: new Map(),
  secrets: [],
  isAsked: false,
})

const NO_FAULTS: ReadonlyMap<string, string> = new Map()

/** A form made from the JSON Schema of parameters: what is wrong stands under its field, as typed. */
export function ParametersForm({ schema, value, onChange, isAsked = false, faults = NO_FAULTS }: Props) {
  const secrets = useSecretNames()
  const problems = useMemo(() => problemsOf(schema, value), [schema, value])
  const form = useMemo(
    () => ({ root: schema, problems, faults, secrets, isAsked }),
    [schema, problems, faults, secrets, isAsked],
  )
  return (
    <FormContext value={form}>
      <div className="form">
        <Properties
          path={[]}
          schema={resolveSchema(schema, schema)}
          value={value}
          onChange={(next) => onChange((next ?? {}) as Parameters)}
        />
        <Others schema={schema} value={value} onChange={onChange} />
      </div>
    </FormContext>
  )
}

/** What is given and has no field, and what is wrong with the whole. */
function Others({ schema, value, onChange }: Pick<Props, 'schema' | 'value' | 'onChange'>) {
  const { t } = useTranslation()
  const { problems } = useContext(FormContext)
  const error = useProblem([])
  const known = resolveSchema(schema, schema).properties ?? {}
  const others = Object.entries(value).filter(([name]) => !Object.hasOwn(known, name))
  return (
    <>
      {others.map(([name, given]) => (
        <div className="form-beside form-other" key={name}>
          <code>
            {name} = {JSON.stringify(given)}
          </code>
          <span className={problems.has(name) ? 'field-error' : 'quiet'}>{t('params.unknown')}</span>
          <button
            type="button"
            className="icon"
            aria-label={t('params.removeUnknown', { name })}
            onClick={({ currentTarget }) => {
              moveFocus(currentTarget)
              onChange(Object.fromEntries(Object.entries(value).filter(([each]) => each !== name)))
            }}
          >
            <X aria-hidden size={16} />
          </button>
        </div>
      ))}
      {error !== undefined && others.length === 0 && <p className="field-error">{error}</p>}
    </>
  )
}

interface FieldProps {
  name: string
  path: readonly string[]
  schema: Schema
  value: unknown
  isRequired: boolean
  onChange: (value: unknown) => void
}

function Properties({
  path,
  schema,
  value,
  onChange,
}: Pick<FieldProps, 'path' | 'schema' | 'value' | 'onChange'>) {
  const { root } = useContext(FormContext)
  const known = Object.entries((schema.properties ?? {}) as Record<string, unknown>)
  const required = new Set((schema.required ?? []) as string[])
  const given = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  function change(name: string, next: unknown): void {
    const { [name]: _, ...rest } = given
    const whole = next === undefined ? rest : { ...given, [name]: next }
    onChange(Object.keys(whole).length === 0 ? undefined : whole)
  }
  return known.map(([name, inner]) => (
    <Field
      key={name}
      name={name}
      path={[...path, name]}
      schema={resolveSchema(root, inner)}
      value={given[name]}
      isRequired={required.has(name)}
      onChange={(next) => change(name, next)}
    />
  ))
}

const titleOf = ({ title }: Schema, name: string): string => (typeof title === 'string' ? title : name)
const hintOf = ({ description }: Schema): string | undefined =>
  typeof description === 'string' ? description : undefined

/** The keywords that are told in the language of the window. */
const TOLD = [
  'required',
  'type',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'minLength',
  'maxLength',
  'pattern',
  'enum',
  'format',
  'minItems',
  'maxItems',
  'json',
  'digits',
] as const

/** What is wrong with a value, in words. */
function useProblem(path: readonly string[]): string | undefined {
  const { t } = useTranslation()
  const { problems, faults, isAsked } = useContext(FormContext)
  const problem = problems.get(pathText(path))
  if (!problem || (problem.keyword === 'required' && !isAsked)) return faults.get(pathText(path))
  const told = TOLD.find((keyword) => keyword === problem.keyword)
  if (told === 'type' && TYPES.has(problem.wanted)) return t(`params.type.${problem.wanted as 'string'}`)
  return told ? t(`params.wrong.${told}`, { wanted: problem.wanted }) : problem.message
}

const TYPES = new Set(['string', 'number', 'integer', 'boolean', 'array', 'object'])

function Field(props: FieldProps) {
  const kind = fieldKind(props.schema)
  if (kind === 'object') return <Group {...props} />
  if (kind === 'list') return <List {...props} />
  if (kind === 'boolean') return <Check {...props} />
  return <Simple {...props}>{(tied) => <Control {...props} tied={tied} />}</Simple>
}

function Simple({
  name,
  path,
  schema,
  isRequired,
  children,
}: FieldProps & { children: (tied: Tied) => ReactNode }) {
  const { t } = useTranslation()
  const error = useProblem(path)
  return (
    <FormField
      label={<bdi>{titleOf(schema, name)}</bdi>}
      hint={hintOf(schema) ?? (fieldKind(schema) === 'json' ? t('params.json') : undefined)}
      error={error}
      isRequired={isRequired}
    >
      {children}
    </FormField>
  )
}

function Control({ tied, name, schema, value, isRequired, onChange }: FieldProps & { tied: Tied }) {
  const { secrets } = useContext(FormContext)
  const kind = fieldKind(schema)
  if (kind === 'choice')
    return <Choose tied={tied} schema={schema} value={value} isRequired={isRequired} onChange={onChange} />
  if (kind === 'json') return <JsonField tied={tied} value={value} onChange={onChange} />
  if (kind === 'number') return <NumberField tied={tied} schema={schema} value={value} onChange={onChange} />
  return (
    <TextField
      tied={tied}
      name={titleOf(schema, name)}
      schema={schema}
      value={value}
      secrets={secrets}
      onChange={onChange}
    />
  )
}

function Choose({
  tied,
  schema,
  value,
  isRequired,
  onChange,
}: Pick<FieldProps, 'schema' | 'value' | 'isRequired' | 'onChange'> & { tied: Tied }) {
  const { t } = useTranslation()
  const choices = choicesOf(schema) ?? []
  const at = choices.findIndex((choice) => JSON.stringify(choice.value) === JSON.stringify(value))
  const fallback = choices.find((choice) => JSON.stringify(choice.value) === JSON.stringify(schema.default))
  const none = fallback
    ? t('params.default', { value: fallback.title })
    : isRequired
      ? t('params.choose')
      : t('params.none')
  return (
    <select
      {...tied}
      value={at === -1 && value !== undefined ? 'other' : at}
      onChange={({ target }) => onChange(choices[Number(target.value)]?.value)}
    >
      <option value={-1}>{none}</option>
      {at === -1 && value !== undefined && <option value="other">{plain(value)}</option>}
      {choices.map(({ title }, index) => (
        <option key={title} value={index}>
          {title}
        </option>
      ))}
    </select>
  )
}

function Hint({ id, hint }: { id: string; hint: string | undefined }) {
  if (!hint) return null
  return (
    <p className="quiet form-hint" id={`${id}-hint`}>
      {hint}
    </p>
  )
}

function Check({ name, path, schema, value, onChange }: FieldProps) {
  const error = useProblem(path)
  const id = useId()
  const isOn = value === undefined ? schema.default === true : value === true
  const hint = hintOf(schema)
  return (
    <div className="form-field">
      <div className="form-check">
        <input
          {...tie(id, hint, error)}
          type="checkbox"
          checked={isOn}
          onChange={({ target }) => onChange(target.checked)}
        />
        <label htmlFor={id}>
          <bdi>{titleOf(schema, name)}</bdi>
        </label>
      </div>
      <Hint id={id} hint={hint} />
      <FieldError id={id} error={error} />
    </div>
  )
}

function Group({ name, path, schema, value, onChange }: FieldProps) {
  const error = useProblem(path)
  const hint = hintOf(schema)
  const id = useId()
  return (
    <fieldset className="form-group" {...tie(id, hint, error)}>
      <legend>
        <bdi>{titleOf(schema, name)}</bdi>
      </legend>
      <Hint id={id} hint={hint} />
      <Properties path={path} schema={schema} value={value} onChange={onChange} />
      <FieldError id={id} error={error} />
    </fieldset>
  )
}

/** What a new item of a list begins with. */
function emptyItem(schema: Schema): unknown {
  if (schema.default !== undefined) return schema.default
  const kind = fieldKind(schema)
  if (kind === 'choice') return choicesOf(schema)?.[0]?.value ?? null
  return { text: '', number: '', boolean: false, object: {}, list: [], json: null }[kind]
}

/** What an item of a list becomes that was emptied: it is still there, so JSON has to be typed. */
function emptied(schema: Schema): unknown {
  const kind = fieldKind(schema)
  return kind === 'object' ? {} : kind === 'json' ? halfTyped('') : ''
}

function List({ name, path, schema, value, onChange }: FieldProps) {
  const { t } = useTranslation()
  const { root } = useContext(FormContext)
  const error = useProblem(path)
  const inner = resolveSchema(root, schema.items)
  const given: unknown[] = Array.isArray(value) ? value : Array.isArray(schema.default) ? schema.default : []
  const title = titleOf(schema, name)
  const set = (items: unknown[]) => onChange(items)
  const hint = hintOf(schema)
  const id = useId()
  const rows = useRows(given.length)
  return (
    <fieldset className="form-group" {...tie(id, hint, error)}>
      <legend>
        <bdi>{title}</bdi>
      </legend>
      <Hint id={id} hint={hint} />
      {given.map((item, index) => (
        <div className="form-item" key={rows.keys[index]}>
          <Field
            name={t('params.item', { number: index + 1 })}
            path={[...path, String(index)]}
            schema={inner}
            value={item}
            isRequired={false}
            onChange={(next) => set(given.with(index, next === undefined ? emptied(inner) : next))}
          />
          <button
            type="button"
            className="icon"
            aria-label={t('params.remove', { number: index + 1, name: title })}
            onClick={({ currentTarget }) => {
              rows.leave(currentTarget, index)
              set(given.toSpliced(index, 1))
            }}
          >
            <X aria-hidden size={16} />
          </button>
        </div>
      ))}
      <FieldError id={id} error={error} />
      <button type="button" className="form-add" onClick={() => set([...given, emptyItem(inner)])}>
        <Plus aria-hidden size={16} />
        {t('params.add')}
      </button>
    </fieldset>
  )
}
