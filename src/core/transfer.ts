/** Jobs and categories out of a deck into a document, and out of a document into a deck. */
import stringify from 'safe-stable-stringify'
import type { CheckedInput, DeckDocument, Imported } from '../shared/contract.ts'
import { categoryEntry, jobEntry, type CategoryEntry, type JobEntry } from '../shared/document.ts'
import { Fault, invalidInput } from '../shared/fault.ts'
import { absolute, saveCategory } from './categories.ts'
import { definitionOf, enableJob, manageJob, removeJobs, saveJob } from './jobs.ts'
import { missingSecrets } from './secrets.ts'
import { normalPath } from './store/categories.ts'

type Deck = Parameters<typeof saveJob>[0]
type Wanted = Omit<CheckedInput<'deck.import'>, 'dryRun'>

/** @param ids of the jobs that are wanted; without, all jobs and all categories */
export async function exportDeck({ store }: Deck, ids?: string[]): Promise<DeckDocument> {
  const jobs = ids ? ids.map((id) => store.jobs.find(id)!) : await store.jobs.list({})
  const paths = new Set(jobs.flatMap(({ category }) => (category === null ? [] : pathsTo(category))))
  const categories = store.categories.list().filter(({ path }) => !ids || paths.has(path))
  return {
    jobdeck: 1,
    categories: categories.map(categoryEntry).toSorted((a, b) => inCodeOrder(a.path, b.path)),
    jobs: jobs.map(jobEntry).toSorted((a, b) => inCodeOrder(a.key, b.key)),
  }
}

/** The same on every machine, whatever its language. */
const inCodeOrder = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** `a/b/c` as `a`, `a/b` and `a/b/c`. */
const pathsTo = (path: string) =>
  path.split('/').map((_, index, names) => names.slice(0, index + 1).join('/'))

/** One entry of a document, or a job that it no longer names: what becomes of it, and what does that. */
interface Step {
  report: Imported
  apply: (deck: Deck) => void
}

/**
 * Makes the deck what a document says; runs inside a transaction.
 * @throws Fault `invalid-input` for what cannot be, with its place; `conflict` where what is to be removed is running
 */
export function importDeck(deck: Deck, wanted: Wanted): Imported[] {
  const steps = planImport(deck, wanted)
  for (const { report, apply } of steps) if (report.outcome !== 'unchanged') apply({ ...deck, actor: 'file' })
  return steps.map(({ report }) => report)
}

type Reading = Pick<Deck, 'store' | 'clock' | 'planning' | 'scripts'>

/** What an import would do, in the order of the document; what is removed comes last. */
export function planImport(
  deck: Reading,
  { document, source, prune = false, newDisabled = false }: Wanted,
): Step[] {
  const { categories, jobs } = document
  const keys = jobs.map(({ key, name }) => key ?? name)
  refuseDoubles(
    'categories',
    'path',
    categories.map(({ path }) => normalPath(path)),
  )
  refuseDoubles('jobs', 'key', keys)
  return [
    ...categories.map((entry) => planCategory(deck.store, { ...entry, path: normalPath(entry.path) })),
    ...jobs.map((entry, index) =>
      at(`document.jobs.${index}`, () => planJob(deck, entry, source, newDisabled)),
    ),
    ...(prune && source !== undefined ? planRemovals(deck.store, source, new Set(keys)) : []),
  ]
}

function planCategory(store: Deck['store'], entry: CategoryEntry): Step {
  const { path, description = null, maxWorkers = null, policy = {} } = entry
  const id = store.categories.idOf(path)
  const face = { path, description, maxWorkers, policy: absolute(policy) }
  const before = id === undefined ? undefined : categoryEntry(store.categories.get(id))
  const after = categoryEntry({ ...face, id: 0, jobs: 0 })
  return {
    report: {
      kind: 'category',
      name: path,
      key: null,
      ...difference(before, after),
      missingSecrets: missingSecrets({ store }, policy),
    },
    apply: (deck) => void saveCategory(deck, face),
  }
}

function planJob(
  deck: Reading,
  { enabled, ...input }: JobEntry,
  source: string | undefined,
  newDisabled: boolean,
): Step {
  const { store } = deck
  const key = input.key ?? input.name
  const id = store.jobs.withKey(key)
  const found = id === undefined ? undefined : store.jobs.find(id)!
  const manager = source ?? found?.managedBy ?? null
  const before = found && { ...jobEntry(found), managedBy: found.managedBy }
  const isEnabled = !before && newDisabled ? false : (enabled ?? before?.enabled ?? true)
  if (source !== undefined && input.schedule && 'in' in input.schedule) {
    throw invalidInput('schedule.in', 'would begin anew each time that it is applied: give the time, as at')
  }
  const { handlers, params, policy, schedule } = definitionOf(deck, input)
  const { name, description, category, tags = [] } = input
  const after = {
    key,
    name,
    ...(description !== undefined && { description }),
    ...(category !== undefined && { category: normalPath(category) }),
    ...(tags.length > 0 && { tags }),
    enabled: isEnabled,
    handlers,
    ...(Object.keys(params).length > 0 && { params }),
    ...(schedule && { schedule }),
    ...policy,
    managedBy: manager,
  }
  return {
    report: {
      kind: 'job',
      name,
      key,
      ...difference(before, after),
      missingSecrets: missingSecrets({ store }, { params, environment: policy.environment }),
    },
    apply(deck) {
      const saved = saveJob(deck, input)
      enableJob(deck, saved, isEnabled)
      if (manager !== null && manager !== found?.managedBy) manageJob(deck, saved, manager, !found)
    },
  }
}

/** @throws Fault `conflict` that names every one that is running */
function planRemovals(store: Deck['store'], source: string, named: Set<string>): Step[] {
  const gone = store.jobs.managedBy(source).filter(({ key }) => !named.has(key))
  const running = gone.flatMap(({ id, name }) => {
    const open = store.executions.list({ jobId: id, statuses: ['initializing', 'running'] })
    const numbers = open.map((execution) => `#${execution.id}`).join(', ')
    return open.length > 0 ? [`${JSON.stringify(name)} (${numbers})`] : []
  })
  if (running.length > 0) {
    const [what, it] = running.length === 1 ? ['is', 'it'] : ['are', 'them']
    throw new Fault(
      'conflict',
      `${running.join(', ')} ${what} running and would be removed: stop ${it} first; nothing was done`,
    )
  }
  return gone.map(({ id, key, name }) => ({
    report: { kind: 'job', name, key, outcome: 'removed', changes: [], missingSecrets: [] },
    apply: (deck) => removeJobs(deck, [id]),
  }))
}

/** What an entry is compared with what is there. */
function difference(before: object | undefined, after: object): Pick<Imported, 'outcome' | 'changes'> {
  if (!before) return { outcome: 'created', changes: [] }
  const [old, now] = [before, after] as [Record<string, unknown>, Record<string, unknown>]
  const changes = [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .filter((field) => stringify(old[field]) !== stringify(now[field]))
    .map((field) => ({ field, before: old[field] ?? null, after: now[field] ?? null }))
  return { outcome: changes.length > 0 ? 'updated' : 'unchanged', changes }
}

/** What the work refuses is told with its place in the document. */
function at<T>(place: string, work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    const issues = thrown instanceof Fault && thrown.code === 'invalid-input' && thrown.data?.issues
    if (!issues) throw thrown
    const [issue] = issues as { field: string; message: string }[]
    throw invalidInput(`${place}.${issue!.field}`, issue!.message)
  }
}

function refuseDoubles(list: string, field: string, names: string[]): void {
  const seen = new Set<string>()
  for (const [index, name] of names.entries()) {
    if (seen.has(name))
      throw invalidInput(`document.${list}.${index}.${field}`, `${JSON.stringify(name)} is given twice`)
    seen.add(name)
  }
}
