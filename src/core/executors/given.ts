/** What a run is given that is read only when it begins: the values of secrets, and files of variables. */
import type { Parameters } from '../../shared/contract.ts'
import { Fault } from '../../shared/fault.ts'
import { isReference, referencesIn, withoutReferences } from '../../shared/secrets.ts'
import type { Definition } from '../definition.ts'
import { passwordsIn } from '../handlers/passwords.ts'
import type { Secrets } from '../secrets.ts'
import { isSecret, passwordsInAddress } from './environment.ts'
import { readEnvFiles } from './env-files.ts'

export interface Given {
  params: Parameters
  /** The names of the parameters in which there is a secret. */
  secretParams: ReadonlySet<string>
  /** What of the environment the job, its categories and their files say. */
  variables: Record<string, string>
  /** The same as it may be stored, but for what by its name looks like a secret. */
  storedVariables: Record<string, string>
  /** What is masked in all that the run writes. */
  secrets: string[]
}

/** What stands for the value of a secret wherever it is stored. */
const HIDDEN = '***'

/** The variables of a definition as they may be stored, without those of its files. */
export const storedVariables = ({ environment }: Definition): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, isReference(value) ? HIDDEN : value]),
  )

/** What a stored run refers to; most refer to nothing, which costs no look at them. */
const mayRefer = (params: string) => params.includes('{"secret":')

/**
 * @param text the parameters as they are stored
 * @throws Fault `secret-missing`, `env-file`
 */
export async function readGiven(definition: Definition, text: string, { valuesOf }: Secrets): Promise<Given> {
  const { environment, environmentFiles = [], schema } = definition
  const stored = JSON.parse(text) as Parameters
  const inParams = mayRefer(text) ? referencesIn(stored, ['params']) : []
  const inEnvironment = referencesIn(environment, ['environment'])
  const wanted = [...inParams, ...inEnvironment]
  const values: ReadonlyMap<string, string> = wanted.length > 0 ? await valuesOf(wanted) : new Map()
  const params =
    inParams.length > 0 ? (withoutReferences(stored, (name) => values.get(name)) as Parameters) : stored
  const fromFiles = environmentFiles.length > 0 ? await readEnvFiles(environmentFiles) : {}
  const own = withoutReferences(environment, (name) => values.get(name)) as Record<string, string>
  for (const { name, path } of inEnvironment)
    if (values.get(name)!.includes('\0'))
      throw new Fault(
        'secret-missing',
        `${path.join('.')}: the secret ${JSON.stringify(name)} has a NUL character, which no variable can hold`,
      )
  return {
    params,
    secretParams: new Set([
      ...inParams.map(({ path }) => path[1]!),
      ...(schema
        ? Object.keys(params).filter((name) => passwordsIn(schema, { [name]: params[name] }).length > 0)
        : []),
    ]),
    variables: { ...fromFiles, ...own },
    storedVariables: { ...fromFiles, ...storedVariables(definition) },
    secrets: [
      ...values.values(),
      ...(schema ? passwordsIn(schema, params) : []),
      ...Object.entries(fromFiles)
        .filter(([name, value]) => isSecret(name, value))
        .flatMap(([, value]) => [value, ...passwordsInAddress(value)]),
    ],
  }
}
