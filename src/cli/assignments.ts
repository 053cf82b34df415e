/** `field=value` as it is typed for fields of a policy. */
import { policySchema, type Policy } from '../shared/contract.ts'
import { Fault } from '../shared/fault.ts'

type Tree = Record<string, unknown>

/** Splits `name=value`. @throws Fault `invalid-input` that names the option */
export function pairOf(text: string, option: string): [name: string, value: string] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  if (name === undefined)
    throw new Fault('invalid-input', `${option}: wants name=value, got ${JSON.stringify(text)}`)
  return [name, value!]
}

/**
 * The policy with each of these set, as `timeout=1h`, `retry.attempts=3`, `environment.LEVEL=debug` or
 * `successCodes=[0,2]`: what is JSON is taken as such where the field allows it, and as text elsewhere.
 * @throws Fault `invalid-input`
 */
export const assign = (policy: Policy, assignments: string[]): Policy => assignments.reduce(assignOne, policy)

function assignOne(policy: Policy, assignment: string): Policy {
  const [path, text] = pairOf(assignment, '--set')
  const { field, rest } = fieldOf(path, '--set')
  const readings = [parsed(text), text].filter((value) => value !== undefined)
  const results = readings.map((value) =>
    policySchema.shape[field].safeParse(withValue(policy[field], rest, value)),
  )
  const fits = results.find(({ success }) => success)
  if (fits) return { ...policy, [field]: fits.data }
  throw fieldFault('--set', field, results.at(-1)!.error!.issues[0]!)
}

/** The policy without these, as `timeout`, `retry.delay` or `environment.LEVEL`. */
export const unassign = (policy: Policy, paths: string[]): Policy => paths.reduce(unassignOne, policy)

function unassignOne(policy: Policy, path: string): Policy {
  const { field, rest } = fieldOf(path, '--unset')
  const left: Policy = without(policy, [field, ...rest])
  const issue = policySchema.shape[field].safeParse(left[field]).error?.issues[0]
  if (issue) throw fieldFault('--unset', field, issue)
  return left
}

const fieldFault = (
  option: string,
  field: string,
  { path, message }: { path: PropertyKey[]; message: string },
) => new Fault('invalid-input', `${option}: ${[field, ...path.map(String)].join('.')}: ${message}`)

function fieldOf(path: string, option: string): { field: keyof Policy; rest: string[] } {
  const [name = '', ...rest] = path.split('.')
  const field = name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
  if (!Object.hasOwn(policySchema.shape, field)) {
    const known = Object.keys(policySchema.shape).join(', ')
    throw new Fault(
      'invalid-input',
      `${option}: there is no field ${JSON.stringify(name)}; there are ${known}`,
    )
  }
  // The name of a variable may contain dots, and nothing lies in it.
  return {
    field: field as keyof Policy,
    rest: field === 'environment' && rest.length > 0 ? [rest.join('.')] : rest,
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function withValue(whole: unknown, [name, ...rest]: string[], value: unknown): unknown {
  if (name === undefined) return value
  const tree = (typeof whole === 'object' && whole !== null ? whole : {}) as Tree
  return { ...tree, [name]: withValue(tree[name], rest, value) }
}

/** The tree without what lies at the path; what is then empty goes too. */
export function without(tree: object, [name = '', ...rest]: string[]): Tree {
  const { [name]: inner, ...others } = tree as Tree
  if (rest.length === 0 || typeof inner !== 'object' || inner === null)
    return rest.length === 0 ? others : { ...tree }
  const left = without(inner, rest)
  return Object.keys(left).length === 0 ? others : { ...tree, [name]: left }
}
