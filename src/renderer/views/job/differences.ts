/** What differs between two versions of a job, field by field. */
import type { Output } from '../../../shared/contract.ts'

export type Version = Output<'versions.list'>[number]

export interface Difference {
  /** `name`, `what`, `when`, `params.NAME`, `policy.FIELD` … */
  field: string
  before: unknown
  after: unknown
}

type Values = Record<string, unknown>

const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Everything that a version says, by the names of the fields. */
function fieldsOf({ name, description, category, definition }: Version): Values {
  const said = isObject(definition) ? definition : {}
  const handlers = Array.isArray(said.handlers) ? (said.handlers as { handler: unknown }[]) : []
  const flat = (top: string, values: unknown) =>
    Object.entries(isObject(values) ? values : {}).map(([key, value]) => [`${top}.${key}`, value])
  const { retry, ...policy } = isObject(said.policy) ? said.policy : ({} as Values)
  return Object.fromEntries([
    ['name', name],
    ['description', description],
    ['category', category],
    ['what', handlers.length === 1 ? handlers[0]!.handler : handlers.map(({ handler }) => handler)],
    ['when', said.schedule],
    ...flat('params', said.params),
    ...flat('policy', policy),
    ...flat('policy.retry', retry),
  ]) as Values
}

/** In the order of the fields; keys of objects may stand in any order. */
export function differences(before: Version, after: Version): Difference[] {
  const [old, now] = [fieldsOf(before), fieldsOf(after)]
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .filter((field) => sorted(old[field]) !== sorted(now[field]))
    .map((field) => ({ field, before: old[field] ?? null, after: now[field] ?? null }))
}

const sorted = (value: unknown): string =>
  JSON.stringify(value ?? null, (_, inner: unknown) =>
    isObject(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
