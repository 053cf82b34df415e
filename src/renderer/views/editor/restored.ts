/** Drafts that were kept, perhaps by another version of the program, in which fields had other names or values. */
import { KINDS } from '../../handlers.ts'
import type { Draft } from './draft.ts'
import { POLICY_FIELDS } from './policy-fields.ts'
import { PRESETS, UNITS, WEEKDAYS, type When } from './when.ts'

type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string'
const isTime: Check = (value) => typeof value === 'number'
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const oneOf =
  (values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value)
const or =
  (other: undefined | null, check: Check): Check =>
  (value) =>
    value === other || check(value)
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)
const objectOf =
  (checks: Record<string, Check>): Check =>
  (value) =>
    isObject(value) && Object.entries(checks).every(([name, check]) => check(value[name]))

const areDays = listOf(oneOf(WEEKDAYS))
const isMoment = or(undefined, isTime)

const WHEN: Record<keyof When, Check> = {
  preset: oneOf(PRESETS),
  amount: isText,
  unit: oneOf(Object.keys(UNITS)),
  anchor: or(null, isTime),
  time: isText,
  days: areDays,
  dayOfMonth: isText,
  at: isText,
  cron: isText,
  zone: isText,
  jitter: isText,
  from: isText,
  until: isText,
  quiet: listOf(objectOf({ from: isText, to: isText, days: areDays })),
  skip: listOf(isText),
  exact: objectOf({ at: isMoment, from: isMoment, until: isMoment }),
}

const DRAFT: Record<Exclude<keyof Draft, 'when'>, Check> = {
  name: isText,
  kind: oneOf(KINDS),
  script: isText,
  line: isText,
  shell: isText,
  file: isText,
  functionName: isText,
  params: isObject,
  paramsText: or(null, isText),
  category: isText,
  description: isText,
  tags: isText,
  policy: (value) =>
    isObject(value) &&
    Object.entries(value).every(([name, text]) => oneOf(POLICY_FIELDS)(name) && isText(text)),
  variables: listOf(objectOf({ name: isText, value: isText, isSecret: oneOf([true, false]) })),
}

/** The fields of a draft that are still what they were. */
function fitting(checks: Record<string, Check>, kept: unknown): Record<string, unknown> {
  const given = isObject(kept) ? kept : {}
  const names = Object.keys(checks).filter((name) => Object.hasOwn(given, name) && checks[name]!(given[name]))
  return Object.fromEntries(names.map((name) => [name, given[name]]))
}

/** @param now what the editor begins with where nothing was kept; it counts for all that does not fit */
export function restored(kept: unknown, now: Draft): Draft {
  const when = { ...now.when, ...fitting(WHEN, isObject(kept) ? kept.when : undefined) }
  return { ...now, ...fitting(DRAFT, kept), when }
}
