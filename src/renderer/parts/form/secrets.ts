import { client } from '../../client.ts'
import { useAnswer } from '../../state/answer.ts'

/** The names of the secrets that there are; none where they cannot be read. */
export const useSecretNames = (): string[] =>
  (useAnswer('secrets', () => client.request('secrets.list', {})) ?? []).map(({ name }) => name)
