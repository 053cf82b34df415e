/** The fields of a policy as the editor shows them: in groups, and how each is typed. */
import type { Job, PolicyInput } from '../../../shared/contract.ts'
import { formatDuration } from '../../../shared/duration.ts'
import { DEFAULT_POLICY, MODES, PLANNING_DEFAULTS } from '../../../shared/policy.ts'
import { MISSED, OVERLAPS, RESTARTS } from '../../../shared/schedule.ts'
import { isReference } from '../../../shared/secrets.ts'
import { formatSize } from '../../../shared/size.ts'
import { joinWords, splitLine } from '../../command-line.ts'

/** How the text of a field becomes its value. */
export type FieldForm =
  | 'duration'
  | 'size'
  | 'count'
  | 'codes'
  | 'text'
  | 'path'
  | 'words'
  | 'lines'
  | 'yesNo'
  | 'ends'
  | readonly string[]

/** Every field but the environment, which has rows of its own. */
export const GROUPS = {
  limits: {
    timeout: 'duration',
    grace: 'duration',
    maxWorkers: 'count',
    expireAfter: 'duration',
    memoryLimit: 'size',
    outputLimit: 'size',
    outputRate: 'size',
  },
  fails: {
    'retry.attempts': 'count',
    'retry.on': 'ends',
    'retry.backoff': ['exponential', 'fixed'],
    'retry.delay': 'duration',
    'retry.maxDelay': 'duration',
    'retry.jitter': 'yesNo',
    'retry.nonRetryableCodes': 'codes',
    restart: RESTARTS,
  },
  missed: { missed: MISSED, missedWindow: 'duration', missedLimit: 'count' },
  still: { overlap: OVERLAPS },
  environment: { environmentFiles: 'lines', directory: 'path' },
  log: { logLines: 'count', logBytes: 'size', keepRuns: 'count', keepFor: 'duration' },
  process: {
    mode: MODES,
    successCodes: 'codes',
    warningCodes: 'codes',
    encoding: 'text',
    stdin: ['empty', 'params'],
    detach: 'yesNo',
    keepAwake: 'yesNo',
    stopCommand: 'words',
  },
} as const satisfies Record<string, Record<string, FieldForm>>

export type GroupName = keyof typeof GROUPS
type FieldsOf<G> = G extends unknown ? keyof G : never
export type PolicyField = FieldsOf<(typeof GROUPS)[GroupName]>

export const GROUP_NAMES = Object.keys(GROUPS) as GroupName[]
export const fieldsIn = (group: GroupName): PolicyField[] => Object.keys(GROUPS[group]) as PolicyField[]

const FORMS = Object.assign({}, ...Object.values(GROUPS)) as Record<PolicyField, FieldForm>
export const POLICY_FIELDS = Object.keys(FORMS) as PolicyField[]
export const formOf = (field: PolicyField): FieldForm => FORMS[field]

/** What was typed, by field; a field that is not there, or empty, is left to whoever sets it next. */
export type PolicyTexts = Partial<Record<PolicyField, string>>

/** A variable; its value is the name of a secret where that is meant. */
export interface Variable {
  name: string
  value: string
  isSecret: boolean
}

/** What was typed as the value of a field. It may still be wrong. */
export function valueOf(form: FieldForm, text: string): unknown {
  switch (form) {
    case 'count':
      return Number(text)
    case 'codes':
      return text
        .split(/[\s,;]+/)
        .filter(Boolean)
        .map(Number)
    case 'ends':
      return text.split(' ').filter(Boolean)
    case 'lines':
      return text
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean)
    case 'words':
      return splitLine(text).words
    case 'yesNo':
      return text === 'true'
    default:
      return text.trim()
  }
}

/** The value of a field as it is typed. */
export function textOf(form: FieldForm, value: unknown): string {
  if (value === undefined || value === null) return ''
  if (form === 'duration') return String(formatDuration(value as number))
  if (form === 'size') return String(formatSize(value as number))
  if (form === 'codes') return (value as number[]).join(', ')
  if (form === 'ends') return (value as string[]).join(' ')
  if (form === 'lines') return (value as string[]).join('\n')
  if (form === 'words') return joinWords(value as string[])
  return String(value)
}

type Nested = Record<string, unknown>

/** The policy that was typed. */
export function policyOf(texts: PolicyTexts, variables: readonly Variable[]): PolicyInput {
  const policy: Nested = {}
  for (const field of POLICY_FIELDS) {
    const text = texts[field] ?? ''
    if (text.trim() === '') continue
    const [name = '', part] = field.split('.')
    const value = valueOf(formOf(field), text)
    policy[name] = part === undefined ? value : { ...(policy[name] as Nested | undefined), [part]: value }
  }
  const rows = variables.filter(({ name, value }) => name !== '' || value !== '')
  if (rows.length > 0)
    policy.environment = Object.fromEntries(
      rows.map(({ name, value, isSecret }) => [name, isSecret ? { secret: value } : value]),
    )
  return policy
}

/** A part of a policy by the name of its field. */
export function partOf(policy: object, field: PolicyField): unknown {
  const [name = '', part] = field.split('.')
  const value = (policy as Nested)[name]
  return part === undefined ? value : (value as Nested | undefined)?.[part]
}

/** A policy as it is typed. */
export function textsOf(policy: Job['policy']): { texts: PolicyTexts; variables: Variable[] } {
  const texts = Object.fromEntries(
    POLICY_FIELDS.flatMap((field) => {
      const text = textOf(formOf(field), partOf(policy, field))
      return text === '' ? [] : [[field, text]]
    }),
  ) as PolicyTexts
  const variables = Object.entries(policy.environment ?? {}).map(([name, value]) =>
    isReference(value) ? { name, value: value.secret, isSecret: true } : { name, value, isSecret: false },
  )
  return { texts, variables }
}

/** The field that something wrong at this place of a job is about. */
export const fieldAt = (path: string): PolicyField | undefined =>
  POLICY_FIELDS.find((field) => path === field || path.startsWith(`${field}.`))

/** What counts where nobody sets it; see docs/decisions/0004-defaults.md. */
const DEFAULTS: object = {
  ...DEFAULT_POLICY,
  ...PLANNING_DEFAULTS,
  mode: 'process',
  restart: 'always',
  retry: {
    attempts: 1,
    on: ['failed'],
    backoff: 'exponential',
    delay: 1000,
    maxDelay: 300_000,
    jitter: true,
  },
}

export const defaultOf = (field: PolicyField): unknown => partOf(DEFAULTS, field)
