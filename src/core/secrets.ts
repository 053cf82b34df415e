/** Secrets: named values that are stored encrypted, and read only where a run needs them. */
import type { CheckedInput, Output, Parameters, Policy } from '../shared/contract.ts'
import { Fault, invalidInput } from '../shared/fault.ts'
import {
  MASKED_LENGTH,
  referencesIn,
  withValuesAt,
  withoutReferences,
  type FoundReference,
  type Secret,
} from '../shared/secrets.ts'
import type { Definition } from './definition.ts'
import type { Engine } from './engine.ts'
import { checkParameters } from './handlers/parameters.ts'
import { keyFile, seal, unseal, type Keeper } from './sealing.ts'
import type { Store } from './store/store.ts'

type Deck = Pick<Engine, 'store' | 'clock' | 'actor' | 'secrets'>
type Given = { params?: Parameters | undefined; environment?: Policy['environment'] }

export type Secrets = ReturnType<typeof createSecrets>

/** @param keeper wraps the key; without, it lies in its file as it is */
export function createSecrets(store: Store, file: string, keeper?: Keeper) {
  const keys = keyFile(file, keeper)

  /**
   * The values of secrets, by their names.
   * @throws Fault `secret-missing` that names the field, where one of them cannot be had
   */
  async function valuesOf(references: FoundReference[]): Promise<Map<string, string>> {
    const missing = references.filter(({ name }) => !store.secrets.has(name))
    if (missing.length > 0) throw new Fault('secret-missing', missing.map(missingText).join('; '))
    const values = new Map<string, string>()
    if (references.length === 0) return values
    const key = await keys.read()
    const [first] = references
    if (!key)
      throw new Fault(
        'secret-missing',
        `${fieldOf(first!)}: the key of the secrets, ${file}, is missing: set the secret ${JSON.stringify(first!.name)} again, or bring the file back`,
      )
    for (const reference of references) {
      const { name } = reference
      const value = unseal(key, name, store.secrets.valueOf(name)!)
      if (value === undefined)
        throw new Fault(
          'secret-missing',
          `${fieldOf(reference)}: the key in ${file} is not the one that the secret ${JSON.stringify(name)} was stored with: set the secret again, or bring the right key back`,
        )
      values.set(name, value)
    }
    return values
  }

  return {
    valuesOf,

    /** Encrypts a value; makes the key where there is none. */
    seal: async (name: string, value: string): Promise<Buffer> => seal(await keys.make(), name, value),

    /**
     * The parameters with the schema's defaults filled in. They are checked with the values of secrets, and keep the
     * references.
     * @throws Fault `secret-missing`; `invalid-input`, in which no secret is told
     */
    async check({ schema, environment }: Definition, params: Parameters): Promise<Parameters> {
      const inParams = referencesIn(params)
      const wanted = [
        ...inParams.map(({ name, path }) => ({ name, path: ['params', ...path] })),
        ...referencesIn(environment, ['environment']),
      ]
      if (wanted.length === 0) return checkParameters(schema, params)
      const values = await valuesOf(wanted)
      const real = withoutReferences(params, (name) => values.get(name)) as Parameters
      const filled = await checkParameters(schema, real, 'json', [...values.values()])
      const places = inParams.map(({ name, path }) => ({ path, value: { secret: name } }))
      return withValuesAt(filled, places) as Parameters
    },
  }
}

const fieldOf = ({ path }: FoundReference) => path.join('.')

const notThere = (name: string) =>
  `there is no secret ${JSON.stringify(name)}; to set it: jobdeck secrets set ${name}`

const missingText = (reference: FoundReference) => `${fieldOf(reference)}: ${notThere(reference.name)}`

/** What is referred to, with the field in which it is. */
const wantedBy = ({ params, environment }: Given): FoundReference[] => [
  ...referencesIn(params, ['params']),
  ...referencesIn(environment, ['environment']),
]

/** The names of secrets that are referred to, and are not there. */
export function missingSecrets({ store }: Pick<Deck, 'store'>, given: Given): string[] {
  const names = wantedBy(given).map(({ name }) => name)
  return [...new Set(names)].filter((name) => !store.secrets.has(name)).toSorted()
}

/**
 * @param place where it stands in the request, as `policy`
 * @throws Fault `invalid-input` that names the first field that refers to a secret which is not there
 */
export function requireSecrets({ store }: Pick<Deck, 'store'>, given: Given, ...place: string[]): void {
  const missing = wantedBy(given).find(({ name }) => !store.secrets.has(name))
  if (missing) throw invalidInput([...place, ...missing.path].join('.'), notThere(missing.name))
}

/** Sets a secret, or gives it another value. */
export async function setSecret(
  { store, clock, actor, secrets }: Deck,
  { name, value }: CheckedInput<'secrets.set'>,
): Promise<Output<'secrets.set'>> {
  const sealed = await secrets.seal(name, value)
  const at = clock.now()
  await store.write(() => {
    store.secrets.set(name, sealed, at)
    store.trail.add({ at, actor, action: 'secret set', details: { secret: name } })
  })
  return { name, updatedAt: at, isMasked: value.length >= MASKED_LENGTH }
}

/**
 * Removes secrets, all or none; runs inside a transaction.
 * @throws Fault `not-found`; `conflict` that names what refers to them, unless that is wanted all the same
 */
export function removeSecrets(
  { store, clock, actor }: Pick<Deck, 'store' | 'clock' | 'actor'>,
  { names, force = false }: CheckedInput<'secrets.remove'>,
): Secret[] {
  const all = new Map(store.secrets.list().map((secret) => [secret.name, secret]))
  const found = [...new Set(names)].map((name) => {
    const secret = all.get(name)
    if (!secret) throw new Fault('not-found', `there is no secret ${JSON.stringify(name)}`)
    return secret
  })
  const inUse = found.filter(({ jobs, categories }) => jobs.length + categories.length > 0)
  if (inUse.length > 0 && !force) throw new Fault('conflict', inUse.map(useText).join('; '))
  const at = clock.now()
  for (const { name } of found) {
    store.secrets.remove(name)
    store.trail.add({ at, actor, action: 'secret removed', details: { secret: name } })
  }
  return found
}

/** So many of the jobs that use a secret are named. */
const NAMED = 5

function useText({ name, jobs, categories }: Secret): string {
  const users = [
    ...jobs.map((job) => `the job ${JSON.stringify(job.name)}`),
    ...categories.map((path) => `the category ${JSON.stringify(path)}`),
  ]
  const more = users.length > NAMED ? ` and ${users.length - NAMED} more` : ''
  return `the secret ${JSON.stringify(name)} is used by ${users.slice(0, NAMED).join(', ')}${more}: change that first, or remove it by force; then what uses it does not start`
}
