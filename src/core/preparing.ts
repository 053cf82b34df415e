/** What a start of a job would run: everything that can be known, and refused, before anything is stored. */
import type { Parameters } from '../shared/contract.ts'
import { Fault } from '../shared/fault.ts'
import type { JobDefinition } from './definition.ts'
import type { Folders } from './folders.ts'
import { resolveHandler } from './handlers/resolve.ts'
import { combine, sourcesOf } from './policy.ts'
import type { Scripts } from './scripts/scripts.ts'
import type { Secrets } from './secrets.ts'
import type { NewExecution } from './store/executions.ts'
import type { Store } from './store/store.ts'

/** One handler of a job with all that it would run with. */
export type Part = Pick<NewExecution, 'priority' | 'definition' | 'params'>

interface PreparerParts {
  store: Store
  folders: Folders
  /** The environment that every run gets. */
  base: Record<string, string>
  scripts: Scripts
  secrets: Secrets
}

/** @returns the function that finds out what each handler of a job would run with */
export const preparer =
  ({ store, folders, base, scripts, secrets }: PreparerParts) =>
  /**
   * @param given over the parameters of the job
   * @param isTyped whether files in the scripts folders are meant as they are, approved or not
   * @throws Fault where a handler cannot be run or the parameters do not fit its schema
   */
  async (
    { handlers, params, policy, schedule }: JobDefinition,
    categoryId: number | null,
    given: Parameters,
    isTyped = false,
  ): Promise<Part[]> => {
    if (handlers.length === 0) throw new Fault('conflict', 'the job has nothing to run: add a handler first')
    const merged = { ...params, ...given }
    const inherited = combine(sourcesOf(store, categoryId, policy))
    const parts: Part[] = []
    for (const { priority, handler } of handlers) {
      const resolved = await resolveHandler(handler, inherited, {
        codeFolder: folders.code,
        base,
        scripts: isTyped ? { ...scripts, nameOf: () => undefined } : scripts,
      })
      const isDaemon = schedule !== undefined && 'daemon' in schedule
      const definition = isDaemon ? { ...resolved, retry: undefined, isDaemon } : resolved
      parts.push({
        priority,
        definition,
        params: JSON.stringify(await secrets.check(definition, merged)),
      })
    }
    return parts
  }
