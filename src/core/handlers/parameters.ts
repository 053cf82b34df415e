import type { Parameters } from '../../shared/contract.ts'
import { invalidInput } from '../../shared/fault.ts'
import { PARAMETER_DEPTH, isDeeperThan } from '../../shared/parameters.ts'

/**
 * The parameters with the schema's defaults filled in; without a schema, as they are.
 * @param from `text` where values were typed and may be turned into the type that is wanted
 * @param secrets values that no message may tell
 * @throws Fault `invalid-input` that names each field, what it got and what it wants
 */
export async function checkParameters(
  schema: Record<string, unknown> | undefined,
  params: Parameters,
  from: 'text' | 'json' = 'json',
  secrets: readonly string[] = [],
): Promise<Parameters> {
  if (isDeeperThan(params, PARAMETER_DEPTH)) {
    throw invalidInput('params', `must not be nested more than ${PARAMETER_DEPTH} deep`)
  }
  if (!schema) return params
  const { fill } = await import('./schema.ts')
  return fill(schema, params, from, secrets)
}
