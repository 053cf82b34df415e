/** A job as it is typed: everything that stands in the fields of the editor, and the job that it makes. */
import type { Handler, Job, JobInput, Parameters } from '../../../shared/contract.ts'
import { line, policySchema } from '../../../shared/policy.ts'
import { scheduleSchema } from '../../../shared/schedule.ts'
import { handlerText, kindOf, type Kind } from '../../handlers.ts'
import type { Schema } from '../../parts/form/schema.ts'
import { halvesIn } from '../../parts/form/half-typed.ts'
import { readParameters } from '../../parts/form/read.ts'
import { splitLine } from '../../command-line.ts'
import { fieldAt, formOf, policyOf, textsOf, type PolicyTexts, type Variable } from './policy-fields.ts'
import { isSpan } from '../../span.ts'
import { NO_WHEN, hasBounds, isLeftOut, scheduleOf, whenOf, type When } from './when.ts'

export interface Draft {
  /** Empty: it is called after what it runs. */
  name: string
  kind: Kind
  script: string
  /** A command as it is typed. */
  line: string
  shell: string
  file: string
  functionName: string
  params: Parameters
  /** Parameters as they are typed where they are typed as JSON. */
  paramsText: string | null
  when: When
  category: string
  description: string
  tags: string
  policy: PolicyTexts
  variables: Variable[]
}

export const EMPTY: Draft = {
  name: '',
  kind: 'script',
  script: '',
  line: '',
  shell: '',
  file: '',
  functionName: '',
  params: {},
  paramsText: null,
  when: NO_WHEN,
  category: '',
  description: '',
  tags: '',
  policy: {},
  variables: [],
}

/** The field that what it runs is typed in. */
const TYPED_IN = {
  script: 'script',
  command: 'line',
  shell: 'shell',
  file: 'file',
  function: 'functionName',
} as const satisfies Record<Kind, keyof Draft>

function partsOf(handler: Handler | undefined): Partial<Draft> {
  if (!handler) return {}
  const kind = kindOf(handler)
  return { kind, [TYPED_IN[kind]]: handlerText(handler) }
}

/** A job as it is typed. */
export function draftOf(job: Job): Draft {
  const { texts, variables } = textsOf(job.policy)
  return {
    ...EMPTY,
    ...partsOf(job.handlers[0]?.handler),
    name: job.name,
    params: job.params,
    when: whenOf(job.schedule),
    category: job.category ?? '',
    description: job.description ?? '',
    tags: job.tags.join(', '),
    policy: texts,
    variables,
  }
}

/** What it runs; undefined as long as nothing is chosen. */
export function handlerOf(draft: Draft, before?: Handler): Handler | undefined {
  switch (draft.kind) {
    case 'script':
      return draft.script === '' ? undefined : { script: draft.script }
    case 'command': {
      const { words } = splitLine(draft.line)
      return words.length === 0 ? undefined : { command: words }
    }
    case 'shell':
      return draft.shell.trim() === '' ? undefined : { shell: draft.shell }
    case 'file': {
      const file = draft.file.trim()
      if (file === '') return undefined
      const isSame = before && 'file' in before && before.file === file
      return isSame ? before : { file }
    }
    case 'function':
      return draft.functionName === '' ? undefined : { function: draft.functionName }
  }
}

const NAME_LENGTH = 60

/** What it is called where nobody gave it a name: after what it runs. */
export function suggestedName(draft: Draft, title: string | null): string {
  if (title !== null && title !== '') return title
  const path = draft.kind === 'script' ? draft.script : draft.kind === 'file' ? draft.file.trim() : ''
  if (path !== '') {
    const words = path
      .replace(/^.*[/\\]/, '')
      .replace(/\.\w+$/, '')
      .replaceAll(/[-_.\s]+/g, ' ')
      .trim()
    return words.charAt(0).toUpperCase() + words.slice(1)
  }
  const text =
    draft.kind === 'command' ? draft.line : draft.kind === 'shell' ? draft.shell : draft.functionName
  return text
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, NAME_LENGTH)
}

/** What was not touched stays to the second, and is written as it was. */
function scheduleFor(when: When, job: Job | null): JobInput['schedule'] | null {
  const isSame = job !== null && JSON.stringify(whenOf(job.schedule)) === JSON.stringify(when)
  return isSame ? job.schedule : scheduleOf(when)
}

/** The draft as it may be kept: what was typed into fields for passwords lies nowhere before the job is saved. */
export function withoutPasswords(draft: Draft, schema: Schema | null): Draft {
  const properties = Object(schema?.properties) as Record<string, Schema>
  const isPassword = (name: string, value: unknown) =>
    properties[name]?.format === 'password' && typeof value === 'string'
  const params = Object.entries(draft.params).filter(([name, value]) => !isPassword(name, value))
  return { ...draft, params: Object.fromEntries(params) }
}

/**
 * The job that is saved. It may still be wrong.
 * @param suggested what it is called where nobody gave it a name
 */
export function inputOf(draft: Draft, job: Job | null, suggested: string): JobInput {
  const [first, ...others] = job?.handlers ?? []
  const handler = handlerOf(draft, first?.handler)
  const schedule = scheduleFor(draft.when, job)
  const category = draft.category.trim()
  const tags = draft.tags
    .split(/[,，、]/)
    .map((tag) => tag.trim())
    .filter(Boolean)
  return {
    ...policyOf(draft.policy, draft.variables),
    ...(job && { key: job.key }),
    name: draft.name.trim() || suggested,
    handlers: [...(handler ? [{ priority: first?.priority ?? 0, handler }] : []), ...others],
    params: draft.params,
    ...(tags.length > 0 && { tags }),
    ...(category !== '' && { category }),
    ...(draft.description.trim() !== '' && { description: draft.description }),
    ...(schedule && { schedule }),
  }
}

/** Something wrong with a field: what kind of thing is wanted, or as the check put it. */
export interface Wrong {
  /** A name of a text that says what is wanted. */
  kind: string
  message: string
}

export type Wrongs = ReadonlyMap<string, Wrong>

/** What is wrong with what was typed, by field. */
export function wrongsOf(draft: Draft, input: JobInput): Map<string, Wrong> {
  const wrongs = new Map<string, Wrong>()
  const tell = (field: string, kind: string, message = '') => {
    if (!wrongs.has(field)) wrongs.set(field, { kind, message })
  }
  if (!handlerOf(draft)) tell('what', 'what')
  if (draft.kind === 'command' && splitLine(draft.line).isOpen) tell('what', 'quote')
  if (draft.paramsText !== null && 'error' in readParameters(draft.paramsText)) tell('params', 'json')
  if (halvesIn(draft.params).length > 0) tell('params', 'json')
  tellWhen(draft.when, tell)
  const names = draft.variables.map(({ name }) => name)
  for (const [index, { name, value, isSecret }] of draft.variables.entries()) {
    const field = `environment.${index}`
    if (name === '' && value !== '') tell(field, 'variable')
    else if (name !== '' && names.indexOf(name) !== index) tell(field, 'twice')
    else if (isSecret && name !== '' && value === '') tell(field, 'secret')
  }
  for (const issue of issuesOf(policySchema.safeParse(input))) {
    const field = fieldAt(issue.path.join('.'))
    const form = field && formOf(field)
    if (field) tell(field, typeof form === 'string' && TOLD.has(form) ? form : 'other', issue.message)
    else tell(fieldOfVariable(draft, issue.path[1]), 'variable', issue.message)
  }
  if (input.schedule && ![...wrongs.keys()].some((name) => name.startsWith('when.')))
    for (const { message } of issuesOf(scheduleSchema.safeParse(input.schedule)))
      tell('when', 'other', message)
  if (input.name !== '')
    for (const { message } of issuesOf(line().safeParse(input.name))) tell('name', 'other', message)
  for (const tag of input.tags ?? [])
    for (const { message } of issuesOf(line(TAG_LENGTH).safeParse(tag))) tell('tags', 'other', message)
  return wrongs
}

const TAG_LENGTH = 50
/** Forms of fields that are told in the language of the window. */
const TOLD: ReadonlySet<string> = new Set(['duration', 'size', 'count', 'codes'])

interface Issue {
  path: PropertyKey[]
  message: string
}
const issuesOf = (checked: { success: boolean; error?: { issues: Issue[] } }): Issue[] =>
  checked.error?.issues ?? []

const fieldOfVariable = ({ variables }: Draft, name: unknown): string =>
  `environment.${Math.max(
    0,
    variables.findIndex((row) => row.name === name),
  )}`

/** What is wrong with a schedule before anybody else looks at it. */
function tellWhen(when: When, tell: (field: string, kind: string) => void): void {
  const isTime = (text: string) => /^\d\d:\d\d$/.test(text)
  const isDaily = ['day', 'weekdays', 'week', 'month'].includes(when.preset)
  if (when.preset === 'every' && !isSpan(`${when.amount.trim()}${when.unit}`)) tell('when.amount', 'amount')
  if (when.preset === 'once' && when.at === '') tell('when.at', 'moment')
  if (when.preset === 'once' && isLeftOut(when.at)) tell('when.at', 'gap')
  if (when.preset === 'cron' && when.cron.trim() === '') tell('when.cron', 'cron')
  if (isDaily && !isTime(when.time)) tell('when.time', 'time')
  if (when.preset === 'week' && when.days.length === 0) tell('when.days', 'days')
  if (!hasBounds(when)) return
  for (const bound of ['from', 'until'] as const) if (isLeftOut(when[bound])) tell(`when.${bound}`, 'gap')
  if (when.jitter.trim() !== '' && !isSpan(when.jitter)) tell('when.jitter', 'duration')
  for (const [index, quiet] of when.quiet.entries())
    if (!isTime(quiet.from) || !isTime(quiet.to)) tell(`when.quiet.${index}`, 'time')
  for (const [index, day] of when.skip.entries()) if (day === '') tell(`when.skip.${index}`, 'date')
}

/** The field that a fault of the engine is about, by the path that it names. */
export function fieldOfFault(path: string, draft: Draft): string | undefined {
  const [top = '', second = ''] = path.split(/[.[]/)
  const field = fieldAt(path)
  if (field) return field
  if (top === 'environment') return fieldOfVariable(draft, second)
  if (top === 'handlers') return 'what'
  if (top === 'cron' || (top === 'schedule' && (second === 'cron' || second === '')))
    return draft.when.preset === 'cron' ? 'when.cron' : 'when'
  if (top === 'schedule')
    return ['zone', 'jitter', 'from', 'until'].includes(second) ? `when.${second}` : 'when'
  return ['name', 'category', 'description', 'tags', 'params'].includes(top) ? top : undefined
}
