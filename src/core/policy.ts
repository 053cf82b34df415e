/** Which policy a job runs with, and where each part of it comes from. */
import type { Handler, Output, Policy } from '../shared/contract.ts'
import type { SecretReference } from '../shared/secrets.ts'
import { DEFAULT_POLICY, PLANNING_DEFAULTS } from '../shared/policy.ts'
import { mergePolicies, type JobDefinition } from './definition.ts'
import type { Engine } from './engine.ts'
import type { Store } from './store/store.ts'

/** A policy, and who has set it. Of several, the first that sets a field counts; variables and their files are put together. */
export interface PolicySource {
  from: string
  policy: Policy
}

/** The policy of several sources, the one that counts most first; that of the only one is left as it is. */
export function combine(sources: PolicySource[]): Policy {
  if (sources.length === 1) return sources[0]!.policy
  const policies = sources.map(({ policy }) => policy).toReversed()
  const environment = Object.assign({}, ...policies.map((policy) => policy.environment ?? {})) as Record<
    string,
    string | SecretReference
  >
  const environmentFiles = policies.flatMap((policy) => policy.environmentFiles ?? [])
  return {
    ...mergePolicies(...policies),
    ...(Object.keys(environment).length > 0 && { environment }),
    ...(environmentFiles.length > 0 && { environmentFiles }),
  }
}

/** What people have set for a job: itself, then the category that it is in and those above. */
export function sourcesOf(store: Store, categoryId: number | null, policy: Policy): PolicySource[] {
  const categories = store.categories
    .policiesOf(categoryId)
    .map(({ path, policy: of }) => ({ from: `category ${path}`, policy: of }))
  return [{ from: 'job', policy }, ...categories]
}

/** Every field of a job's policy, its value, and where it comes from. */
export async function explainPolicy(
  engine: Pick<Engine, 'store' | 'folders' | 'scripts'>,
  jobId: string,
  { policy, handlers, schedule }: JobDefinition,
): Promise<Output<'jobs.policy'>> {
  const script = handlers[0] && (await defaultsOf(handlers[0].handler, engine))
  const sources: PolicySource[] = [
    ...sourcesOf(engine.store, engine.store.categories.ofJob(jobId), policy),
    ...(script ? [{ from: 'script', policy: script }] : []),
    { from: 'default', policy: { ...DEFAULT_POLICY, ...(schedule && PLANNING_DEFAULTS) } },
  ]
  return Object.entries(combine(sources)).map(([field, value]) => ({
    field,
    value,
    from: sources.find((source) => source.policy[field as keyof Policy] !== undefined)!.from,
  }))
}

/** What a file says of itself; nothing where it cannot be read just now. */
async function defaultsOf(
  handler: Handler,
  { folders, scripts }: Pick<Engine, 'folders' | 'scripts'>,
): Promise<Policy | undefined> {
  if ('script' in handler)
    return scripts.get(handler.script).then(
      ({ defaults }) => defaults,
      () => undefined,
    )
  if (!('file' in handler)) return undefined
  const { describeFile } = await import('./handlers/describe.ts')
  return describeFile(handler.file, folders.code).then(
    ({ defaults }) => defaults,
    () => undefined,
  )
}
