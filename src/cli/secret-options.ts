/** The options by which a job gets secrets and files of variables. */
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Policy } from '../shared/contract.ts'
import type { SecretReference } from '../shared/secrets.ts'
import { Fault } from '../shared/fault.ts'
import { pairOf } from './assignments.ts'
import { collect } from './options.ts'

export interface SecretOptions {
  /** `PARAMETER=NAME` */
  secret?: string[]
  /** `VARIABLE=NAME` */
  secretEnv?: string[]
  envFrom?: string[]
}

export const withSecretParameters = (command: Command): Command =>
  command.option(
    '--secret <parameter=name>',
    'one parameter whose value is that of a secret; may be repeated',
    collect,
  )

export const withSecrets = (command: Command): Command =>
  withSecretParameters(command)
    .option(
      '--secret-env <variable=name>',
      'one variable with the value of a secret; may be repeated',
      collect,
    )
    .option(
      '--env-from <file>', // not --env-file: Node takes that for itself, wherever it stands
      'a file of variables, NAME=value a line, read at each run; may be repeated, later ones count more',
      collect,
    )

/** @throws Fault `invalid-input` that names the option */
export function secretsOf(pairs: string[] = [], option: string): Record<string, SecretReference> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name, secret] = pairOf(pair, option)
      if (name === '__proto__') throw new Fault('invalid-input', `${option}: __proto__ cannot be a name`)
      if (secret === '')
        throw new Fault(
          'invalid-input',
          `${option}: wants the name of a secret after ${JSON.stringify(`${name}=`)}`,
        )
      return [name, { secret }]
    }),
  )
}

/** What of a policy the options say, over the variables that were given otherwise. */
export function environmentOf(
  { secretEnv = [], envFrom = [] }: SecretOptions,
  variables: NonNullable<Policy['environment']> = {},
): Pick<Policy, 'environment' | 'environmentFiles'> {
  const environment = { ...variables, ...secretsOf(secretEnv, '--secret-env') }
  return {
    ...(Object.keys(environment).length > 0 && { environment }),
    ...(envFrom.length > 0 && { environmentFiles: envFrom.map((file) => resolve(file)) }),
  }
}
